//! The schemas of Postgres: one per consumer and generation, and views in front of the live one.
//!
//! A read model `orders` lives in a numbered schema such as `orders_g1`. Queries read the views of schema `orders`, so
//! that the next generation can be built beside the live one and take its place in one transaction.

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// What a schema is made of.
pub struct Definition {
    /// The read model, as queries name it.
    pub name: &'static str,
    /// Its own tables.
    tables: Migrator,
}

/// In the schema of every consumer: its positions.
static CONSUMER: Migrator = sqlx::migrate!("../migrations/consumers");
/// In every schema of a read model: the applied versions.
static PROJECTION: Migrator = sqlx::migrate!("../migrations/projections");

/// Every read model.
pub static READ_MODELS: [Definition; 4] = [
    Definition { name: "users", tables: sqlx::migrate!("../migrations/users") },
    Definition { name: "products", tables: sqlx::migrate!("../migrations/products") },
    Definition { name: "inventory", tables: sqlx::migrate!("../migrations/inventory") },
    Definition { name: "orders", tables: sqlx::migrate!("../migrations/orders") },
];

/// The schema in which the positions of the policies are kept.
pub const POLICIES: &str = "policies";

/// The generation that is live.
const LIVE: u32 = 1;

/// What a read model's schemas are made of.
///
/// # Panics
/// When there is no read model of that name.
pub(crate) fn of(read_model: &str) -> &'static Definition {
    let found = READ_MODELS.iter().find(|definition| definition.name == read_model);
    found.expect("every projection has a folder of migrations")
}

/// The schema of a read model's live generation, which also names its consumer group.
#[must_use]
pub fn live(read_model: &str) -> String {
    format!("{read_model}_g{LIVE}")
}

/// Brings every schema up to date and points the views to the live generations. Safe to repeat.
///
/// # Errors
/// When Postgres does not answer, or its schemas are newer than this version.
pub async fn migrate(database: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect_with(database).await?;
    // Processes that start together wait for one another here, since Postgres lets only one of them create a schema.
    sqlx::query!("select pg_advisory_lock(hashtext('millrace'))").execute(&mut connection).await?;
    enter(&mut connection, POLICIES).await?;
    run(&CONSUMER, "_consumer_migrations", &mut connection).await?;
    for read_model in &READ_MODELS {
        let schema = live(read_model.name);
        create(&mut connection, read_model, &schema).await?;
        publish(&mut connection, read_model.name, &schema).await?;
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
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}

/// Runs what is new of one folder of migrations, which is remembered in a table of its own.
async fn run(folder: &Migrator, remembered_in: &'static str, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let mut migrator = Migrator { migrations: folder.migrations.clone(), ..Migrator::DEFAULT };
    migrator.dangerous_set_table_name(remembered_in);
    Ok(migrator.run(connection).await?)
}

/// Points the views of a read model to one of its generations, all at once.
async fn publish(connection: &mut PgConnection, read_model: &str, schema: &str) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let statement = format!("create schema if not exists {read_model}");
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    for table in tables(&mut transaction, schema).await? {
        let statement = format!("create or replace view {read_model}.{table} as select * from {schema}.{table}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// The tables of a schema that hold what its consumer made of the events.
///
/// # Errors
/// When Postgres does not answer.
pub async fn tables(connection: &mut PgConnection, schema: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select tablename::text as "name!" from pg_tables
           where schemaname = $1 and tablename not in ('positions', 'workers') and tablename not like '\_%' order by 1"#,
        schema
    )
    .fetch_all(connection)
    .await
}

/// Connections whose unqualified names mean the tables of one schema.
#[must_use]
pub fn pool(database: &PgConnectOptions, schema: &str, connections: u32) -> PgPool {
    let options = database.clone().options([("search_path", schema)]);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(std::time::Duration::from_secs(3))
        .connect_lazy_with(options)
}
