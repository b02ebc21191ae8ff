//! What every route has in common.

use serde_json::Value;
use uuid::Uuid;

use crate::actors::{Anonymous, Buyer};
use crate::rows::register;
use crate::shop::shop;

#[tokio::test]
async fn shows_an_account_to_its_owner() {
    let (shop, buyer) = (shop().await, Buyer::new());
    register(&shop.rows, buyer.0, "ann").await;

    let account = shop.get(&buyer, "/api/users/me").await;

    assert_eq!(account.header("cache-control"), Some("no-store"));
    assert_eq!(
        account.ok(),
        serde_json::json!({
            "id": buyer.0, "email": "ann@example.com", "username": "ann", "display_name": null, "shop_name": null,
            "roles": ["buyer"], "email_verified": false, "second_factor": false, "registered_at": "2026-11-02T09:00:00Z", "version": 1,
        })
    );
    assert_eq!(shop.get(&Anonymous, "/api/users/me").await.status, 401);
}

#[tokio::test]
async fn serves_the_committed_document() {
    let shop = shop().await;
    let document = shop.get(&Anonymous, "/api/openapi.json").await;
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert!(document.ok().is_object());
}

#[test]
fn documents_every_session_route_as_such() {
    let document = serde_json::to_value(query_api::openapi()).unwrap();
    let public = [
        "/api/products",
        "/api/products/{id}",
        "/api/categories",
        "/api/sellers/{id}",
        "/api/openapi.json",
        "/api/live",
    ];
    for (path, item) in document["paths"].as_object().unwrap() {
        assert_eq!(item["get"]["security"] == Value::Null, public.contains(&path.as_str()), "{path}");
    }
}

#[tokio::test]
async fn every_route_that_needs_a_session_refuses_without_one() {
    let shop = shop().await;
    let document = serde_json::to_value(query_api::openapi()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        if item["get"]["security"] != Value::Null {
            let id = Uuid::now_v7().to_string();
            let path = path.replace("{id}", &id).replace("{product_id}", &id).replace("{kind}", "order");
            assert_eq!(shop.get(&Anonymous, &path).await.status, 401, "{path}");
        }
    }
}
