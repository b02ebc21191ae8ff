//! Bare HTTP servers, the limits of the APIs: axum, the same Redis or Postgres, and nothing else.

use std::net::Ipv4Addr;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clap::Args;
use serde::{Deserialize, Serialize};
use sqlx::{
    AssertSqlSafe, FromRow, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::OffsetDateTime;
use tokio::{net::TcpListener, sync::OnceCell};
use uuid::Uuid;

use crate::{
    append::{Bare, Target},
    statements::Statements,
};

/// As many as query-api has.
const CONNECTIONS: u32 = 10;
/// How many streams are appended to in turn, so that none is a hot one.
const STREAMS: usize = 4096;

/// Serve what the APIs are held against (used by `bench` itself)
#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[arg(long)]
    port: u16,
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    redis_url: String,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
}

struct App {
    redis_url: String,
    bare: OnceCell<(Bare, Vec<Target>)>,
    next: std::sync::atomic::AtomicUsize,
    keyed: PgPool,
    filtered: PgPool,
    statements: Statements,
}

impl Serve {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        // Planned as query-api plans them: what is found by its key once, and what filters each time.
        let database: PgConnectOptions = self.database_url.parse()?;
        let open = |plans| {
            let options = database.clone().options([("plan_cache_mode", plans), ("random_page_cost", "1.1")]);
            let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
            pool.connect_lazy_with(options)
        };
        let app = App {
            redis_url: self.redis_url,
            bare: OnceCell::new(),
            next: Default::default(),
            keyed: open("force_generic_plan"),
            filtered: open("force_custom_plan"),
            statements: Statements::read()?,
        };
        let routes = Router::new()
            .route("/ready", get(async || StatusCode::NO_CONTENT))
            .route("/receipts/{product}", post(receive))
            .route("/products/{product}", get(product))
            .route("/products", get(products))
            .with_state(std::sync::Arc::new(app));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        Ok(axum::serve(listener, routes).await?)
    }
}

type Shared = State<std::sync::Arc<App>>;

struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{:#}", self.0)).into_response()
    }
}

#[derive(Deserialize, Serialize)]
struct Receipt {
    quantity: u32,
}

/// JSON in, one append with a receipt, JSON out.
async fn receive(
    State(app): Shared,
    Path(product): Path<Uuid>,
    headers: HeaderMap,
    Json(receipt): Json<Receipt>,
) -> Result<Json<Receipt>, Failed> {
    let open = async || {
        let bare = Bare::like(&app.redis_url, "inventory", product).await?;
        anyhow::Ok((bare, (0..STREAMS).map(|_| Target::new()).collect::<Vec<_>>()))
    };
    let (bare, streams) = app.bare.get_or_try_init(open).await?;
    let turn = app.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let answer = headers.contains_key("Idempotency-Key").then_some(r#"{"status":200}"#);
    bare.append(&streams[turn % STREAMS], answer).await?;
    Ok(Json(receipt))
}

/// The columns that a product is shown with.
#[derive(FromRow, Serialize)]
struct Product {
    #[sqlx(rename = "id!")]
    id: Uuid,
    #[sqlx(rename = "version!")]
    version: i64,
    #[sqlx(rename = "seller!")]
    seller: Uuid,
    shop_name: Option<String>,
    #[sqlx(rename = "name!")]
    name: String,
    #[sqlx(rename = "slug!")]
    slug: String,
    description: Option<String>,
    category: Option<String>,
    #[sqlx(rename = "price_amount!")]
    price_amount: i64,
    #[sqlx(rename = "price_currency!")]
    price_currency: String,
    #[sqlx(rename = "images!")]
    images: Vec<String>,
    #[sqlx(rename = "status!")]
    status: String,
    #[sqlx(rename = "on_hand!")]
    on_hand: i64,
    #[sqlx(rename = "reserved!")]
    reserved: i64,
    #[sqlx(rename = "listed_at!")]
    #[serde(with = "time::serde::rfc3339")]
    listed_at: OffsetDateTime,
    #[sqlx(rename = "changed_at!")]
    #[serde(with = "time::serde::rfc3339")]
    changed_at: OffsetDateTime,
}

/// One product by the statement of query-api.
async fn product(State(app): Shared, Path(id): Path<Uuid>) -> Result<Json<Product>, Failed> {
    let product = sqlx::query_as(AssertSqlSafe(app.statements.product.clone())).bind(id);
    Ok(Json(product.fetch_one(&app.keyed).await?))
}

/// The newest twenty by the statement of query-api, and whether there are more.
async fn products(State(app): Shared) -> Result<Json<Vec<Product>>, Failed> {
    let page = sqlx::query_as(AssertSqlSafe(app.statements.page.clone()))
        .bind(None::<Vec<Uuid>>)
        .bind(None::<String>)
        .bind(None::<Uuid>)
        .bind(None::<Uuid>)
        .bind(None::<i64>)
        .bind(None::<i64>)
        .bind(false)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(None::<OffsetDateTime>)
        .bind(Uuid::nil())
        .bind(21_i64);
    let mut page: Vec<Product> = page.fetch_all(&app.filtered).await?;
    page.truncate(20);
    Ok(Json(page))
}
