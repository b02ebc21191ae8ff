//! The end of a consumer that is gone for good: feeds no longer wait for it.

use event_store::{Feed, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};

use crate::{Fault, archive, schema};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unregistered {
    /// Its positions, its group and whatever it held are gone.
    Done,
    /// There is no such consumer.
    Unknown,
    /// Somebody works for it.
    AtWork,
    /// It keeps something up to date that is needed: a generation of a read model, or the archive.
    Needed,
}

/// Forgets a consumer for which nobody works any more. One that starts again begins anew.
///
/// # Errors
/// When a store does not answer.
pub async fn unregister(store: &Store, database: &PgConnectOptions, consumer: &str) -> Result<Unregistered, Fault> {
    let mut connection = PgConnection::connect_with(database).await?;
    let Some(schema) = schema::of_consumer(&mut connection, consumer).await? else {
        return Ok(Unregistered::Unknown);
    };
    if schema != schema::POLICIES {
        return Ok(Unregistered::Needed);
    }
    let mut transaction = connection.begin().await?;
    let statement = format!(
        "select category, coalesce(expires_at > now(), false) from {schema}.positions where consumer = $1 for update"
    );
    let rows: Vec<(String, bool)> =
        sqlx::query_as(AssertSqlSafe(statement)).bind(consumer).fetch_all(&mut *transaction).await?;
    if rows.is_empty() {
        return Ok(Unregistered::Unknown);
    }
    if rows.iter().any(|(_, is_owned)| *is_owned) {
        return Ok(Unregistered::AtWork);
    }
    for table in ["positions", "workers", "held", "held_events", "paused"] {
        let statement = format!("delete from {schema}.{table} where consumer = $1");
        sqlx::query(AssertSqlSafe(statement)).bind(consumer).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    for category in archive::CATEGORIES.iter().filter(|category| rows.iter().any(|(read, _)| read == *category)) {
        for feed in Feed::all(category) {
            store.drop_group(consumer, feed).await?;
        }
    }
    Ok(Unregistered::Done)
}
