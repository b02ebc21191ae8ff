//! Settings of the read side, as groups to flatten into a binary's own.

use std::time::Duration;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use web::settings::duration;

/// Where Postgres is.
#[derive(Args, Clone, Debug)]
pub struct Postgres {
    /// The Postgres that holds the read models: postgres://[user[:password]@]host[:port]/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: SecretString,
}

impl Postgres {
    /// The way to connect there.
    ///
    /// # Errors
    /// When the URL is none; the error does not repeat it.
    pub fn options(&self) -> sqlx::Result<PgConnectOptions> {
        self.database_url.expose_secret().parse()
    }
}

/// How the read models are read.
#[derive(Args, Clone, Copy, Debug)]
pub struct Reading {
    /// The most connections to Postgres that queries use; one of them listens
    #[arg(long, env = "MILLRACE_READ_CONNECTIONS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..))]
    pub read_connections: u32,
    /// How long a query waits for the caller's own writes before it answers without them
    #[arg(long, env = "MILLRACE_FRESHNESS_WAIT", default_value = "2s", value_parser = duration)]
    pub freshness_wait: Duration,
}
