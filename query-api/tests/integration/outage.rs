//! Postgres goes, and comes back.

use std::time::Duration;

use axum::http::StatusCode;
use sqlx::PgPool;
use test_kit::{eventually, free_port};
use uuid::Uuid;

use crate::actors::Anonymous;
use crate::rows::Goods;
use crate::shop::{Answer, LONG, Service};
use test_kit::migrations::migrate;

const SOON: Duration = Duration::from_secs(60);

#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.body["code"], "unavailable");
}

async fn somebody_listens(rows: &PgPool) -> bool {
    let listeners = sqlx::query_scalar::<_, i64>(
        "select count(*) from pg_stat_activity where application_name = 'query-api' and query ilike 'listen%'",
    );
    listeners.fetch_one(rows).await.is_ok_and(|count| count == 1)
}

#[tokio::test]
async fn queries_get_503_while_postgres_is_away_and_recover_by_themselves() {
    let postgres = test_kit::postgres().await;
    migrate(&postgres.url()).await;
    let rows = PgPool::connect_lazy(&postgres.url()).unwrap();
    let service = Service::over(&postgres.url(), LONG);
    let id = Goods::of(Uuid::now_v7()).list(&rows).await;
    let token = format!("product:{id}:1");
    assert_eq!(service.get(&Anonymous, "/api/products").await.items().len(), 1);
    eventually("changes are followed", SOON, async || somebody_listens(&rows).await).await;

    postgres.stop();
    assert_unavailable(&service.get(&Anonymous, "/api/products").await);
    assert_unavailable(&service.get_with(&Anonymous, "/api/products", &[("consistency-token", &token)]).await);

    postgres.restart().await;
    let answers = async || service.get(&Anonymous, "/api/products").await.status == StatusCode::OK;
    eventually("queries answer", SOON, answers).await;
    eventually("changes are followed again", SOON, async || somebody_listens(&rows).await).await;
}

#[tokio::test]
async fn starts_while_postgres_is_away() {
    let nowhere = format!("postgres://nobody@127.0.0.1:{}/none", free_port());
    let service = Service::over(&nowhere, LONG);

    assert_unavailable(&service.get(&Anonymous, "/api/products").await);
    assert_eq!(service.get(&Anonymous, "/api/openapi.json").await.status, StatusCode::OK);
}
