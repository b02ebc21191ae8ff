//! The schemas of Postgres: one per consumer and generation, and views in front of the live one.
//!
//! A read model `orders` lives in a numbered schema such as `orders_g1`. Queries read the views of its home, the schema
//! `orders`, so that the next generation can be built beside the live one and take its place in one transaction.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    archive,
    generations::{self, Generation},
    policies,
    projection::Projection,
    read_models::{self, each_read_model},
    readers, timers,
};

/// A connection that rested for longer is asked whether it is still there before it is used. Where turns follow one another, none does.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// What a schema is made of.
pub struct Definition {
    /// The read model, as queries name it.
    pub name: &'static str,
    /// Its own tables.
    tables: Migrator,
}

/// In the schema of every consumer: its positions.
static CONSUMER: Migrator = sqlx::migrate!("../migrations/consumers");
/// Beside the positions of the policies: how far requests have been taken over.
static REQUESTS: Migrator = sqlx::migrate!("../migrations/policies");
/// In the home of every consumer: its generations, what is skipped, and what came late.
static HOME: Migrator = sqlx::migrate!("../migrations/homes");
/// In every schema of a read model: the applied versions.
static PROJECTION: Migrator = sqlx::migrate!("../migrations/projections");

/// In the schema of the mailer: what was sent, and the mails of a demo shop.
static MAILS: Migrator = sqlx::migrate!("../migrations/mailer");

/// In the schema of privacy: where something of users is kept.
static KEPT: Migrator = sqlx::migrate!("../migrations/privacy");
/// In the schema of the webhooks: whom to tell what.
static DELIVERIES: Migrator = sqlx::migrate!("../migrations/webhooks");

/// In the schema of the archive: the events.
static EVENTS: Migrator = sqlx::migrate!("../migrations/archive");

macro_rules! definitions {
    ([] $($read_model:ident $folder:literal,)+) => {
        &[$(Definition { name: read_models::$read_model::NAME, tables: sqlx::migrate!($folder) }),+]
    };
}

/// Every read model.
pub static READ_MODELS: &[Definition] = each_read_model!(definitions);

/// The home of the policies, which is their consumer schema too.
pub const POLICIES: &str = "policies";

/// The home of the mailer, which is its consumer schema too.
pub const MAILER: &str = "mailer";

/// The home of privacy, which is its consumer schema too.
pub const PRIVACY: &str = "privacy";
/// The home of the webhooks, which is their consumer schema too.
pub const WEBHOOKS: &str = "webhooks";

/// The schema of the archive, and where its positions are kept.
pub const ARCHIVE: &str = "archive";

/// What a read model's schemas are made of.
///
/// # Panics
/// When there is no read model of that name.
pub(crate) fn of(read_model: &str) -> &'static Definition {
    let found = READ_MODELS.iter().find(|definition| definition.name == read_model);
    found.expect("every projection has a folder of migrations")
}

/// Brings every schema up to date and points the views to the live generations. Safe to repeat.
///
/// # Errors
/// When Postgres does not answer, or its schemas are newer than this version.
pub async fn migrate(database: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(database).await?;
    // Postgres need not tell which views there were none of.
    sqlx::raw_sql("set client_min_messages to warning").execute(&mut connection).await?;
    // Processes that start together wait for one another here, since Postgres lets only one of them create a schema.
    sqlx::query!("select pg_advisory_lock(hashtext('millrace'))").execute(&mut connection).await?;
    enter(&mut connection, POLICIES).await?;
    run(&CONSUMER, "_consumer_migrations", &mut connection).await?;
    run(&HOME, "_home_migrations", &mut connection).await?;
    run(&REQUESTS, "_migrations", &mut connection).await?;
    enter(&mut connection, MAILER).await?;
    run(&CONSUMER, "_consumer_migrations", &mut connection).await?;
    run(&HOME, "_home_migrations", &mut connection).await?;
    run(&MAILS, "_migrations", &mut connection).await?;
    enter(&mut connection, PRIVACY).await?;
    run(&CONSUMER, "_consumer_migrations", &mut connection).await?;
    run(&HOME, "_home_migrations", &mut connection).await?;
    run(&KEPT, "_migrations", &mut connection).await?;
    enter(&mut connection, WEBHOOKS).await?;
    run(&CONSUMER, "_consumer_migrations", &mut connection).await?;
    run(&HOME, "_home_migrations", &mut connection).await?;
    run(&DELIVERIES, "_migrations", &mut connection).await?;
    enter(&mut connection, ARCHIVE).await?;
    run(&CONSUMER, "_consumer_migrations", &mut connection).await?;
    run(&EVENTS, "_migrations", &mut connection).await?;
    archive::create_records(&mut connection).await?;
    for read_model in READ_MODELS {
        enter(&mut connection, read_model.name).await?;
        run(&HOME, "_home_migrations", &mut connection).await?;
        sqlx::query!(
            "insert into generations (state) select 'live'
             where not exists (select from generations where state = 'live')"
        )
        .execute(&mut connection)
        .await?;
        for generation in generations::all(&mut connection, read_model.name).await? {
            create(&mut connection, read_model, &generation.schema()).await?;
        }
        publish(&mut connection, read_model.name).await?;
    }
    connection.close().await
}

/// Creates a schema, or brings it up to date. Its name must be one of the project's own, never input.
///
/// # Errors
/// When Postgres does not answer, or the schema is newer than this version.
pub async fn create(connection: &mut PgConnection, definition: &Definition, schema: &str) -> Result<(), sqlx::Error> {
    enter(connection, schema).await?;
    run(&CONSUMER, "_consumer_migrations", connection).await?;
    run(&PROJECTION, "_projection_migrations", connection).await?;
    run(&definition.tables, "_migrations", connection).await?;
    sqlx::raw_sql("reset search_path").execute(connection).await?;
    Ok(())
}

