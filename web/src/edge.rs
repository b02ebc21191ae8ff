//! What stands around every route of a service, in one order.
//!
//! From the outside in: the client's address; request id, span and metrics; headers that browsers obey; panics; the time limit; the cross-site
//! rule; the size limit. A service wraps its finished router once; `/{*path}` routes, such as a storefront's, come before
//! the wrapping.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, map_request};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use crate::address::{OverTls, Proxies};
use crate::caller::{Gate, SessionRead};
use crate::codes;
use crate::csrf::refuse_cross_site;
use crate::json::BODY_LIMIT_BYTES;
use crate::observe::{observe, panicked};
use crate::problem::Problem;
use crate::settings::Edge;

/// What a page of the shop may do: load what is its own, and images from anywhere over TLS; no inline script or style.
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";
/// What everything else may do if a browser takes it for a page.
const DATA_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const GUARDS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Wraps a service's router. A handler that has not answered after the time limit leaves a 503.
pub fn wrap(router: Router, gate: Gate, settings: &Edge) -> Router {
    let (time_limit, proxies) = (settings.time_limit, Proxies::new(&settings.trusted_proxies));
    let behind_tls = settings.behind_tls;
    router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(from_fn(refuse_large_bodies))
        .layer(from_fn(refuse_cross_site))
        .layer(from_fn(move |request: Request, next: Next| limit_time(time_limit, request, next)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(move |request: Request, next: Next| guard_answer(behind_tls, request, next)))
        .layer(Extension(gate))
        .layer(from_fn(observe))
        .layer(map_request(move |request| locate(proxies.clone(), request)))
}

async fn locate(proxies: Proxies, mut request: Request) -> Request {
    proxies.locate(&mut request);
    request
}

/// Refuses a body by its announced length; one of unknown length is cut off while it is read.
async fn refuse_large_bodies(request: Request, next: Next) -> Response {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match announced {
        Some(length) if BODY_LIMIT_BYTES < length => Problem::too_large(BODY_LIMIT_BYTES).into_response(),
        _ => next.run(request).await,
    }
}

async fn limit_time(limit: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable(format!("no answer within {limit:?}")).into_response(),
    }
}

/// Sets what browsers and caches must know: how little an answer may do, and that a session's answers are kept by nobody.
async fn guard_answer(behind_tls: bool, mut request: Request, next: Next) -> Response {
    let read = SessionRead::default();
    request.extensions_mut().insert(read.clone());
    let over_tls = behind_tls || request.extensions().get::<OverTls>().is_some();
    let mut response = next.run(request).await;
    tell_of_refusal(&read, &response);
    // What a browser has kept stays under the policy that it came with.
    let kept = response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    let page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // A page may need a policy of its own.
    let policy = HeaderValue::from_static(if page { PAGE_POLICY } else { DATA_POLICY });
    if !kept {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    for (name, value) in GUARDS {
        set(headers, name, value);
    }
    if over_tls {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if read.asked() {
        headers.append(header::VARY, HeaderValue::from_static("cookie"));
    }
    if read.found() || headers.contains_key(header::SET_COOKIE) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
    response
}

/// Writes to the security log that a user has tried what they may not. Who has forgotten their password has a line already.
fn tell_of_refusal(read: &SessionRead, response: &Response) {
    let Some((user, problem)) = read.user().zip(response.extensions().get::<Problem>()) else { return };
    if problem.status() == StatusCode::FORBIDDEN && problem.code() != codes::WRONG_PASSWORD {
        tracing::warn!(target: "audit", event = "authz_fail", %user, code = problem.code());
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
