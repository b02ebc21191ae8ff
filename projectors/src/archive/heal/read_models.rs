//! Read models: the rows of aggregates whose last event is gone are made anew from what is left.

use std::collections::HashMap;

use event_store::{Feed, Positioned};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::{Healed, Healing, connect};
use crate::{
    Fault,
    archive::events,
    generations::Generation,
    projection::{Projection, apply, private_records},
};

/// How many aggregates, or events, are looked at together.
const PAGE: usize = 1_000;
/// How many aggregates are rebuilt together.
const REBUILT_AT_ONCE: usize = 200;

/// Rebuilds what a generation has made of lost events, and lets it go on from there.
pub(super) async fn heal<P: Projection>(healing: &Healing<'_>, generation: &Generation) -> Result<Healed, Fault> {
    let consumer = generation.schema();
    let mut connection = connect(healing.database, &format!("{consumer},{}", P::NAME)).await?;
    let mut transaction = connection.begin().await?;
    let lost = healing.lost(&mut transaction, &consumer).await?;
    let mut healed = Healed { consumer, feeds: lost.len(), lost: 0, rebuilt: 0 };
    for (feed, position) in lost {
        let Concerned { ids, intact } = concerned(healing, &mut transaction, feed).await?;
        // Events behind this are read again, and passed over where the rows contain them.
        let from = intact.min(position).min(healing.archived(feed).await?);
        healing.is_intact(feed, from);
        for ids in ids.chunks(REBUILT_AT_ONCE) {
            rebuild::<P>(healing, &mut transaction, feed, ids, from).await?;
        }
        healing.set_back(&mut transaction, &healed.consumer, feed, from).await?;
        healed.rebuilt += ids.len();
    }
    if healed.feeds > 0 {
        sqlx::query!("select pg_notify('millrace', $1)", P::NAME).fetch_one(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(healed)
}

/// The aggregates of a feed whose rows contain something that is gone.
struct Concerned {
    ids: Vec<Uuid>,
    /// The place of the newest event that is known to be still there, since rows contain it or the archive has it: nothing
    /// before it was lost.
    intact: u64,
}

/// The last event that the rows of an aggregate contain.
struct Contained {
    id: Uuid,
    version: i64,
    position: i64,
    command: String,
}

/// Goes back through what the rows contain, until a whole page of it is still there. Where the archive shows that log and
/// consumer agreed again later, at least to where they did not.
async fn concerned(healing: &Healing<'_>, connection: &mut PgConnection, feed: Feed) -> Result<Concerned, Fault> {
    let mut newest_first = sqlx::query_as!(
        Contained,
        "select id, version, position, command from applied
         where category = $1 and right(id::text, 1) = $2 and position > 0 order by position desc",
        feed.category,
        feed.partition.to_string()
    )
    .fetch(connection)
    .try_chunks(PAGE);
    let common = healing.common.get(&feed).copied();
    let agreed = common.unwrap_or(u64::MAX);
    let mut concerned = Concerned { ids: Vec::new(), intact: common.unwrap_or(0) };
    while let Some(page) = newest_first.try_next().await.map_err(|broken| broken.1)? {
        let there = there(healing, feed, &page).await?;
        let (intact, gone): (Vec<_>, Vec<_>) = page.iter().partition(|row| {
            there.get(&row.position.unsigned_abs()).is_some_and(|(id, version, command)| {
                (id, *version, command) == (&row.id, row.version.unsigned_abs(), &row.command)
            })
        });
        let before = intact.iter().map(|row| row.position.unsigned_abs()).find(|position| *position <= agreed);
        concerned.intact = concerned.intact.max(before.unwrap_or(0));
        concerned.ids.extend(gone.iter().map(|row| row.id));
        if gone.is_empty() && before.is_some() {
            break;
        }
    }
    Ok(concerned)
}

/// What the log has at these places, and between them.
async fn there(
    healing: &Healing<'_>,
    feed: Feed,
    page: &[Contained],
) -> Result<HashMap<u64, (Uuid, u64, String)>, Fault> {
    let places = || page.iter().map(|row| row.position.unsigned_abs());
    let (mut next, last) = (places().min().unwrap_or(1), places().max().unwrap_or(0));
    let mut there = HashMap::new();
    while next <= last {
        let events = healing.log.read(feed, next, PAGE).await?;
        let Some(end) = events.last().map(|event| event.position) else { break };
        there.extend(
            events
                .into_iter()
                .map(|Positioned { position, event }| (position, (event.id, event.version, event.command))),
        );
        next = end + 1;
    }
    Ok(there)
}

/// Makes the rows of some aggregates anew, of their events up to this place.
async fn rebuild<P: Projection>(
    healing: &Healing<'_>,
    connection: &mut PgConnection,
    feed: Feed,
    ids: &[Uuid],
    position: u64,
) -> Result<(), Fault> {
    let mut transaction = connection.begin().await?;
    for (table, _, column) in P::TABLES.iter().filter(|(_, category, _)| *category == feed.category) {
        let delete = format!("delete from {table} where {column} = any($1)");
        sqlx::query(AssertSqlSafe(delete)).bind(ids).execute(&mut *transaction).await?;
    }
    sqlx::query!("delete from applied where category = $1 and id = any($2)", feed.category, ids)
        .execute(&mut *transaction)
        .await?;
    let events = events::of_aggregates(&healing.archive, feed.category, ids, position).await?;
    let mut kept = HashMap::<Uuid, i64>::new();
    for Positioned { event, .. } in &events {
        kept.insert(event.id, event.version as i64);
    }
    // What an operator discarded is another event now.
    sqlx::query!(
        "delete from skipped s using unnest($3::uuid[], $4::bigint[]) as k (id, version)
         where s.consumer = $1 and s.category = $2 and s.id = k.id and s.version > k.version",
        P::NAME,
        feed.category,
        ids,
        &ids.iter().map(|id| kept.get(id).copied().unwrap_or(0)).collect::<Vec<_>>()
    )
    .execute(&mut *transaction)
    .await?;
    let private = private_records::<P>(healing.store, events.iter().map(|event| &event.event)).await?;
    apply::<P>(&mut transaction, &events.iter().collect::<Vec<_>>(), &private).await?;
    Ok(transaction.commit().await?)
}
