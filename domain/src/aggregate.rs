//! What an aggregate is.

use serde::{Serialize, de::DeserializeOwned};
use time::OffsetDateTime;
use uuid::Uuid;

/// A moment at which an aggregate is to be looked at again. An aggregate has at most one of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What is due, such as `take-over`. Letters and hyphens.
    pub kind: &'static str,
    /// When.
    pub due: OffsetDateTime,
}

/// One consistency boundary: the events it emits, and how they fold into a state.
///
/// Implementations are pure. They hold no clock, no id generator and no connection;
/// whatever a decision depends on arrives in the command.
pub trait Aggregate: Clone + Default + Send + Sync + 'static {
    /// Names the family of streams, as in `order:{b}:<id>`. Renaming it orphans stored streams.
    const CATEGORY: &'static str;

    /// Names one aggregate of the family; its last hex digit is the partition.
    type Id: Copy + From<Uuid> + Into<Uuid> + Send + Sync + 'static;
    /// An intent, named in the imperative.
    type Command: Clone + Send + 'static;
    /// A fact, named in the past tense.
    type Event: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// A broken business rule. Never an I/O failure.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Decides which events follow from a command. No events means it already holds.
    ///
    /// # Errors
    /// Says which rule the command would break, with the numbers.
    fn decide(&self, command: Self::Command) -> Result<Vec<Self::Event>, Self::Error>;

    /// Folds one event into the state. It cannot fail: the event has happened.
    fn evolve(&mut self, event: &Self::Event);

    /// The whole state as one event, which a fold can start at as well as at the first.
    ///
    /// The store appends it when the stream has grown long, or when the aggregate is finished, so that what lies before
    /// it may leave the stream. `None` for aggregates whose streams stay short.
    fn carried_forward(&self) -> Option<Self::Event> {
        None
    }

    /// Whether nothing more is expected to happen to it, so that its books may be closed after a while.
    fn is_finished(&self) -> bool {
        false
    }

    /// What is to be looked at again later, if nothing makes it unnecessary before.
    fn timers(&self) -> Vec<Timer> {
        Vec::new()
    }

    /// Rebuilds the state from its history.
    fn replay<'a>(history: impl IntoIterator<Item = &'a Self::Event>) -> Self
    where
        Self::Event: 'a,
    {
        let mut state = Self::default();
        history.into_iter().for_each(|event| state.evolve(event));
        state
    }
}

/// Hands every aggregate there is to a macro of the caller's, as a list of types: `each_aggregate!(name)` becomes
/// `name! { User, Claim, … }`. Who adds an aggregate enters it here, and nowhere else in code that goes through all of them.
#[macro_export]
macro_rules! each_aggregate {
    ($name:ident) => {
        $name! {
            $crate::user::User,
            $crate::claim::Claim,
            $crate::product::Product,
            $crate::inventory::Inventory,
            $crate::order::Order,
            $crate::message::Conversation,
            $crate::webhook::Webhooks,
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Aggregate;

    macro_rules! categories {
        ($($aggregate:ty,)+) => { BTreeSet::from([$(<$aggregate>::CATEGORY),+]) };
    }

    #[test]
    fn every_aggregate_with_events_is_in_the_list() {
        assert_eq!(each_aggregate!(categories), crate::event::categories());
    }
}
