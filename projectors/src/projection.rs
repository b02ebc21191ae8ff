//! Read models: events folded into rows.
//!
//! A turn is one transaction. It takes the position rows under their tokens, loads what it builds on, folds in memory
//! and writes each table with one statement; positions, applied versions and rows change together or not at all.

mod apply;
mod late;
mod sink;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use domain::event;
use event_store::{Positioned, Record, Recorded};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{copy::Copies, runtime::Urgency};

pub(crate) use apply::{apply, private_records};
pub(crate) use late::number_held;
pub(crate) use sink::ProjectionSink;

/// How the events of some categories become rows.
///
/// A row belongs to one aggregate and holds nothing but what events (and the private records as they are now) say, so
/// that a live projection, a replay and a plain fold of the log end up with the same rows.
pub trait Projection: Send + Sync + 'static {
    /// The read model.
    const NAME: &'static str;
    /// The categories whose events it folds.
    const CATEGORIES: &'static [&'static str];
    /// The categories whose private records it copies from.
    const PRIVATE: &'static [&'static str] = &[];

    /// Its tables: the name of each, the category of the aggregates that its rows belong to, and the column with their ids.
    const TABLES: &'static [(&'static str, &'static str, &'static str)];

    /// The rows that a turn touches, or all those of a feed.
    type Rows: Default + Send + Sync;

    /// Whether it copies from the private record with this event. Where it does not, the record is not read.
    #[must_use]
    fn copies(_event: &Recorded) -> bool {
        true
    }

    /// How soon its rows are to contain this event.
    #[must_use]
    fn urgency(_event: &Recorded) -> Urgency {
        Urgency::Now
    }

    /// Reads the rows of the aggregates that have events beyond those that their rows contain.
    fn load(connection: &mut PgConnection, touched: &Touched) -> impl Future<Output = sqlx::Result<Self::Rows>> + Send;

    /// Folds one event, which stands at that place in the feed of its category and partition.
    ///
    /// # Errors
    /// When the event cannot be folded, however often it is tried. The rows are then as they were before.
    fn fold(rows: &mut Self::Rows, event: &Positioned, private: &Record) -> Result<(), Unfoldable>;

    /// Writes the rows back, one statement per table.
    fn save(rows: Self::Rows, connection: &mut PgConnection) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Hands over the rows that no later event changes, so that a fold of a whole feed need not keep them in memory.
    fn drain(rows: &mut Self::Rows, copies: &mut Copies);

    /// Hands over all rows, at the end of a feed.
    fn copy(rows: Self::Rows, copies: &mut Copies);
}

/// What is wrong with an event.
#[derive(Debug, thiserror::Error)]
pub enum Unfoldable {
    /// Its type or shape is not known here.
    #[error(transparent)]
    Unreadable(#[from] event::Error),
    /// Its time is none.
    #[error("its time cannot be read: {0}")]
    Time(#[from] time::error::Parse),
    /// It changes a row that no earlier event made.
    #[error("there is no row that it could change")]
    NoRow,
    /// The category is not one that the read model folds.
    #[error("the read model does not fold {0}")]
    Category(String),
}

/// The aggregates that have new events.
#[derive(Debug, Default)]
pub struct Touched(BTreeMap<&'static str, BTreeSet<Uuid>>);

impl Touched {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, category: &'static str, id: Uuid) {
        self.0.entry(category).or_default().insert(id);
    }

    /// Those of one category.
    #[must_use]
    pub fn of(&self, category: &str) -> Vec<Uuid> {
        self.0.get(category).into_iter().flatten().copied().collect()
    }
}
