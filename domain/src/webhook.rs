//! Where integrators are told of what happens: the subscriptions of one user. Its id is the user's.
//!
//! Address and secret of a subscription are in the private record beside the log; which address may be told anything is
//! for those to say who know the network.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};

use crate::{Aggregate, SubscriptionId, UserId};

/// The subscriptions of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Webhooks(BTreeMap<SubscriptionId, Subscription>);

/// One place that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Of what.
    pub kinds: BTreeSet<Kind>,
    /// Whose affairs.
    pub scope: Scope,
    /// Nothing from before is told.
    #[serde(with = "rfc3339")]
    pub since: OffsetDateTime,
    /// Why it is told nothing any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disabled: Option<Cause>,
}

/// Whose affairs a subscription is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Those of its owner: their products, and their lines of orders.
    Own,
    /// Those of every seller, for as long as its owner is an admin.
    All,
}

/// Why nothing is sent to a subscription any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// It has taken nothing for long.
    Failing,
    /// It said itself that it is gone.
    Gone,
}

impl Cause {
    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)+) => {
        /// What can be told. The names are a contract with integrators: one is added, never renamed or removed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// As the API spells it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// An order was placed.
    OrderPlaced = "order.placed",
    /// All its lines are reserved.
    OrderConfirmed = "order.confirmed",
    /// A line fell short.
    OrderRejected = "order.rejected",
    /// It is paid.
    OrderPaid = "order.paid",
    /// Nobody paid in time.
    OrderExpired = "order.expired",
    /// It was called off.
    OrderCancelled = "order.cancelled",
    /// A seller has sent their lines.
    OrderShipped = "order.shipped",
    /// A seller's lines have arrived.
    OrderDelivered = "order.delivered",
    /// It is done with.
    OrderCompleted = "order.completed",
    /// Goods came back.
    OrderReturned = "order.returned",
    /// Money went back.
    OrderRefunded = "order.refunded",
    /// A product was listed.
    ProductListed = "product.listed",
    /// Its details or its price are others.
    ProductChanged = "product.changed",
    /// A draft is offered.
    ProductPublished = "product.published",
    /// It is a draft again.
    ProductUnpublished = "product.unpublished",
    /// It is offered no more.
    ProductArchived = "product.archived",
    /// What was archived is offered again.
    ProductRestored = "product.restored",
    /// Units came, went, or were promised.
    StockChanged = "stock.changed",
    /// Fewer units than the threshold can be promised.
    StockRanLow = "stock.ran_low",
}

impl TryFrom<&str> for Kind {
    type Error = UnknownKind;

    fn try_from(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name).ok_or(UnknownKind)
    }
}

/// The name is none of a kind of event that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such event")]
pub struct UnknownKind;

/// The field of the owner's private record with the address of a subscription.
#[must_use]
pub fn url_field(id: SubscriptionId) -> String {
    format!("{id}.url")
}

/// The field of the owner's private record with the sealed secret of a subscription.
#[must_use]
pub fn secret_field(id: SubscriptionId) -> String {
    format!("{id}.secret")
}

impl Webhooks {
    /// A subscription of this user's.
    #[must_use]
    pub fn get(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.0.get(&id)
    }

    /// Those that are told something.
    pub fn active(&self) -> impl Iterator<Item = (SubscriptionId, &Subscription)> {
        self.0.iter().filter(|(_, subscription)| subscription.disabled.is_none()).map(|(id, of)| (*id, of))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What can be asked of a user's subscriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Tell a place.
    Subscribe {
        /// The new subscription.
        id: SubscriptionId,
        /// Of what.
        kinds: BTreeSet<Kind>,
        /// Whose affairs.
        scope: Scope,
        /// When it was asked for.
        at: OffsetDateTime,
        /// How many a user may have.
        most: usize,
    },
    /// Tell it no more, because its owner says so.
    Remove {
        /// Which.
        id: SubscriptionId,
    },
    /// Tell none of them any more.
    RemoveAll,
    /// Tell it no more, because it does not listen.
    Disable {
        /// Which.
        id: SubscriptionId,
        /// Why.
        cause: Cause,
    },
}

/// What has happened to a user's subscriptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// There is a new one.
    #[serde(rename = "webhook.subscribed")]
    Subscribed {
        /// Which.
        id: SubscriptionId,
        /// Of what it is told.
        kinds: BTreeSet<Kind>,
        /// Whose affairs.
        scope: Scope,
        /// Nothing from before is told.
        #[serde(with = "rfc3339")]
        since: OffsetDateTime,
    },
    /// Its owner does not want it any more, or is erased.
    #[serde(rename = "webhook.removed")]
    Removed {
        /// Which.
        id: SubscriptionId,
    },
    /// It does not listen.
    #[serde(rename = "webhook.disabled")]
    Disabled {
        /// Which.
        id: SubscriptionId,
        /// Why.
        cause: Cause,
    },
    /// The books were closed: this is how it stands.
    #[serde(rename = "webhook.carried_forward")]
    CarriedForward {
        /// Every subscription there is.
        subscriptions: BTreeMap<SubscriptionId, Subscription>,
    },
}

