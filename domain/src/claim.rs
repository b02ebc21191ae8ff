//! Something that only one user may have: an e-mail address, a user name, a shop's name.
//!
//! Its id is a keyed hash of what is claimed, so that the log names nobody. A user claims first and registers after; a
//! claim whose owner never appeared can be taken over, and is taken back in the end.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{Aggregate, ClaimId, Timer, UserId};

/// How long after the claim its owner may register: later is refused.
pub const APPEAR_WITHIN: Duration = Duration::minutes(10);

/// How long after the claim another may have it, when its owner did not appear. Longer than [`APPEAR_WITHIN`], so that
/// no registration can be under way any more.
pub const TAKE_OVER_AFTER: Duration = Duration::minutes(15);

/// The kind of timer that is due when another may have it.
pub const TAKE_OVER: &str = "take-over";

/// Who holds it, if anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim(Option<Holder>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holder {
    owner: UserId,
    until: OffsetDateTime,
}

impl Claim {
    /// Who holds it.
    #[must_use]
    pub fn owner(&self) -> Option<UserId> {
        self.0.map(|holder| holder.owner)
    }

    /// Until when its owner may register on it.
    #[must_use]
    pub fn until(&self) -> Option<OffsetDateTime> {
        self.0.map(|holder| holder.until)
    }
}

impl Holder {
    fn claimed_at(self) -> OffsetDateTime {
        self.until - APPEAR_WITHIN
    }

    fn replaceable_at(self) -> OffsetDateTime {
        self.claimed_at() + TAKE_OVER_AFTER
    }

    fn may_be_replaced(self, at: OffsetDateTime) -> bool {
        at >= self.replaceable_at()
    }
}

/// What can be asked of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Have it.
    Claim {
        /// Who wants it.
        owner: UserId,
        /// When it is wanted. The holder is looked up after that, and the claim is made within [`APPEAR_WITHIN`].
        at: OffsetDateTime,
        /// Whether the user who holds it now has an account: whoever is erased needs it as little as whoever never registered.
        holder_appeared: bool,
    },
    /// Free it from an owner who never appeared, when another may have it.
    TakeBack {
        /// When that was found out. The holder is looked up after that.
        at: OffsetDateTime,
        /// Whether the user who holds it now has an account: whoever is erased needs it as little as whoever never registered.
        holder_appeared: bool,
    },
    /// Have it no longer.
    Release {
        /// Who gives it back.
        owner: UserId,
        /// When they no longer needed it: if they claimed it again since, it stays theirs.
        unneeded_at: OffsetDateTime,
    },
}

/// What has happened to a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A user has it.
    #[serde(rename = "claim.claimed")]
    Claimed {
        /// Who.
        owner: UserId,
        /// Until when they may register on it.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// It is free again.
    #[serde(rename = "claim.released")]
    Released {
        /// Who had it.
        owner: UserId,
    },
}

/// Which rule of claims a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another user has it.
    #[error("it is taken by {owner}")]
    Taken {
        /// Who.
        owner: UserId,
    },
}

impl Aggregate for Claim {
    const CATEGORY: &'static str = "claim";

