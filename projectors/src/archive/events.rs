//! The archived events, as they stood in the log.

use std::ops::Range;

use event_store::{Feed, Positioned, Recorded};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::Fault;

/// Copies the events of a turn.
pub(super) async fn insert(connection: &mut PgConnection, turn: &[(Feed, Vec<Positioned>)]) -> Result<(), Fault> {
    let feeds = || turn.iter().flat_map(|(feed, events)| events.iter().map(move |_| feed));
    let events = || turn.iter().flat_map(|(_, events)| events);
    let texts = |field: fn(&Recorded) -> &String| events().map(|event| field(&event.event).clone()).collect::<Vec<_>>();
    sqlx::query!(
        "insert into events (category, partition, position, id, version, type, schema, at, actor, command, trace, data)
         select * from unnest($1::text[], $2::smallint[], $3::bigint[], $4::uuid[], $5::bigint[], $6::text[],
                              $7::integer[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])",
        &feeds().map(|feed| feed.category.to_owned()).collect::<Vec<_>>(),
        &feeds().map(|feed| i16::from(feed.partition.number())).collect::<Vec<_>>(),
        &events().map(|event| event.position as i64).collect::<Vec<_>>(),
        &events().map(|event| event.event.id).collect::<Vec<_>>(),
        &events().map(|event| event.event.version as i64).collect::<Vec<_>>(),
        &texts(|event| &event.kind),
        &events().map(|event| event.event.schema.cast_signed()).collect::<Vec<_>>(),
        &texts(|event| &event.at),
        &texts(|event| &event.actor),
        &texts(|event| &event.command),
        &texts(|event| &event.trace),
        &texts(|event| &event.data),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One archived event.
pub(super) struct Row {
    pub(super) position: i64,
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) kind: String,
    pub(super) schema: i32,
    pub(super) at: String,
    pub(super) actor: String,
    pub(super) command: String,
    pub(super) trace: String,
    pub(super) data: String,
}

impl From<Row> for Positioned {
    fn from(row: Row) -> Self {
        let event = Recorded {
            id: row.id,
            version: row.version.unsigned_abs(),
            kind: row.kind,
            schema: row.schema.cast_unsigned(),
            at: row.at,
            actor: row.actor,
            command: row.command,
            trace: row.trace,
            data: row.data,
        };
        Self { position: row.position.unsigned_abs(), event }
    }
}

/// Events of a feed at these positions, at most `count`.
pub(crate) async fn of_feed(
    archive: impl PgExecutor<'_>,
    feed: Feed,
    positions: Range<u64>,
    count: usize,
) -> Result<Vec<Positioned>, Fault> {
    let rows = sqlx::query_as!(
        Row,
        "select position, id, version, type as kind, schema, at, actor, command, trace, data
         from events where category = $1 and partition = $2 and position >= $3 and position < $4
         order by position limit $5",
        feed.category,
        i16::from(feed.partition.number()),
        positions.start as i64,
        positions.end as i64,
        count as i64
    )
    .fetch_all(archive)
    .await?;
    Ok(rows.into_iter().map(Positioned::from).collect())
}

/// The place of the newest archived event of a feed; 0 when there is none.
pub(crate) async fn last_of_feed(archive: impl PgExecutor<'_>, feed: Feed) -> Result<u64, Fault> {
    let last = sqlx::query_scalar!(
        "select max(position) from events where category = $1 and partition = $2",
        feed.category,
        i16::from(feed.partition.number())
    );
    Ok(last.fetch_one(archive).await?.map_or(0, i64::unsigned_abs))
}

/// Events of some aggregates up to a place in their feed, those of one aggregate in order.
pub(crate) async fn of_aggregates(
    archive: impl PgExecutor<'_>,
    category: &str,
    ids: &[Uuid],
    position: u64,
) -> Result<Vec<Positioned>, Fault> {
    let rows = sqlx::query_as!(
        Row,
        "select position, id, version, type as kind, schema, at, actor, command, trace, data
         from events where category = $1 and id = any($2) and position <= $3 order by id, version",
        category,
        ids,
        position as i64
    )
    .fetch_all(archive)
    .await?;
    Ok(rows.into_iter().map(Positioned::from).collect())
}

/// Events of one aggregate with these versions.
pub(crate) async fn of_aggregate(
    archive: impl PgExecutor<'_>,
    category: &str,
    id: Uuid,
    versions: Range<u64>,
) -> Result<Vec<Recorded>, Fault> {
    let rows = sqlx::query_as!(
        Row,
        "select position, id, version, type as kind, schema, at, actor, command, trace, data
         from events where category = $1 and id = $2 and version >= $3 and version < $4 order by version",
        category,
        id,
        versions.start as i64,
        versions.end as i64
    )
    .fetch_all(archive)
    .await?;
    Ok(rows.into_iter().map(|row| Positioned::from(row).event).collect())
}
