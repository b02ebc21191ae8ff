//! How far consumers are behind the log, for people who ask.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Partition, event};
use event_store::{Feed, Store};
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection, postgres::PgConnectOptions};
use time::OffsetDateTime;

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

/// One consumer, as it stands in Postgres.
pub(crate) struct Consumer {
    pub(crate) name: String,
    pub(crate) feeds: Vec<Row>,
    pub(crate) halts: Halts,
}

impl Consumer {
    /// How far it has got in each feed. The timers have leases and no feeds.
    pub(crate) fn positions(&self) -> impl Iterator<Item = (Feed, u64)> {
        self.feeds.iter().filter_map(|row| Some((feed(row)?, row.position.unsigned_abs())))
    }

    /// How many of its feeds nobody works on at the moment.
    pub(crate) fn unowned(&self) -> usize {
        self.feeds.iter().filter(|row| row.owner.is_none()).count()
    }
}

#[derive(FromRow)]
pub(crate) struct Row {
    consumer: String,
    category: String,
    partition: i16,
    position: i64,
    /// Who works on it, while their lease lasts.
    pub(crate) owner: Option<String>,
}

/// What one consumer holds, and whether it stands still.
#[derive(FromRow)]
pub(crate) struct Halts {
    pub(crate) held: i64,
    pub(crate) dead: i64,
    /// When the oldest of the dead failed first.
    pub(crate) oldest_dead: Option<OffsetDateTime>,
    pub(crate) paused: Option<String>,
}

/// The lag of every consumer that is at work: the policies, and each generation of a read model that is kept up to date.
///
/// # Errors
/// When a store does not answer.
pub async fn lag(store: &Store, database: &PgConnectOptions) -> Result<Vec<Lag>, Fault> {
    let mut connection = PgConnection::connect_with(database).await?;
    let mut heads = BTreeMap::new();
    let mut lags = Vec::new();
    for consumer in consumers(&mut connection).await? {
        let owners: BTreeSet<_> = consumer.feeds.iter().filter_map(|row| row.owner.as_ref()).collect();
        let mut events = 0;
        for (feed, position) in consumer.positions() {
            let head = match heads.get(&feed) {
                Some(head) => *head,
                None => *heads.entry(feed).or_insert(store.head(feed).await?),
            };
            events += head.saturating_sub(position);
        }
        lags.push(Lag {
            events,
            feeds: consumer.feeds.len(),
            unowned: consumer.unowned(),
            owners: owners.len(),
            held: consumer.halts.held.unsigned_abs() as usize,
            dead: consumer.halts.dead.unsigned_abs() as usize,
            paused: consumer.halts.paused,
            consumer: consumer.name,
        });
    }
    Ok(lags)
}

/// Every consumer that is at work.
pub(crate) async fn consumers(connection: &mut PgConnection) -> Result<Vec<Consumer>, Fault> {
    let mut found = Vec::new();
    for schema in schema::of_consumers(connection).await? {
        let mut consumers = BTreeMap::<String, Vec<Row>>::new();
        for row in positions(connection, &schema).await? {
            consumers.entry(row.consumer.clone()).or_default().push(row);
        }
        for (name, feeds) in consumers {
            let halts = halts(connection, &schema, &name).await?;
            found.push(Consumer { name, feeds, halts });
        }
    }
    Ok(found)
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
                min(first_failed_at) filter (where retry_at is null) as oldest_dead,
                (select 'paused by ' || actor || ': ' || reason from {schema}.paused where consumer = $1) as paused
         from {schema}.held where consumer = $1"
    );
    sqlx::query_as(AssertSqlSafe(statement)).bind(consumer).fetch_one(connection).await
}

fn feed(row: &Row) -> Option<Feed> {
    let category = event::categories().into_iter().find(|known| *known == row.category)?;
    Some(Feed { category, partition: Partition::new(u8::try_from(row.partition).ok()?)? })
}
