//! The whole log: what Redis has of it, and before that the archive.
//!
//! Nothing leaves a feed or a stream before the archive has it. So what is read of Redis first says where the archive ends,
//! and the two join without gap or overlap also while something is being trimmed.

use event_store::{Feed, Positioned, Recorded, Store};
use sqlx::{PgPool, postgres::PgConnectOptions};
use uuid::Uuid;

use crate::{Fault, archive, schema};

/// How many events are read at a time.
const PAGE: usize = 1_000;
/// How many connections to the archive one log uses, at most.
const CONNECTIONS: u32 = 4;

/// The log from its first event on.
#[derive(Clone)]
pub struct Log {
    store: Store,
    archive: PgPool,
}

impl Log {
    /// The log of this store and this database. Clones share their connections, which are made when they are needed.
    #[must_use]
    pub fn new(store: Store, database: &PgConnectOptions) -> Self {
        Self { store, archive: schema::pool(database, schema::ARCHIVE, CONNECTIONS) }
    }

    /// Events of a feed from a position (1 or more) on, without gaps, at most `count`. Fewer only where the feed ends or the
    /// archive does; none only when the position lies behind the newest event.
    ///
    /// # Errors
    /// When a store does not answer, or an event is in neither of them.
    pub async fn read(&self, feed: Feed, from: u64, count: usize) -> Result<Vec<Positioned>, Fault> {
        let mut there = self.store.read_feed(feed, from, count).await?;
        if there.is_empty() && self.store.head(feed).await? >= from {
            // Appended meanwhile.
            there = self.store.read_feed(feed, from, count).await?;
        }
        let first = match there.first() {
            Some(event) => event.position,
            None => self.store.head(feed).await? + 1,
        };
        if first <= from {
            return Ok(there);
        }
        let events = archive::events::of_feed(&self.archive, feed, from..first, count).await?;
        let mut expected = from;
        for event in &events {
            if event.position != expected {
                return Err(Fault::Hole { feed, expected, found: event.position });
            }
            expected += 1;
        }
        if events.is_empty() { Err(Fault::Hole { feed, expected, found: first }) } else { Ok(events) }
    }

    /// Every event of these aggregates up to a place in their feed, with its own place; those of one aggregate in order.
    ///
    /// # Errors
    /// When a store does not answer, or an event is in neither of them.
    pub(crate) async fn of_aggregates(&self, feed: Feed, ids: &[Uuid], up_to: u64) -> Result<Vec<Positioned>, Fault> {
        let archived = archive::events::last_of_feed(&self.archive, feed).await?.min(up_to);
        let mut events = archive::events::of_aggregates(&self.archive, feed.category, ids, archived).await?;
        let mut next = archived + 1;
        while next <= up_to {
            let page = self.read(feed, next, PAGE).await?;
            next = page.last().ok_or(Fault::Hole { feed, expected: next, found: up_to })?.position + 1;
            events.extend(page.into_iter().filter(|event| event.position <= up_to && ids.contains(&event.event.id)));
        }
        Ok(events)
    }

    /// Every event of one aggregate, of whatever category, from version 1 on; none when it has no stream.
    ///
    /// # Errors
    /// When a store does not answer, or an event is in neither of them.
    pub async fn history(&self, category: &str, id: Uuid) -> Result<Vec<Recorded>, Fault> {
        let there = self.store.history(category, id).await?;
        let Some(first) = there.first().map(|event| event.version).filter(|first| *first > 1) else {
            return Ok(there);
        };
        let mut events = archive::events::of_aggregate(&self.archive, category, id, 1..first).await?;
        events.extend(there);
        let hole = events.iter().zip(1..).find(|(event, expected)| event.version != *expected);
        match hole {
            Some((_, version)) => Err(Fault::Unarchived { category: category.to_owned(), id, version }),
            None => Ok(events),
        }
    }
}