    type Id = ClaimId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            Command::Claim { owner, at, holder_appeared } => match self.0 {
                Some(holder) if holder.owner == owner && at <= holder.claimed_at() => Ok(vec![]),
                Some(holder) if holder.owner == owner => Ok(vec![Event::Claimed { owner, until: at + APPEAR_WITHIN }]),
                Some(holder) if holder_appeared || !holder.may_be_replaced(at) => {
                    Err(Error::Taken { owner: holder.owner })
                }
                Some(_) | None => Ok(vec![Event::Claimed { owner, until: at + APPEAR_WITHIN }]),
            },
            Command::TakeBack { at, holder_appeared } => match self.0 {
                Some(holder) if !holder_appeared && holder.may_be_replaced(at) => {
                    Ok(vec![Event::Released { owner: holder.owner }])
                }
                Some(_) | None => Ok(vec![]),
            },
            Command::Release { owner, unneeded_at } => match self.0 {
                Some(holder) if holder.owner == owner && holder.claimed_at() <= unneeded_at => {
                    Ok(vec![Event::Released { owner }])
                }
                Some(_) | None => Ok(vec![]),
            },
        }
    }

    fn evolve(&mut self, event: &Event) {
        self.0 = match *event {
            Event::Claimed { owner, until } => Some(Holder { owner, until }),
            Event::Released { .. } => None,
        };
    }

    fn timers(&self) -> Vec<Timer> {
        self.0.map(|holder| Timer { kind: TAKE_OVER, due: holder.replaceable_at() }).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::testing::{given, id};

    const NOON: OffsetDateTime = datetime!(2026-11-02 12:00 UTC);

    fn claimed(owner: u128, at: OffsetDateTime) -> Event {
        Event::Claimed { owner: id(owner), until: at + APPEAR_WITHIN }
    }

    fn claim(owner: u128, at: OffsetDateTime, holder_appeared: bool) -> Command {
        Command::Claim { owner: id(owner), at, holder_appeared }
    }

    fn release(owner: u128) -> Command {
        Command::Release { owner: id(owner), unneeded_at: NOON }
    }

    #[test]
    fn the_first_to_claim_has_it() {
        given::<Claim>([]).when(claim(1, NOON, false)).then([claimed(1, NOON)]);
        given::<Claim>([claimed(1, NOON)]).when(claim(1, NOON, false)).then_nothing();
        given::<Claim>([claimed(1, NOON)]).when(claim(2, NOON, false)).then_err(Error::Taken { owner: id(1) });
    }

    #[test]
    fn claiming_again_later_renews_it() {
        let later = NOON + Duration::MINUTE;
        given::<Claim>([claimed(1, NOON)]).when(claim(1, later, true)).then([claimed(1, later)]);
        given::<Claim>([claimed(1, later)]).when(claim(1, NOON, true)).then_nothing();
    }

    #[test]
    fn what_was_claimed_again_since_is_not_released() {
        let again = claimed(1, NOON + Duration::MINUTE);
        given::<Claim>([claimed(1, NOON), again]).when(release(1)).then_nothing();
    }

    #[test]
    fn an_owner_who_appeared_keeps_it_for_good() {
        given::<Claim>([claimed(1, NOON)])
            .when(claim(2, NOON + Duration::days(365), true))
            .then_err(Error::Taken { owner: id(1) });
    }

    #[test]
    fn an_owner_who_never_appeared_loses_it_after_a_quarter_of_an_hour() {
        let late = NOON + TAKE_OVER_AFTER;
        given::<Claim>([claimed(1, NOON)])
            .when(claim(2, late - Duration::SECOND, false))
            .then_err(Error::Taken { owner: id(1) });
        given::<Claim>([claimed(1, NOON)]).when(claim(2, late, false)).then([claimed(2, late)]);
    }

    #[test]
    fn takes_back_what_an_owner_who_never_appeared_holds() {
        let late = NOON + TAKE_OVER_AFTER;
        let take_back = |at, holder_appeared| Command::TakeBack { at, holder_appeared };
        let held = || given::<Claim>([claimed(1, NOON)]);
        held().when(take_back(late, false)).then([Event::Released { owner: id(1) }]);
        held().when(take_back(late - Duration::SECOND, false)).then_nothing();
        held().when(take_back(late + Duration::days(365), true)).then_nothing();
        given::<Claim>([]).when(take_back(late, false)).then_nothing();
    }

    #[test]
    fn is_looked_at_again_when_another_may_have_it() {
        let due = |at| vec![Timer { kind: TAKE_OVER, due: at + TAKE_OVER_AFTER }];
        let again = NOON + Duration::MINUTE;
        assert_eq!(Claim::replay(&[claimed(1, NOON)]).timers(), due(NOON));
        assert_eq!(Claim::replay(&[claimed(1, NOON), claimed(1, again)]).timers(), due(again));
        assert_eq!(Claim::replay(&[claimed(1, NOON), Event::Released { owner: id(1) }]).timers(), []);
    }

    #[test]
    fn what_is_released_is_free_for_anybody() {
        let released = Event::Released { owner: id(1) };
        given::<Claim>([claimed(1, NOON)]).when(release(1)).then([released.clone()]);
        given::<Claim>([claimed(1, NOON), released]).when(claim(2, NOON, true)).then([claimed(2, NOON)]);
    }

    #[test]
    fn nobody_releases_what_they_do_not_have() {
        given::<Claim>([]).when(release(1)).then_nothing();
        given::<Claim>([claimed(1, NOON)]).when(release(2)).then_nothing();
    }
}
