//! The operations listener: is the process alive, is it ready, what does it measure. Never on the public port.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::join_all;
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::json::Json;
use crate::process;

const CHECK_TIMEOUT: Duration = Duration::from_secs(1);
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);
const BUCKETS_SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Redis appends within a tenth of a millisecond where it need not sync.
const BUCKETS_APPEND_SECONDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
const BUCKETS_COMMANDS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];
/// One turn has 500 events of each feed, at most.
const BUCKETS_EVENTS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 4_000.0, 16_000.0];

type Check = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What must be well for a service to be ready, by name.
#[derive(Clone, Default)]
pub struct Checks(Vec<(&'static str, Check)>);

impl Checks {
    /// Nothing to check: ready as soon as alive.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check; the error of one that fails is shown.
    #[must_use]
    pub fn with<F, E>(mut self, name: &'static str, check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        let check: Check = Arc::new(move || {
            let outcome = check();
            Box::pin(async { outcome.await.map_err(|error| error.to_string()) })
        });
        self.0.push((name, check));
        self
    }

    async fn run(&self) -> Readiness {
        let outcomes = join_all(self.0.iter().map(|(name, check)| async { ((*name), outcome(check).await) })).await;
        let checks: BTreeMap<_, _> = outcomes.into_iter().collect();
        let ready = checks.values().all(|check| check.error.is_none());
        Readiness { status: if ready { "ok" } else { "failed" }, checks }
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    checks: BTreeMap<&'static str, Outcome>,
}

#[derive(Serialize)]
struct Outcome {
    status: &'static str,
    latency_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

async fn outcome(check: &Check) -> Outcome {
    let started = Instant::now();
    let error = match tokio::time::timeout(CHECK_TIMEOUT, check()).await {
        Ok(result) => result.err(),
        Err(_) => Some(format!("no answer within {CHECK_TIMEOUT:?}")),
    };
    let status = if error.is_none() { "ok" } else { "failed" };
    Outcome { status, latency_ms: started.elapsed().as_secs_f64() * 1000.0, error }
}

/// `GET /livez`, `GET /readyz` and `GET /metrics`.
pub fn router(metrics: PrometheusHandle, checks: Checks) -> Router {
    Router::new()
        .route("/livez", get(async || "alive"))
        .route("/readyz", get(async move || readyz(&checks).await))
        .route("/metrics", get(async move || metrics.render() + &process::render()))
}

async fn readyz(checks: &Checks) -> Response {
    let readiness = checks.run().await;
    let status = if readiness.status == "ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

/// What this process measures.
pub type Measured = PrometheusHandle;

/// Starts to measure this process, which is this service; once per process, and before anything that counts is opened.
///
/// # Errors
/// When it is being measured already.
pub fn measure(service: &'static str, shutdown: CancellationToken) -> Result<PrometheusHandle, BuildError> {
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS_SECONDS)?
        .set_buckets_for_metric(Matcher::Full("append_duration_seconds".to_owned()), &BUCKETS_APPEND_SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_commands".to_owned()), &BUCKETS_COMMANDS)?
        .set_buckets_for_metric(Matcher::Suffix("_events".to_owned()), &BUCKETS_EVENTS)?
        .install_recorder()?;
    describe();
    metrics::gauge!("build_info", "version" => env!("CARGO_PKG_VERSION"), "service" => service).set(1);
    let kept = metrics.clone();
    tokio::spawn(async move {
        let mut interval = tokio::time::interval(UPKEEP_INTERVAL);
        while shutdown.run_until_cancelled(interval.tick()).await.is_some() {
            kept.run_upkeep();
        }
    });
    Ok(metrics)
}

/// What each metric of this crate means, in a line.
fn describe() {
    describe_gauge!("build_info", "Which version of which service this is; always 1");
    describe_counter!("http_requests_total", "Requests answered, by the pattern of their path");
    describe_histogram!("http_request_duration_seconds", "How long requests took, up to the head of their answer");
    describe_counter!("rate_limited_total", "Requests turned away by a limit");
    describe_counter!(
        "untrusted_forwards_total",
        "Requests with X-Forwarded-For or Forwarded from a peer whose word does not count"
    );
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::*;

    async fn answer(checks: Checks, path: &str) -> (StatusCode, String) {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || metrics::counter!("orders_total").increment(3));
        let router = router(recorder.handle(), checks);
        let response = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().into()).unwrap())
    }

    #[tokio::test]
    async fn is_ready_when_every_check_passes() {
        let checks = Checks::new().with("redis", async || Ok::<_, String>(()));
        let (status, body) = answer(checks, "/readyz").await;
        assert_eq!(status, StatusCode::OK);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["status"], &body["checks"]["redis"]["status"]), (&"ok".into(), &"ok".into()));
    }

    #[tokio::test]
    async fn says_which_check_failed_and_why() {
        let checks =
            Checks::new().with("redis", async || Err("refused")).with("postgres", async || Ok::<_, String>(()));
        let (status, body) = answer(checks, "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["checks"]["redis"]["error"], "refused");
        assert_eq!(body["checks"]["postgres"]["status"], "ok");
    }

    #[tokio::test]
    async fn a_check_that_hangs_fails() {
        let checks = Checks::new().with("redis", pending::<Result<(), String>>);
        assert_eq!(answer(checks, "/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn is_alive_whatever_the_checks_say() {
        let checks = Checks::new().with("redis", async || Err("refused"));
        assert_eq!(answer(checks, "/livez").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn renders_what_was_measured() {
        let (_, body) = answer(Checks::new(), "/metrics").await;
        assert!(body.contains("orders_total 3"), "{body}");
    }
}
