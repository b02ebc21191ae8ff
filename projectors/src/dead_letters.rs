//! Aggregates that are held, for people who look after them.

use sqlx::{AssertSqlSafe, FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{Fault, schema};

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
    /// What an operator has asked for and the owner has not done yet.
    pub request: Option<String>,
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
                    last_failed_at, request, waiting, data
             from {schema}.held h, lateral (
               select count(*) as waiting, (array_agg(data order by version))[1] as data from {schema}.held_events e
               where e.consumer = h.consumer and e.category = h.category and e.id = h.id
             ) e
             order by consumer, category, partition, position"
        );
        all.extend(sqlx::query_as(AssertSqlSafe(statement)).fetch_all(&mut *connection).await?);
    }
    Ok(all)
}
