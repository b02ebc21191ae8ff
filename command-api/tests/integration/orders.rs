//! Orders: placed at the prices of the moment, cancelled by their buyer.

use axum::http::StatusCode;
use domain::order::{Event, Order, Party};
use serde_json::json;
use uuid::Uuid;

use crate::actors::{Admin, Buyer, Seller, one_line};
use crate::shop::Shop;

#[tokio::test]
async fn an_order_is_taken_at_the_prices_of_the_moment() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;

    let answer = buyer.orders("k", &product, 3).await.is(StatusCode::CREATED);

    let id = answer.text("id");
    let total = json!({"amount": 5997, "currency": "EUR"});
    assert_eq!(answer.body, json!({"id": id, "status": "pending", "total": total, "version": 1}));
    assert_eq!((answer.header("location"), answer.header("etag")), (&*format!("/api/orders/{id}"), "\"1\""));
    assert_eq!(answer.header("consistency-token"), format!("order:{id}:1"));
}

#[tokio::test]
async fn keeps_the_writes_of_the_last_moments_in_one_cookie() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let first = buyer.orders("k", &product, 1).await.is(StatusCode::CREATED);

    let earlier = format!("consistency={}", first.cookie("consistency").unwrap());
    let second = buyer.orders("l", &product, 1).header("cookie", earlier).await.is(StatusCode::CREATED);

    let both = format!("order:{}:1.order:{}:1", first.text("id"), second.text("id"));
    assert_eq!(second.cookie("consistency"), Some(both.as_str()));
}

#[tokio::test]
async fn an_order_needs_a_key() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let body = one_line(&seller.lists_a_teapot().await, 1);
    shop.refuses(buyer.post("/api/orders").json(&body)).await.is(StatusCode::BAD_REQUEST);
    shop.refuses(buyer.post("/api/orders").key(&"k".repeat(256)).json(&body)).await.is(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn says_what_an_order_costs_now() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let mut body = one_line(&product, 2);
    body["expected_total"] = json!({"amount": 3998, "currency": "EUR"});
    let dearer = json!({"price": {"amount": 2499, "currency": "EUR"}});
    seller.patch(&format!("/api/products/{product}")).json(&dearer).await.is(StatusCode::OK);

    let answer = shop.refuses(buyer.post("/api/orders").key("k").json(&body)).await.is(StatusCode::CONFLICT);

    assert_eq!(answer.text("code"), "price_changed");
    assert_eq!(answer.body["total"], json!({"amount": 4998, "currency": "EUR"}));
    body["expected_total"]["amount"] = json!(4998);
    buyer.post("/api/orders").key("l").json(&body).await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn a_buyer_cancels_once() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = buyer.orders("k", &seller.lists_a_teapot().await, 1).await.text("id").to_owned();
    let path = format!("/api/orders/{order}/cancellation");

    let answer = buyer.post(&path).json(&json!({"reason": "too late"})).await.is(StatusCode::OK);
    assert_eq!(answer.body, json!({"id": order, "status": "cancelled", "version": 2}));
    assert_eq!(buyer.post(&path).await.is(StatusCode::OK).header("etag"), "\"2\"");
    assert_eq!(shop.count("order.cancelled").await, 1);
}

#[tokio::test]
async fn a_cancellation_says_whether_the_buyer_or_the_marketplace_wanted_it() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let (admin, product) = (Admin::new(&shop).await, seller.lists_a_teapot().await);
    let cancelled_by = async |key, by: &Buyer<'_>| {
        let order = buyer.orders(key, &product, 1).await.text("id").to_owned();
        by.post(&format!("/api/orders/{order}/cancellation")).await.is(StatusCode::OK);
        let order: Uuid = order.parse().unwrap();
        let cancelled = shop.events().await.into_iter().find(|event| event.id == order && event.version == 2);
        let Event::Cancelled { by, .. } = cancelled.unwrap().event::<Order>().unwrap() else {
            panic!("version 2 of {order} is its cancellation");
        };
        by
    };
    assert_eq!(cancelled_by("a", &buyer).await, Some(Party::Buyer));
    assert_eq!(cancelled_by("b", &admin).await, Some(Party::Support));
}

#[tokio::test]
async fn somebody_elses_order_is_not_there_except_for_admins() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let (stranger, admin) = (Buyer::new(&shop, "otto").await, Admin::new(&shop).await);
    let order = buyer.orders("k", &seller.lists_a_teapot().await, 1).await.text("id").to_owned();
    let path = format!("/api/orders/{order}/cancellation");

    shop.refuses(stranger.post(&path)).await.is(StatusCode::NOT_FOUND);
    shop.refuses(seller.post(&path)).await.is(StatusCode::NOT_FOUND);
    let missing = "/api/orders/0190d3f0-0000-7000-8000-000000000000/cancellation";
    shop.refuses(admin.post(missing)).await.is(StatusCode::NOT_FOUND);
    admin.post(&path).await.is(StatusCode::OK);
}
