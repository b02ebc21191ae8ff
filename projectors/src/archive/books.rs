//! Closing the books of what has ended: its whole state becomes one event, and what lies before may leave Redis.

use std::time::Duration;

use domain::Aggregate;
use event_store::{CommandId, Context, Feed, Store};
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::PgPool;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::Fault;

/// How many aggregates are looked at together.
const PAGE: usize = 1_000;
/// How many of them at the same time.
const PARALLEL: usize = 64;

/// Closes the books of those that have been finished for so long.
pub(super) async fn close<A: Aggregate>(
    store: &Store,
    archive: &PgPool,
    feed: Feed,
    after: Duration,
) -> Result<(), Fault> {
    let before = (OffsetDateTime::now_utc() - after).format(&Rfc3339).expect("a time of this era can be written");
    loop {
        let rows = sqlx::query!(
            "select id, version from aggregates
             where category = $1 and partition = $2 and carried < version and checked < version and changed_at < $3
             order by changed_at limit $4",
            feed.category,
            i16::from(feed.partition.number()),
            before,
            PAGE as i64
        )
        .fetch_all(archive)
        .await?;
        let more = rows.len() == PAGE;
        let looked_at: Vec<(Uuid, i64)> = stream::iter(rows)
            .map(async |row| {
                // An aggregate that is not finished is looked at again when something has happened to it.
                store.close_books::<A>(context(), row.id.into()).await?;
                Ok::<_, Fault>((row.id, row.version))
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await?;
        let (ids, versions): (Vec<_>, Vec<_>) = looked_at.into_iter().unzip();
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
            return Ok(());
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
