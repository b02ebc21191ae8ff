//! What stands around every route of a service, in one order.
//!
//! From the outside in: the client's address; request id, span and metrics; headers that browsers obey; panics; the time limit; the cross-site
//! rule; the size limit. A service wraps its finished router once; `/{*path}` routes, such as a storefront's, come before
//! the wrapping.
//!
//! All of it is one layer. Axum copies what is inside of a layer for every request, so that ten of them cost more than what they do.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::address::{OverTls, Proxies};
use crate::caller::{Gate, SessionRead};
use crate::codes;
use crate::csrf;
use crate::json::BODY_LIMIT_BYTES;
use crate::observe::observe;
use crate::problem::Problem;
use crate::settings;

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

struct Edge {
    gate: Gate,
    proxies: Proxies,
    time_limit: Duration,
    behind_tls: bool,
}

/// Wraps a service's router. A handler that has not answered after the time limit leaves a 503.
pub fn wrap(router: Router, gate: Gate, settings: &settings::Edge) -> Router {
    let settings::Edge { time_limit, behind_tls, .. } = *settings;
    let edge = Edge { gate, proxies: Proxies::new(&settings.trusted_proxies), time_limit, behind_tls };
    router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer((from_fn_with_state(Arc::new(edge), pass), DefaultBodyLimit::max(BODY_LIMIT_BYTES)))
}

async fn pass(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    edge.proxies.locate(&mut request);
    observe(request, async |mut request| {
        request.extensions_mut().insert(edge.gate.clone());
        guard_answer(edge.behind_tls, request, async |request| {
            let answer = tokio::time::timeout(edge.time_limit, let_in(request, next));
            match AssertUnwindSafe(answer).catch_unwind().await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Problem::unavailable(format!("no answer within {:?}", edge.time_limit)).into_response(),
                // It becomes a 500 that shows the request's id alone; the panic hook has reported where it happened.
                Err(_) => Problem::after_panic().into_response(),
            }
        })
        .await
    })
    .await
}

async fn let_in(request: Request, next: Next) -> Response {
    match csrf::check(&request).and_then(|()| check_size(request.headers())) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Refuses a body by its announced length; one of unknown length is cut off while it is read.
fn check_size(headers: &HeaderMap) -> Result<(), Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match announced {
        Some(length) if BODY_LIMIT_BYTES < length => Err(Problem::too_large(BODY_LIMIT_BYTES)),
        _ => Ok(()),
    }
}

/// Sets what browsers and caches must know: how little an answer may do, and that a session's answers are kept by nobody.
async fn guard_answer(behind_tls: bool, mut request: Request, next: impl AsyncFnOnce(Request) -> Response) -> Response {
    let read = SessionRead::default();
    request.extensions_mut().insert(read.clone());
    let over_tls = behind_tls || request.extensions().get::<OverTls>().is_some();
    let mut response = next(request).await;
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
