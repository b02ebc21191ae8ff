//! `If-Match`: nobody changes what has moved on.

use axum::http::StatusCode;
use serde_json::json;

use crate::actors::{Buyer, Seller};
use crate::shop::Shop;

#[tokio::test]
async fn refuses_to_change_a_product_that_moved_on() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);
    let rename = |name: &str| seller.patch(&path).json(&json!({"name": name}));

    rename("Pot").if_match("\"1\"").await.is(StatusCode::OK);
    for stale in ["\"1\"", "\"1.1\"", "\"3\"", "W/\"2\"", "2"] {
        let answer = shop.refuses(rename("Cup").if_match(stale)).await.is(StatusCode::PRECONDITION_FAILED);
        assert_eq!(answer.text("code"), "moved_on", "{stale}");
    }
    shop.refuses(seller.delete(&path).if_match("\"1\"")).await.is(StatusCode::PRECONDITION_FAILED);
    rename("Cup").if_match("\"2.7\"").await.is(StatusCode::OK);
    rename("Mug").if_match("*").await.is(StatusCode::OK);
}

#[tokio::test]
async fn refuses_to_change_anything_else_that_moved_on() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let order = buyer.orders("k", &product, 1).await.text("id").to_owned();

    let asks = [
        buyer.post(&format!("/api/orders/{order}/cancellation")),
        seller.post(&format!("/api/inventory/{product}/receipts")).json(&json!({"quantity": 1})),
        buyer.patch("/api/users/me").json(&json!({"username": "other"})),
        buyer.post("/api/sellers").json(&json!({"shop_name": "Teapots"})),
    ];
    for ask in asks {
        shop.refuses(ask.if_match("\"7\"")).await.is(StatusCode::PRECONDITION_FAILED);
    }
}

#[tokio::test]
async fn an_answer_names_a_version_that_the_next_change_may_name_also_where_books_are_closed_behind_it() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/inventory/{}/receipts", seller.lists_a_teapot().await);
    let mut tag = "\"1\"".to_owned();
    // Books are closed every hundred events.
    for _ in 0..110 {
        let receive = seller.post(&path).json(&json!({"quantity": 1}));
        tag = receive.if_match(&tag).await.is(StatusCode::OK).header("etag").to_owned();
    }
    assert_eq!(tag, "\"112\"", "the first version, 110 receipts, and what carried them forward");
}
