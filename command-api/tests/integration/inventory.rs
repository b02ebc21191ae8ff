//! Stock: counted by the seller of the product.

use axum::http::StatusCode;
use domain::inventory::Inventory;
use serde_json::json;

use crate::actors::Seller;
use crate::shop::Shop;

#[tokio::test]
async fn counts_what_comes_in_and_what_was_wrong() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let product = seller.lists_a_teapot().await;
    let path = format!("/api/inventory/{product}");

    let delivery = json!({"quantity": 5, "reference": "DN 17"});
    let received = seller.post(&format!("{path}/receipts")).json(&delivery).await.is(StatusCode::OK);
    let correction = json!({"delta": -2, "reason": "broken"});
    let adjusted = seller.post(&format!("{path}/adjustments")).json(&correction).await.is(StatusCode::OK);

    assert_eq!((received.header("etag"), adjusted.header("etag")), ("\"2\"", "\"3\""));
    let stock = shop.app.store().load::<Inventory>(product.parse().unwrap()).await.unwrap();
    assert_eq!(stock.on_hand(), 13);
}

#[tokio::test]
async fn refuses_a_count_that_cannot_be() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/inventory/{}", seller.lists_a_teapot().await);
    let adjust = |delta: i64| seller.post(&format!("{path}/adjustments")).json(&json!({"delta": delta, "reason": "?"}));

    for quantity in [json!(0), json!(-5), json!(1.5), json!(1e12)] {
        let ask = seller.post(&format!("{path}/receipts")).json(&json!({"quantity": quantity}));
        assert_eq!(shop.refuses(ask).await.is(StatusCode::UNPROCESSABLE_ENTITY).field_error().0, "/quantity");
    }
    assert_eq!(shop.refuses(adjust(0)).await.field_error(), ("/delta", "out_of_range"));
    let below = shop.refuses(adjust(-11)).await.is(StatusCode::CONFLICT);
    assert_eq!((below.text("code"), &below.body["on_hand"]), ("below_reserved", &json!(10)));
}

#[tokio::test]
async fn a_stock_runs_low_once_each_time_that_it_falls_below_its_threshold() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/inventory/{}", seller.lists_a_teapot().await);
    let adjust = async |delta: i64| {
        let correction = json!({"delta": delta, "reason": "sold at the door"});
        seller.post(&format!("{path}/adjustments")).json(&correction).await.is(StatusCode::OK)
    };
    let set = seller.put(&format!("{path}/threshold")).json(&json!({"quantity": 5})).await.is(StatusCode::OK);
    assert_eq!(set.header("etag"), "\"2\"");

    adjust(-5).await;
    assert_eq!(shop.count("inventory.ran_low").await, 0, "five are not fewer than five");
    for _ in 0..3 {
        adjust(-1).await;
    }
    assert_eq!(shop.count("inventory.ran_low").await, 1, "told once, however many leave after");
    seller.post(&format!("{path}/receipts")).json(&json!({"quantity": 9})).await.is(StatusCode::OK);
    adjust(-8).await;
    assert_eq!(shop.count("inventory.ran_low").await, 2, "and again after there were more");

    seller.put(&format!("{path}/threshold")).json(&json!({"quantity": 0})).await.is(StatusCode::OK);
    adjust(-1).await;
    assert_eq!(shop.count("inventory.ran_low").await, 2);
}

#[tokio::test]
async fn refuses_a_threshold_that_is_none() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/inventory/{}/threshold", seller.lists_a_teapot().await);
    for quantity in [json!(-1), json!(1.5), json!(1_000_001), json!("5"), json!(null)] {
        let ask = seller.put(&path).json(&json!({"quantity": quantity}));
        assert_eq!(shop.refuses(ask).await.is(StatusCode::UNPROCESSABLE_ENTITY).field_error().0, "/quantity");
    }
    shop.refuses(seller.put(&path).if_match("\"7\"").json(&json!({"quantity": 5})))
        .await
        .is(StatusCode::PRECONDITION_FAILED);
}
