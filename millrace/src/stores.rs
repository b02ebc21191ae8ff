//! Where a shop's Redis and Postgres are: as told, or else the private ones of its data folder.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use event_store::Store;
use secrecy::{ExposeSecret, SecretString};
use servers::Found;
use sqlx::postgres::PgConnectOptions;

/// How a command finds the stores of a shop.
#[derive(Args, Clone, Debug)]
pub(crate) struct Stores {
    /// The Redis of the shop, instead of a private one: redis://[user:password@]host:port
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub(crate) redis_url: Option<SecretString>,
    /// The Postgres of the shop, instead of a private one: postgres://[user[:password]@]host[:port]/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<SecretString>,
    /// The folder of the shop: its keys, and its private Redis and Postgres
    #[arg(long, env = "MILLRACE_DATA_DIR", default_value = ".millrace")]
    pub(crate) data_dir: PathBuf,
}

impl Stores {
    /// The event store.
    ///
    /// # Errors
    /// When there is none, or its address is none.
    pub(crate) fn store(&self) -> anyhow::Result<Store> {
        open(&self.redis()?, &event_store::Settings::default())
    }

    /// The address of the event store.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn redis(&self) -> anyhow::Result<SecretString> {
        match &self.redis_url {
            Some(url) => Ok(url.clone()),
            None => self.found()?.redis_url.map(SecretString::from).with_context(|| self.nothing("Redis", "REDIS_URL")),
        }
    }

    /// The address of the read models.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn postgres(&self) -> anyhow::Result<SecretString> {
        match &self.database_url {
            Some(url) => Ok(url.clone()),
            None => self
                .found()?
                .postgres_url
                .map(SecretString::from)
                .with_context(|| self.nothing("Postgres", "DATABASE_URL")),
        }
    }

    /// The database of the read models.
    ///
    /// # Errors
    /// When there is none, or its address is none.
    pub(crate) fn database(&self) -> anyhow::Result<PgConnectOptions> {
        database(&self.postgres()?)
    }

    fn found(&self) -> anyhow::Result<Found> {
        Ok(servers::find(&self.data_dir)?.unwrap_or_default())
    }

    fn nothing(&self, server: &str, variable: &str) -> String {
        format!(
            "no {server}: set {variable}, or start the shop of {} with `millrace up` (or name another with --data-dir)",
            self.data_dir.display()
        )
    }
}

/// The event store at an address.
///
/// # Errors
/// When the address is none; the error does not repeat it.
pub(crate) fn open(redis_url: &SecretString, settings: &event_store::Settings) -> anyhow::Result<Store> {
    Store::open(redis_url.expose_secret(), settings).context("REDIS_URL is not the address of a Redis")
}

/// The database at an address.
///
/// # Errors
/// When the address is none; the error does not repeat it.
pub(crate) fn database(url: &SecretString) -> anyhow::Result<PgConnectOptions> {
    url.expose_secret().parse().context("DATABASE_URL is not the address of a Postgres")
}
