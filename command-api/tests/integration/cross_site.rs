//! What another site can have a browser do, which is nothing.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::actors::{Buyer, PASSWORD};
use crate::shop::Shop;

/// Method and path of every operation, with some id in it.
fn operations() -> Vec<(String, String)> {
    let document = serde_json::to_value(command_api::openapi()).unwrap();
    let id = uuid::Uuid::now_v7().to_string();
    let filled = |path: &str| {
        path.replace("{id}", &id)
            .replace("{product_id}", &id)
            .replace("{role}", "admin")
            .replace("{group}", "orders_g1")
    };
    let methods = |item: &Value| item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods: Vec<String> = methods(item);
            methods.into_iter().map(move |method| (method, filled(path)))
        })
        .collect()
}

/// Sent by no browser, and signed instead.
fn is_signed(path: &str) -> bool {
    path.starts_with("/api/payments/callbacks/")
}

#[tokio::test]
async fn no_operation_does_anything_for_another_site() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let before = shop.events().await.len();
    let body = json!({"email": "anna@example.org", "password": PASSWORD}).to_string();
    let cookies = format!("__Host-access={}; __Host-refresh={}", anna.access, anna.refresh);

    for (method, path) in operations().into_iter().filter(|(method, path)| method != "GET" && !is_signed(path)) {
        for headers in [
            &[("x-requested-with", "x"), ("sec-fetch-site", "cross-site")][..],
            &[("x-requested-with", "x"), ("sec-fetch-site", "same-site")],
            &[("x-requested-with", "x"), ("host", "shop.example"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-origin")],
            &[],
        ] {
            let mut request = Request::builder().method(method.as_str()).uri(&path).header("cookie", &cookies);
            for (name, value) in headers.iter().chain(&[("content-type", "application/json")]) {
                request = request.header(*name, *value);
            }
            let answer = shop.send(request, body.clone()).await;
            assert_eq!((answer.status, &answer.body["code"]), (StatusCode::FORBIDDEN, &json!("cross_site")), "{path}");
            assert!(!answer.headers.contains_key("set-cookie"), "{method} {path}");
        }
    }
    assert_eq!(shop.events().await.len(), before);
}

#[tokio::test]
async fn nothing_happens_on_a_get() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let before = shop.events().await.len();
    let cookies = format!("__Host-access={}; __Host-refresh={}", anna.access, anna.refresh);

    for (_, path) in operations() {
        let answer = shop.send(Request::get(&path).header("cookie", &cookies), "").await;
        let known = path.starts_with("/.well-known");
        assert_eq!(answer.status, if known { StatusCode::OK } else { StatusCode::METHOD_NOT_ALLOWED }, "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    assert_eq!(shop.events().await.len(), before);
}
