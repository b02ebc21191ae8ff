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
    /// The most connections to Postgres of queries that filter, and as many again of those that look something up by its
    /// key, one of which listens
    #[arg(long, env = "MILLRACE_READ_CONNECTIONS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..))]
    pub read_connections: u32,
    /// How long a query waits for the caller's own writes before it answers without them
    #[arg(long, env = "MILLRACE_FRESHNESS_WAIT", default_value = "2s", value_parser = duration)]
    pub freshness_wait: Duration,
    /// How many listen to live updates, and how.
    #[command(flatten)]
    pub live: Live,
}

/// How many listen to live updates, and how.
#[derive(Args, Clone, Copy, Debug)]
pub struct Live {
    /// The most live connections of one process
    #[arg(long, env = "MILLRACE_LIVE_CONNECTIONS", default_value_t = 10_000)]
    pub live_connections: usize,
    /// The most live connections of one user, to one process
    #[arg(long, env = "MILLRACE_LIVE_PER_USER", default_value_t = 20)]
    pub live_per_user: usize,
    /// The most live connections of one address, to one process, of those without a session
    #[arg(long, env = "MILLRACE_LIVE_PER_ADDRESS", default_value_t = 100)]
    pub live_per_address: usize,
    /// How often a live connection on which nothing happens shows that it is there
    #[arg(long, env = "MILLRACE_LIVE_HEARTBEAT", default_value = "15s", value_parser = duration)]
    pub live_heartbeat: Duration,
    /// Over how many events of the whole shop a live connection that was cut goes on; behind more, its client reads anew
    #[arg(long, env = "MILLRACE_LIVE_MISSED", default_value_t = 100_000, value_parser = clap::value_parser!(i64).range(0..))]
    pub live_missed: i64,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            live_connections: 10_000,
            live_per_user: 20,
            live_per_address: 100,
            live_heartbeat: Duration::from_secs(15),
            live_missed: 100_000,
        }
    }
}
