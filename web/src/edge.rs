//! What stands around every route of a service, in one order.
//!
//! From the outside in: the client's address; request id, span and metrics; headers that browsers obey; panics; the time limit; the cross-site
//! rule; the size limit. A service wraps its finished router once; `/{*path}` routes, such as a storefront's, come before
//! the wrapping.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, map_request};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;

use crate::address::Proxies;
use crate::caller::{Gate, SessionRead};
use crate::csrf::refuse_cross_site;
use crate::json::BODY_LIMIT_BYTES;
use crate::observe::{observe, panicked};
use crate::problem::Problem;
use crate::settings::Edge;

/// Wraps a service's router. A handler that has not answered after the time limit leaves a 503.
pub fn wrap(router: Router, gate: Gate, settings: &Edge) -> Router {
    let (time_limit, proxies) = (settings.time_limit, Proxies::new(&settings.trusted_proxies));
    router
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(from_fn(refuse_large_bodies))
        .layer(from_fn(refuse_cross_site))
        .layer(from_fn(move |request: Request, next: Next| limit_time(time_limit, request, next)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(guard_answer))
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

/// Sets what browsers and caches must know: types are as declared, and a session's answers are kept by nobody.
async fn guard_answer(mut request: Request, next: Next) -> Response {
    let read = SessionRead::default();
    request.extensions_mut().insert(read.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if read.asked() {
        headers.append(header::VARY, HeaderValue::from_static("cookie"));
    }
    if read.found() || headers.contains_key(header::SET_COOKIE) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
