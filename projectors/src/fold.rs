//! A feed folded in memory, from nothing.

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use event_store::{Feed, Positioned, Record};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Fault,
    copy::{Copied, Copies, Line},
    projection::{Projection, Unfoldable},
};

/// The rows of one feed, and the last event of each aggregate that they contain.
pub(crate) struct Fold<P: Projection> {
    feed: Feed,
    rows: P::Rows,
    applied: HashMap<Uuid, Last>,
    skipped: HashSet<(Uuid, u64)>,
    /// Aggregates whose events wait, from a version on.
    held: HashMap<Uuid, u64>,
}

/// The last event that the rows of an aggregate contain; none yet at version 0.
#[derive(Default)]
struct Last {
    version: u64,
    position: u64,
    command: String,
}

/// What became of an event.
pub(crate) enum Taken {
    /// The rows contain it.
    Folded,
    /// It waits behind another one of its aggregate.
    Waits,
    /// It fails by itself, and its aggregate's events wait from here on.
    Fails(Fault),
}

impl<P: Projection> Fold<P> {
    /// Will pass over the events that an operator discarded.
    pub(crate) async fn new(connection: &mut PgConnection, feed: Feed) -> sqlx::Result<Self> {
        let skipped = sqlx::query!(
            "select id, version from skipped where consumer = $1 and category = $2",
            P::NAME,
            feed.category
        )
        .fetch_all(connection)
        .await?;
        let skipped = skipped.into_iter().map(|row| (row.id, row.version.unsigned_abs())).collect();
        Ok(Self { feed, rows: P::Rows::default(), applied: HashMap::new(), skipped, held: HashMap::new() })
    }

    /// Lets the events of an aggregate wait from this version on.
    pub(crate) fn hold(&mut self, id: Uuid, version: u64) {
        self.held.insert(id, version);
    }

    /// Folds the next event of the feed.
    ///
    /// # Errors
    /// When the code breaks over it: the rows are not to be trusted then.
    pub(crate) fn take(&mut self, positioned: &Positioned, private: &Record) -> Result<Taken, Fault> {
        let event = &positioned.event;
        if self.held.get(&event.id).is_some_and(|version| event.version >= *version) {
            return Ok(Taken::Waits);
        }
        let last = self.applied.entry(event.id).or_default();
        let folded = if event.category() != self.feed.category {
            Err(Fault::event(event, &Unfoldable::Category(event.category().to_owned())))
        } else if event.version != last.version + 1 {
            Err(Fault::event(event, &format_args!("the rows contain version {} as the last", last.version)))
        } else if self.skipped.contains(&(event.id, event.version)) {
            Ok(())
        } else {
            let folded = catch_unwind(AssertUnwindSafe(|| P::fold(&mut self.rows, positioned, private)));
            folded.map_err(|_| Fault::Panicked)?.map_err(|reason| Fault::event(event, &reason))
        };
        if let Err(fault) = folded {
            self.held.insert(event.id, event.version);
            return Ok(Taken::Fails(fault));
        }
        *last = Last { version: event.version, position: positioned.position, command: event.command.clone() };
        Ok(Taken::Folded)
    }

    /// Hands over what later events of the feed do not change.
    pub(crate) fn drain(&mut self, copies: &mut Copies) {
        P::drain(&mut self.rows, copies);
    }

    /// Hands over everything.
    pub(crate) fn copy(self, copies: &mut Copies) {
        P::copy(self.rows, copies);
        for (id, last) in self.applied.into_iter().filter(|(_, last)| last.version > 0) {
            copies.add(&Applied { category: self.feed.category, id, last });
        }
    }
}

struct Applied {
    category: &'static str,
    id: Uuid,
    last: Last,
}

impl Copied for Applied {
    const TABLE: &'static str = "applied";

    fn put(&self, line: &mut Line<'_>) {
        let Self { category, id, last } = self;
        line.put("category", *category).put("id", id).put("version", &(last.version as i64));
        line.put("position", &(last.position as i64)).put("command", &last.command);
    }
}
