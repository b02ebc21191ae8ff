//! What the write side can be told.

use std::time::Duration;

use clap::Args;
use web::settings::{Access, Demo, Keys, Limits, Redis, Sessions, duration};

/// Everything that an [`App`](crate::App) needs to know, as a group to flatten into a binary's own settings.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Where Redis is.
    #[command(flatten)]
    pub redis: Redis,
    /// Where the keys are.
    #[command(flatten)]
    pub keys: Keys,
    /// How long an access token lives.
    #[command(flatten)]
    pub access: Access,
    /// How long sessions last.
    #[command(flatten)]
    pub sessions: Sessions,
    /// How long links in mails are good.
    #[command(flatten)]
    pub links: Links,
    /// How often what may be done.
    #[command(flatten)]
    pub limits: Limits,
    /// Whether this is a shop to play with.
    #[command(flatten)]
    pub demo: Demo,
    /// How long repetitions are recognised.
    #[command(flatten)]
    pub receipts: Receipts,
    /// How the log is kept.
    #[command(flatten)]
    pub log: Log,
}

/// How the log is kept in Redis, by whoever appends to it.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Log")]
pub struct Log {
    /// After how many events a stream gets an entry that carries its state forward, so that those before can be trimmed
    #[arg(long, env = "MILLRACE_BOOKS_EVERY", default_value_t = 500, value_parser = clap::value_parser!(u64).range(2..))]
    pub books_every: u64,
    /// From how many percent of Redis' memory on commands are put off with 503
    #[arg(long, env = "MILLRACE_MEMORY_PERCENT", default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub memory_percent: u8,
    /// From how many percent on policies are put off too: what they settle can be trimmed
    #[arg(long, env = "MILLRACE_SETTLING_MEMORY_PERCENT", default_value_t = 95, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub settling_memory_percent: u8,
}

impl Log {
    /// As the event store wants it.
    ///
    /// # Errors
    /// When policies would be put off before commands.
    pub fn settings(&self) -> Result<event_store::Settings, Contradiction> {
        if self.settling_memory_percent < self.memory_percent {
            return Err(Contradiction(self.settling_memory_percent, self.memory_percent));
        }
        Ok(event_store::Settings {
            books_every: self.books_every,
            memory_share: f64::from(self.memory_percent) / 100.0,
            settling_memory_share: f64::from(self.settling_memory_percent) / 100.0,
            ..Default::default()
        })
    }
}

/// Two settings that cannot both be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--settling-memory-percent {0} is less than --memory-percent {1}: what frees memory would be put off before what takes it"
)]
pub struct Contradiction(u8, u8);

/// How long a repeated command is recognised.
#[derive(Args, Clone, Copy, Debug)]
pub struct Receipts {
    /// How long the answer to an idempotent command is given again
    #[arg(long, env = "MILLRACE_RECEIPT_LIFETIME", default_value = "24h", value_parser = duration)]
    pub receipt_lifetime: Duration,
}

/// How long links in mails are good.
#[derive(Args, Clone, Copy, Debug)]
pub struct Links {
    /// How long a link that sets a new password is good; 24 hours at most, since no longer is its signature
    #[arg(long, env = "MILLRACE_RESET_LIFETIME", default_value = "30m", value_parser = duration)]
    pub reset_lifetime: Duration,
}
