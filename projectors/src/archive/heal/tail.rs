//! The end of the archive: what the log does not have is put aside.

use std::collections::HashMap;

use event_store::{Feed, Store};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{Healed, Standing, settle, standings};
use crate::{
    Fault,
    archive::{
        GROUP, events,
        records::{self, Records},
        restore::remember,
    },
    runtime::settled_name,
};

/// How many events are compared at a time.
const PAGE: usize = 1_000;

/// Makes the archive end where it agrees with the log. Also returns where that is, for the feeds in which it did not.
pub(super) async fn heal(store: &Store, archive: &mut PgConnection) -> Result<(Healed, HashMap<Feed, u64>), Fault> {
    let mut transaction = archive.begin().await?;
    let (mut diverged, mut agrees, mut holds) = (HashMap::new(), false, false);
    for Standing { feed, position, .. } in standings(&mut transaction, GROUP).await? {
        let common = common(store, &mut transaction, feed, position).await?;
        holds |= position > 0;
        agrees |= common > 0;
        if common < position {
            diverged.insert(feed, common);
        }
    }
    if holds && !agrees {
        return Err(Fault::AnotherLog);
    }
    let mut healed = Healed { consumer: GROUP.to_owned(), feeds: diverged.len(), lost: 0, rebuilt: 0 };
    for (feed, common) in &diverged {
        let ids = put_aside(&mut transaction, *feed, *common, &mut healed.lost).await?;
        recount(&mut transaction, *feed, &ids).await?;
        healed.rebuilt += ids.len();
        let last = events::of_feed(&mut *transaction, *feed, *common..*common + 1, 1).await?;
        settle(&mut transaction, GROUP, *feed, *common, last.first().map(settled_name)).await?;
        // Whoever heals after this, also if this is interrupted, has to know.
        remember(&mut transaction, *feed, *common, true).await?;
    }
    records_of_all(store, &mut transaction).await?;
    transaction.commit().await?;
    Ok((healed, diverged))
}

/// The last position up to which archive and log have the same events. What has left the log was compared before it did.
async fn common(store: &Store, archive: &mut PgConnection, feed: Feed, position: u64) -> Result<u64, Fault> {
    let end = position.min(store.head(feed).await?);
    let mut next = store.first(feed).await?.unwrap_or(end + 1);
    while next <= end {
        let mut page = store.read_feed(feed, next, PAGE).await?;
        page.retain(|event| event.position <= end);
        let Some(last) = page.last().map(|event| event.position) else { break };
        // What has left the log since it was looked at is not missed.
        let archived = events::of_feed(&mut *archive, feed, page[0].position..last + 1, PAGE).await?;
        if let Some((_, differs)) = page.iter().enumerate().find(|(at, event)| archived.get(*at) != Some(event)) {
            return Ok(differs.position - 1);
        }
        next = last + 1;
    }
    Ok(end)
}

/// Makes the records those of Redis, also where they were changed by an event that was lost before it was archived.
async fn records_of_all(store: &Store, archive: &mut PgConnection) -> Result<(), Fault> {
    for category in records::PRIVATE {
        let ids = sqlx::query_scalar!("select id from aggregates where category = $1", category);
        let ids = ids.fetch_all(&mut *archive).await?;
        for ids in ids.chunks(PAGE) {
            Records::of(store, category, ids.to_vec()).await?.save(archive).await?;
        }
    }
    Ok(())
}

/// Takes the events behind a position out of the archive, and returns whose they were.
async fn put_aside(archive: &mut PgConnection, feed: Feed, position: u64, lost: &mut u64) -> Result<Vec<Uuid>, Fault> {
    let rows = sqlx::query_scalar!(
        "with gone as (
           delete from events where category = $1 and partition = $2 and position > $3 returning *
         )
         insert into lost select gone.*, now() from gone returning id",
        feed.category,
        i16::from(feed.partition.number()),
        position as i64
    )
    .fetch_all(archive)
    .await?;
    *lost += rows.len() as u64;
    let mut ids = rows;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Brings what is known of these aggregates in line with what is left of their events.
async fn recount(archive: &mut PgConnection, feed: Feed, ids: &[Uuid]) -> Result<(), Fault> {
    sqlx::query!(
        r"update aggregates a
          set version = e.version, carried = e.carried, trimmed = least(a.trimmed, greatest(e.carried - 1, 0)),
              checked = 0, changed_at = e.changed_at
          from (
            select id, max(version) as version, (array_agg(at order by version desc))[1] as changed_at,
                   coalesce(max(version) filter (where type like '%.carried\_forward'), 0) as carried
            from events where category = $1 and id = any($2) group by id
          ) e where a.category = $1 and a.id = e.id",
        feed.category,
        ids
    )
    .execute(&mut *archive)
    .await?;
    sqlx::query!(
        "delete from aggregates a where category = $1 and id = any($2)
           and not exists (select from events e where e.category = a.category and e.id = a.id)",
        feed.category,
        ids
    )
    .execute(archive)
    .await?;
    Ok(())
}
