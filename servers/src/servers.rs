//! The private servers of one shop, from start to stop.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use nix::fcntl::Flock;
use sqlx::ConnectOptions;

use crate::folder::{self, Memory};
use crate::server::{self, Kind, Server};
use crate::supervise::Supervised;
use crate::{Account, Error, Result, binaries, postgres, redis};

/// Which servers to run, and where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The shop's data folder, created if need be.
    pub data_dir: PathBuf,
    /// Where root keeps the servers' data when their user cannot reach the data folder.
    pub elsewhere: PathBuf,
    /// Whether to run a Redis.
    pub redis: bool,
    /// Whether to run a Postgres.
    pub postgres: bool,
    /// How much memory Redis may use before it refuses writes.
    pub redis_memory_megabytes: u32,
}

impl Settings {
    /// Both servers in `data_dir`.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            elsewhere: PathBuf::from("/var/lib/millrace"),
            redis: true,
            postgres: true,
            redis_memory_megabytes: 1024,
        }
    }
}

/// Where the private servers of a shop are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The address of its Redis, if it runs.
    pub redis_url: Option<String>,
    /// The address of its Postgres with the password, if it runs.
    pub postgres_url: Option<String>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let postgres = self.postgres_url.as_ref().map(|_| "(has a password)");
        f.debug_struct("Found").field("redis_url", &self.redis_url).field("postgres_url", &postgres).finish()
    }
}

/// The running private servers of one data folder, which no other process can run meanwhile.
///
/// Dropped without [`Servers::stop`], or when the process is killed, they go on; the next start ends them in order and
/// starts them again on the same ports.
#[derive(Debug)]
pub struct Servers {
    found: Found,
    notes: Vec<String>,
    redis: Option<Supervised>,
    postgres: Option<Supervised>,
    _lock: Flock<File>,
}

impl Servers {
    /// Starts the servers and waits until they answer. What an earlier run left running in the folder is ended first.
    ///
    /// # Errors
    /// When the folder is in use or cannot be written, a program is missing or too old, or a server does not come up.
    pub async fn start(settings: &Settings) -> Result<Self> {
        let (data_dir, lock) = folder::take(&settings.data_dir)?;
        let mut memory = Memory::recall(&data_dir)?;
        let notes: Vec<String> = memory.settle(&data_dir, &settings.elsewhere)?.into_iter().collect();
        notes.iter().for_each(|note| tracing::info!("{note}"));
        let home = memory.home(&data_dir).to_owned();
        server::end_redis(&home.join("redis")).await;
        server::end_postgres(&home.join("postgres")).await;

        let redis_port = settings.redis.then(|| folder::port(&mut memory.redis_port));
        let postgres_port = settings.postgres.then(|| folder::port(&mut memory.postgres_port));
        memory.save(&data_dir)?;

        let mut servers = Self { found: Found::default(), notes, redis: None, postgres: None, _lock: lock };
        match servers.start_each(settings, &data_dir, &home, redis_port, postgres_port).await {
            Ok(()) => Ok(servers),
            Err(error) => {
                servers.stop().await;
                Err(error)
            }
        }
    }

    /// The address of the private Redis, if there is one.
    #[must_use]
    pub fn redis_url(&self) -> Option<&str> {
        self.found.redis_url.as_deref()
    }

    /// The address of the private Postgres with its password, if there is one.
    #[must_use]
    pub fn postgres_url(&self) -> Option<&str> {
        self.found.postgres_url.as_deref()
    }

    /// What a person should be told about how the servers run.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Ends Redis, then Postgres, and waits until both are gone.
    pub async fn stop(self) {
        if let Some(redis) = self.redis {
            redis.stop().await;
        }
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
    }