/// Makes unqualified names mean this schema, and creates it where it is missing.
async fn enter(connection: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    let statement = format!("create schema if not exists {schema}; set search_path to {schema}");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
    readers::let_in(connection, schema).await
}

/// Runs what is new of one folder of migrations, which is remembered in a table of its own.
pub(crate) async fn run(
    folder: &Migrator,
    remembered_in: &'static str,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let mut migrator = Migrator { migrations: folder.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name(remembered_in);
    // `run` makes a future that no task can take along.
    Ok(migrator.run_direct(None, connection, false).await?)
}

/// Points the views of a read model to its live generation, where they are not what they should be.
async fn publish(connection: &mut PgConnection, home: &'static str) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    // No switch meanwhile.
    let statement = format!("select from {home}.generations for update");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    let live = generations::live(&mut transaction, home).await?.schema();
    if !shows(&mut transaction, home, &live).await? {
        show(&mut transaction, home, &live).await?;
    }
    transaction.commit().await
}

/// Makes the views of a home show the tables of a schema.
pub(crate) async fn show(connection: &mut PgConnection, home: &str, schema: &str) -> Result<(), sqlx::Error> {
    for table in tables(connection, schema).await? {
        let statement =
            format!("drop view if exists {home}.{table}; create view {home}.{table} as select * from {schema}.{table}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Whether the views of a home show every column of the tables of a schema.
async fn shows(connection: &mut PgConnection, home: &str, schema: &str) -> Result<bool, sqlx::Error> {
    let tables = tables(connection, schema).await?;
    sqlx::query_scalar!(
        r#"select not exists (
             select from information_schema.columns c
             where c.table_schema = $2 and c.table_name = any($3) and not exists (
               select from information_schema.columns v
               join information_schema.view_table_usage u on u.view_schema = v.table_schema and u.view_name = v.table_name
               where v.table_schema = $1 and v.table_name = c.table_name and v.column_name = c.column_name
                 and v.udt_name = c.udt_name and u.table_schema = c.table_schema and u.table_name = c.table_name
             )
           ) as "shows!""#,
        home,
        schema,
        &tables
    )
    .fetch_one(connection)
    .await
}

/// The tables of a schema that hold what its consumer made of the events. `applied` is the first, since all that read
/// several of them begin with it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn tables(connection: &mut PgConnection, schema: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select tablename::text as "name!" from pg_tables
           where schemaname = $1 and tablename not like '\_%'
             and tablename not in ('positions', 'workers', 'held', 'held_events', 'paused', 'generations', 'skipped', 'late')
           order by tablename <> 'applied', tablename"#,
        schema
    )
    .fetch_all(connection)
    .await
}

/// The schemas in which consumers keep their positions.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn of_consumers(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    of_consumers_and(connection, Generation::is_fed).await
}

/// The same with those of generations that a replay fills. What is left of a generation that was dropped is none.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn of_all_consumers(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    of_consumers_and(connection, |_| true).await
}

async fn of_consumers_and(
    connection: &mut PgConnection,
    counts: impl Fn(&Generation) -> bool,
) -> Result<Vec<String>, sqlx::Error> {
    let mut schemas = Vec::new();
    for read_model in READ_MODELS {
        let generations = generations::all(connection, read_model.name).await?;
        schemas.extend(generations.iter().filter(|generation| counts(generation)).map(Generation::schema));
    }
    schemas.extend([POLICIES, MAILER, WEBHOOKS, PRIVACY, ARCHIVE].map(str::to_owned));
    Ok(schemas)
}

/// The schema in which a consumer keeps its positions, whether or not it has any yet; `None` when there is no such consumer.
pub(crate) async fn of_consumer(connection: &mut PgConnection, consumer: &str) -> Result<Option<String>, sqlx::Error> {
    if let Some(schema) = of_consumers(connection).await?.into_iter().find(|schema| schema == consumer) {
        return Ok((schema != POLICIES).then_some(schema));
    }
    // Those of an older Millrace too.
    let statement = "select exists (select from policies.positions where consumer = $1)";
    let is_policy = policies::GROUPS.contains(&consumer)
        || consumer == timers::GROUP
        || sqlx::query_scalar(statement).bind(consumer).fetch_one(&mut *connection).await?;
    Ok(is_policy.then(|| POLICIES.to_owned()))
}

/// Connections whose unqualified names mean the tables of a generation, or else those of its home.
///
/// What Postgres says is committed there may be lost with a crash of it, rows and positions together: then the events are
/// folded again. So nobody waits for its disk.
#[must_use]
pub(crate) fn pool_of(database: &PgConnectOptions, generation: &Generation, connections: u32) -> PgPool {
    let database = database.clone().options([("synchronous_commit", "off")]);
    pool(&database, &format!("{},{}", generation.schema(), generation.read_model), connections)
}

/// Connections whose unqualified names mean the tables of these schemas, the first before the others.
#[must_use]
pub fn pool(database: &PgConnectOptions, schemas: &str, connections: u32) -> PgPool {
    // Consumers look rows up by their keys, many at once. One plan for that is as good as another, and making one takes longer
    // than most statements. It must not be one that was made while the tables were nearly empty, and reads all of them.
    // Where that cannot be avoided, its price is so high that Postgres would compile the statement, which takes longer than all of it.
    let planned = [("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"), ("jit", "off")];
    let options = database.clone().options([("search_path", schemas)]).options(planned);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(3))
        .test_before_acquire(false)
        .before_acquire(|connection, known| {
            Box::pin(async move { Ok(known.idle_for < TRUSTED_FOR || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(options)
}
