//! A read side over a database of its own, and a client to ask it.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use query_api::App;
use query_api::settings::{Live, Reading};
use secrecy::ExposeSecret;
use serde_json::Value;
use sqlx::PgPool;
use test_kit::TestDatabase;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use web::caller::Gate;
use web::keys::SigningKeys;
use web::revocations::Revocations;
use web::settings::Edge;
use web::tokens::{Moment, Signer, Verifier};

use crate::actors::Actor;
use test_kit::migrations::migrate;

pub(crate) const ACCESS: Duration = Duration::from_secs(600);
/// Longer than any test may take: what must not wait that long fails by its status.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// For tests of what is sure to come.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// A read side.
pub(crate) struct Service {
    router: Router,
    signer: Signer,
}

impl Service {
    /// Reads from the database there, whether it answers or not.
    pub(crate) fn over(url: &str, freshness_wait: Duration) -> Self {
        let app =
            App::new(url.parse().unwrap(), &Reading { read_connections: 5, freshness_wait, live: Live::default() });
        Self::of(app, Revocations::new(ACCESS))
    }

    /// Serves this app to whoever is not revoked.
    pub(crate) fn of(app: App, revocations: Revocations) -> Self {
        tokio::spawn(app.clone().follow(CancellationToken::new()));
        Self::serving(app, revocations)
    }

    /// The same where somebody else makes it follow the read models.
    pub(crate) fn serving(app: App, revocations: Revocations) -> Self {
        Self::signing(app, revocations, ACCESS)
    }

    /// The same with access tokens that live so long.
    pub(crate) fn signing(app: App, revocations: Revocations, access: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = SigningKeys::open(folder.path()).unwrap();
        let gate = Gate::new(Verifier::new(keys.public()), revocations);
        let edge = Edge { time_limit: TIME_LIMIT, ..Edge::default() };
        Self { router: web::edge::wrap(query_api::router(app), gate, &edge), signer: Signer::new(keys, access) }
    }

    pub(crate) async fn get(&self, actor: &impl Actor, path: &str) -> Answer {
        self.get_with(actor, path, &[]).await
    }

    pub(crate) async fn get_with(&self, actor: &impl Actor, path: &str, headers: &[(&str, &str)]) -> Answer {
        let response = self.answer(actor, path, headers).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or_default() }
    }

    /// The answer as it comes.
    pub(crate) async fn answer(&self, actor: &impl Actor, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::get(path);
        if let Some((user, roles)) = actor.session() {
            let token = self.signer.sign(Moment::now(), user, actor.session_id(), roles);
            request = request.header(header::COOKIE, format!("__Host-access={}", token.expose_secret()));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }
}

/// A read side with its database.
pub(crate) struct Shop {
    pub(crate) service: Service,
    /// Where the projectors would write.
    pub(crate) rows: PgPool,
    pub(crate) database: TestDatabase,
}

/// A shop without rows.
pub(crate) async fn shop() -> Shop {
    shop_that_waits(LONG).await
}

/// A shop that waits so long for what its callers have written.
pub(crate) async fn shop_that_waits(freshness_wait: Duration) -> Shop {
    let database = test_kit::database().await;
    migrate(database.url()).await;
    let rows = PgPool::connect_lazy(database.url()).unwrap();
    Shop { service: Service::over(database.url(), freshness_wait), rows, database }
}

impl Shop {
    pub(crate) async fn get(&self, actor: &impl Actor, path: &str) -> Answer {
        self.service.get(actor, path).await
    }
}

/// What a client was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    /// The items of a list.
    #[track_caller]
    pub(crate) fn items(self) -> Vec<Value> {
        self.ok()["items"].as_array().unwrap().clone()
    }

    /// What `member` of each item of a list says.
    #[track_caller]
    pub(crate) fn each(self, member: &str) -> Vec<String> {
        self.items().iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
    }

    /// Which field was refused.
    #[track_caller]
    pub(crate) fn refused(self) -> String {
        assert_eq!(self.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", self.body);
        self.body["errors"][0]["pointer"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}
