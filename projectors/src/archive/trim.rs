//! Taking out of Redis what every consumer has settled and the archive holds.
//!
//! Nothing goes that was not compared with its copy just before.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use event_store::{Feed, Positioned, Recorded, Store};
use futures_util::{StreamExt, stream};
use sqlx::PgPool;
use uuid::Uuid;

use super::{events, positions::positions};
use crate::{Fault, runtime::settled_name};

/// How many events, or streams, are looked at together.
const PAGE: usize = 250;
/// How many times as long as a page took is rested after it: nobody waits for this, and orders do for the same processors.
const RESTS: u32 = 3;
const LONGEST_REST: Duration = Duration::from_secs(1);
/// The share of Redis' memory from which on there is no rest.
const TIGHT: f64 = 0.5;
/// How many streams are trimmed at the same time.
const PARALLEL: usize = 16;

/// How far all consumers of each feed have got.
pub(super) async fn least_positions(archive: &PgPool) -> Result<HashMap<Feed, u64>, Fault> {
    let mut least = HashMap::new();
    for (feed, position) in positions(&mut *archive.acquire().await?).await? {
        let least = least.entry(feed).or_insert(position);
        *least = position.min(*least);
    }
    Ok(least)
}

/// Takes the events before this position out of a feed. The one there stays: consumers look at it when they take over.
pub(super) async fn feed(store: &Store, archive: &PgPool, feed: Feed, settled: u64) -> Result<(), Fault> {
    let to = settled.min(store.head(feed).await?);
    let mut first = store.first(feed).await?.unwrap_or(to);
    while first < to {
        let began = Instant::now();
        let mut page = store.read_feed(feed, first, PAGE).await?;
        page.retain(|event| event.position < to);
        let Some(last) = page.last().map(|event| event.position) else { break };
        let archived = events::of_feed(archive, feed, page[0].position..last + 1, PAGE).await?;
        compare(feed, &page, &archived)?;
        store.trim_feed(feed, last + 1).await?;
        first = last + 1;
        rest(store, feed, began.elapsed()).await?;
    }
    Ok(())
}

/// Leaves the processors to others for a while, after a piece of work that took so long.
async fn rest(store: &Store, feed: Feed, took: Duration) -> Result<(), Fault> {
    if store.memory_share(feed.partition).await? < TIGHT {
        tokio::time::sleep((took * RESTS).min(LONGEST_REST)).await;
    }
    Ok(())
}

/// Whether the archive has the same events.
fn compare(feed: Feed, page: &[Positioned], archived: &[Positioned]) -> Result<(), Fault> {
    let differs = page.iter().enumerate().find(|(at, event)| archived.get(*at) != Some(event));
    differs.map_or(Ok(()), |(at, event)| {
        Err(Fault::Diverged {
            feed,
            position: event.position,
            settled: archived.get(at).map_or_else(|| "nothing".to_owned(), settled_name),
            found: settled_name(event),
        })
    })
}

/// Takes out of the streams of a feed what lies before the last event that carries it forward. A stream that differs from
/// its copy is passed over, and is what this fails with in the end.
pub(super) async fn streams(store: &Store, archive: &PgPool, feed: Feed) -> Result<(), Fault> {
    let mut last = Uuid::nil();
    let mut outcome = Ok(());
    loop {
        let began = Instant::now();
        let rows = sqlx::query!(
            "select id, carried from aggregates
             where category = $1 and partition = $2 and carried > trimmed + 1 and id > $3 order by id limit $4",
            feed.category,
            i16::from(feed.partition.number()),
            last,
            PAGE as i64
        )
        .fetch_all(archive)
        .await?;
        let more = rows.len() == PAGE;
        last = rows.last().map_or(last, |row| row.id);
        let mut trimmed = stream::iter(rows)
            .map(|row| one_stream(store, archive, feed, row.id, row.carried.unsigned_abs()))
            .buffer_unordered(PARALLEL);
        while let Some(stream) = trimmed.next().await {
            match stream {
                Err(fault) if fault.is_infrastructure() => return Err(fault),
                stream => outcome = outcome.and(stream),
            }
        }
        if !more {
            return outcome;
        }
        rest(store, feed, began.elapsed()).await?;
    }
}

async fn one_stream(store: &Store, archive: &PgPool, feed: Feed, id: Uuid, carried: u64) -> Result<(), Fault> {
    let mut there: Vec<Recorded> = store.history(feed.category, id).await?;
    there.retain(|event| event.version < carried);
    if let Some(first) = there.first().map(|event| event.version) {
        let archived = events::of_aggregate(archive, feed.category, id, first..carried).await?;
        if there != archived {
            return Err(Fault::Unarchived { category: feed.category.to_owned(), id, version: first });
        }
        store.trim_stream(feed.category, id, carried).await?;
    }
    sqlx::query!(
        "update aggregates set trimmed = $3 where category = $1 and id = $2 and trimmed < $3",
        feed.category,
        id,
        carried as i64 - 1
    )
    .execute(archive)
    .await?;
    Ok(())
}
