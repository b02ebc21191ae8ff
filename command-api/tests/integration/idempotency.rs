//! `Idempotency-Key`: a repetition is answered, not done again.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::json;

use crate::actors::{Buyer, Seller, one_line, teapot};
use crate::shop::Shop;

#[tokio::test]
async fn a_repetition_gets_the_first_answer() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;

    let first = buyer.orders("k", &product, 1).await.is(StatusCode::CREATED);
    let again = buyer.orders("k", &product, 1).await.is(StatusCode::CREATED);

    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    for name in ["etag", "location", "consistency-token", "content-type"] {
        assert_eq!(again.header(name), first.header(name));
    }
    assert_eq!(shop.count("order.placed").await, 1);
}

#[tokio::test]
async fn an_order_survives_a_lost_answer_and_a_crash_of_redis() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let lost = buyer.orders("k", &product, 1).await.is(StatusCode::CREATED);

    shop.redis.kill9();
    shop.redis.restart().await;
    test_kit::eventually("the order is answered", std::time::Duration::from_secs(30), async || {
        let again = buyer.orders("k", &product, 1).await;
        again.status == StatusCode::CREATED && again.body["id"] == lost.body["id"]
    })
    .await;

    assert_eq!(shop.count("order.placed").await, 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    buyer.orders("k", &product, 1).await.is(StatusCode::CREATED);

    let answer = shop.refuses(buyer.orders("k", &product, 2)).await.is(StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(answer.text("code"), "idempotency_key_reused");
}

#[tokio::test]
async fn a_body_is_what_it_says_not_how_it_is_written() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    buyer.orders("k", &product, 1).await.is(StatusCode::CREATED);

    let spaced = format!("{{ \"lines\": [ {{ \"quantity\": 1, \"product_id\": \"{product}\" }} ] }}");
    let again = buyer.post("/api/orders").key("k").text("application/json", spaced).await.is(StatusCode::CREATED);

    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn keys_belong_to_their_caller_and_their_path() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let other = Buyer::new(&shop, "otto").await;
    let (first, second) = (seller.lists_a_teapot().await, seller.lists_a_teapot().await);

    buyer.orders("k", &first, 1).await.is(StatusCode::CREATED);
    other.orders("k", &first, 2).await.is(StatusCode::CREATED);
    for product in [first, second] {
        let ask = seller.post(&format!("/api/inventory/{product}/receipts")).key("k");
        assert!(
            !ask.json(&json!({"quantity": 1})).await.is(StatusCode::OK).headers.contains_key("idempotency-replayed")
        );
    }
    assert_eq!(shop.count("order.placed").await, 2);
}

#[tokio::test]
async fn a_refusal_stays_a_refusal() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let mut body = one_line(&product, 1);
    body["expected_total"] = json!({"amount": 1, "currency": "EUR"});
    let order = || buyer.post("/api/orders").key("k").json(&body);

    let first = shop.refuses(order()).await.is(StatusCode::CONFLICT);
    let cheap = json!({"price": {"amount": 1, "currency": "EUR"}});
    seller.patch(&format!("/api/products/{product}")).json(&cheap).await.is(StatusCode::OK);
    let again = shop.refuses(order()).await.is(StatusCode::CONFLICT);

    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((&again.body["total"], &again.body["detail"]), (&first.body["total"], &first.body["detail"]));
    assert_eq!(again.text("request_id"), again.header("x-request-id"));
}

#[tokio::test]
async fn a_shop_is_opened_once_and_a_product_listed_once() {
    let shop = Shop::open().await;
    let buyer = Buyer::new(&shop, "anna").await;
    for replayed in [false, true] {
        let body = json!({"shop_name": "Teapots"});
        let answer = buyer.post("/api/sellers").key("k").json(&body).await.is(StatusCode::CREATED);
        assert_eq!(answer.headers.contains_key("idempotency-replayed"), replayed);
        assert!(answer.cookie("__Host-access").is_some());
    }
    for replayed in [false, true] {
        let answer = buyer.post("/api/products").key("k").json(&teapot()).await.is(StatusCode::CREATED);
        assert_eq!(answer.headers.contains_key("idempotency-replayed"), replayed);
    }
    assert_eq!((shop.count("user.shop_opened").await, shop.count("product.listed").await), (1, 1));
}

#[tokio::test]
async fn a_receipt_names_nobody() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    anna.post("/api/sellers").key("k").json(&json!({"shop_name": "Anna's Teapots"})).await.is(StatusCode::CREATED);

    let client = redis::Client::open(shop.redis.url()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let kept: Vec<String> = redis::cmd("KEYS").arg("receipt:*").query_async(&mut redis).await.unwrap();
    assert_eq!(kept.len(), 1);
    let receipt: String = redis::cmd("GET").arg(&kept[0]).query_async(&mut redis).await.unwrap();
    assert!(!receipt.contains("Anna"), "{receipt}");
}

#[tokio::test]
async fn of_many_repetitions_at_once_one_is_done() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;

    let answers = join_all((0..20).map(|_| buyer.orders("k", &product, 1).into_future())).await;

    for answer in answers {
        let in_flight = answer.status == StatusCode::CONFLICT && answer.text("code") == "in_flight";
        assert!(in_flight || answer.status == StatusCode::CREATED, "{answer:?}");
    }
    assert_eq!(shop.count("order.placed").await, 1);
}
