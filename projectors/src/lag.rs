//! How far consumers are behind the log, for people who ask.

use std::collections::BTreeMap;

use domain::{Partition, event};
use event_store::{Feed, Store};
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection, postgres::PgConnectOptions};

use crate::{
    Fault,
    generations::{self, Generation},
    schema,
};

/// One consumer and its feeds together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The consumer group.
    pub consumer: String,
    /// Events that are in the log and that it has not settled.
    pub events: u64,
    /// Feeds that nobody works on at the moment.
    pub unowned: usize,
}

#[derive(FromRow)]
struct Row {
    consumer: String,
    category: String,
    partition: i16,
    position: i64,
    owned: bool,
}

/// The lag of every consumer that is at work: the policies, and each generation of a read model that is kept up to date.
///
/// # Errors
/// When a store does not answer.
pub async fn lag(store: &Store, database: &PgConnectOptions) -> Result<Vec<Lag>, Fault> {
    let mut connection = PgConnection::connect_with(database).await?;
    let mut schemas = Vec::new();
    for read_model in &schema::READ_MODELS {
        let generations = generations::all(&mut connection, read_model.name).await?;
        schemas.extend(generations.iter().filter(|generation| generation.is_fed()).map(Generation::schema));
    }
    schemas.extend([schema::POLICIES, schema::ARCHIVE].map(str::to_owned));
    let mut rows = Vec::<Row>::new();
    for schema in schemas {
        let statement = format!(
            "select consumer, category, partition, position, coalesce(expires_at > now(), false) as owned
             from {schema}.positions order by 1, 2, 3"
        );
        rows.extend(sqlx::query_as(AssertSqlSafe(statement)).fetch_all(&mut connection).await?);
    }
    let mut heads = BTreeMap::new();
    let mut lags = Vec::<Lag>::new();
    for row in rows {
        let Some(feed) = feed(&row) else { continue };
        let head = match heads.get(&feed) {
            Some(head) => *head,
            None => *heads.entry(feed).or_insert(store.head(feed).await?),
        };
        let behind = head.saturating_sub(row.position.unsigned_abs());
        let unowned = usize::from(!row.owned);
        match lags.last_mut() {
            Some(lag) if lag.consumer == row.consumer => {
                lag.events += behind;
                lag.unowned += unowned;
            }
            _ => lags.push(Lag { consumer: row.consumer, events: behind, unowned }),
        }
    }
    Ok(lags)
}

fn feed(row: &Row) -> Option<Feed> {
    let category = event::categories().into_iter().find(|known| *known == row.category)?;
    Some(Feed { category, partition: Partition::new(u8::try_from(row.partition).ok()?)? })
}
