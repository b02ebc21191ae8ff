//! Where a process's log goes: standard error, as text on a terminal and as JSON elsewhere. With the feature `otlp`, spans go
//! to a collector.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};

use tracing::Subscriber;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::util::TryInitError;
use tracing_subscriber::{EnvFilter, Layer};

use crate::settings::{LogFormat, Telemetry};

mod json;

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
    /// The settings of the export do not fit.
    #[cfg(feature = "otlp")]
    #[error(transparent)]
    Export(#[from] traces::Error),
}

/// A service, as a collector of spans knows it.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// What has to be finished before the process ends.
#[derive(Debug)]
#[must_use = "what is not finished may lose its last spans"]
pub struct Ending {
    #[cfg(feature = "otlp")]
    export: Option<traces::Export>,
}

impl Ending {
    /// Sends the last spans on their way, for a few seconds at most.
    pub async fn finish(self) {
        #[cfg(feature = "otlp")]
        if let Some(export) = self.export {
            export.finish().await;
        }
    }
}

/// Sets up the log, at this level unless told otherwise, and the export of a service's spans; once per process. From now on panics
/// are lines of the log.
///
/// # Errors
/// When the settings cannot be understood, or the log has been set up before.
pub fn init(settings: &Telemetry, level: &str, service: Option<Service>) -> Result<Ending, Error> {
    // One filter for all: what asks first whether a line would be logged, as sqlx does, confuses filters of single layers.
    let registry = tracing_subscriber::registry().with(filter(settings, level)?).with(lines(settings));
    let endpoint = settings.otlp_endpoint.as_deref().filter(|endpoint| !endpoint.is_empty()).zip(service);
    #[cfg(feature = "otlp")]
    let ending = {
        let export = endpoint.map(|(endpoint, service)| traces::start(endpoint, service.name, service.version));
        let (spans, export) = export.transpose()?.unzip();
        registry.with(spans).try_init()?;
        Ending { export }
    };
    #[cfg(not(feature = "otlp"))]
    let ending = {
        registry.try_init()?;
        if endpoint.is_some() {
            tracing::warn!(
                "no spans are exported, though OTEL_EXPORTER_OTLP_ENDPOINT is set: this is built without the feature `otlp`"
            );
        }
        Ending {}
    };
    panic::set_hook(Box::new(panicked));
    Ok(ending)
}

fn filter(settings: &Telemetry, level: &str) -> Result<EnvFilter, Error> {
    let filter = settings.log.clone().or_else(|| std::env::var("RUST_LOG").ok()).unwrap_or_else(|| level.to_owned());
    EnvFilter::try_new(&filter).map_err(|source| Error::Filter { filter, source })
}

fn lines<S: Subscriber + for<'a> LookupSpan<'a>>(settings: &Telemetry) -> Box<dyn Layer<S> + Send + Sync> {
    let terminal = io::stderr().is_terminal();
    let json = match settings.log_format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(terminal);
    match json {
        true => lines.fmt_fields(JsonFields::new()).event_format(json::Flat).boxed(),
        false => lines.boxed(),
    }
}

/// Logs a panic, in the span that it happened in. Whoever catches it need not say so again.
fn panicked(panic: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    let (what, location) = (panic.payload_as_str().unwrap_or("no words"), panic.location().map(ToString::to_string));
    tracing::error!(target: "panic", location, backtrace, "panicked: {what}");
}

#[cfg(test)]
mod tests {
    use std::thread;

    use serde_json::Value;

    use super::json::tests::logged;

    #[test]
    fn a_panic_is_one_line_with_what_is_known_around_it() {
        let (before, this) = (std::panic::take_hook(), thread::current().id());
        std::panic::set_hook(Box::new(move |panic| match thread::current().id() == this {
            true => super::panicked(panic),
            false => before(panic),
        }));

        let log = logged(|| {
            let _request = tracing::error_span!("request", request_id = "r1").entered();
            let _ = std::panic::catch_unwind(|| panic!("the wheel\nbroke"));
        });

        let line: Value = serde_json::from_str(&log).unwrap();
        assert_eq!((&line["level"], &line["message"]), (&"ERROR".into(), &"panicked: the wheel\nbroke".into()));
        assert_eq!((&line["target"], &line["request_id"]), (&"panic".into(), &"r1".into()));
        assert!(line["location"].as_str().unwrap().contains("telemetry.rs"), "{line}");
    }
}
