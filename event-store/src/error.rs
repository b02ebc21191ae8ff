//! What can go wrong with the log itself.

use domain::event;
use uuid::Uuid;

/// The store could not do what was asked; not a business rule.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Redis did not answer, or refused. Whether a write happened is unknown.
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// An event in the log is not known to this version of the code.
    #[error("{category}:{id} version {version}: {source}")]
    Event {
        /// The family of the aggregate.
        category: &'static str,
        /// The aggregate.
        id: Uuid,
        /// Which of its events.
        version: u64,
        /// Why it cannot be read.
        source: event::Error,
    },
    /// The versions of a stream do not follow one another.
    #[error("{category}:{id} goes on with version {found} where {expected} was expected")]
    Gap {
        /// The family of the aggregate.
        category: &'static str,
        /// The aggregate.
        id: Uuid,
        /// The version that should have come.
        expected: u64,
        /// The version that came.
        found: u64,
    },
    /// A stream begins in the middle, so a fold of it would be shorter than what happened.
    #[error("{category}:{id} begins at version {found}, which is neither the first nor carries everything forward")]
    Beginning {
        /// The family of the aggregate.
        category: &'static str,
        /// The aggregate.
        id: Uuid,
        /// The version of its first entry; of the next one where there is no entry left.
        found: u64,
    },
    /// Somebody else wrote into a stream of the log.
    #[error("{key} holds the entry {entry}, which is none of ours")]
    Foreign {
        /// The stream.
        key: String,
        /// The entry.
        entry: String,
    },
    /// One command wants to write more than the store takes at once.
    #[error("{what} of one command: {actual}, at most {most}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        actual: usize,
        /// The most.
        most: usize,
    },
    /// The append function answered something that this version does not know.
    #[error("append answered {0}")]
    Answer(String),
    /// Too few replicas have said in time that they have an append. Whether it would survive its master is unknown.
    #[error("{found} replicas have acknowledged an append, {needed} are to")]
    Replicas {
        /// How many have.
        found: u8,
        /// How many have to.
        needed: u8,
    },
    /// The process is shutting down.
    #[error("the decision was abandoned")]
    Abandoned,
    /// The code broke over this command, or over an aggregate that it decides on. Nothing was written.
    #[error("the code panicked; the log says where")]
    Panicked,
    /// The store was made for another number of partitions or in another format.
    #[error("this store has {field} = {found}, this version works with {expected}")]
    Format {
        /// What differs.
        field: &'static str,
        /// As the store was created.
        found: String,
        /// As this version needs it.
        expected: String,
    },
    /// The store is being filled from an archive, or that was interrupted.
    #[error("the store is being restored; if nobody is at it, the restore was interrupted and has to be run again")]
    Restoring,
    /// A log is already there, where one should be restored.
    #[error("the store already holds {key}; a log is restored into an empty Redis only")]
    NotEmpty {
        /// A key of it.
        key: String,
    },
}

impl Error {
    /// Whether the same call may succeed later without anybody mending anything.
    #[must_use]
    pub const fn is_infrastructure(&self) -> bool {
        matches!(self, Self::Redis(_) | Self::Replicas { .. } | Self::Abandoned | Self::Restoring)
    }

    /// Whether it lies in what one aggregate is or wants, so that others are not concerned.
    #[must_use]
    pub const fn is_about_an_aggregate(&self) -> bool {
        matches!(
            self,
            Self::Event { .. }
                | Self::Gap { .. }
                | Self::Beginning { .. }
                | Self::Foreign { .. }
                | Self::TooLarge { .. }
                | Self::Panicked
        )
    }

    /// What Redis says to a read of a stream that is none of ours is not the fault of the connection.
    pub(crate) fn of_reading(key: &str, error: redis::RedisError) -> Self {
        match error.code() {
            Some("WRONGTYPE") => {
                Self::Foreign { key: key.to_owned(), entry: "something else than a stream".to_owned() }
            }
            _ => Self::Redis(error),
        }
    }

    /// Whether the command wanted more than there is room for in one.
    pub(crate) const fn is_too_large(&self) -> bool {
        matches!(self, Self::TooLarge { .. })
    }

    /// Whether an append was refused, unread, because the partition has another owner by now.
    pub(crate) fn has_moved(&self) -> bool {
        matches!(self, Self::Redis(error) if connections::has_moved(error))
    }

    /// Whether Redis has refused to write for want of memory.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        matches!(self, Self::Redis(error) if error.code() == Some("OOM"))
    }
}
