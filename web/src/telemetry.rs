//! Where a process's log goes: standard error, as text on a terminal and as JSON elsewhere.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::util::TryInitError;

use crate::settings::{LogFormat, Telemetry};

/// Why the log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter means nothing.
    #[error("the log filter {filter:?} cannot be understood")]
    Filter {
        /// What was set.
        filter: String,
        /// Why.
        source: tracing_subscriber::filter::ParseError,
    },
    /// There is a log already.
    #[error("the log was set up twice")]
    Twice(#[from] TryInitError),
}

/// Sets up the log, at this level unless told otherwise; once per process.
///
/// # Errors
/// When the filter cannot be understood, or the log has been set up before.
pub fn init(settings: &Telemetry, level: &str) -> Result<(), Error> {
    let filter = settings.log.clone().or_else(|| std::env::var("RUST_LOG").ok()).unwrap_or_else(|| level.to_owned());
    let filter = EnvFilter::try_new(&filter).map_err(|source| Error::Filter { filter, source })?;
    let terminal = io::stderr().is_terminal();
    let json = match settings.log_format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(terminal);
    match json {
        true => log.json().flatten_event(true).with_span_list(false).finish().try_init()?,
        false => log.finish().try_init()?,
    }
    Ok(())
}
