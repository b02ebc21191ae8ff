//! What stands around every route.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Extension, Router};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tower::ServiceExt;
use traces::Trace;
use uuid::Uuid;
use web::address::ClientAddress;
use web::caller::Caller;
use web::json::Json;
use web::observe::RequestId;
use web::revocations::Revocations;
use web::settings::Edge;
use web::tokens::{Moment, Signer};
use web::{edge, problem::Problem};

use crate::shop::{ACCESS, LIFETIMES, gate, shop};

fn service(revocations: Revocations) -> (Signer, Router) {
    let router = Router::new()
        .route("/api/open", get(async || "open"))
        .route("/api/echo", post(async |Json(body): Json<Value>| Json(body)))
        .route("/api/me", get(async |caller: Caller| caller.user.to_string()))
        .route("/api/maybe", get(async |caller: Option<Caller>| if caller.is_some() { "somebody" } else { "nobody" }))
        .route("/api/admin", get(async |caller: Caller| caller.require("admin")))
        .route("/api/trace", get(async |Extension(trace): Extension<Trace>| trace.to_string()))
        .route("/api/id", get(async |Extension(RequestId(id)): Extension<RequestId>| id))
        .route("/api/address", get(async |ClientAddress(address): ClientAddress| address.to_string()))
        .route("/page", get(async || Html("<!doctype html>")))
        .route("/api/panic", get(panics))
        .route("/api/payments/callbacks/fake", post(async || StatusCode::NO_CONTENT));
    let (signer, gate) = gate(revocations);
    (signer, edge::wrap(router, gate, &settings()))
}

fn settings() -> Edge {
    Edge { trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()], ..Edge::default() }
}

async fn panics() -> &'static str {
    panic!("the password of the database is hunter2")
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn problem(&self) -> Value {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn ask(router: &Router, request: Builder, body: impl Into<Body>) -> Answer {
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().into()).unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// Asks a service that has nobody's session.
async fn answer(request: Builder) -> Answer {
    ask(&service(Revocations::new(ACCESS)).1, request, Body::empty()).await
}

fn json_post(path: &str) -> Builder {
    Request::post(path).header("x-requested-with", "test").header(header::CONTENT_TYPE, "application/json")
}

#[tokio::test]
async fn every_answer_names_its_request() {
    for path in ["/api/open", "/api/nothing", "/api/panic", "/api/me"] {
        let answer = answer(Request::get(path)).await;
        let id = answer.headers["x-request-id"].to_str().unwrap();
        assert_eq!(Uuid::parse_str(id).unwrap().get_version_num(), 7);
        if !answer.status.is_success() {
            assert_eq!(answer.problem()["request_id"], id);
        }
    }
}

#[tokio::test]
async fn takes_over_a_sane_request_id() {
    let answer = answer(Request::get("/api/id").header("x-request-id", "checkout-7")).await;
    assert_eq!((answer.headers["x-request-id"].as_bytes(), answer.body.as_str()), (&b"checkout-7"[..], "checkout-7"));
}

#[tokio::test]
async fn replaces_a_request_id_that_is_not_sane() {
    for id in ["", "two words", &"x".repeat(65), "\u{e9}"] {
        let answer = answer(Request::get("/api/open").header("x-request-id", id)).await;
        assert_ne!(answer.headers["x-request-id"], id);
    }
}

#[tokio::test]
async fn hands_the_trace_on() {
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let answer = answer(Request::get("/api/trace").header("traceparent", format!("00-{id}-00f067aa0ba902b7-01"))).await;
    assert!(answer.body.starts_with(&format!("00-{id}-")), "{}", answer.body);
}

#[tokio::test]
async fn a_client_is_known_by_its_connection_or_by_a_trusted_proxy() {
    let from = async |peer: &str| {
        let peer = ConnectInfo(peer.parse::<SocketAddr>().unwrap());
        let request = Request::get("/api/address").header("x-forwarded-for", "1.1.1.1, 198.51.100.1");
        answer(request.header("forwarded", "for=1.1.1.1").extension(peer)).await.body
    };
    assert_eq!(from("203.0.113.9:4711").await, "203.0.113.9");
    assert_eq!(from("10.0.0.1:4711").await, "198.51.100.1");
}

/// What is logged while a test asks for it.
#[derive(Clone, Default)]
struct Pen(Arc<Mutex<Vec<u8>>>);

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_counted_and_told_of_once() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _measured = metrics::set_default_local_recorder(&recorder);
    let pen = Pen::default();
    let written = pen.0.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || pen.clone()).finish();
    let _logged = tracing::subscriber::set_default(subscriber);
    let (_, router) = service(Revocations::new(ACCESS));
    let ask_from = async |peer: &str, header: &str| {
        let peer = ConnectInfo(peer.parse::<SocketAddr>().unwrap());
        ask(&router, Request::get("/api/open").header(header, "198.51.100.1").extension(peer), Body::empty()).await;
    };

    for (peer, header) in [
        ("10.0.0.1:4711", "x-forwarded-for"),
        ("203.0.113.9:4711", "x-request-id"),
        ("203.0.113.9:4711", "x-forwarded-for"),
        ("203.0.113.9:4711", "forwarded"),
    ] {
        ask_from(peer, header).await;
    }

    let log = String::from_utf8(written.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("MILLRACE_TRUSTED_PROXIES").count(), 1, "{log}");
    assert!(log.contains("peer=203.0.113.9"), "{log}");
    let measured = recorder.handle().render();
    assert!(measured.contains("untrusted_forwards_total 2"), "{measured}");
}

