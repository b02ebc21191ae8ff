//! Whoever is suspended is out: in every session, in every command, and with everything that they offer.

use axum::http::StatusCode;
use serde_json::json;

use crate::actors::{Admin, Anonymous, Buyer, PASSWORD, Seller, one_line};
use crate::shop::{Answer, Shop};

async fn suspend(admin: &Admin<'_>, user: &Buyer<'_>) -> Answer {
    let path = format!("/api/users/{}/suspension", user.id);
    admin.post(&path).json(&json!({"reason": "Sold what never arrived"})).await.is(StatusCode::NO_CONTENT)
}

async fn reinstate(admin: &Admin<'_>, user: &Buyer<'_>) -> Answer {
    admin.delete(&format!("/api/users/{}/suspension", user.id)).await.is(StatusCode::NO_CONTENT)
}

#[tokio::test]
async fn a_suspension_ends_every_session_and_lets_none_begin() {
    let shop = Shop::open().await;
    let (admin, anna) = (Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    let other = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;

    let answer = suspend(&admin, &anna).await;

    assert!(answer.header("consistency-token").starts_with("user:"));
    let wrong = Anonymous(&shop).logs_in("anna@example.org", "another password").await;
    for session in [&anna, &other] {
        let change = session.patch("/api/users/me").json(&json!({"display_name": "Anna"}));
        shop.refuses(change).await.is(StatusCode::UNAUTHORIZED);
        let cookie = format!("__Host-refresh={}", session.refresh);
        Anonymous(&shop).post("/api/auth/refresh").header("cookie", cookie).await.is(StatusCode::UNAUTHORIZED);
    }
    let credentials = json!({"email": "anna@example.org", "password": PASSWORD});
    let login = shop.refuses(Anonymous(&shop).post("/api/auth/login").json(&credentials)).await;
    assert_eq!((login.status, login.text("code")), (wrong.status, wrong.text("code")));

    reinstate(&admin, &anna).await;

    shop.refuses(anna.patch("/api/users/me").json(&json!({"display_name": "Anna"}))).await.is(StatusCode::UNAUTHORIZED);
    Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
}

#[tokio::test]
async fn nobody_orders_from_a_suspended_seller() {
    let shop = Shop::open().await;
    let (admin, berta) = (Admin::new(&shop).await, Buyer::new(&shop, "berta").await);
    let seller = Seller::new(&shop, "anna").await;
    let teapot = seller.lists_a_teapot().await;
    suspend(&admin, &seller).await;

    let refused = shop.refuses(berta.orders("1", &teapot, 1)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.field_error(), ("/lines/0/product_id", "not_for_sale"));

    reinstate(&admin, &seller).await;
    berta.orders("2", &teapot, 1).await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn whoever_is_suspended_already_stays_so_and_whoever_is_not_needs_no_reinstatement() {
    let shop = Shop::open().await;
    let (admin, anna) = (Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    suspend(&admin, &anna).await;
    suspend(&admin, &anna).await;
    assert_eq!(shop.count("user.suspended").await, 1);
    reinstate(&admin, &anna).await;
    reinstate(&admin, &anna).await;
    assert_eq!(shop.count("user.reinstated").await, 1);
}

#[tokio::test]
async fn an_admin_keeps_at_least_themselves() {
    let shop = Shop::open().await;
    let admin = Admin::new(&shop).await;
    let suspension = format!("/api/users/{}/suspension", admin.id);
    let role = format!("/api/users/{}/roles/admin", admin.id);
    let farewell = json!({"password": PASSWORD});

    for ask in [
        admin.post(&suspension).json(&json!({"reason": "Tired"})),
        admin.delete(&role),
        admin.delete("/api/users/me").json(&farewell),
    ] {
        assert_eq!(shop.refuses(ask).await.is(StatusCode::CONFLICT).text("code"), "needs_another_admin");
    }
}

#[tokio::test]
async fn a_reason_is_needed() {
    let shop = Shop::open().await;
    let (admin, anna) = (Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    let path = format!("/api/users/{}/suspension", anna.id);
    for body in [json!({}), json!({"reason": ""}), json!({"reason": "x".repeat(501)})] {
        shop.refuses(admin.post(&path).json(&body)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn a_change_of_roles_counts_at_once() {
    let shop = Shop::open().await;
    let (admin, anna) = (Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    let path = format!("/api/users/{}/roles", anna.id);
    admin.post(&path).json(&json!({"role": "support"})).await.is(StatusCode::OK);

    shop.refuses(anna.post("/api/orders").key("1").json(&one_line(&anna.id.to_string(), 1)))
        .await
        .is(StatusCode::UNAUTHORIZED);

    let cookie = format!("__Host-refresh={}", anna.refresh);
    let refreshed =
        Anonymous(&shop).post("/api/auth/refresh").header("cookie", cookie).await.is(StatusCode::NO_CONTENT);
    assert!(refreshed.cookie("__Host-access").is_some());
}

#[tokio::test]
async fn who_changes_their_own_roles_goes_on_with_a_new_access_token() {
    let shop = Shop::open().await;
    let admin = Admin::new(&shop).await;
    let path = format!("/api/users/{}/roles", admin.id);
    let answer = admin.post(&path).json(&json!({"role": "support"})).await.is(StatusCode::OK);

    let renewed = answer.cookie("__Host-access").unwrap();

    let role = |access: &str| {
        let ask = crate::shop::Ask::new(&shop, "DELETE", &format!("{path}/support"));
        ask.header("cookie", format!("__Host-access={access}"))
    };
    role(&admin.access).await.is(StatusCode::UNAUTHORIZED);
    role(renewed).await.is(StatusCode::OK);
}
