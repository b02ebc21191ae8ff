//! Keys that follow one another while the services run.

use std::process::Command;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    customer::Customer,
    running::{MILLRACE, PATIENCE},
    services::Apart,
};

fn rotate(shop: &Apart, flags: &[&str]) -> String {
    let rotated = Command::new(MILLRACE).args(["keys", "rotate", "--keys-dir", &shop.keys_dir()]).args(flags).output();
    let rotated = rotated.unwrap();
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    String::from_utf8(rotated.stdout).unwrap()
}

/// The header of a customer's access token: the same as long as the same key signs.
fn header(customer: &Customer) -> String {
    customer.cookie("__Host-access").split('.').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_rotation_refuses_no_request_and_an_emergency_refuses_what_the_old_key_signed() {
    let shop = Apart::open(&[("MILLRACE_LIMIT_REFRESH", "1000/1s")]).await;
    let (anna, berta) = (shop.customer("anna").await, shop.customer("berta").await);
    let old = header(&anna);

    let said = rotate(&shop, &["--publish-for", "3s"]);
    assert!(said.contains("in use") && said.contains("published"), "{said}");

    // Both sides go on while the new key is published, while it begins to sign, and after that.
    let signs = async || {
        assert_eq!(anna.post("/api/auth/refresh", Value::Null).await.status(), StatusCode::NO_CONTENT);
        for customer in [&anna, &berta] {
            assert_ne!(customer.get("/api/users/me").await.status(), StatusCode::UNAUTHORIZED);
            let changed = customer.patch("/api/users/me", json!({})).await;
            assert_ne!(changed.status(), StatusCode::UNAUTHORIZED);
        }
        header(&anna) != old
    };
    test_kit::eventually("the new key signs", PATIENCE, signs).await;
    assert_eq!(header(&berta), old);
    assert_eq!(berta.get("/api/users/me").await.status(), StatusCode::OK, "the old key still verifies");

    rotate(&shop, &["--emergency"]);

    let refused = async || berta.get("/api/users/me").await.status() == StatusCode::UNAUTHORIZED;
    test_kit::eventually("the read side learns of it", PATIENCE, refused).await;
    let refused = async || berta.patch("/api/users/me", json!({})).await.status() == StatusCode::UNAUTHORIZED;
    test_kit::eventually("the write side learns of it", PATIENCE, refused).await;
    assert_eq!(berta.post("/api/auth/refresh", Value::Null).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(berta.get("/api/users/me").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_shop_whose_key_has_gone_says_so_and_goes_on() {
    let shop = Apart::open(&[]).await;
    let anna = shop.customer("anna").await;
    let keys = std::fs::read_dir(shop.keys_dir()).unwrap().map(|entry| entry.unwrap().path());
    let key = keys.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "pem")).unwrap();

    std::fs::remove_file(key).unwrap();

    for operations in shop.operations_with_keys() {
        let answer = reqwest::get(format!("{operations}/readyz")).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let checks = answer.json::<Value>().await.unwrap()["checks"].take();
        assert_eq!((&checks["keys"]["status"], &checks["redis"]["status"]), (&json!("failed"), &json!("ok")));
    }
    assert_eq!(anna.post("/api/auth/refresh", Value::Null).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(anna.get("/api/users/me").await.status(), StatusCode::OK);
}
