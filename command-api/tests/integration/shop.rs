//! A shop for one test: its Redis, its keys, its router, and what stands in its log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use clap::Parser;
use command_api::{App, Settings};
use domain::UserId;
use domain::user::User;
use event_store::{Feed, Recorded};
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;
use test_kit::TestRedis;
use time::OffsetDateTime;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;
use web::keys::SigningKeys;
use web::settings::Edge;
use web::tokens::mail::{Link, Purpose, Signer};

use crate::log;

/// Limits that no test means to reach.
const GENEROUS: [[&str; 2]; 4] = [
    ["--limit-signup", "1000/1s"],
    ["--limit-login-address", "1000/1s"],
    ["--limit-login-account", "1000/1s"],
    ["--limit-mail-address", "1000/1s"],
];

#[derive(Parser)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: Settings,
}

pub(crate) struct Shop {
    pub(crate) redis: Arc<TestRedis>,
    pub(crate) app: Arc<App>,
    pub(crate) keys: Arc<TempDir>,
    router: Router,
    _following: DropGuard,
}

impl Shop {
    /// Opens a shop without people.
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// Opens a shop with settings of its own.
    pub(crate) async fn open_with(flags: &[&str]) -> Self {
        let redis = Arc::new(test_kit::redis().await);
        Self::start(redis, Arc::new(tempfile::tempdir().unwrap()), flags).await
    }

    /// Opens another process of the same shop, which has caught up with it.
    pub(crate) async fn open_beside(&self, flags: &[&str]) -> Self {
        Self::start(self.redis.clone(), self.keys.clone(), flags).await
    }

    async fn start(redis: Arc<TestRedis>, keys: Arc<TempDir>, flags: &[&str]) -> Self {
        log::begin();
        let (url, folder) = (redis.url(), keys.path().display().to_string());
        let common = ["command-api", "--keys-dir", folder.as_str()];
        let direct = if flags.contains(&"--redis-url") { &[][..] } else { &["--redis-url", url.as_str()] };
        let generous = GENEROUS.iter().filter(|[limit, _]| !flags.contains(limit)).flatten();
        let Cli { settings } = Cli::parse_from(common.iter().chain(direct).chain(flags).chain(generous));
        let app = App::open(&settings).unwrap();
        app.prepare().await.unwrap();
        let shutdown = CancellationToken::new();
        let (following, until) = (app.clone(), shutdown.clone());
        tokio::spawn(async move { following.follow(until).await });
        app.caught_up().await;
        let edge = Edge { time_limit: Duration::from_secs(30), ..Edge::default() };
        let router = command_api::service(app.clone(), &edge);
        Self { redis, app, keys, router, _following: shutdown.drop_guard() }
    }

    /// The token of a link, as a mail has it.
    pub(crate) fn link(&self, purpose: Purpose, user: UserId, number: u64) -> String {
        let signer = Signer::new(SigningKeys::open(self.keys.path()).unwrap());
        let until = OffsetDateTime::now_utc() + Duration::from_secs(60);
        signer.sign(purpose, Link { user: user.into(), number }, until).expose_secret().to_owned()
    }

    /// A connection past the shop.
    pub(crate) async fn redis_connection(&self) -> redis::aio::MultiplexedConnection {
        redis::Client::open(self.redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
    }

    /// A user as the log has them.
    pub(crate) async fn user(&self, id: UserId) -> User {
        (*self.app.store().load::<User>(id).await.unwrap()).clone()
    }

    /// Waits until there are so many events of one type.
    #[track_caller]
    pub(crate) fn counts(&self, kind: &str, count: usize) -> impl Future<Output = ()> {
        test_kit::eventually("the event is there", Duration::from_secs(10), async move || {
            self.count(kind).await == count
        })
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Builder, body: impl Into<Body>) -> Answer {
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Every event of every aggregate.
    pub(crate) async fn events(&self) -> Vec<Recorded> {
        let mut events = Vec::new();
        for feed in domain::event::categories().into_iter().flat_map(Feed::all) {
            let found = self.app.store().read_feed(feed, 1, 1_000).await.unwrap();
            events.extend(found.into_iter().map(|positioned| positioned.event));
        }
        events
    }

    /// How many events of one type there are.
    pub(crate) async fn count(&self, kind: &str) -> usize {
        self.events().await.iter().filter(|event| event.kind == kind).count()
    }

    /// Asks for something that must be refused, and makes sure that nothing has happened.
    #[track_caller]
    pub(crate) fn refuses(&self, ask: Ask<'_>) -> impl Future<Output = Answer> {
        let caller = std::panic::Location::caller();
        async move {
            let before = self.events().await.len();
            let answer = ask.await;
            assert!(answer.status.is_client_error(), "{caller}: {answer:?}");
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json", "{caller}");
            assert_eq!(self.events().await.len(), before, "{caller}: {answer:?} appended events");
            answer
        }
    }
}

/// What a request was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// Makes sure of the status.
    #[track_caller]
    pub(crate) fn is(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// A text of the body.
    #[track_caller]
    pub(crate) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_else(|| panic!("{member} of {}", self.body))
    }

    /// The value of a header.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("{name} of {:?}", self.headers)).to_str().unwrap()
    }

    /// The value of a cookie that is set.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
        lines.filter_map(|line| line.split(';').next()?.split_once('=')).find_map(|(n, v)| (n == name).then_some(v))
    }

    /// Where the first wrong field is, and what is wrong with it.
    pub(crate) fn field_error(&self) -> (&str, &str) {
        let error = &self.body["errors"][0];
        (error["pointer"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default())
    }
}

/// A request on its way, as a browser of the shop's own pages would send it.
pub(crate) struct Ask<'a> {
    shop: &'a Shop,
    request: Builder,
    body: Body,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(shop: &'a Shop, method: &str, path: &str) -> Self {
        let request = Request::builder().method(method).uri(path).header("x-requested-with", "test");
        Self { shop, request, body: Body::empty() }
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    /// Comes from an address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        let peer = SocketAddr::new(address.parse().unwrap(), 4711);
        self.request = self.request.extension(ConnectInfo(peer));
        self
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub(crate) fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text("application/json", body.to_string())
    }

    pub(crate) fn text(self, content_type: &str, body: String) -> Self {
        Self { body: body.into(), ..self.header("content-type", content_type) }
    }
}

impl<'a> IntoFuture for Ask<'a> {
    type Output = Answer;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.shop.send(self.request, self.body))
    }
}
