//! What those see who look after the marketplace. Where a second factor is required of them, each service asks for it by itself.

use std::{path::Path, time::Duration};

use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{
    keys::SigningKeys,
    tokens::{Moment, Signer},
};

use crate::{
    customer::Customer,
    running::{PATIENCE, Shop},
    services::Apart,
};

async fn consumer(staff: &Customer, name: &str) -> Value {
    let mut consumers = staff.get_json("/api/admin/consumers").await["items"].take();
    let named = consumers.as_array_mut().unwrap().iter_mut().find(|consumer| consumer["consumer"] == name);
    named.map(Value::take).unwrap_or_default()
}

#[tokio::test]
async fn whoever_does_not_keep_up_is_seen_to_lag_and_whoever_is_gone_to_have_stopped() {
    let mut shop = Shop::open();
    let buyer = shop.customer("bert").await;
    let admin = Customer::log_in(&shop.url(), "admin@demo.com", "demotest").await;
    let caught_up = async || {
        let orders = consumer(&admin, "orders_g1").await;
        orders["state"] == "working" && orders["lag_events"] == 0
    };
    test_kit::eventually("orders are read", PATIENCE, caught_up).await;
    let pause = shop.command().args(["consumers", "pause", "orders_g1", "--reason", "Inventory"]).output().unwrap();
    assert!(pause.status.success());
    let paused = async || shop.readiness().await.contains("paused by");
    test_kit::eventually("orders are not read any more", PATIENCE, paused).await;
    let products = buyer.get_json("/api/products?in_stock=true&limit=1").await;
    buyer.order(products["items"][0]["id"].as_str().unwrap(), 1).await;

    let lags = async || {
        let orders = consumer(&admin, "orders_g1").await;
        orders["state"] == "paused"
            && orders["lag_events"].as_i64() > Some(0)
            && orders["paused"]["reason"] == "Inventory"
    };
    test_kit::eventually("the paused consumer lags", PATIENCE, lags).await;
    assert_eq!(consumer(&admin, "order-fulfilment").await["lag_events"], 0);

    shop.stop();
    shop.start_with(&["--without-projectors"]);
    let stopped = async || consumer(&admin, "users_g1").await["state"] == "stopped";
    test_kit::eventually("the others have stopped", PATIENCE, stopped).await;
    shop.stop();
}

#[tokio::test]
async fn what_somebody_has_just_done_is_in_the_audit_and_in_the_events_of_the_aggregate() {
    let mut shop = Shop::open();
    let buyer = shop.customer("bert").await;
    let admin = Customer::log_in(&shop.url(), "admin@demo.com", "demotest").await;
    let id = buyer.get_json("/api/users/me").await["id"].as_str().unwrap().to_owned();
    let suspended = admin.post(&format!("/api/users/{id}/suspension"), json!({ "reason": "Sold nothing" })).await;
    assert_eq!(suspended.status(), StatusCode::NO_CONTENT);

    // The cookie of what the admin has just written makes the read side wait for the archive.
    let me = admin.get_json("/api/users/me").await["id"].as_str().unwrap().to_owned();
    let done = admin.get_json(&format!("/api/admin/audit?actor=user:{me}&kind=user&limit=2")).await;

    let newest = done["items"].as_array().unwrap().iter().find(|event| event["type"] == "user.suspended").unwrap();
    assert_eq!((&newest["id"], &newest["data"]["reason"]), (&json!(id), &json!("Sold nothing")));
    assert!(newest["trace"].is_string() && newest["command"].is_string(), "{newest}");
    let events = admin.get_json(&format!("/api/admin/events/user/{id}?limit=100")).await;
    let types: Vec<_> =
        events["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!((types[0], types.contains(&"user.suspended")), ("user.registered", true), "{types:?}");
    assert!(!events.to_string().contains("bert"), "{events}");
    shop.stop();
}

async fn users(shop: &Apart, token: &SecretString) -> (StatusCode, Value) {
    let cookie = format!("__Host-access={}", token.expose_secret());
    let ask = Client::new().get(format!("{}/api/admin/users", shop.read_url())).header(header::COOKIE, cookie);
    let answer = ask.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_read_side_asks_staff_for_a_second_factor_where_it_is_required() {
    let shop = Apart::open(&[("MILLRACE_ADMIN_SECOND_FACTOR", "required")]).await;
    let keys = SigningKeys::open(Path::new(&shop.keys_dir())).unwrap();
    let signer = Signer::new(keys, Duration::from_secs(600));
    let roles = |role: &str| vec!["buyer".to_owned(), role.to_owned()];
    for role in ["admin", "support"] {
        let unproven = signer.sign(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), roles(role));
        let proven = signer.sign_with_second_factor(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), roles(role));

        let (status, problem) = users(&shop, &unproven).await;

        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &"second_factor_required".into()));
        assert_eq!(users(&shop, &proven).await.0, StatusCode::OK);
    }
}
