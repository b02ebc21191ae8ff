//! `millrace doctor`: what it checks, what it found, and what to do about it.

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;
use event_store::Store;
use servers::binaries;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use crate::stores::Stores;

/// Look for what keeps a shop from working
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    stores: Stores,
}

/// What was found, line by line.
#[derive(Default)]
struct Findings {
    failed: bool,
}

impl Findings {
    fn note<T, E: Display>(
        &mut self,
        what: &str,
        found: Result<T, E>,
        good: impl FnOnce(&T) -> String,
    ) -> io::Result<Option<T>> {
        match found {
            Ok(value) => {
                writeln!(io::stdout(), "ok    {what}: {}", good(&value))?;
                Ok(Some(value))
            }
            Err(error) => {
                self.failed = true;
                writeln!(io::stdout(), "FAIL  {what}: {error:#}")?;
                Ok(None)
            }
        }
    }
}

impl Doctor {
    /// Checks everything, and says so.
    ///
    /// # Errors
    /// When nothing can be printed.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut findings = Findings::default();
        if self.stores.redis_url.is_none() {
            findings.note("redis-server", binaries::redis_server(), |path| path.display().to_string())?;
        }
        if self.stores.database_url.is_none() {
            findings.note("postgres", binaries::postgres(), |programs| programs.postgres.display().to_string())?;
        }
        let store = findings.note("Redis is known", self.stores.store(), |_| "its address was found".to_owned())?;
        let database =
            findings.note("Postgres is known", self.stores.database(), |_| "its address was found".to_owned())?;
        if let Some(store) = &store {
            log(&mut findings, store).await?;
        }
        if let Some(database) = &database {
            findings.note("Postgres answers", version(database).await, Clone::clone)?;
        }
        if let (Some(store), Some(database)) = (&store, &database) {
            consumers(&mut findings, store, database).await?;
        }
        Ok(if findings.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

async fn log(findings: &mut Findings, store: &Store) -> io::Result<()> {
    let ready = store.is_ready().await.map_err(anyhow::Error::from).and_then(|loaded| {
        anyhow::ensure!(
            loaded,
            "another version of the append function, or none: start the shop once with this version"
        );
        Ok(())
    });
    findings.note("Redis has the append function", ready, |()| "of this version".to_owned())?;
    let safe = store.unsafe_settings().await.map_err(anyhow::Error::from).and_then(|unsafe_settings| {
        let named = unsafe_settings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        anyhow::ensure!(unsafe_settings.is_empty(), "{named} (see ops/redis.conf)");
        Ok(())
    });
    findings.note("Redis keeps what is acknowledged", safe, |()| "appended and synced, never evicted".to_owned())?;
    Ok(())
}

async fn version(database: &PgConnectOptions) -> anyhow::Result<String> {
    let mut connection = PgConnection::connect_with(database).await?;
    let version: String = sqlx::query_scalar("show server_version").fetch_one(&mut connection).await?;
    let major = version.split(['.', ' ']).next().and_then(|major| major.parse().ok()).unwrap_or(0);
    anyhow::ensure!(major >= 15, "version {version}, 15 or newer is needed");
    Ok(format!("version {version}"))
}

async fn consumers(findings: &mut Findings, store: &Store, database: &PgConnectOptions) -> io::Result<()> {
    let Some(lags) = findings
        .note("Consumers are registered", projectors::lag(store, database).await, |lags| lags.len().to_string())?
    else {
        return Ok(());
    };
    for lag in lags {
        let what = format!("{} is worked on", lag.consumer);
        let owned = if lag.unowned == 0 {
            Ok(())
        } else {
            Err(format!("{} of its feeds are not: are projectors running?", lag.unowned))
        };
        findings.note(&what, owned, |()| format!("{} events behind", lag.events))?;
    }
    Ok(())
}
