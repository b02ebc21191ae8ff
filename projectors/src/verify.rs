//! Whether the rows are what a plain fold of the log makes: one event at a time, in order, into a schema of its own.
//!
//! For a shop at rest: what happens while it runs shows as a difference.

use std::fmt;

use event_store::{Feed, Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, postgres::PgConnectOptions};

use crate::{
    Fault, generations,
    log::Log,
    projection::{Projection, apply, private_records},
    read_models::{Inventories, Orders, Products, Users},
    schema,
};

/// How many events are read at a time.
const PAGE: usize = 1_000;
/// How many rows are shown of each table.
const SHOWN: usize = 5;

/// Rows of one table that the live read model and the fold do not share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The read model and its table, such as `orders.timeline`.
    pub table: String,
    /// Rows that are live, but that the fold does not have. Some of them.
    pub only_live: Vec<String>,
    /// Rows that the fold has, but that are not live. Some of them.
    pub only_folded: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.table)?;
        self.only_live.iter().try_for_each(|row| write!(f, "\n  live    {row}"))?;
        self.only_folded.iter().try_for_each(|row| write!(f, "\n  folded  {row}"))
    }
}

/// Folds the whole log and compares every read model with it.
///
/// # Errors
/// When a store does not answer, or an event cannot be folded.
pub async fn verify(store: &Store, database: &PgConnectOptions) -> Result<Vec<Difference>, Fault> {
    let mut differences = Vec::new();
    differences.extend(verify_one::<Users>(store, database).await?);
    differences.extend(verify_one::<Products>(store, database).await?);
    differences.extend(verify_one::<Inventories>(store, database).await?);
    differences.extend(verify_one::<Orders>(store, database).await?);
    Ok(differences)
}

async fn verify_one<P: Projection>(store: &Store, database: &PgConnectOptions) -> Result<Vec<Difference>, Fault> {
    let (log, folded) = (Log::new(store.clone(), database), format!("{}_verify", P::NAME));
    let mut connection = PgConnection::connect_with(database).await?;
    let live = generations::live(&mut connection, P::NAME).await?.schema();
    // Postgres need not tell what is dropped with the schema.
    execute(&mut connection, format!("set client_min_messages to warning; drop schema if exists {folded} cascade"))
        .await?;
    schema::create(&mut connection, schema::of(P::NAME), &folded).await?;
    execute(&mut connection, format!("set search_path to {folded}, {}", P::NAME)).await?;
    for category in P::CATEGORIES {
        for feed in Feed::all(category) {
            fold::<P>(store, &log, &mut connection, feed).await?;
        }
    }
    let mut differences = Vec::new();
    for table in schema::tables(&mut connection, &live).await? {
        let only_live = rows_only_in(&mut connection, &live, &folded, &table).await?;
        let only_folded = rows_only_in(&mut connection, &folded, &live, &table).await?;
        if !only_live.is_empty() || !only_folded.is_empty() {
            differences.push(Difference { table: format!("{}.{table}", P::NAME), only_live, only_folded });
        }
    }
    execute(&mut connection, format!("drop schema {folded} cascade")).await?;
    Ok(differences)
}

/// One event at a time, in one transaction, so that nothing of the live projection's batches is repeated here.
async fn fold<P: Projection>(store: &Store, log: &Log, connection: &mut PgConnection, feed: Feed) -> Result<(), Fault> {
    let mut transaction = connection.begin().await?;
    let mut next = 1;
    loop {
        let page = log.read(feed, next, PAGE).await?;
        let private = private_records::<P>(store, page.iter().map(|event| &event.event)).await?;
        for event in &page {
            apply::<P>(&mut transaction, &[event], &private).await?;
        }
        next += page.len() as u64;
        if page.is_empty() {
            return Ok(transaction.commit().await?);
        }
    }
}

async fn rows_only_in(
    connection: &mut PgConnection,
    here: &str,
    there: &str,
    table: &str,
) -> Result<Vec<String>, Fault> {
    let statement = format!(
        "select r::text from (select * from {here}.{table} except all select * from {there}.{table}) r limit {SHOWN}"
    );
    let rows = sqlx::query(AssertSqlSafe(statement)).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

async fn execute(connection: &mut PgConnection, statement: String) -> Result<(), Fault> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}