    async fn start_each(
        &mut self,
        settings: &Settings,
        data_dir: &Path,
        home: &Path,
        redis_port: Option<u16>,
        postgres_port: Option<u16>,
    ) -> Result<()> {
        if let Some(port) = redis_port {
            self.redis = Some(Supervised::start(redis(home, port, settings.redis_memory_megabytes)?).await?);
            self.found.redis_url = Some(redis::url(port));
        }
        if let Some(port) = postgres_port {
            let password = folder::password(data_dir)?;
            self.postgres = Some(Supervised::start(postgres(home, port, &password)?).await?);
            create_database(port, &password).await?;
            self.found.postgres_url = Some(postgres::url(port, &password));
        }
        Ok(())
    }
}

/// The private servers that run in a shop's data folder at this moment; `None` when none do.
///
/// # Errors
/// When the folder belongs to somebody else, or its files are damaged.
pub fn find(data_dir: &Path) -> Result<Option<Found>> {
    let Ok(data_dir) = data_dir.canonicalize() else { return Ok(None) };
    let memory = Memory::recall(&data_dir)?;
    let home = memory.home(&data_dir);
    let mut found = Found::default();
    if let Some(port) = memory.redis_port.filter(|_| server::redis_runs(&home.join("redis"))) {
        found.redis_url = Some(redis::url(port));
    }
    if let Some(port) = memory.postgres_port.filter(|_| server::postgres_runs(&home.join("postgres"))) {
        found.postgres_url = Some(postgres::url(port, &folder::password(&data_dir)?));
    }
    Ok(Some(found).filter(|found| *found != Found::default()))
}

fn redis(home: &Path, port: u16, memory_megabytes: u32) -> Result<Server> {
    let program = binaries::redis_server()?;
    let folder = home.join("redis");
    let account = Account::for_folder(&folder)?;
    folder::create_private(&folder, account.as_ref())?;
    let configuration = home.join("redis.conf");
    let text = redis::configuration(port, &folder, memory_megabytes);
    fs::write(&configuration, text).map_err(Error::io("write", &configuration))?;
    let arguments = vec![configuration.display().to_string()];
    Ok(Server { kind: Kind::Redis { port }, program, arguments, folder, log: home.join("redis.log"), account })
}

fn postgres(home: &Path, port: u16, password: &str) -> Result<Server> {
    let binaries = binaries::postgres()?;
    let folder = home.join("postgres");
    let account = Account::for_folder(&folder)?;
    if !folder.exists() {
        create_cluster(&binaries, home, &folder, account.as_ref(), password)?;
    }
    let arguments = postgres::arguments(port, &folder);
    let options = Box::new(postgres::options(port, postgres::FIRST_DATABASE).password(password));
    let kind = Kind::Postgres { options };
    Ok(Server { kind, program: binaries.postgres, arguments, folder, log: home.join("postgres.log"), account })
}

/// A cluster appears whole or not at all: one whose creation was interrupted would not start.
fn create_cluster(
    binaries: &binaries::Postgres,
    home: &Path,
    folder: &Path,
    account: Option<&Account>,
    password: &str,
) -> Result<()> {
    let workshop = home.join("postgres.new");
    if workshop.exists() {
        fs::remove_dir_all(&workshop).map_err(Error::io("clear", &workshop))?;
    }
    folder::create_private(&workshop, account)?;
    let (cluster, secret) = (workshop.join("data"), workshop.join("password"));
    folder::write_secret(&secret, password)?;
    if let Some(account) = account {
        account.own(&secret)?;
    }
    let mut initdb = postgres::initdb(binaries, &cluster);
    initdb.arg("--auth=scram-sha-256").arg("--pwfile").arg(&secret);
    postgres::run_initdb(&mut initdb, account, &workshop)?;
    fs::rename(&cluster, folder).map_err(Error::io("create", folder))?;
    fs::remove_dir_all(&workshop).map_err(Error::io("clear", &workshop))
}

async fn create_database(port: u16, password: &str) -> Result<()> {
    let mut connection = postgres::options(port, postgres::FIRST_DATABASE).password(password).connect().await?;
    let exists = sqlx::query("select from pg_database where datname = $1").bind(postgres::NAME);
    if exists.fetch_optional(&mut connection).await?.is_none() {
        sqlx::raw_sql("create database millrace").execute(&mut connection).await?;
    }
    Ok(())
}
