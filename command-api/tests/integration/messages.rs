//! What the buyer and the sellers of an order write to one another, and where it goes.

use axum::http::StatusCode;
use domain::Partition;
use domain::message::{Conversation, Event};
use domain::order::{Order, Party};
use event_store::Record;
use futures_util::StreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actors::{Admin, Buyer, Seller, one_line};
use crate::shop::Shop;

/// An order of what two sellers sell, and its id.
async fn order(buyer: &Buyer<'_>, sellers: [&Seller<'_>; 2]) -> String {
    let [one, other] = [sellers[0].lists_a_teapot().await, sellers[1].lists_a_teapot().await];
    let lines = json!({"lines": [{"product_id": one, "quantity": 1}, {"product_id": other, "quantity": 1}]});
    buyer.post("/api/orders").key("k").json(&lines).await.is(StatusCode::CREATED).text("id").to_owned()
}

async fn private(shop: &Shop, category: &str, order: &str) -> Record {
    shop.app.store().private(category, &[order.parse().unwrap()]).await.unwrap().remove(0)
}

fn address() -> Value {
    json!({
        "name": "Berta Quill", "lines": ["Lange Straße 7", "Third floor"], "city": "Rostock", "postcode": "18055",
        "country": "DE", "phone": "+49 381 1234567",
    })
}

#[tokio::test]
async fn whoever_takes_part_in_an_order_writes_about_it_and_the_log_has_no_word_of_it() {
    let shop = Shop::open().await;
    let (anna, bert) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "bert").await);
    let buyer = Buyer::new(&shop, "carla").await;
    let order = order(&buyer, [&anna, &bert]).await;
    let path = format!("/api/orders/{order}/messages");

    let answer = buyer.post(&path).json(&json!({"text": "Quick, please\n<b>!</b>"})).await.is(StatusCode::CREATED);
    assert_eq!(answer.body, json!({"id": order, "number": 1, "version": 1}));
    assert_eq!(answer.header("consistency-token"), format!("message:{order}:1"));
    assert_eq!(answer.header("etag"), "\"1\"");
    bert.post(&path).json(&json!({"text": "Tomorrow"})).await.is(StatusCode::CREATED);
    anna.post(&path).if_match("\"2\"").json(&json!({"text": "Today"})).await.is(StatusCode::CREATED);

    let kept = private(&shop, "message", &order).await;
    assert_eq!(
        [1, 2, 3].map(|n| kept.get(&n.to_string()).unwrap().to_owned()),
        ["Quick, please\n<b>!</b>", "Tomorrow", "Today"]
    );
    let events = shop.events().await.into_iter().filter(|event| event.kind == "message.posted");
    let posted: Vec<_> = events.map(|event| event.event::<Conversation>().unwrap()).collect();
    let of = |number, author, party| Event::Posted { number, author, party };
    assert_eq!(posted, [of(1, buyer.id, Party::Buyer), of(2, bert.id, Party::Seller), of(3, anna.id, Party::Seller)]);
}

#[tokio::test]
async fn nobody_else_writes_and_what_is_no_message_is_refused() {
    let shop = Shop::open().await;
    let (anna, bert) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "bert").await);
    let (buyer, stranger, admin) =
        (Buyer::new(&shop, "carla").await, Seller::new(&shop, "otto").await, Admin::new(&shop).await);
    let order = order(&buyer, [&anna, &bert]).await;
    let (path, text) = (format!("/api/orders/{order}/messages"), json!({"text": "Hello"}));

    shop.refuses(stranger.post(&path).json(&text)).await.is(StatusCode::NOT_FOUND);
    shop.refuses(admin.post(&path).json(&text)).await.is(StatusCode::NOT_FOUND);
    let missing = format!("/api/orders/{}/messages", Uuid::now_v7());
    shop.refuses(buyer.post(&missing).json(&text)).await.is(StatusCode::NOT_FOUND);
    shop.refuses(buyer.post(&path).if_match("\"7\"").json(&text)).await.is(StatusCode::PRECONDITION_FAILED);
    for text in ["", " ", "tab\there", "nul\0", "bell\u{7}", "return\r\n.", &"é".repeat(2001)] {
        let refused = shop.refuses(buyer.post(&path).json(&json!({ "text": text }))).await;
        assert_eq!(refused.is(StatusCode::UNPROCESSABLE_ENTITY).field_error().0, "/text", "{text:?}");
    }
    let more = json!({"text": "Hello", "author": stranger.id.to_string()});
    shop.refuses(buyer.post(&path).json(&more)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_message_that_is_sent_again_under_its_key_is_one() {
    let shop = Shop::open().await;
    let (anna, bert) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "bert").await);
    let buyer = Buyer::new(&shop, "carla").await;
    let path = format!("/api/orders/{}/messages", order(&buyer, [&anna, &bert]).await);
    let send = async |text| buyer.post(&path).key("m").json(&json!({ "text": text })).await;

    let first = send("Hello").await.is(StatusCode::CREATED);
    let again = send("Hello").await.is(StatusCode::CREATED);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    send("Good bye").await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(shop.count("message.posted").await, 1);
}

