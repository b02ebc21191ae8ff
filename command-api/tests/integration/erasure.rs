//! Whoever is erased is forgotten.

use axum::http::{StatusCode, header};
use domain::user::User;
use domain::{Aggregate, UserId};
use serde_json::json;

use crate::actors::{Admin, Anonymous, Buyer, PASSWORD, Seller};
use crate::shop::{Answer, Shop};

async fn erase(user: &Buyer<'_>) -> Answer {
    user.delete("/api/users/me").json(&json!({"password": PASSWORD})).await.is(StatusCode::NO_CONTENT)
}

/// Whether there are records of a user, personal ones and credentials.
async fn is_known(shop: &Shop, id: UserId) -> [bool; 2] {
    let private = shop.app.store().private(User::CATEGORY, &[id.into()]).await.unwrap().pop().unwrap();
    let credential = shop.app.store().credential(id).await.unwrap();
    [private, credential].map(|record| !record.0.is_empty())
}

/// The keys of Redis that sessions have.
async fn session_keys(shop: &Shop) -> Vec<String> {
    let mut redis = redis::Client::open(shop.redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    keys.into_iter().filter(|key| key.starts_with("session:") || key.starts_with("seen:")).collect()
}

#[tokio::test]
async fn nothing_is_left_of_whoever_is_erased() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let other = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;

    let answer = erase(&anna).await;

    let lines: Vec<_> = answer.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
    for name in ["__Host-access", "__Host-refresh", "consistency"] {
        assert!(
            lines.iter().any(|line| line.starts_with(&format!("{name}=;")) && line.contains("Max-Age=0")),
            "{lines:?}"
        );
    }
    assert_eq!(is_known(&shop, anna.id).await, [false, false]);
    assert_eq!(session_keys(&shop).await, [""; 0]);
    for session in [&anna, &other] {
        let change = session.patch("/api/users/me").json(&json!({"display_name": "Anna"}));
        shop.refuses(change).await.is(StatusCode::UNAUTHORIZED);
        let cookie = format!("__Host-refresh={}", session.refresh);
        Anonymous(&shop).post("/api/auth/refresh").header("cookie", cookie).await.is(StatusCode::UNAUTHORIZED);
    }
    let wrong = Anonymous(&shop).logs_in("nobody@example.org", PASSWORD).await;
    let gone = Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await;
    assert_eq!((gone.status, gone.text("code")), (wrong.status, wrong.text("code")));
}

#[tokio::test]
async fn a_wrong_password_erases_nobody() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;

    let answer = shop.refuses(anna.delete("/api/users/me").json(&json!({"password": "another password"}))).await;

    assert_eq!(answer.is(StatusCode::FORBIDDEN).text("code"), "wrong_password");
    assert_eq!(is_known(&shop, anna.id).await, [true, true]);
    assert_eq!(session_keys(&shop).await.iter().filter(|key| key.starts_with("session:")).count(), 1);
    anna.patch("/api/users/me").json(&json!({"display_name": "Anna"})).await.is(StatusCode::OK);
}

#[tokio::test]
async fn wrong_passwords_are_limited() {
    let shop = Shop::open_with(&["--limit-proof", "2/1h"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let ask = |password| anna.delete("/api/users/me").json(&json!({"password": password}));
    ask("another password").await.is(StatusCode::FORBIDDEN);
    ask("yet another one").await.is(StatusCode::FORBIDDEN);

    ask(PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn nobody_orders_from_an_erased_seller() {
    let shop = Shop::open().await;
    let (seller, berta) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let teapot = seller.lists_a_teapot().await;
    erase(&seller).await;

    let refused = shop.refuses(berta.orders("1", &teapot, 1)).await.is(StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(refused.field_error(), ("/lines/0/product_id", "not_for_sale"));
}

#[tokio::test]
async fn whoever_is_erased_is_not_there_for_admins_either() {
    let shop = Shop::open().await;
    let (admin, anna) = (Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    erase(&anna).await;
    let path = |what: &str| format!("/api/users/{}/{what}", anna.id);

    shop.refuses(admin.post(&path("roles")).json(&json!({"role": "admin"}))).await.is(StatusCode::NOT_FOUND);
    shop.refuses(admin.post(&path("suspension")).json(&json!({"reason": "Gone"}))).await.is(StatusCode::NOT_FOUND);
    shop.refuses(admin.delete(&path("suspension"))).await.is(StatusCode::NOT_FOUND);
}
