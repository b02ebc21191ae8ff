//! Settings that several binaries share, as groups to flatten into a binary's own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use secrecy::SecretString;

use crate::sessions::Lifetimes;

mod edge;
mod limits;
mod webhooks;

pub use edge::Edge;
pub(crate) use limits::BackOff;
pub use limits::{Limits, Rate, Switch};
pub use webhooks::Webhooks;

/// What the log tells, and in which form.
#[derive(Args, Clone, Debug)]
pub struct Telemetry {
    /// What to log: a level, or levels by module such as `info,web=debug`. Where this is not set, as RUST_LOG says, or
    /// else `info` for services and `warn` for commands
    #[arg(long, global = true, env = "MILLRACE_LOG")]
    pub log: Option<String>,
    /// How to log: text on a terminal and JSON elsewhere, unless said otherwise
    #[arg(long, global = true, env = "MILLRACE_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// Where spans are sent, by OTLP over HTTP: http://collector:4318. Needs a build with the feature `otlp`. The other variables of
    /// the OpenTelemetry SDK hold too: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and its _ARG, …
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true)]
    pub otlp_endpoint: Option<String>,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    /// Text.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where Redis is.
#[derive(Args, Clone, Debug)]
pub struct Redis {
    /// The Redis that holds the event store and the sessions: redis://[user:password@]host:port; of a cluster, some of its
    /// nodes, separated by commas
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: SecretString,
}

/// Where a service listens; each service has its own defaults.
#[derive(Args, Clone, Debug)]
pub struct Listen {
    /// The public address
    #[arg(long, env = "MILLRACE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// The address of the operations listener (health, metrics); not for the public
    #[arg(long, env = "MILLRACE_OPS_LISTEN")]
    pub ops_listen: Option<SocketAddr>,
    /// How long a service that is told to stop goes on, not ready any more, so that a gateway looks elsewhere
    #[arg(long, env = "MILLRACE_NOTICE", default_value = "3s", value_parser = duration)]
    pub notice: Duration,
    /// How long open requests may take to finish after a stop
    #[arg(long, env = "MILLRACE_DRAIN", default_value = "10s", value_parser = duration)]
    pub drain: Duration,
}

/// Where the keys are.
#[derive(Args, Clone, Debug)]
pub struct Keys {
    /// The folder of the signing keys (`<kid>.pem`, `jwks.json`) and of the server's secret (`secret.key`); made on first use
    #[arg(long, env = "MILLRACE_KEYS_DIR", default_value = "keys")]
    pub keys_dir: PathBuf,
}

/// Where the public keys are, for a service that verifies alone.
#[derive(Args, Clone, Debug)]
pub struct PublicKeys {
    /// The public keys (`jwks.json`, or its folder) where there are no private ones; the folder of the keys unless set
    #[arg(long, env = "MILLRACE_PUBLIC_KEYS")]
    pub public_keys: Option<PathBuf>,
}

/// How long an access token lives, what is noted of its use, and what it takes to be staff; every service must be told the same.
#[derive(Args, Clone, Copy, Debug)]
pub struct Access {
    /// How long an access token is valid
    #[arg(long, env = "MILLRACE_ACCESS_LIFETIME", default_value = "10m", value_parser = duration)]
    pub access_lifetime: Duration,
    /// When and from where a session was last seen is noted so often at most
    #[arg(long, env = "MILLRACE_SEEN_EVERY", default_value = "5m", value_parser = duration)]
    pub seen_every: Duration,
    /// Whether admins and support need a second factor for what only they may do
    #[arg(long, env = "MILLRACE_ADMIN_SECOND_FACTOR", value_enum, default_value_t)]
    pub admin_second_factor: Demand,
}

/// Whether something is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Demand {
    /// Nothing goes without it.
    Required,
    /// As everybody likes.
    #[default]
    Optional,
}

/// How long sessions last.
#[derive(Args, Clone, Copy, Debug)]
pub struct Sessions {
    /// A session ends when it was not refreshed for so long
    #[arg(long, env = "MILLRACE_SESSION_IDLE", default_value = "7d", value_parser = duration)]
    pub session_idle: Duration,
    /// A session ends after so long in any case
    #[arg(long, env = "MILLRACE_SESSION_ABSOLUTE", default_value = "30d", value_parser = duration)]
    pub session_absolute: Duration,
    /// A refresh token may be used again for so long after its first use
    #[arg(long, env = "MILLRACE_REPLAY_GRACE", default_value = "10s", value_parser = duration)]
    pub replay_grace: Duration,
    /// So many sessions a user may have; one more ends the oldest
    #[arg(long, env = "MILLRACE_SESSION_MOST", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    pub session_most: u16,
}

impl From<Sessions> for Lifetimes {
    fn from(settings: Sessions) -> Self {
        Self { idle: settings.session_idle, absolute: settings.session_absolute, replay_grace: settings.replay_grace }
    }
}

/// Whether this is a shop to play with.
#[derive(Args, Clone, Copy, Debug)]
pub struct Demo {
    /// Allow demo accounts with their short password, and tolerate a Redis that may lose data
    #[arg(long, env = "MILLRACE_DEMO")]
    pub demo: bool,
}

/// Reads `250ms`, `10s`, `10m`, `12h` or `7d`.
///
/// # Errors
/// When it is none of these.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, unit) = text.split_at(digits);
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        "d" => 24 * 60 * 60 * 1000,
        _ => return Err("a number with its unit is needed: ms, s, m, h or d".to_owned()),
    };
    let count: u64 = count.parse().map_err(|_| "a whole number is needed before the unit".to_owned())?;
    count.checked_mul(unit_ms).map(Duration::from_millis).ok_or_else(|| "this is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_number_with_its_unit() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(duration("7d"), Ok(Duration::from_secs(604_800)));
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in ["", "10", "s", "1.5s", "-1s", "10 s", "99999999999999999d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
