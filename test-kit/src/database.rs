//! An empty database for each test, in one Postgres that the process starts once.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::postgres::{TestPostgres, postgres};

static SHARED: OnceCell<TestPostgres> = OnceCell::const_new();

/// An empty database, dropped with its connections when this value is.
#[derive(Debug)]
pub struct TestDatabase {
    server: PgConnectOptions,
    name: String,
    url: String,
}

/// Creates an empty database.
///
/// # Panics
/// When Postgres is missing or does not start.
pub async fn database() -> TestDatabase {
    let shared = SHARED.get_or_init(postgres).await;
    let name = format!("test_{}", Uuid::now_v7().simple());
    let database = TestDatabase { server: shared.options(), url: shared.url_of(&name), name };
    execute(&database.server, format!("create database {}", database.name)).await.unwrap();
    database
}

impl TestDatabase {
    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!("drop database if exists {} with (force)", self.name);
        // On a thread of its own, since the test's runtime cannot be entered twice. Best effort: the whole server goes
        // with the process.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(execute(&server, statement)))
        });
        let _ = dropping.join();
    }
}

async fn execute(server: &PgConnectOptions, statement: String) -> sqlx::Result<()> {
    let mut connection = server.connect().await?;
    // The name is made here, of hexadecimal digits.
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}
