//! Brings an empty database to where the projectors bring it: the live generations, and the views in front of them.
//!
//! It reads the migrations from the folder, so that tests of the read side need nothing of the projectors.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// Folders of migrations that are no read model's.
const OTHERS: [&str; 9] =
    ["archive", "consumers", "homes", "mailer", "policies", "privacy", "projections", "records", "webhooks"];

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every read model: each has a folder of migrations.
fn read_models(root: &Path) -> BTreeSet<String> {
    let folders = fs::read_dir(root.join("migrations")).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !OTHERS.contains(&name.as_str())).collect()
}

/// The schemas in which queries without a schema find their tables, in the repository at this root.
#[must_use]
pub fn search_path(root: &Path) -> String {
    let generations: String = read_models(root).iter().map(|read_model| format!("{read_model}_g1,")).collect();
    generations + "policies,mailer,webhooks,privacy,archive"
}

/// Runs all migrations in an empty database.
///
/// # Panics
/// When one fails.
pub async fn migrate(url: &str) {
    migrate_from(&root(), url).await;
}

/// Runs all migrations of the repository at this root in an empty database.
///
/// # Panics
/// When one fails.
pub async fn migrate_from(root: &Path, url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    for (folders, schema) in [
        (&["consumers", "homes", "policies"][..], "policies"),
        (&["consumers", "homes", "mailer"], "mailer"),
        (&["consumers", "homes", "privacy"], "privacy"),
        (&["consumers", "homes", "webhooks"], "webhooks"),
        (&["consumers", "archive"], "archive"),
        (&["records"], "records"),
    ] {
        create(root, &mut connection, folders, schema).await;
    }
    for read_model in read_models(root) {
        create(root, &mut connection, &["homes"], &read_model).await;
        execute(&mut connection, format!("insert into {read_model}.generations (state) values ('live')")).await;
        let schema = format!("{read_model}_g1");
        create(root, &mut connection, &["consumers", "projections", &read_model], &schema).await;
        publish(&mut connection, &read_model, &schema).await;
    }
    connection.close().await.unwrap();
}

async fn create(root: &Path, connection: &mut PgConnection, folders: &[&str], schema: &str) {
    execute(connection, format!("create schema {schema}; set search_path to {schema}")).await;
    for folder in folders {
        let folder = root.join("migrations").join(folder);
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
