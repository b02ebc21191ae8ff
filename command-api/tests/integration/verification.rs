//! E-mail addresses that are proven, and what has to wait for that.

use axum::http::StatusCode;
use serde_json::json;
use web::tokens::mail::Purpose;

use crate::actors::{Anonymous, Buyer, Seller};
use crate::shop::{Ask, Shop};

fn verifies<'a>(shop: &'a Shop, token: &str) -> Ask<'a> {
    Anonymous(shop).post("/api/auth/verify-email").json(&json!({"token": token}))
}

fn asks_again<'a>(shop: &'a Shop, email: &str) -> Ask<'a> {
    Anonymous(shop).post("/api/auth/resend-verification").json(&json!({"email": email}))
}

#[tokio::test]
async fn the_unverified_neither_order_nor_sell() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let product = seller.lists_a_teapot().await;
    let berta = Buyer::unverified(&shop, "berta").await;

    let open = berta.post("/api/sellers").json(&json!({"shop_name": "Berta's"}));
    for ask in [berta.orders("k", &product, 1), open] {
        assert_eq!(shop.refuses(ask).await.is(StatusCode::FORBIDDEN).text("code"), "email_unverified");
    }
    verifies(&shop, &shop.link(Purpose::VerifyEmail, berta.id, 1)).await.is(StatusCode::NO_CONTENT);

    berta.orders("k", &product, 1).await.is(StatusCode::CREATED);
    berta.post("/api/sellers").json(&json!({"shop_name": "Berta's"})).await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn a_link_proves_an_address_once() {
    let shop = Shop::open().await;
    let anna = Buyer::unverified(&shop, "anna").await;
    let token = shop.link(Purpose::VerifyEmail, anna.id, 1);

    verifies(&shop, &token).await.is(StatusCode::NO_CONTENT);

    assert!(shop.user(anna.id).await.is_verified());
    assert_eq!(shop.refuses(verifies(&shop, &token)).await.is(StatusCode::GONE).text("code"), "link_used");
}

#[tokio::test]
async fn only_the_newest_link_counts() {
    let shop = Shop::open().await;
    let anna = Buyer::unverified(&shop, "anna").await;
    asks_again(&shop, "anna@example.org").await.is(StatusCode::ACCEPTED);
    shop.counts("user.verification_requested", 2).await;

    for (token, code) in [
        (shop.link(Purpose::VerifyEmail, anna.id, 1), "link_used"),
        (shop.link(Purpose::ResetPassword, anna.id, 2), "link_expired"),
        (anna.access.clone(), "link_expired"),
        ("junk".to_owned(), "link_expired"),
    ] {
        assert_eq!(shop.refuses(verifies(&shop, &token)).await.is(StatusCode::GONE).text("code"), code);
    }
    verifies(&shop, &shop.link(Purpose::VerifyEmail, anna.id, 2)).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn nobody_learns_who_is_yet_to_be_verified() {
    let shop = Shop::open_with(&["--limit-resend", "2/1h"]).await;
    Buyer::new(&shop, "anna").await;
    Buyer::unverified(&shop, "berta").await;
    let mut answers = Vec::new();
    for email in ["anna@example.org", "berta@example.org", "nobody@example.org"] {
        answers.push(asks_again(&shop, email).await.is(StatusCode::ACCEPTED));
        asks_again(&shop, email).await.is(StatusCode::ACCEPTED);
        asks_again(&shop, email).await.is(StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(answers.iter().all(|answer| answer.body.is_null() && answer.headers.keys().eq(answers[0].headers.keys())));
    shop.counts("user.verification_requested", 4).await;
}

#[tokio::test]
async fn a_mail_token_is_no_access_token() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let impostor = Buyer { access: shop.link(Purpose::VerifyEmail, anna.id, 1), ..anna };
    shop.refuses(impostor.post("/api/auth/logout")).await.is(StatusCode::UNAUTHORIZED);
    shop.refuses(impostor.patch("/api/users/me").json(&json!({}))).await.is(StatusCode::UNAUTHORIZED);
}
