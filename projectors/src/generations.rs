//! The generations of a read model: which there are, and what each is for.

use std::time::Duration;

use event_store::{Feed, Store};
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::time::Instant;

use crate::{Fault, projection::Projection, replay::indexes, schema};

/// How long the consumers of a generation that ends may take to leave it.
const LEFT_WITHIN: Duration = Duration::from_secs(10);

/// What a generation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// A replay fills it.
    Building,
    /// It is complete and kept up to date, and not shown yet.
    Next,
    /// Queries read it.
    Live,
    /// Queries read it until the last switch. It is kept up to date, so that they can again.
    Previous,
}

/// One generation of a read model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// The read model.
    pub read_model: &'static str,
    /// Rises from 1.
    pub number: i32,
    /// What it is for.
    pub state: State,
}

impl Generation {
    /// Its schema, which also names its consumer group.
    #[must_use]
    pub fn schema(&self) -> String {
        format!("{}_g{}", self.read_model, self.number)
    }

    /// Whether consumers keep it up to date.
    #[must_use]
    pub const fn is_fed(&self) -> bool {
        !matches!(self.state, State::Building)
    }
}

/// The generations of a read model, oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn all(connection: &mut PgConnection, read_model: &'static str) -> sqlx::Result<Vec<Generation>> {
    let statement = format!("select generation, state from {read_model}.generations order by 1");
    let rows: Vec<(i32, State)> = sqlx::query_as(AssertSqlSafe(statement)).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(number, state)| Generation { read_model, number, state }).collect())
}

/// The generation that queries read.
///
/// # Errors
/// When Postgres does not answer, or the schemas were never brought up to date.
pub async fn live(connection: &mut PgConnection, read_model: &'static str) -> sqlx::Result<Generation> {
    let all = all(connection, read_model).await?;
    all.into_iter().find(|generation| generation.state == State::Live).ok_or(sqlx::Error::RowNotFound)
}

/// Makes a generation that is to be filled: tables without indexes, and a place of its own in every feed, so that nothing
/// is trimmed that it has not read. What was begun and never registered is for [`clear`].
pub(crate) async fn begin<P: Projection>(connection: &mut PgConnection, store: &Store) -> Result<Generation, Fault> {
    let next = format!("select nextval(pg_get_serial_sequence('{}.generations', 'generation'))::integer", P::NAME);
    let number = sqlx::query_scalar(AssertSqlSafe(next)).fetch_one(&mut *connection).await?;
    let generation = Generation { read_model: P::NAME, number, state: State::Building };
    let schema = generation.schema();
    schema::create(connection, schema::of(P::NAME), &schema).await?;
    indexes::take_off(connection, &schema).await?;
    for feed in feeds::<P>() {
        store.set_group(&schema, feed, 0).await?;
        let place = format!(
            "insert into {schema}.positions (consumer, category, partition) values ('{schema}', '{}', {})",
            feed.category,
            feed.partition.number()
        );
        sqlx::raw_sql(AssertSqlSafe(place)).execute(&mut *connection).await?;
    }
    let register = format!("insert into {}.generations (generation, state) values ({number}, 'building')", P::NAME);
    sqlx::raw_sql(AssertSqlSafe(register)).execute(connection).await?;
    Ok(generation)
}

/// Marks a generation as what it is from now on.
pub(crate) async fn mark(connection: &mut PgConnection, generation: &Generation, state: State) -> sqlx::Result<()> {
    let mark = format!("update {}.generations set state = $1 where generation = $2", generation.read_model);
    sqlx::query(AssertSqlSafe(mark)).bind(state).bind(generation.number).execute(connection).await?;
    Ok(())
}

/// Ends a generation: its consumers leave it, then its tables and groups go.
pub(crate) async fn drop<P: Projection>(
    connection: &mut PgConnection,
    store: &Store,
    generation: &Generation,
) -> Result<(), Fault> {
    let forget = format!("delete from {}.generations where generation = {}", P::NAME, generation.number);
    sqlx::raw_sql(AssertSqlSafe(forget)).execute(&mut *connection).await?;
    let schema = generation.schema();
    let worked_on = format!("select exists (select from {schema}.positions where expires_at > now())");
    let since = Instant::now();
    while since.elapsed() < LEFT_WITHIN
        && sqlx::query_scalar(AssertSqlSafe(worked_on.as_str())).fetch_one(&mut *connection).await?
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    remove::<P>(connection, store, &schema).await
}

/// Removes what is left of generations that were begun or dropped by a process which then ended.
pub(crate) async fn clear<P: Projection>(connection: &mut PgConnection, store: &Store) -> Result<(), Fault> {
    let known: Vec<_> = all(connection, P::NAME).await?.iter().map(Generation::schema).collect();
    let left = sqlx::query_scalar!(
        r#"select nspname::text as "name!" from pg_namespace where nspname ~ ('^' || $1 || '_g[0-9]+$')"#,
        P::NAME
    )
    .fetch_all(&mut *connection)
    .await?;
    for schema in left.iter().filter(|schema| !known.contains(schema)) {
        remove::<P>(connection, store, schema).await?;
    }
    Ok(())
}

async fn remove<P: Projection>(connection: &mut PgConnection, store: &Store, schema: &str) -> Result<(), Fault> {
    for feed in feeds::<P>() {
        store.drop_group(schema, feed).await?;
    }
    // Postgres need not tell what goes with the schema.
    let remove = format!("set client_min_messages to warning; drop schema if exists {schema} cascade");
    sqlx::raw_sql(AssertSqlSafe(remove)).execute(connection).await?;
    Ok(())
}

fn feeds<P: Projection>() -> impl Iterator<Item = Feed> {
    P::CATEGORIES.iter().flat_map(|category| Feed::all(category))
}
