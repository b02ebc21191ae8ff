//! How far consumers are behind the log, for people who ask.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Partition, event};
use event_store::{Feed, Store};
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection, postgres::PgConnectOptions};

use crate::{Fault, schema};

/// One consumer and its feeds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The consumer group.
    pub consumer: String,
    /// Events that are in the log and that it has not settled.
    pub events: u64,
    /// The feeds it reads.
    pub feeds: usize,
    /// Feeds that nobody works on at the moment.
    pub unowned: usize,
    /// The workers that share them.
    pub owners: usize,
    /// Aggregates that it holds, dead letters among them.
    pub held: usize,
    /// Aggregates that wait for a person.
    pub dead: usize,
    /// Why it stands still, when somebody or the circuit breaker has paused it.
    pub paused: Option<String>,
}

#[derive(FromRow)]
struct Row {
    consumer: String,
    category: String,
    partition: i16,
    position: i64,
    /// Who works on it, while their lease lasts.
    owner: Option<String>,
}

/// Aggregates that one consumer holds, and whether it stands still.
#[derive(FromRow)]
struct Halts {
    held: i64,
    dead: i64,
    paused: Option<String>,
}

/// The lag of every consumer that is at work: the policies, and each generation of a read model that is kept up to date.
///
/// # Errors
/// When a store does not answer.
pub async fn lag(store: &Store, database: &PgConnectOptions) -> Result<Vec<Lag>, Fault> {
    let mut connection = PgConnection::connect_with(database).await?;
    let mut heads = BTreeMap::new();
    let mut lags = Vec::new();
    for schema in schema::of_consumers(&mut connection).await? {
        let mut consumers = BTreeMap::<String, Vec<Row>>::new();
        for row in positions(&mut connection, &schema).await? {
            consumers.entry(row.consumer.clone()).or_default().push(row);
        }
        for (consumer, rows) in consumers {
            let Halts { held, dead, paused } = halts(&mut connection, &schema, &consumer).await?;
            let owners: BTreeSet<_> = rows.iter().filter_map(|row| row.owner.as_ref()).collect();
            let mut lag = Lag {
                events: 0,
                feeds: rows.len(),
                unowned: rows.iter().filter(|row| row.owner.is_none()).count(),
                owners: owners.len(),
                held: held.unsigned_abs() as usize,
                dead: dead.unsigned_abs() as usize,
                paused,
                consumer,
            };
            for row in &rows {
                let Some(feed) = feed(row) else { continue };
                let head = match heads.get(&feed) {
                    Some(head) => *head,
                    None => *heads.entry(feed).or_insert(store.head(feed).await?),
                };
                lag.events += head.saturating_sub(row.position.unsigned_abs());
            }
            lags.push(lag);
        }
    }
    Ok(lags)
}

async fn positions(connection: &mut PgConnection, schema: &str) -> sqlx::Result<Vec<Row>> {
    let statement = format!(
        "select consumer, category, partition, position, case when expires_at > now() then owner end as owner
         from {schema}.positions"
    );
    sqlx::query_as(AssertSqlSafe(statement)).fetch_all(connection).await
}

async fn halts(connection: &mut PgConnection, schema: &str, consumer: &str) -> sqlx::Result<Halts> {
    let statement = format!(
        "select count(*) as held, count(*) filter (where retry_at is null) as dead,
                (select 'paused by ' || actor || ': ' || reason from {schema}.paused where consumer = $1) as paused
         from {schema}.held where consumer = $1"
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(consumer).fetch_one(connection).await
}

fn feed(row: &Row) -> Option<Feed> {
    let category = event::categories().into_iter().find(|known| *known == row.category)?;
    Some(Feed { category, partition: Partition::new(u8::try_from(row.partition).ok()?)? })
}
