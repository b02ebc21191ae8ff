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
    /// How often what may be done.
    #[command(flatten)]
    pub limits: Limits,
    /// Whether this is a shop to play with.
    #[command(flatten)]
    pub demo: Demo,
    /// How long repetitions are recognised.
    #[command(flatten)]
    pub receipts: Receipts,
}

/// How long a repeated command is recognised.
#[derive(Args, Clone, Copy, Debug)]
pub struct Receipts {
    /// How long the answer to an idempotent command is given again
    #[arg(long, env = "MILLRACE_RECEIPT_LIFETIME", default_value = "24h", value_parser = duration)]
    pub receipt_lifetime: Duration,
}
