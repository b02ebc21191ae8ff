//! Why a consumer could not go on.

use std::panic::AssertUnwindSafe;

use event_store::{Failure, Feed};
use futures_util::FutureExt;

/// What stopped a turn of a consumer. Nothing of the turn is settled then, and it is tried again from the position.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Postgres did not answer, or refused.
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    /// The event store did not answer, or refused.
    #[error("event store: {0}")]
    Store(#[from] event_store::Error),
    /// A command of a policy did not come to a decision.
    #[error("command: {0}")]
    Command(#[from] Failure),
    /// The mail server is away, or serves nobody.
    #[error("mail server: {0}")]
    Mail(String),
    /// The payment provider is away, or there is none.
    #[error("payment provider: {0}")]
    Provider(String),
    /// Somebody else works on these feeds now.
    #[error("the lease of {0} is lost")]
    LeaseLost(Feed),
    /// The log no longer holds the event that was settled last: a restore or a failover has lost its tail.
    #[error("{feed} has diverged: {settled} was settled at position {position}, there is {found} now")]
    Diverged {
        /// The feed.
        feed: Feed,
        /// The position of the consumer.
        position: u64,
        /// What it had settled there.
        settled: String,
        /// What is there now.
        found: String,
    },
    /// The feed goes on somewhere else than after the position.
    #[error("{feed} goes on at {found} where {expected} was expected")]
    Hole {
        /// The feed.
        feed: Feed,
        /// The next position.
        expected: u64,
        /// The position that came.
        found: u64,
    },
    /// An event is neither in its stream nor in the archive.
    #[error("{category}:{id} lacks version {version}, in its stream and in the archive")]
    Unarchived {
        /// The family of the aggregate.
        category: String,
        /// The aggregate.
        id: uuid::Uuid,
        /// Which of its events.
        version: u64,
    },
    /// The log and the archive have nothing in common.
    #[error("Redis has nothing of what is archived; `millrace restore` fills an empty one")]
    AnotherLog,
    /// Somebody, or the circuit breaker, has paused the consumer.
    #[error("{0}")]
    Paused(String),
    /// So many aggregates began to fail within a minute that the code is at fault, or the schema, and not the data.
    #[error("{failing} aggregates began to fail within a minute")]
    ManyFail {
        /// How many.
        failing: usize,
    },
    /// The code broke over these events.
    #[error("the consumer panicked; the log says where")]
    Panicked,
    /// One event cannot be dealt with, however often it is tried.
    #[error("{kind} of {id} (version {version}) fails by itself: {reason}")]
    Event {
        /// The type of the event.
        kind: String,
        /// Its aggregate.
        id: uuid::Uuid,
        /// Which of its events.
        version: u64,
        /// What is wrong with it.
        reason: String,
    },
}

impl Fault {
    /// An event that fails by itself.
    pub(crate) fn event(event: &event_store::Recorded, reason: &dyn std::fmt::Display) -> Self {
        Self::Event { kind: event.kind.clone(), id: event.id, version: event.version, reason: reason.to_string() }
    }

    /// Whether waiting alone can mend it.
    #[must_use]
    pub fn is_infrastructure(&self) -> bool {
        match self {
            // Class 42: a table, a column or a right that is not there.
            Self::Postgres(error) => !is_about_values(error) && !is_of_class(error, &["42"]),
            Self::Mail(_)
            | Self::Provider(_)
            | Self::LeaseLost(_)
            | Self::Hole { .. }
            | Self::Command(Failure::Contended | Failure::Late | Failure::Full) => true,
            Self::Store(error) => error.is_infrastructure(),
            Self::Command(Failure::Store(error)) => error.is_infrastructure(),
            Self::Diverged { .. }
            | Self::AnotherLog
            | Self::Unarchived { .. }
            | Self::Panicked
            | Self::Event { .. }
            | Self::Paused(_)
            | Self::ManyFail { .. } => false,
        }
    }

    /// Whether what was being dealt with is to blame, however often it is tried. What is neither this nor infrastructure (a
    /// table that is not there, another format of the log) keeps the whole consumer waiting for a person.
    pub(crate) fn is_about_events(&self) -> bool {
        match self {
            Self::Event { .. } | Self::Panicked => true,
            Self::Postgres(error) => is_about_values(error),
            Self::Store(error) => error.is_about_an_aggregate(),
            Self::Command(Failure::Store(error)) => error.is_about_an_aggregate(),
            Self::Command(Failure::Contended | Failure::Late | Failure::Full)
            | Self::Mail(_)
            | Self::Provider(_)
            | Self::LeaseLost(_)
            | Self::Hole { .. }
            | Self::Diverged { .. }
            | Self::Unarchived { .. }
            | Self::Paused(_)
            | Self::AnotherLog
            | Self::ManyFail { .. } => false,
        }
    }
}

/// Whether Postgres refuses what should be written: values that do not fit, or that break a constraint.
fn is_about_values(error: &sqlx::Error) -> bool {
    let coding = matches!(error, sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. });
    coding || is_of_class(error, &["22", "23"])
}

fn is_of_class(error: &sqlx::Error, classes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| classes.iter().any(|class| code.starts_with(class)))
}

/// Makes a panic of the code that works on an event a fault of the event.
pub(crate) async fn caught<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Fault::Panicked))
}
