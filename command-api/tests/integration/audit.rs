//! The security log: each thing that happens there has its line, and no line names anybody.

use axum::http::StatusCode;
use domain::user::{Command, Role};
use serde_json::json;
use web::tokens::mail::Purpose;

use crate::actors::{Anonymous, Buyer, PASSWORD, tell};
use crate::log::Log;
use crate::second_factor::switch_on;
use crate::shop::Shop;

const NEW: &str = "wheels turn all night";

#[tokio::test]
async fn everything_that_matters_has_its_line() {
    let shop = Shop::open_with(&["--replay-grace", "0s", "--session-most", "3"]).await;
    let log = Log::open();

    let anna = Buyer::unverified(&shop, "anna").await;
    assert_eq!(log.events(), ["user_created", "session_created", "authn_login_success"]);

    let token = shop.link(Purpose::VerifyEmail, anna.id, 1);
    Anonymous(&shop).post("/api/auth/verify-email").json(&json!({"token": token})).await.is(StatusCode::NO_CONTENT);
    assert_eq!(log.events(), ["user_updated"]);

    Anonymous(&shop).logs_in("anna@example.org", "wrong horse battery").await.is(StatusCode::UNAUTHORIZED);
    assert_eq!(log.events(), ["authn_login_fail"]);

    anna.refreshes().await.is(StatusCode::NO_CONTENT);
    assert_eq!(log.events(), ["session_renewed"]);
    anna.refreshes().await.is(StatusCode::UNAUTHORIZED);
    assert_eq!(log.events(), ["authn_token_reuse", "authn_token_revoked"]);
    anna.refreshes().await.is(StatusCode::UNAUTHORIZED);
    assert_eq!(log.events(), ["session_use_after_expire"]);

    let anna = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    assert_eq!(log.events(), ["session_created", "authn_login_success"]);
    let wrong = json!({"current_password": "wrong horse battery", "new_password": NEW});
    anna.post("/api/auth/change-password").json(&wrong).await.is(StatusCode::FORBIDDEN);
    assert_eq!(log.events(), ["authn_password_change_fail"]);
    let right = json!({"current_password": PASSWORD, "new_password": NEW});
    anna.post("/api/auth/change-password").json(&right).await.is(StatusCode::NO_CONTENT);
    assert_eq!(log.events(), ["authn_password_change"]);

    anna.refreshes().await.is(StatusCode::NO_CONTENT);
    let anna = Buyer::returning(&shop, "anna@example.org", NEW).await;
    log.events();
    anna.post("/api/auth/logout").json(&json!({"scope": "all"})).await.is(StatusCode::NO_CONTENT);
    assert_eq!(log.events(), ["authn_token_revoked", "authn_token_revoked"]);
}

#[tokio::test]
async fn a_wrong_code_is_a_login_that_failed() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    switch_on(&anna).await;
    let log = Log::open();
    let body = json!({"email": "anna@example.org", "password": PASSWORD, "totp": "000000"});
    Anonymous(&shop).post("/api/auth/login").json(&body).await.is(StatusCode::UNAUTHORIZED);
    assert_eq!(log.events(), ["authn_login_fail"]);
}

#[tokio::test]
async fn a_session_whose_time_is_up_has_expired() {
    let shop = Shop::open_with(&["--session-absolute", "100ms"]).await;
    let anna = Buyer::unverified(&shop, "anna").await;
    test_kit::eventually("its time is up", std::time::Duration::from_secs(5), async || !anna.is_let_in().await).await;
    let log = Log::open();
    Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    assert_eq!(log.events(), ["session_expired", "session_created", "authn_login_success"]);
}

#[tokio::test]
async fn whoever_comes_too_often_has_a_line() {
    let shop = Shop::open_with(&["--limit-login-address", "1/1h"]).await;
    let log = Log::open();
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(log.events(), ["authn_login_fail", "excess_rate_limit_exceeded"]);

    let shop = Shop::open_with(&["--login-failures", "1", "--login-first-wait", "1h"]).await;
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(log.events(), ["authn_login_fail", "authn_login_lock"]);
}

#[tokio::test]
async fn a_request_from_another_site_has_a_line() {
    let shop = Shop::open().await;
    let log = Log::open();
    let ask = Anonymous(&shop).post("/api/auth/logout").header("sec-fetch-site", "cross-site");
    shop.refuses(ask).await.is(StatusCode::FORBIDDEN);
    assert_eq!(log.events(), ["malicious_csrf"]);
}

#[tokio::test]
async fn whoever_tries_what_they_may_not_has_a_line() {
    let shop = Shop::open().await;
    let anna = Buyer::unverified(&shop, "anna").await;
    let log = Log::open();
    let own = json!({"role": "admin"});
    for (ask, code) in [
        (anna.post("/api/products").json(&crate::actors::teapot()), "not_a_seller"),
        (anna.post("/api/sellers").json(&json!({"shop_name": "Anna's Teapots"})), "email_unverified"),
        (anna.post(&format!("/api/users/{}/roles", anna.id)).json(&own), "role_required"),
    ] {
        shop.refuses(ask).await.is(StatusCode::FORBIDDEN);
        let lines = log.lines();
        let told: Vec<_> = lines.iter().map(|line| (&line["event"], &line["user"], &line["code"])).collect();
        assert_eq!(told, [(&json!("authz_fail"), &json!(anna.id.to_string()), &json!(code))]);
    }
}

#[tokio::test]
async fn a_change_of_roles_has_a_line() {
    let shop = Shop::open().await;
    let (admin, anna) = (crate::actors::Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    let log = Log::open();
    let roles = format!("/api/users/{}/roles", anna.id);
    admin.post(&roles).json(&json!({"role": "support"})).await.is(StatusCode::OK);
    admin.delete(&format!("{roles}/support")).await.is(StatusCode::OK);
    let lines = log.lines();
    let told: Vec<_> =
        lines.iter().map(|line| (&line["event"], &line["user"], &line["granted"], &line["revoked"])).collect();
    let (event, user) = (json!("authz_change"), json!(anna.id.to_string()));
    let (support, none) = (json!("support"), json!(null));
    assert_eq!(told, [(&event, &user, &support, &none), (&event, &user, &none, &support)]);
}

#[tokio::test]
async fn the_lines_name_nobody_and_hold_no_secret() {
    let shop = Shop::open().await;
    let log = Log::open();
    let anna = Buyer::new(&shop, "annabel").await;
    tell(&shop, anna.id, Command::GrantRole { role: Role::Support }).await;
    Anonymous(&shop).logs_in("annabel@example.org", "wrong horse battery").await.is(StatusCode::UNAUTHORIZED);
    Anonymous(&shop).logs_in("not an address annabel", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
    anna.refreshes().await.is(StatusCode::NO_CONTENT);
    let lines = log.lines();

    let told = serde_json::to_string(&lines).unwrap();
    for secret in ["annabel", "example.org", "horse", &anna.access, &anna.refresh] {
        assert!(!told.contains(secret), "{secret} is in {told}");
    }
    let login = |event: &str| lines.iter().find(|line| line["event"] == event).unwrap();
    let (success, failure) = (login("authn_login_success"), login("authn_login_fail"));
    assert_eq!(success["account"], failure["account"], "attempts on one account can be told");
    assert_eq!((&success["target"], &success["address"]), (&json!("audit"), &json!("0.0.0.0")));
}