/// Which rule of subscriptions a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is none of that id.
    #[error("there is no such subscription")]
    Unknown,
    /// The user has as many as they may.
    #[error("there may be {most} subscriptions of one user")]
    TooMany {
        /// How many that is.
        most: usize,
    },
}

impl Aggregate for Webhooks {
    const CATEGORY: &'static str = "webhook";

    type Id = UserId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Subscribe { id, .. } if self.0.contains_key(&id) => Ok(vec![]),
            Command::Subscribe { most, .. } if self.0.len() >= most => Err(Error::TooMany { most }),
            Command::Subscribe { id, kinds, scope, at, .. } => {
                Ok(vec![Event::Subscribed { id, kinds, scope, since: at }])
            }
            Command::Remove { id } if self.0.contains_key(&id) => Ok(vec![Event::Removed { id }]),
            Command::Remove { .. } => Err(Error::Unknown),
            Command::RemoveAll => Ok(self.0.keys().map(|id| Event::Removed { id: *id }).collect()),
            Command::Disable { id, cause } => match self.0.get(&id) {
                Some(Subscription { disabled: None, .. }) => Ok(vec![Event::Disabled { id, cause }]),
                Some(_) | None => Ok(vec![]),
            },
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Subscribed { id, kinds, scope, since } => {
                let (kinds, scope, since) = (kinds.clone(), *scope, *since);
                self.0.insert(*id, Subscription { kinds, scope, since, disabled: None });
            }
            Event::Removed { id } => {
                self.0.remove(id);
            }
            Event::Disabled { id, cause } => {
                if let Some(subscription) = self.0.get_mut(id) {
                    subscription.disabled = Some(*cause);
                }
            }
            Event::CarriedForward { subscriptions } => self.0.clone_from(subscriptions),
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        (!self.is_empty()).then(|| Event::CarriedForward { subscriptions: self.0.clone() })
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::testing::{given, id};

    const NOON: OffsetDateTime = datetime!(2026-11-02 12:00 UTC);

    fn kinds() -> BTreeSet<Kind> {
        [Kind::OrderPlaced, Kind::StockRanLow].into()
    }

    fn subscribe(number: u128) -> Command {
        Command::Subscribe { id: id(number), kinds: kinds(), scope: Scope::Own, at: NOON, most: 2 }
    }

    fn subscribed(number: u128) -> Event {
        Event::Subscribed { id: id(number), kinds: kinds(), scope: Scope::Own, since: NOON }
    }

    fn disable(number: u128, cause: Cause) -> Command {
        Command::Disable { id: id(number), cause }
    }

    #[test]
    fn a_user_has_so_many_subscriptions_at_most() {
        given::<Webhooks>([]).when(subscribe(1)).then([subscribed(1)]);
        given::<Webhooks>([subscribed(1)]).when(subscribe(1)).then_nothing();
        let two = || [subscribed(1), subscribed(2)];
        given::<Webhooks>(two()).when(subscribe(3)).then_err(Error::TooMany { most: 2 });
        given::<Webhooks>(two().into_iter().chain([Event::Removed { id: id(1) }]))
            .when(subscribe(3))
            .then([subscribed(3)]);
    }

    #[test]
    fn what_is_removed_is_there_no_more() {
        given::<Webhooks>([subscribed(1)]).when(Command::Remove { id: id(1) }).then([Event::Removed { id: id(1) }]);
        given::<Webhooks>([subscribed(1)]).when(Command::Remove { id: id(2) }).then_err(Error::Unknown);
        given::<Webhooks>([subscribed(1), Event::Removed { id: id(1) }])
            .when(Command::Remove { id: id(1) })
            .then_err(Error::Unknown);
    }

    #[test]
    fn whoever_is_erased_leaves_none() {
        given::<Webhooks>([subscribed(1), subscribed(2)])
            .when(Command::RemoveAll)
            .then([Event::Removed { id: id(1) }, Event::Removed { id: id(2) }]);
        given::<Webhooks>([]).when(Command::RemoveAll).then_nothing();
    }

    #[test]
    fn what_does_not_listen_is_disabled_once() {
        let disabled = Event::Disabled { id: id(1), cause: Cause::Failing };
        given::<Webhooks>([subscribed(1)]).when(disable(1, Cause::Failing)).then([disabled.clone()]);
        given::<Webhooks>([subscribed(1), disabled.clone()]).when(disable(1, Cause::Gone)).then_nothing();
        given::<Webhooks>([]).when(disable(1, Cause::Gone)).then_nothing();
        assert_eq!(Webhooks::replay(&[subscribed(1), subscribed(2), disabled]).active().count(), 1);
    }

    #[test]
    fn kinds_are_known_by_their_names() {
        for kind in Kind::ALL {
            assert_eq!(Kind::try_from(kind.as_str()), Ok(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(Kind::try_from("user.registered"), Err(UnknownKind));
    }
}
