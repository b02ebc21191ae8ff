//! What is seen of every request from outside: its id, its span, its metrics, and the last word on its problem.
//!
//! Nothing here reads a cookie, a body or the value of a parameter.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use traces::Trace;
use tracing::field::Empty;
use tracing::{Instrument, error_span};
use uuid::Uuid;

use crate::address::ClientAddress;
use crate::problem::Problem;

/// Names a request, in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the trace that a request takes part in (W3C Trace Context).
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The longest id that is taken over from a client.
const LONGEST_ID: usize = 64;

/// The id of a request: the client's if it is sane, else a new one. Handlers take it as `Extension<RequestId>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    fn of(headers: &HeaderMap) -> Self {
        let sane = |id: &&str| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let theirs = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(sane);
        Self(theirs.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
}

/// Identifies, times and counts a request, and writes its id into whatever answers it.
pub(crate) async fn observe(mut request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let traceparent = request.headers().get(TRACEPARENT).and_then(|value| value.to_str().ok());
    let trace = Trace::continuing(traceparent.unwrap_or_default());
    let method = method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let client = request.extensions().get().map(|ClientAddress(client)| tracing::field::display(*client));
    // Of the highest level, so that it is around every line that is logged at all.
    let span = error_span!(
        "request", method, route, request_id = %id.0, trace_id = trace.id(), client, status = Empty, latency_ms = Empty
    );
    trace.mark(&span);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(trace);

    let mut response = next(request).instrument(span.clone()).await;

    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        *response.body_mut() = axum::Json(problem.for_request(&id.0)).into_response().into_body();
    }
    if let Ok(id) = HeaderValue::try_from(&id.0) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    tracing::record_all!(span, status, latency_ms = elapsed.as_secs_f64() * 1000.0);
    span.in_scope(|| tracing::info!("answered"));
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
    response
}

/// The method as a label: a client cannot invent new ones.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
