//! Brings an empty database to where the projectors bring it: the live generations, and the views in front of them.
//!
//! It reads the migrations from the folder, so that tests of the read side need nothing of the projectors.

use std::fs;
use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

const READ_MODELS: [&str; 5] = ["users", "products", "inventory", "orders", "subscriptions"];

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The schemas in which queries without a schema find their tables.
#[must_use]
pub fn search_path() -> String {
    READ_MODELS.map(|read_model| format!("{read_model}_g1,")).concat() + "policies,mailer,webhooks,privacy,archive"
}

/// Runs all migrations in an empty database.
///
/// # Panics
/// When one fails.
pub async fn migrate(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    create(&mut connection, &["consumers", "homes", "policies"], "policies").await;
    create(&mut connection, &["consumers", "homes", "mailer"], "mailer").await;
    create(&mut connection, &["consumers", "homes", "privacy"], "privacy").await;
    create(&mut connection, &["consumers", "homes", "webhooks"], "webhooks").await;
    create(&mut connection, &["consumers", "archive"], "archive").await;
    create(&mut connection, &["records"], "records").await;
    for read_model in READ_MODELS {
        create(&mut connection, &["homes"], read_model).await;
        execute(&mut connection, format!("insert into {read_model}.generations (state) values ('live')")).await;
        let schema = format!("{read_model}_g1");
        create(&mut connection, &["consumers", "projections", read_model], &schema).await;
        publish(&mut connection, read_model, &schema).await;
    }
    connection.close().await.unwrap();
}

async fn create(connection: &mut PgConnection, folders: &[&str], schema: &str) {
    execute(connection, format!("create schema {schema}; set search_path to {schema}")).await;
    for folder in folders {
        let folder = root().join("migrations").join(folder);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            execute(connection, fs::read_to_string(file).unwrap()).await;
        }
    }
    execute(connection, "reset search_path".to_owned()).await;
}

async fn publish(connection: &mut PgConnection, read_model: &str, schema: &str) {
    let tables: Vec<String> = sqlx::query_scalar(
        "select tablename::text from pg_tables where schemaname = $1
           and tablename not in ('positions', 'workers', 'held', 'held_events', 'paused')",
    )
    .bind(schema)
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for table in tables {
        execute(connection, format!("create view {read_model}.{table} as select * from {schema}.{table}")).await;
    }
}

async fn execute(connection: &mut PgConnection, statements: String) {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.unwrap();
}