#[tokio::test]
async fn answers_404_and_405_as_problems() {
    let unknown = answer(Request::get("/api/nothing")).await;
    assert_eq!((unknown.status, &unknown.problem()["code"]), (StatusCode::NOT_FOUND, &json!("not_found")));

    let wrong_method = answer(Request::delete("/api/open").header("x-requested-with", "test")).await;
    assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong_method.problem()["code"], "method_not_allowed");
    assert_eq!(wrong_method.headers[header::ALLOW], "GET,HEAD");
}

#[tokio::test]
async fn a_panic_shows_the_request_id_alone() {
    let answer = answer(Request::get("/api/panic").header("x-request-id", "r1")).await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        answer.problem(),
        json!({
            "type": "/docs/problems#internal", "title": "Internal", "status": 500, "code": "internal",
            "request_id": "r1",
        })
    );
}

#[tokio::test]
async fn a_handler_that_hangs_becomes_a_503() {
    let (_, gate) = gate(Revocations::new(ACCESS));
    let router = Router::new().route("/", get(std::future::pending::<()>));
    let router = edge::wrap(router, gate, &Edge { time_limit: Duration::ZERO, ..Edge::default() });
    let answer = ask(&router, Request::get("/"), Body::empty()).await;
    assert_eq!(
        (answer.status, &answer.headers[header::RETRY_AFTER]),
        (StatusCode::SERVICE_UNAVAILABLE, &"1".parse().unwrap())
    );
}

