//! The mails of a demo shop, for everybody to see.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use query_api::App;
use query_api::settings::{Live, Reading};
use serde_json::Value;
use tower::ServiceExt;

use crate::actors::Anonymous;
use crate::shop::{LONG, Shop, shop};

/// The page of a demo shop.
fn mails(shop: &Shop) -> Router {
    let reading = Reading { read_connections: 2, freshness_wait: LONG, live: Live::default() };
    query_api::mails(App::new(shop.database.url().parse().unwrap(), &reading))
}

async fn kept(shop: &Shop, address: &str, subject: &str, link: Option<&str>) {
    sqlx::query(
        "insert into mailer.outbox (message_id, recipient, address, subject, body, link)
         values ('x', gen_random_uuid(), $1, $2, 'Hello <b>you</b>,', $3)",
    )
    .bind(address)
    .bind(subject)
    .bind(link)
    .execute(&shop.rows)
    .await
    .unwrap();
}

async fn ask(shop: &Shop, path: &str, accept: &str) -> (StatusCode, String) {
    let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
    let response = mails(shop).oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn listed(shop: &Shop, path: &str) -> Vec<Value> {
    let (_, body) = ask(shop, path, "application/json").await;
    serde_json::from_str::<Value>(&body).unwrap()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn shows_each_mail_with_its_link_the_newest_first() {
    let shop = shop().await;
    assert!(ask(&shop, "/dev/mail", "text/html").await.1.contains("No mail yet"));
    kept(&shop, "anna@example.com", "Confirm", Some("http://127.0.0.1:8080/verify-email?token=a.b&x=\"")).await;
    kept(&shop, "bert@example.com", "Your order is confirmed", None).await;

    let mails = listed(&shop, "/dev/mail").await;
    assert_eq!(mails.len(), 2);
    assert_eq!((&mails[0]["to"], &mails[0]["link"]), (&Value::from("bert@example.com"), &Value::Null));
    assert_eq!(mails[1]["subject"], "Confirm");
    assert_eq!(mails[1]["text"], "Hello <b>you</b>,");
    assert_eq!(mails[1]["link"], "http://127.0.0.1:8080/verify-email?token=a.b&x=\"");

    let (status, page) = ask(&shop, "/dev/mail", "text/html").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("href=\"http://127.0.0.1:8080/verify-email?token=a.b&amp;x=&quot;\""), "{page}");
    assert!(page.contains("Hello &lt;b&gt;you&lt;/b&gt;,") && !page.contains("<script"), "{page}");
}

#[tokio::test]
async fn finds_the_mails_to_one_address() {
    let shop = shop().await;
    kept(&shop, "anna@example.com", "One", None).await;
    kept(&shop, "bert@example.com", "Two", None).await;
    let mails = listed(&shop, "/dev/mail?to=Anna@example.com").await;
    assert_eq!(mails.iter().map(|mail| mail["subject"].as_str().unwrap()).collect::<Vec<_>>(), ["One"]);
    assert!(listed(&shop, "/dev/mail?to=nobody@example.com").await.is_empty());
}

#[tokio::test]
async fn a_shop_that_is_no_demo_has_no_such_page() {
    let shop = shop().await;
    assert_eq!(shop.get(&Anonymous, "/dev/mail").await.status, StatusCode::NOT_FOUND);
}
