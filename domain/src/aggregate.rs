//! What an aggregate is.

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

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