#[tokio::test]
async fn refuses_a_large_body_by_its_announced_length() {
    let (_, router) = service(Revocations::new(ACCESS));
    let request = json_post("/api/echo").header(header::CONTENT_LENGTH, 2 * 1024 * 1024);
    let answer = ask(&router, request, "[]").await;
    assert_eq!((answer.status, &answer.problem()["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
}

#[tokio::test]
async fn refuses_a_large_body_of_unknown_length() {
    let (_, router) = service(Revocations::new(ACCESS));
    let chunks = futures_util::stream::iter((0..65).map(|_| Ok::<_, io::Error>("x".repeat(1024))));
    let answer = ask(&router, json_post("/api/echo"), Body::from_stream(chunks)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn takes_a_body_of_64_kib() {
    let (_, router) = service(Revocations::new(ACCESS));
    let body = format!("\"{}\"", "x".repeat(64 * 1024 - 2));
    assert_eq!(ask(&router, json_post("/api/echo"), body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn refuses_what_another_site_may_have_caused() {
    let (_, router) = service(Revocations::new(ACCESS));
    let bare = Request::post("/api/echo").header(header::CONTENT_TYPE, "application/json");
    assert_eq!(ask(&router, bare, "{}").await.problem()["code"], "cross_site");
    let foreign = json_post("/api/echo").header("sec-fetch-site", "cross-site");
    assert_eq!(ask(&router, foreign, "{}").await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&router, json_post("/api/echo"), "{}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn payment_providers_need_not_prove_their_site() {
    assert_eq!(answer(Request::post("/api/payments/callbacks/fake")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn lets_a_live_session_in_until_it_ends() {
    let shop = shop(LIFETIMES).await;
    let (signer, router) = service(shop.revocations.clone());
    let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
    let token = signer.sign(Moment::now(), user, session, vec![]);
    let me = || Request::get("/api/me").header(header::COOKIE, format!("__Host-access={}", token.expose_secret()));

    let answer = ask(&router, me(), Body::empty()).await;
    assert_eq!((answer.status, answer.body), (StatusCode::OK, user.to_string()));

    shop.sessions.end(session).await.unwrap();
    let answer = ask(&router, me(), Body::empty()).await;
    assert_eq!((answer.status, &answer.problem()["code"]), (StatusCode::UNAUTHORIZED, &json!("unauthenticated")));
}

#[tokio::test]
async fn nobody_is_fine_where_a_session_is_optional_but_a_bad_token_is_not() {
    assert_eq!(answer(Request::get("/api/maybe")).await.body, "nobody");
    let bad = answer(Request::get("/api/maybe").header(header::COOKIE, "__Host-access=junk")).await;
    assert_eq!(bad.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn demands_a_session_and_then_the_role() {
    assert_eq!(answer(Request::get("/api/admin")).await.status, StatusCode::UNAUTHORIZED);

    let (signer, router) = service(Revocations::new(ACCESS));
    for (role, status) in [("seller", StatusCode::FORBIDDEN), ("admin", StatusCode::OK)] {
        let token = signer.sign(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), vec![role.into()]);
        let cookie = format!("__Host-access={}", token.expose_secret());
        let answer = ask(&router, Request::get("/api/admin").header(header::COOKIE, cookie), Body::empty()).await;
        assert_eq!(answer.status, status, "{role}");
    }
}

#[tokio::test]
async fn nobody_may_store_what_a_session_was_shown() {
    let (signer, router) = service(Revocations::new(ACCESS));
    let token = signer.sign(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), vec![]);
    let cookie = format!("__Host-access={}", token.expose_secret());

    let private = ask(&router, Request::get("/api/maybe").header(header::COOKIE, cookie), Body::empty()).await;
    let public = ask(&router, Request::get("/api/maybe"), Body::empty()).await;

    assert_eq!(private.headers[header::CACHE_CONTROL], "no-store");
    assert!(!public.headers.contains_key(header::CACHE_CONTROL));
    assert_eq!(public.headers[header::VARY], "cookie");
    assert_eq!(public.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
}

#[tokio::test]
async fn every_answer_says_how_little_it_may_do() {
    for path in ["/api/open", "/api/nothing", "/api/panic", "/api/me", "/page"] {
        let headers = answer(Request::get(path)).await.headers;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(policy.contains("default-src 'self'"), path == "/page", "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(!headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_keep_to_tls_where_there_is_tls() {
    let hsts = async |settings: &Edge, peer: &str| {
        let (_, gate) = gate(Revocations::new(ACCESS));
        let router = edge::wrap(Router::new().route("/", get(async || ())), gate, settings);
        let peer = ConnectInfo(peer.parse::<SocketAddr>().unwrap());
        let request = Request::get("/").header("x-forwarded-proto", "https").extension(peer);
        ask(&router, request, Body::empty()).await.headers.contains_key(header::STRICT_TRANSPORT_SECURITY)
    };
    assert!(hsts(&settings(), "10.0.0.1:4711").await, "a trusted proxy says so");
    assert!(!hsts(&settings(), "203.0.113.9:4711").await, "anybody says so");
    assert!(hsts(&Edge { behind_tls: true, ..settings() }, "203.0.113.9:4711").await, "the operator says so");
}

#[tokio::test]
async fn counts_requests_by_route_and_not_by_address() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _measured = metrics::set_default_local_recorder(&recorder);

    answer(Request::get("/api/open?q=secret")).await;
    answer(Request::get("/api/nothing/secret")).await;

    let measured = recorder.handle().render();
    assert!(measured.contains(r#"http_requests_total{method="GET",route="/api/open",status="200"} 1"#), "{measured}");
    assert!(measured.contains(r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#), "{measured}");
    assert!(!measured.contains("secret"), "{measured}");
}

#[tokio::test]
async fn a_handlers_own_problem_keeps_its_members() {
    let price_changed = async || Problem::conflict("price_changed", "now 2099").with("total", 2099);
    let (_, gate) = gate(Revocations::new(ACCESS));
    let router = edge::wrap(Router::new().route("/", get(price_changed)), gate, &Edge::default());

    let problem = ask(&router, Request::get("/"), Body::empty()).await.problem();

    assert_eq!((&problem["total"], &problem["status"]), (&json!(2099), &json!(409)));
    assert!(problem["request_id"].is_string());
}
