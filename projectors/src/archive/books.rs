//! Closing the books of what has ended: its whole state becomes one event, and what lies before may leave Redis.

use std::time::Duration;

use domain::Aggregate;
use event_store::{CommandId, Context, Feed, Store};
use futures_util::{StreamExt, stream};
use sqlx::PgPool;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::Fault;

/// How many aggregates are looked at together.
const PAGE: usize = 1_000;
/// How many of them at the same time.
const PARALLEL: usize = 64;

/// Closes the books of those that have been finished for so long. One that cannot be read is passed over until the next
/// time, and is what this fails with in the end.
pub(super) async fn close<A: Aggregate>(
    store: &Store,
    archive: &PgPool,
    feed: Feed,
    after: Duration,
) -> Result<(), Fault> {
    let before = (OffsetDateTime::now_utc() - after).format(&Rfc3339).expect("a time of this era can be written");
    let (mut last_time, mut last_id) = (String::new(), Uuid::nil());
    let mut outcome = Ok(());
    loop {
        let rows = sqlx::query!(
            "select id, version, changed_at from aggregates
             where category = $1 and partition = $2 and carried < version and checked < version and changed_at < $3
               and (changed_at, id) > ($4, $5)
             order by changed_at, id limit $6",
            feed.category,
            i16::from(feed.partition.number()),
            before,
            last_time,
            last_id,
            PAGE as i64
        )
        .fetch_all(archive)
        .await?;
        let more = rows.len() == PAGE;
        let Some(last) = rows.last() else { return outcome };
        (last_time, last_id) = (last.changed_at.clone(), last.id);
        let mut looked_at = stream::iter(rows)
            .map(async |row| {
                let closed = store.close_books::<A>(context(), row.id.into()).await;
                closed.map(|_| (row.id, row.version)).map_err(Fault::from)
            })
            .buffer_unordered(PARALLEL);
        // An aggregate that is not finished is looked at again when something has happened to it.
        let (mut ids, mut versions) = (Vec::new(), Vec::new());
        while let Some(aggregate) = looked_at.next().await {
            match aggregate {
                Ok((id, version)) => {
                    ids.push(id);
                    versions.push(version);
                }
                Err(fault) if fault.is_about_events() => outcome = outcome.and(Err(fault)),
                Err(fault) => return Err(fault),
            }
        }
        sqlx::query!(
            "update aggregates a set checked = l.version
             from unnest($2::uuid[], $3::bigint[]) as l (id, version) where a.category = $1 and a.id = l.id",
            feed.category,
            &ids,
            &versions
        )
        .execute(archive)
        .await?;
        if !more {
            return outcome;
        }
    }
}

fn context() -> Context {
    Context {
        actor: "books".to_owned(),
        command: CommandId::random(),
        at: OffsetDateTime::now_utc(),
        trace: String::new(),
    }
}
