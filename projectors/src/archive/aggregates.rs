//! What the archive knows of each aggregate without reading its events.

use std::collections::BTreeMap;

use event_store::{Feed, Positioned};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Fault;

/// What a turn changes about one aggregate.
struct Change<'a> {
    partition: i16,
    version: u64,
    carried: u64,
    at: &'a str,
}

/// Brings the aggregates up to date with the events of a turn.
pub(super) async fn follow(connection: &mut PgConnection, turn: &[(Feed, Vec<Positioned>)]) -> Result<(), Fault> {
    // In one order everywhere, so that two transactions never wait for each other.
    let mut changes = BTreeMap::<(&str, Uuid), Change<'_>>::new();
    for (feed, events) in turn {
        for Positioned { event, .. } in events {
            let carried = if event.carries_forward() { event.version } else { 0 };
            let partition = i16::from(feed.partition.number());
            let change = changes.entry((feed.category, event.id)).or_insert(Change {
                partition,
                version: 0,
                carried: 0,
                at: "",
            });
            *change = Change { partition, version: event.version, carried: carried.max(change.carried), at: &event.at };
        }
    }
    sqlx::query!(
        "insert into aggregates (category, id, partition, version, carried, changed_at)
         select * from unnest($1::text[], $2::uuid[], $3::smallint[], $4::bigint[], $5::bigint[], $6::text[])
         on conflict (category, id) do update set
           version = excluded.version, carried = greatest(aggregates.carried, excluded.carried),
           changed_at = excluded.changed_at",
        &changes.keys().map(|(category, _)| (*category).to_owned()).collect::<Vec<_>>(),
        &changes.keys().map(|(_, id)| *id).collect::<Vec<_>>(),
        &changes.values().map(|change| change.partition).collect::<Vec<_>>(),
        &changes.values().map(|change| change.version as i64).collect::<Vec<_>>(),
        &changes.values().map(|change| change.carried as i64).collect::<Vec<_>>(),
        &changes.values().map(|change| change.at.to_owned()).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
