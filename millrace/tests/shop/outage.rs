//! Each side keeps serving while the other's store is down, and recovers by itself.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    customer::{Customer, basket},
    running::{PATIENCE, Shop},
};

async fn status(
    customer: &Customer,
    method: Method,
    path: &str,
    body: Option<serde_json::Value>,
) -> (StatusCode, bool) {
    let answer = customer.try_send(method, path, body).await.unwrap();
    (answer.status(), answer.headers().contains_key("retry-after"))
}

#[tokio::test]
async fn without_redis_queries_answer_and_commands_are_put_off() {
    let (redis, postgres) = (test_kit::redis().await, test_kit::database().await);
    let mut shop = Shop::with(vec![("REDIS_URL", redis.url()), ("DATABASE_URL", postgres.url().to_owned())]);
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    let order = buyer.order(&product, 1).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");

    redis.stop();
    let path = format!("/api/orders/{order}");
    assert_eq!(status(&buyer, Method::GET, &path, None).await, (StatusCode::OK, false));
    let put_off = status(&buyer, Method::POST, "/api/orders", Some(basket(&product, 1))).await;
    assert_eq!(put_off, (StatusCode::SERVICE_UNAVAILABLE, true));

    redis.restart().await;
    let again =
        async || status(&buyer, Method::POST, "/api/orders", Some(basket(&product, 1))).await.0 == StatusCode::CREATED;
    test_kit::eventually("orders are taken again", PATIENCE, again).await;
    let decided = async || {
        let orders = buyer.get_json("/api/orders").await;
        orders["items"]
            .as_array()
            .is_some_and(|orders| orders.len() > 1 && orders.iter().all(|order| order["status"] == "confirmed"))
    };
    test_kit::eventually("and decided", PATIENCE, decided).await;
    shop.stop();
}

#[tokio::test]
async fn without_postgres_commands_answer_and_queries_are_put_off() {
    let (redis, postgres) = (test_kit::redis().await, test_kit::postgres().await);
    let mut shop = Shop::with(vec![("REDIS_URL", redis.url()), ("DATABASE_URL", postgres.url())]);
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;

    postgres.stop();
    let order = buyer.order(&product, 1).await;
    let path = format!("/api/orders/{order}");
    assert_eq!(status(&buyer, Method::GET, &path, None).await, (StatusCode::SERVICE_UNAVAILABLE, true));
    let price = json!({ "name": "Lamp", "price": { "amount": 5, "currency": "EUR" } });
    assert_eq!(status(&seller, Method::POST, "/api/products", Some(price)).await.0, StatusCode::CREATED);

    postgres.restart().await;
    let again = async || status(&buyer, Method::GET, &path, None).await.0 == StatusCode::OK;
    test_kit::eventually("queries are answered again", PATIENCE, again).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    shop.stop();
}
