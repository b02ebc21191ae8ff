//! What a command decides on, and what it decides.

use std::{any::Any, ops::RangeInclusive, sync::Arc};

use domain::{Aggregate, event};
use uuid::Uuid;

use crate::{
    Error, Record,
    batch::Batch,
    records::RecordWrite,
    state::{Key, Snapshot},
};

/// The aggregates of one command, as they are while it is decided.
pub struct States<'a>(pub(crate) &'a Batch);

impl States<'_> {
    /// The state of one aggregate.
    ///
    /// # Panics
    /// When the command did not name it among its streams.
    #[must_use]
    pub fn get<A: Aggregate>(&self, id: A::Id) -> &A {
        self.snapshot((A::CATEGORY, id.into())).get()
    }

    /// The version of one aggregate; 0 when there is none.
    ///
    /// # Panics
    /// When the command did not name it among its streams.
    #[must_use]
    pub fn version<A: Aggregate>(&self, id: A::Id) -> u64 {
        self.snapshot((A::CATEGORY, id.into())).version
    }

    /// The versions at which an aggregate was as it is now: the last, and also the one before where the last event only carries it
    /// forward. Whoever was told that one knows all there is to know.
    ///
    /// # Panics
    /// When the command did not name it among its streams.
    #[must_use]
    pub fn current_versions<A: Aggregate>(&self, id: A::Id) -> RangeInclusive<u64> {
        self.snapshot((A::CATEGORY, id.into())).current_versions()
    }

    /// Whether the last event of an aggregate carries it forward.
    pub(crate) fn are_closed<A: Aggregate>(&self, id: A::Id) -> bool {
        let snapshot = self.snapshot((A::CATEGORY, id.into()));
        snapshot.books.are_closed(snapshot.version)
    }

    fn snapshot(&self, key: Key) -> &Snapshot {
        self.0.current(&key).expect("a command names every aggregate it decides on")
    }
}

/// Everything that one command changes, in the order in which it happened.
#[derive(Default)]
pub struct Changes {
    pub(crate) events: Vec<Change>,
    pub(crate) records: Vec<RecordWrite>,
}

pub(crate) struct Change {
    pub(crate) stream: Key,
    pub(crate) event: Box<dyn Any + Send>,
    pub(crate) stored: event::Stored,
}

impl Changes {
    /// Nothing: the wish already holds, or is refused.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds events of one aggregate.
    #[must_use]
    pub fn and<A: Aggregate>(mut self, id: A::Id, events: Vec<A::Event>) -> Self {
        let stream = (A::CATEGORY, id.into());
        self.events.extend(events.into_iter().map(|event| Change {
            stream,
            stored: event::encode(&event),
            event: Box::new(event),
        }));
        self
    }

    /// Sets personal fields of an aggregate.
    #[must_use]
    pub fn and_private<A: Aggregate>(mut self, id: A::Id, fields: Record) -> Self {
        self.records.push(RecordWrite::private(A::CATEGORY, id.into(), fields));
        self
    }

    /// Sets what proves that a user is who they say.
    #[must_use]
    pub fn and_credential(mut self, user: impl Into<Uuid>, fields: Record) -> Self {
        self.records.push(RecordWrite::credential(user.into(), fields));
        self
    }

    /// How many events of one aggregate there are.
    #[must_use]
    pub fn count<A: Aggregate>(&self, id: A::Id) -> u64 {
        let stream = (A::CATEGORY, id.into());
        self.events.iter().filter(|change| change.stream == stream).count() as u64
    }
}

/// What a command decided.
pub struct Decision<T> {
    /// What it changes. Empty for a refusal or when nothing is left to do; the versions it was decided on are confirmed
    /// all the same.
    pub changes: Changes,
    /// What its caller hears, once everything is written.
    pub answer: T,
    /// What a repetition of the command will hear: never a secret.
    pub receipt: Option<String>,
    /// Whether it breaks a rule: that is counted, and makes no other difference.
    pub rejected: bool,
}

impl<T> Decision<T> {
    /// A decision without a receipt.
    pub const fn new(changes: Changes, answer: T) -> Self {
        Self { changes, answer, receipt: None, rejected: false }
    }

    /// A decision that changes nothing, since that would break a rule.
    #[must_use]
    pub fn rejected(answer: T) -> Self {
        Self { rejected: true, ..Self::new(Changes::none(), answer) }
    }
}

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// Everything it changed is in the log.
    Done(T),
    /// It had been answered before; this is its receipt.
    Replayed(String),
}

/// Why a command did not come to a decision.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// Others were faster, three times.
    #[error("the aggregate is contended")]
    Contended,
    /// The time until which it was allowed to happen has passed.
    #[error("the command came too late")]
    Late,
    /// Redis has no memory left for such a command; nothing is written.
    #[error("the store is full")]
    Full,
    /// The store failed; whether anything was written is unknown.
    #[error(transparent)]
    Store(Arc<Error>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.is_out_of_memory() { Self::Full } else { Self::Store(Arc::new(error)) }
    }
}
