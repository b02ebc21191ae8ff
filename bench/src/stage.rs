//! What is measured: private servers with the settings that production has, and services as processes of their own.

use std::{
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context;
use event_store::Store;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use servers::{Servers, Settings};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;

/// Enough for a million events that nobody trims.
const REDIS_MEGABYTES: u32 = 8192;
const READY_WITHIN: Duration = Duration::from_secs(60);
const TICK: Duration = Duration::from_millis(10);

/// An empty Redis (AOF, synced before each answer) and an empty Postgres (`fsync` on).
pub(crate) struct Stage {
    servers: Servers,
    folder: TempDir,
}

impl Stage {
    /// Works with both, and forgets everything afterwards.
    pub(crate) async fn with<T>(work: impl AsyncFnOnce(&Self) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let stage = Self::open().await?;
        let done = work(&stage).await;
        stage.servers.stop().await;
        done
    }

    async fn open() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("millrace-bench-").tempdir()?;
        // Root runs the servers as another user, who has to come by here.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let mut settings = Settings::new(folder.path().join("data"));
        settings.elsewhere = folder.path().join("elsewhere");
        settings.redis_memory_megabytes = REDIS_MEGABYTES;
        Ok(Self { servers: Servers::start(&settings).await?, folder })
    }

    pub(crate) fn redis_url(&self) -> &str {
        self.servers.redis_url().expect("both servers were asked for")
    }

    fn postgres_url(&self) -> &str {
        self.servers.postgres_url().expect("both servers were asked for")
    }

    pub(crate) fn database(&self) -> anyhow::Result<PgConnectOptions> {
        Ok(self.postgres_url().parse()?)
    }

    /// The event store, with the append function loaded.
    pub(crate) async fn store(&self) -> anyhow::Result<Store> {
        let store = Store::open(self.redis_url(), &event_store::Settings::default())?;
        store.prepare().await?;
        Ok(store)
    }

    /// The processes of Redis and Postgres.
    pub(crate) async fn server_processes(&self) -> anyhow::Result<[u32; 2]> {
        let mut redis = redis::Client::open(self.redis_url())?.get_multiplexed_async_connection().await?;
        let info: redis::InfoDict = redis::cmd("INFO").arg("server").query_async(&mut redis).await?;
        let mut postgres = PgConnection::connect_with(&self.database()?).await?;
        let file: String = sqlx::query_scalar("select pg_read_file('postmaster.pid')").fetch_one(&mut postgres).await?;
        let postgres = file.lines().next().context("Postgres does not say who it is")?.parse()?;
        Ok([info.get("process_id").context("Redis does not say who it is")?, postgres])
    }

    /// A demo shop in one process: `millrace up` with these variables beside.
    pub(crate) async fn shop(&self, variables: &[(&str, &str)]) -> anyhow::Result<Service> {
        let (port, ops_port) = (servers::ports::free(), servers::ports::free());
        let mut command = Command::new(sibling("millrace")?);
        command.args(["up", "--demo", "--port", &port.to_string(), "--ops-port", &ops_port.to_string()]);
        // Limits stay in the way of every command, as they are in production, and stop none.
        command.env("MILLRACE_LIMIT_COMMANDS", "1000000000/1m").env("MILLRACE_LOG", "error");
        command.envs(variables.iter().copied());
        self.start(command, self.postgres_url(), port, "/api/categories").await
    }

    /// Another empty database in the same Postgres.
    pub(crate) async fn new_database(&self, name: &str) -> anyhow::Result<PgConnectOptions> {
        let mut postgres = PgConnection::connect_with(&self.database()?).await?;
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut postgres).await?;
        Ok(self.database()?.database(name))
    }

    pub(crate) async fn drop_database(&self, database: &PgConnectOptions) -> anyhow::Result<()> {
        let mut postgres = PgConnection::connect_with(&self.database()?).await?;
        let name = database.get_database().context("a database has a name")?;
        let drop = format!("drop database {name} with (force)");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut postgres).await?;
        Ok(())
    }

    pub(crate) fn url_of(&self, database: &PgConnectOptions) -> String {
        let mut url = url::Url::parse(self.postgres_url()).expect("the servers have made it");
        url.set_path(database.get_database().unwrap_or_default());
        url.into()
    }

    /// A process of projectors that runs one consumer.
    pub(crate) async fn projectors(&self, database: &PgConnectOptions, consumer: &str) -> anyhow::Result<Service> {
        let port = servers::ports::free();
        let mut command = Command::new(sibling("millrace")?);
        command.args(["projectors", "--demo", "--consumers", consumer]);
        command.env("MILLRACE_OPS_LISTEN", format!("127.0.0.1:{port}")).env("MILLRACE_LOG", "error");
        command.env("MILLRACE_KEYS_DIR", self.folder.path().join("keys"));
        self.start(command, &self.url_of(database), port, "/livez").await
    }

    /// A bare HTTP server: this program as another process.
    pub(crate) async fn bare(&self) -> anyhow::Result<Service> {
        let port = servers::ports::free();
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bare", "--port", &port.to_string()]);
        self.start(command, self.postgres_url(), port, "/ready").await
    }

    async fn start(&self, mut command: Command, database: &str, port: u16, ready: &str) -> anyhow::Result<Service> {
        command.env("REDIS_URL", self.redis_url()).env("DATABASE_URL", database);
        command.env("MILLRACE_DATA_DIR", self.folder.path().join("shop")).stdout(Stdio::null());
        let process = command.spawn().with_context(|| format!("{} does not start", command.get_program().display()))?;
        let service = Service { port, process };
        let is_ready = async || {
            let answer = reqwest::get(format!("{}{ready}", service.url())).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        let waited = tokio::time::timeout(READY_WITHIN, async {
            while !is_ready().await {
                tokio::time::sleep(TICK).await;
            }
        });
        waited.await.context("a service does not become ready")?;
        Ok(service)
    }
}

/// A process that listens.
pub(crate) struct Service {
    port: u16,
    process: Child,
}

impl Service {
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let id = i32::try_from(self.process.id()).expect("a process id is positive and small");
        // One that has ended by itself needs no signal.
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        let _ = self.process.wait();
    }
}

/// The program of this name that was built together with this one.
pub(crate) fn sibling(name: &str) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    anyhow::ensure!(program.is_file(), "{} is missing: `make bench` builds it", program.display());
    Ok(program)
}
