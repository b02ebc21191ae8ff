//! Products: offered by sellers, changed by their own.

use axum::http::StatusCode;
use serde_json::json;

use crate::actors::{Admin, Buyer, Seller, teapot};
use crate::shop::Shop;

#[tokio::test]
async fn a_product_and_its_first_stock_are_one_append() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;

    let answer = seller.post("/api/products").json(&teapot()).await.is(StatusCode::CREATED);

    let id = answer.text("id");
    assert_eq!((answer.header("location"), answer.header("etag")), (&*format!("/api/products/{id}"), "\"1\""));
    assert_eq!(answer.header("consistency-token"), format!("product:{id}:1.inventory:{id}:1"));
    assert_eq!(answer.cookie("consistency"), Some(answer.header("consistency-token")));
    let events = shop.events().await;
    let of = |kind: &str| events.iter().find(|event| event.kind == kind).unwrap();
    assert_eq!(of("product.listed").command, of("inventory.received").command);
    assert_eq!(of("product.listed").actor, format!("user:{}", seller.id));
}

#[tokio::test]
async fn keeps_the_trace_of_the_request_with_its_events() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let ask = seller.post("/api/products").header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    ask.json(&teapot()).await.is(StatusCode::CREATED);

    let events = shop.events().await;
    let listed = events.iter().find(|event| event.kind == "product.listed").unwrap();
    assert!(listed.trace.starts_with(&format!("00-{trace}-")), "{}", listed.trace);
}

#[tokio::test]
async fn only_sellers_offer_products() {
    let shop = Shop::open().await;
    let buyer = Buyer::new(&shop, "berta").await;
    let answer = shop.refuses(buyer.post("/api/products").json(&teapot())).await.is(StatusCode::FORBIDDEN);
    assert_eq!(answer.text("code"), "not_a_seller");
}

#[tokio::test]
async fn somebody_elses_product_is_not_there() {
    let shop = Shop::open().await;
    let (anna, other) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "otto").await);
    let product = anna.lists_a_teapot().await;
    let missing = "0190d3f0-0000-7000-8000-000000000000";

    let mut bodies = Vec::new();
    for id in [product.as_str(), missing] {
        let asks = [
            other.patch(&format!("/api/products/{id}")).if_match("\"9\"").json(&json!({"name": "Mine"})),
            other.delete(&format!("/api/products/{id}")),
            other.post(&format!("/api/inventory/{id}/receipts")).json(&json!({"quantity": 1})),
            other.post(&format!("/api/inventory/{id}/adjustments")).json(&json!({"delta": -1, "reason": "theft"})),
        ];
        for ask in asks {
            let mut answer = shop.refuses(ask).await.is(StatusCode::NOT_FOUND);
            answer.body["request_id"] = json!(null);
            bodies.push(answer.body);
        }
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn tells_only_what_changed() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);

    let both = json!({"name": "Pot", "price": {"amount": 2499, "currency": "EUR"}});
    assert_eq!(seller.patch(&path).json(&both).await.is(StatusCode::OK).header("etag"), "\"3\"");
    assert_eq!(seller.patch(&path).json(&both).await.is(StatusCode::OK).header("etag"), "\"3\"");

    let pounds = json!({"price": {"amount": 2499, "currency": "GBP"}});
    let answer = shop.refuses(seller.patch(&path).json(&pounds)).await;
    assert_eq!(answer.is(StatusCode::UNPROCESSABLE_ENTITY).field_error(), ("/price/currency", "currency_fixed"));
}

#[tokio::test]
async fn an_archived_product_stays_as_it_is() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);

    let answer = seller.delete(&path).await.is(StatusCode::NO_CONTENT);
    assert_eq!(answer.header("etag"), "\"2\"");
    seller.delete(&path).await.is(StatusCode::NO_CONTENT);

    let answer = shop.refuses(seller.patch(&path).json(&json!({"name": "Pot"}))).await.is(StatusCode::CONFLICT);
    assert_eq!(answer.text("code"), "product_archived");
}

#[tokio::test]
async fn admins_archive_any_product() {
    let shop = Shop::open().await;
    let (seller, admin) = (Seller::new(&shop, "anna").await, Admin::new(&shop).await);
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);

    admin.delete(&path).await.is(StatusCode::NO_CONTENT);

    assert_eq!(shop.count("product.archived").await, 1);
}
