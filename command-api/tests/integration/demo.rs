//! The demo shop.

use axum::http::StatusCode;
use command_api::demo;
use domain::product::Product;
use serde_json::json;

use crate::actors::{Anonymous, Buyer};
use crate::shop::Shop;

#[tokio::test]
async fn a_demo_shop_is_planted_once() {
    let shop = Shop::open_with(&["--demo"]).await;
    demo::seed(&shop.app).await.unwrap();
    let planted = shop.events().await.len();
    demo::seed(&shop.app).await.unwrap();

    assert_eq!(shop.events().await.len(), planted);
    assert_eq!(shop.count("product.listed").await, 36);
    assert_eq!(shop.count("inventory.received").await, 34);
}

#[tokio::test]
async fn the_people_of_a_demo_shop_play_their_parts() {
    let shop = Shop::open_with(&["--demo"]).await;
    demo::seed(&shop.app).await.unwrap();
    let seller = Buyer::returning(&shop, demo::SELLER, demo::PASSWORD).await;
    let buyer = Buyer::returning(&shop, demo::BUYER, demo::PASSWORD).await;
    let admin = Buyer::returning(&shop, demo::ADMIN, demo::PASSWORD).await;
    let listed = shop.events().await.into_iter().find(|event| event.kind == "inventory.received").unwrap();
    let product = listed.id.to_string();

    buyer.orders("k", &product, 1).await.is(StatusCode::CREATED);
    seller.patch(&format!("/api/products/{product}")).json(&json!({"name": "Renamed"})).await.is(StatusCode::OK);
    admin.delete(&format!("/api/products/{product}")).await.is(StatusCode::NO_CONTENT);
    demo::seed(&shop.app).await.unwrap();

    let product = shop.app.store().load::<Product>(product.parse().unwrap()).await.unwrap();
    assert!(!product.for_sale(), "planting again changes nothing");
}

#[tokio::test]
async fn whoever_plays_in_a_demo_shop_needs_no_password() {
    let shop = Shop::open_with(&["--demo"]).await;
    demo::seed(&shop.app).await.unwrap();
    for (role, email) in [("buyer", demo::BUYER), ("seller", demo::SELLER), ("admin", demo::ADMIN)] {
        let ask = Anonymous(&shop).post("/api/auth/demo-login").json(&json!({"role": role}));
        let answer = ask.await.is(StatusCode::OK);
        assert_eq!(answer.body["user"]["email"], email);
        assert!(Buyer::welcomed(&shop, &answer).is_let_in().await);
    }
    shop.refuses(Anonymous(&shop).post("/api/auth/demo-login").json(&json!({"role": "support"}))).await;
}

#[tokio::test]
async fn those_who_share_a_part_do_not_wait_for_one_another() {
    let shop = Shop::open_with(&["--demo", "--limit-login-account", "1/1h", "--login-failures", "1"]).await;
    demo::seed(&shop.app).await.unwrap();
    for _ in 0..3 {
        let ask = Anonymous(&shop).post("/api/auth/demo-login").json(&json!({"role": "buyer"}));
        ask.await.is(StatusCode::OK);
    }
}

#[tokio::test]
async fn nobody_plays_in_a_shop_of_its_own() {
    let shop = Shop::open().await;
    for body in [json!({"role": "admin"}), json!({"role": "nobody"})] {
        let ask = Anonymous(&shop).post("/api/auth/demo-login").json(&body);
        shop.refuses(ask).await.is(StatusCode::NOT_FOUND);
    }
}
