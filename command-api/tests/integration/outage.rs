//! Without Redis there are no commands; with it again, there are.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;

use crate::actors::{Anonymous, Buyer, PASSWORD, Seller};
use crate::shop::Shop;

#[tokio::test]
async fn commands_are_refused_without_redis_and_taken_again_with_it() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    shop.redis.stop();

    let answer = buyer.orders("k", &product, 1).await.is(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "1");

    shop.redis.restart().await;
    test_kit::eventually("commands are taken again", Duration::from_secs(30), async || {
        buyer.orders("k", &product, 1).await.status == StatusCode::CREATED
    })
    .await;
    assert_eq!(shop.count("order.placed").await, 1);
}

#[tokio::test]
async fn commands_are_put_off_while_redis_hangs() {
    let shop = Shop::open().await;
    let buyer = Buyer::new(&shop, "berta").await;
    shop.redis.pause();

    buyer.patch("/api/users/me").json(&json!({"display_name": "Berta"})).await.is(StatusCode::SERVICE_UNAVAILABLE);
    buyer.post("/api/auth/logout").await.is(StatusCode::SERVICE_UNAVAILABLE);

    shop.redis.resume();
    test_kit::eventually("they are taken again", Duration::from_secs(30), async || {
        buyer.post("/api/auth/logout").await.status == StatusCode::NO_CONTENT
    })
    .await;
    assert!(!buyer.is_let_in().await);
}

#[tokio::test]
async fn sign_up_and_login_come_back_with_redis() {
    let shop = Shop::open().await;
    let anonymous = Anonymous(&shop);
    anonymous.signs_up("anna@example.org", "anna").await.is(StatusCode::ACCEPTED);
    shop.redis.stop();
    anonymous.signs_up("berta@example.org", "berta").await.is(StatusCode::SERVICE_UNAVAILABLE);
    anonymous.logs_in("anna@example.org", PASSWORD).await.is(StatusCode::SERVICE_UNAVAILABLE);

    shop.redis.restart().await;
    test_kit::eventually("sign-up is taken and its account logs in", Duration::from_secs(30), async || {
        anonymous.signs_up("berta@example.org", "berta").await.status == StatusCode::ACCEPTED
            && anonymous.logs_in("berta@example.org", PASSWORD).await.status == StatusCode::OK
    })
    .await;
}

#[tokio::test]
async fn new_commands_wait_while_redis_is_almost_full() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let client = redis::Client::open(shop.redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let info: redis::InfoDict = redis::cmd("INFO").arg("memory").query_async(&mut connection).await.unwrap();
    let most = (info.get::<f64>("used_memory").unwrap() / 0.85) as u64;
    let () = redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(most).query_async(&mut connection).await.unwrap();

    let refused = async || buyer.orders("k", &product, 1).await.status == StatusCode::SERVICE_UNAVAILABLE;
    test_kit::eventually("the shop has noticed", Duration::from_secs(5), refused).await;
    assert_eq!(buyer.orders("k", &product, 1).await.header("retry-after"), "1");

    let () = redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(0).query_async(&mut connection).await.unwrap();
    let taken = async || buyer.orders("k", &product, 1).await.status == StatusCode::CREATED;
    test_kit::eventually("commands are taken again", Duration::from_secs(5), taken).await;
}

#[tokio::test]
async fn refuses_a_redis_that_may_lose_what_was_acknowledged() {
    let shop = Shop::open().await;
    let client = redis::Client::open(shop.redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let set = redis::cmd("CONFIG").arg("SET").arg("appendfsync").arg("everysec").clone();
    let () = set.query_async(&mut connection).await.unwrap();

    let refusal = shop.app.prepare().await.unwrap_err().to_string();

    assert!(refusal.contains("appendfsync is everysec, it must be always"), "{refusal}");
}
