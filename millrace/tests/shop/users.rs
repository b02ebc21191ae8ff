//! Whoever runs a shop looks after its people.

use reqwest::StatusCode;
use serde_json::json;

use crate::running::Shop;

#[tokio::test]
async fn the_first_admin_is_appointed_by_hand_and_is_one_at_once() {
    let mut shop = Shop::open();
    let (anna, berta) = tokio::join!(shop.customer("anna"), shop.customer("berta"));
    let me = berta.get_json("/api/users/me").await;
    let roles = format!("/api/users/{}/roles", me["id"].as_str().unwrap());
    let support = json!({ "role": "support" });
    assert_eq!(anna.post(&roles, support.clone()).await.status(), StatusCode::FORBIDDEN);

    let granted = shop.command().args(["users", "grant", "Anna@example.com", "admin"]).output().unwrap();

    let said = String::from_utf8(granted.stdout).unwrap();
    assert!(granted.status.success() && said.contains("buyer, admin"), "{said}");
    let dead = async || anna.get("/api/users/me").await.status() == StatusCode::UNAUTHORIZED;
    test_kit::eventually("a token that says otherwise is worth nothing", crate::running::PATIENCE, dead).await;
    assert_eq!(anna.post("/api/auth/refresh", json!(null)).await.status(), StatusCode::NO_CONTENT);
    shop.at_rest().await;
    assert_eq!(anna.get_json("/api/users/me").await["roles"], json!(["buyer", "admin"]));
    assert_eq!(anna.post(&roles, support).await.status(), StatusCode::OK);

    let shown = shop.command().args(["users", "show", "berta@example.com"]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("buyer, support") && shown.contains("verified       yes"), "{shown}");
    let nobody = shop.command().args(["users", "grant", "nobody@example.com", "admin"]).output().unwrap();
    let complaint = String::from_utf8(nobody.stderr).unwrap();
    assert!(!nobody.status.success() && complaint.contains("nobody has an account on this address"), "{complaint}");
    shop.stop();
}
