//! A webhook from end to end: subscribed over HTTP, told, and verified by somebody who knows nothing of this code.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use test_kit::Posted;

use crate::{
    customer::Customer,
    running::{PATIENCE, Shop},
};

/// The signature that a receiver works out for itself: HMAC (RFC 2104), of the hash that Postgres has.
async fn expected(shop: &Shop, secret: &str, posted: &Posted) -> String {
    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    let key = secret.strip_prefix("whsec_").unwrap();
    let signed = format!("{}.{}.{}", posted.header("webhook-id"), posted.header("webhook-timestamp"), posted.body);
    let hmac = "with keys as (
                  select decode($1, 'base64') || decode(repeat('00', 64 - length(decode($1, 'base64'))), 'hex') as key
                ), pads as (
                  select string_agg(set_byte('\\x00', 0, get_byte(key, i) # 54), '' order by i) as inner_pad,
                         string_agg(set_byte('\\x00', 0, get_byte(key, i) # 92), '' order by i) as outer_pad
                  from keys, generate_series(0, 63) i
                )
                select 'v1,' || encode(sha256(outer_pad || sha256(inner_pad || convert_to($2, 'UTF8'))), 'base64') from pads";
    sqlx::query_scalar(hmac).bind(key).bind(signed).fetch_one(&mut sql).await.unwrap()
}

#[tokio::test]
async fn an_integrator_is_told_and_can_tell_who_said_it() {
    let allowed = ("MILLRACE_WEBHOOK_ALLOW", "127.0.0.1/32".to_owned());
    let mut shop = Shop::with(vec![("MILLRACE_DEMO", "true".to_owned()), allowed]);
    let receiver = test_kit::receiver().await;
    let (seller, buyer) = (shop.customer("seller").await, shop.customer("buyer").await);
    let product = seller.sell("Lanterns", 5).await;
    let subscription = json!({ "url": receiver.url(), "events": ["order.placed", "order.confirmed"] });
    let answer = seller.post("/api/webhooks", subscription).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let subscribed: Value = answer.json().await.unwrap();
    let shown = seller.get_json("/api/webhooks").await;
    assert_eq!((&shown["items"][0]["url"], &shown["items"][0]["status"]), (&json!(receiver.url()), &json!("active")));
    assert!(shown["items"][0].get("secret").is_none(), "{shown}");
    // By now it is taken over.
    shop.at_rest().await;

    let order = buyer.order(&product, 2).await;
    test_kit::eventually("both messages arrive", PATIENCE, async || receiver.posted().len() == 2).await;

    for posted in receiver.posted() {
        let signature = expected(&shop, subscribed["secret"].as_str().unwrap(), &posted).await;
        assert_eq!(posted.header("webhook-signature"), signature);
        assert_eq!(posted.header("content-type"), "application/json");
        let body: Value = serde_json::from_str(&posted.body).unwrap();
        assert_eq!(body["data"]["order_id"], json!(order));
        assert_eq!(body["data"]["lines"][0]["quantity"], 2);
    }
    let delivered = async || {
        let shown = seller.get_json("/api/webhooks").await;
        let deliveries = shown["items"][0]["deliveries"].as_array().unwrap().clone();
        deliveries.len() == 2
            && deliveries.iter().all(|one| one["status"] == "delivered" && one["response_status"] == 200)
    };
    test_kit::eventually("they are shown as delivered", PATIENCE, delivered).await;
    // Nobody else sees them, or can end them.
    let stranger = Customer::anonymous(&shop.url());
    assert_eq!(stranger.get("/api/webhooks").await.status(), StatusCode::UNAUTHORIZED);
    let path = format!("/api/webhooks/{}", subscribed["id"].as_str().unwrap());
    assert_eq!(buyer.try_send(Method::DELETE, &path, None).await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(seller.try_send(Method::DELETE, &path, None).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(seller.get_json("/api/webhooks").await["items"], json!([]));
    let verified = shop.command().args(["verify", "subscriptions"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
    shop.stop();
}
