//! Aggregates that are held, for people who look after them.

use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Fault, schema, webhooks};

/// An aggregate that one consumer holds, and the event that it is held by.
#[derive(Clone, Debug, FromRow)]
pub struct HeldAggregate {
    /// The consumer group.
    pub consumer: String,
    /// The family of the aggregate.
    pub category: String,
    /// The aggregate.
    pub id: Uuid,
    /// The event that fails.
    pub version: i64,
    /// Its place in its feed.
    pub position: i64,
    /// Its type.
    #[sqlx(rename = "type")]
    pub kind: String,
    /// What is wrong with it.
    pub error: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried again; a dead letter waits for a person.
    pub retry_at: Option<OffsetDateTime>,
    /// When it failed first.
    pub first_failed_at: OffsetDateTime,
    /// When it failed last.
    pub last_failed_at: OffsetDateTime,
    /// Whether an operator has asked for something that the owner has not done yet.
    pub is_asked: bool,
    /// How many events wait, this one included.
    pub waiting: i64,
    /// The data of the event that fails.
    pub data: String,
}

impl HeldAggregate {
    /// Whether it waits for a person.
    #[must_use]
    pub const fn is_dead(&self) -> bool {
        self.retry_at.is_none()
    }
}

/// Everything that is held, by consumer and in the order of the feeds.
///
/// # Errors
/// When Postgres does not answer.
pub async fn held(connection: &mut PgConnection) -> Result<Vec<HeldAggregate>, Fault> {
    let mut all = Vec::new();
    for schema in schema::of_consumers(connection).await? {
        let statement = format!(
            "select consumer, category, id, version, position, type, error, attempts, retry_at, first_failed_at,
                    last_failed_at, retry_asked or discard is not null as is_asked,
                    (select count(*) from {schema}.held_events e
                     where e.consumer = h.consumer and e.category = h.category and e.id = h.id) as waiting,
                    coalesce((select data from {schema}.held_events e where e.consumer = h.consumer
                              and e.category = h.category and e.id = h.id and e.version = h.version), '') as data
             from {schema}.held h order by consumer, category, partition, position"
        );
        all.extend(sqlx::query_as(AssertSqlSafe(statement)).fetch_all(&mut *connection).await?);
    }
    all.extend(webhooks::dead_letters::all(connection).await?);
    Ok(all)
}

/// Whether an event was passed over because an operator asked for it.
///
/// # Errors
/// When Postgres does not answer, or there is no such consumer.
pub async fn is_skipped(
    connection: &mut PgConnection,
    consumer: &str,
    (category, id, version): (&str, Uuid, u64),
) -> Result<bool, Fault> {
    let schema = schema::of_consumer(connection, consumer).await?.ok_or(sqlx::Error::RowNotFound)?;
    // What is recorded for one generation of a read model counts for all of them.
    let generation = schema.rsplit_once("_g").filter(|(_, number)| number.parse::<u32>().is_ok());
    let (home, subject) = generation.map_or((schema.as_str(), consumer), |(read_model, _)| (read_model, read_model));
    let statement = format!(
        "select exists (select from {home}.skipped where consumer = $1 and category = $2 and id = $3 and version = $4)"
    );
    let query = sqlx::query_scalar(AssertSqlSafe(statement)).bind(subject).bind(category).bind(id).bind(version as i64);
    Ok(query.fetch_one(connection).await?)
}
