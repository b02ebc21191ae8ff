//! `millrace doctor`: what it looks at, what it found, and what to do about it.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Args;
use event_store::Store;
use secrecy::SecretString;
use servers::binaries;
use sqlx::postgres::PgConnectOptions;

use crate::{address::Address, stores::Stores};

mod finding;
mod keys;
mod postgres;
mod redis;
mod settings;

use finding::{Finding, Level};

/// Look for what keeps a shop from working, and for what makes it unsafe. With the environment of a service it looks at that
/// service's settings too
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// Warnings count as failures: exit code 1
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    stores: Stores,
    /// The folder of the keys; that of the shop in the data folder, unless set
    #[arg(long, env = "MILLRACE_KEYS_DIR")]
    keys_dir: Option<PathBuf>,
    #[command(flatten)]
    told: settings::Told,
}

impl Doctor {
    /// Looks at everything, and says so. The exit code is 1 when something does not work.
    ///
    /// # Errors
    /// When nothing can be printed.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let findings = self.look().await;
        let mut out = io::stdout().lock();
        findings.iter().try_for_each(|finding| writeln!(out, "{finding}"))?;
        let bearable = if self.strict { Level::Ok } else { Level::Warning };
        let well = findings.iter().all(|finding| finding.level <= bearable);
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn look(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.stores.redis_url.is_none() {
            let program = binaries::redis_server();
            findings.push(Finding::of("redis-server", &program, |path| path.display().to_string()));
        }
        if self.stores.database_url.is_none() {
            let programs = binaries::postgres();
            findings.push(Finding::of("postgres", &programs, |programs| programs.postgres.display().to_string()));
        }
        let (store, database) = (self.stores.store(), self.stores.database());
        findings.push(Finding::of("Redis is known", &store, |_| "its address was found".to_owned()));
        findings.push(Finding::of("Postgres is known", &database, |_| "its address was found".to_owned()));
        let address = |url: anyhow::Result<SecretString>| url.ok().as_ref().and_then(Address::read);
        if let Ok(store) = &store {
            findings.extend(redis::look(store, address(self.stores.redis()).as_ref()).await);
        }
        if let Ok(database) = &database {
            findings.extend(postgres::look(database, address(self.stores.postgres()).as_ref()).await);
        }
        if let (Ok(store), Ok(database)) = (&store, &database) {
            findings.extend(consumers(store, database).await);
        }
        findings.extend(keys::look(self.keys_dir.as_ref().unwrap_or(&self.stores.data_dir.join("keys"))));
        findings.extend(self.told.look());
        findings
    }
}

async fn consumers(store: &Store, database: &PgConnectOptions) -> Vec<Finding> {
    let lags = projectors::lag(store, database).await;
    let registered = Finding::of("Consumers are registered", &lags, |lags| lags.len().to_string());
    let worked_on = lags.into_iter().flatten().map(|lag| {
        let what = format!("{} is worked on", lag.consumer);
        match lag.unowned {
            0 => Finding::ok(what, format!("{} events behind", lag.events)),
            unowned => Finding::failure(what, format!("{unowned} of its feeds are not: are projectors running?")),
        }
    });
    [registered].into_iter().chain(worked_on).collect()
}