#[tokio::test]
async fn messages_and_typing_have_limits_of_their_own() {
    let shop = Shop::open_with(&["--limit-messages", "2/1h", "--limit-typing", "1/1h"]).await;
    let (anna, bert) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "bert").await);
    let buyer = Buyer::new(&shop, "carla").await;
    let order = order(&buyer, [&anna, &bert]).await;
    let (messages, typing) = (format!("/api/orders/{order}/messages"), format!("/api/orders/{order}/typing"));
    let text = json!({"text": "Hello"});

    for status in [StatusCode::CREATED, StatusCode::CREATED, StatusCode::TOO_MANY_REQUESTS] {
        buyer.post(&messages).json(&text).await.is(status);
    }
    for status in [StatusCode::NO_CONTENT, StatusCode::TOO_MANY_REQUESTS] {
        buyer.post(&typing).await.is(status);
    }
    anna.post(&messages).json(&text).await.is(StatusCode::CREATED);
    anna.post(&typing).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn typing_is_told_to_all_others_in_the_order_and_kept_nowhere() {
    let shop = Shop::open().await;
    let (anna, bert) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "bert").await);
    let (buyer, stranger) = (Buyer::new(&shop, "carla").await, Buyer::new(&shop, "otto").await);
    let order = order(&buyer, [&anna, &bert]).await;
    let path = format!("/api/orders/{order}/typing");
    let client = redis::Client::open(shop.redis.url()).unwrap();
    let mut listening = client.get_async_pubsub().await.unwrap();
    listening.subscribe("typing").await.unwrap();
    let mut told = listening.on_message();

    shop.refuses(stranger.post(&path)).await.is(StatusCode::NOT_FOUND);
    let events = shop.events().await.len();
    anna.post(&path).await.is(StatusCode::NO_CONTENT);

    let told: Value = serde_json::from_slice(told.next().await.unwrap().get_payload_bytes()).unwrap();
    assert_eq!((&told["order"], &told["author"], &told["party"]), (&json!(order), &json!(anna.id), &json!("seller")));
    let audience: Vec<_> = told["audience"].as_array().unwrap().iter().map(|user| user.as_str().unwrap()).collect();
    assert_eq!(audience.len(), 2);
    assert!([buyer.id, bert.id].iter().all(|user| audience.contains(&&*user.to_string())), "{told}");
    assert_eq!(shop.events().await.len(), events);
}

#[tokio::test]
async fn an_address_is_kept_beside_the_order_alone() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let mut body = one_line(&seller.lists_a_teapot().await, 1);
    body["ship_to"] = address();

    let answer = buyer.post("/api/orders").key("k").json(&body).await.is(StatusCode::CREATED);
    let order = answer.text("id").to_owned();

    let kept = private(&shop, "order", &order).await;
    assert_eq!(serde_json::from_str::<Value>(kept.get("ship_to").unwrap()).unwrap(), address());
    assert!(shop.app.store().load::<Order>(order.parse().unwrap()).await.unwrap().has_address());
    assert!(!answer.body.to_string().contains("Quill"));
    for event in shop.events().await {
        assert!(!event.data.contains("Quill"), "{}", event.kind);
    }
    let mut redis = shop.redis_connection().await;
    let partition = Partition::of(order.parse::<Uuid>().unwrap());
    let pattern = format!("receipt:{{{partition}}}:*");
    let receipts: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut redis).await.unwrap();
    for receipt in receipts {
        let receipt: String = redis::cmd("GET").arg(receipt).query_async(&mut redis).await.unwrap();
        assert!(!receipt.contains("Quill"), "{receipt}");
    }
    let without = buyer.orders("l", body["lines"][0]["product_id"].as_str().unwrap(), 1).await;
    assert_eq!(private(&shop, "order", without.is(StatusCode::CREATED).text("id")).await, Record::default());
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_and_not_repeated() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let refused = async |pointer: &'static str, member: &str, value: Value| {
        let mut body = one_line(&product, 1);
        body["ship_to"] = address();
        body["ship_to"][member] = value;
        let refused = shop.refuses(buyer.post("/api/orders").key("k").json(&body)).await;
        let refused = refused.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.field_error().0, pointer, "{}", refused.body);
        assert!(!refused.body.to_string().contains("quillonia"), "{}", refused.body);
    };
    refused("/ship_to/name", "name", json!("quillonia\u{0}")).await;
    refused("/ship_to/name", "name", json!("quillonia ".repeat(11))).await;
    refused("/ship_to/lines", "lines", json!([])).await;
    refused("/ship_to/lines", "lines", json!(["1", "2", "3", "quillonia"])).await;
    refused("/ship_to/lines/1", "lines", json!(["1", "quillonia\n"])).await;
    refused("/ship_to/lines", "lines", json!("quillonia")).await;
    refused("/ship_to/city", "city", json!("")).await;
    refused("/ship_to/postcode", "postcode", json!("quillonia quillonia")).await;
    refused("/ship_to/country", "country", json!("UK")).await;
    refused("/ship_to/phone", "phone", json!("quillonia")).await;
    refused("/ship_to/email", "email", json!("quillonia@example.org")).await;
}
