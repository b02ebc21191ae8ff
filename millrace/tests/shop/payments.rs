//! Payments over HTTP, with the shop killed between their beginning and their answer.

use std::time::Duration;

use domain::{
    Aggregate, OrderId,
    order::{Command, Order, Status},
};
use event_store::{CommandId, Context};
use payments::Fake;
use reqwest::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    customer::Customer,
    running::{PATIENCE, Shop},
};

/// What one lantern costs.
const PRICE: u64 = 1999;

/// Pays, and hears what became of it.
async fn pay(buyer: &Customer, order: &str, token: &str) -> (StatusCode, String) {
    let answer = buyer.post(&format!("/api/orders/{order}/payment"), json!({ "method_token": token })).await;
    let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap());
    (status, body["outcome"].as_str().or(body["code"].as_str()).unwrap_or_default().to_owned())
}

async fn confirmed(buyer: &Customer, product: &str) -> String {
    let order = buyer.order(product, 1).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    order
}

/// The types of an order's events after it was confirmed, once the last of them is this one.
async fn history(shop: &Shop, order: &str, last: &str) -> Vec<String> {
    let (store, id) = (shop.store(), order.parse().unwrap());
    let mut kinds = Vec::new();
    let ended = async || {
        let Ok(history) = store.history(Order::CATEGORY, id).await else { return false };
        kinds = history.into_iter().skip(2).map(|event| event.kind).collect();
        kinds.last().is_some_and(|kind| kind == last)
    };
    test_kit::eventually(last, PATIENCE, ended).await;
    kinds
}

/// What was collected for an order, and what of that has gone back.
async fn books_are(shop: &Shop, order: &str, books: (u64, u64)) {
    let fake = Fake::open(&shop.redis_url(), Duration::ZERO).unwrap();
    let order: OrderId = order.parse().unwrap();
    test_kit::eventually("the money has moved", PATIENCE, async || fake.books(order).await == Ok(books)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_payment_is_answered_once_though_the_shop_is_killed_before_the_answer() {
    let mut shop = Shop::with(vec![
        ("MILLRACE_DEMO", "true".to_owned()),
        ("MILLRACE_FAKE_PAYMENT_DELAY", "2s".to_owned()),
        ("MILLRACE_ASK_PAYMENT_AFTER", "11s".to_owned()),
    ]);
    let (seller, buyer) = (shop.customer("anna").await, shop.customer("berta").await);
    let product = seller.sell("Anna's", 10).await;
    let mut orders = Vec::new();
    for token in ["tok_late", "tok_twice", "tok_silent"] {
        let order = confirmed(&buyer, &product).await;
        assert_eq!(pay(&buyer, &order, token).await, (StatusCode::ACCEPTED, "awaited".to_owned()));
        orders.push(order);
    }
    // Killed after the attempt was stored, and before the provider heard of it.
    let unheard = confirmed(&buyer, &product).await;
    let (id, at) = (CommandId::random(), OffsetDateTime::now_utc());
    let context = Context { actor: "user:test".to_owned(), command: id, at, trace: String::new() };
    let start = Command::StartPayment { at, ask_after: time::Duration::seconds(11) };
    shop.store().execute::<Order>(context, unheard.parse().unwrap(), start).await.unwrap();
    shop.kill9();
    shop.start();

    for order in &orders {
        assert_eq!(history(&shop, order, "order.paid").await, ["order.payment_started", "order.paid"]);
        books_are(&shop, order, (PRICE, 0)).await;
    }
    let declined = history(&shop, &unheard, "order.payment_declined").await;
    assert_eq!(declined, ["order.payment_started", "order.payment_declined"]);
    let buyer = Customer::log_in(&shop.url(), "berta@example.com", crate::customer::PASSWORD).await;
    assert_eq!(pay(&buyer, &unheard, "tok_approve").await, (StatusCode::OK, "paid".to_owned()));
    books_are(&shop, &unheard, (PRICE, 0)).await;
    assert_eq!(pay(&buyer, &orders[0], "tok_approve").await, (StatusCode::CONFLICT, "already_decided".to_owned()));

    // Nothing more comes, not of the second callback either.
    let redis = shop.operator().await;
    let sent = async || {
        let left = redis::cmd("KEYS").arg("callbacks:fake:*").query_async::<Vec<String>>(&mut redis.clone()).await;
        left.is_ok_and(|left| left.is_empty())
    };
    test_kit::eventually("all callbacks are heard", PATIENCE, sent).await;
    assert_eq!(history(&shop, &orders[1], "order.paid").await.len(), 2);
    shop.verify().await;
    shop.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_an_expired_order_and_money_that_comes_later_goes_back() {
    let mut shop = Shop::with(vec![
        ("MILLRACE_DEMO", "true".to_owned()),
        ("MILLRACE_PAY_WITHIN", "15s".to_owned()),
        // So long after the deadline that the order has expired by then, however long the start takes.
        ("MILLRACE_FAKE_PAYMENT_DELAY", "20s".to_owned()),
    ]);
    let (seller, buyer) = (shop.customer("anna").await, shop.customer("berta").await);
    let product = seller.sell("Anna's", 10).await;
    let (overdue, declined) = (confirmed(&buyer, &product).await, confirmed(&buyer, &product).await);
    assert_eq!(pay(&buyer, &overdue, "tok_overdue").await, (StatusCode::ACCEPTED, "awaited".to_owned()));
    assert_eq!(pay(&buyer, &declined, "tok_decline").await, (StatusCode::OK, "declined".to_owned()));
    shop.kill9();
    shop.start();

    let ends = ["order.payment_started", "order.expired", "order.paid_late", "order.refunded"];
    assert_eq!(history(&shop, &overdue, "order.refunded").await, ends);
    books_are(&shop, &overdue, (0, 0)).await;
    let ends = ["order.payment_started", "order.payment_declined", "order.expired"];
    assert_eq!(history(&shop, &declined, "order.expired").await, ends);
    let buyer = Customer::log_in(&shop.url(), "berta@example.com", crate::customer::PASSWORD).await;
    assert_eq!(pay(&buyer, &declined, "tok_approve").await, (StatusCode::CONFLICT, "already_decided".to_owned()));

    shop.at_rest().await;
    let seller = Customer::log_in(&shop.url(), "anna@example.com", crate::customer::PASSWORD).await;
    let stock = seller.get_json(&format!("/api/inventory/{product}")).await;
    assert_eq!((&stock["on_hand"], &stock["reserved"]), (&json!(10), &json!(0)));
    let store = shop.store();
    for order in [&overdue, &declined] {
        let order = store.load::<Order>(order.parse().unwrap()).await.unwrap();
        assert_eq!((order.status(), order.is_finished()), (Some(Status::Expired), true));
    }
    shop.verify().await;
    shop.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_arrived_is_complete_after_a_while() {
    let mut shop = Shop::with(vec![("MILLRACE_DEMO", "true".to_owned()), ("MILLRACE_COMPLETE_AFTER", "1s".to_owned())]);
    let (seller, buyer) = (shop.customer("anna").await, shop.customer("berta").await);
    let product = seller.sell("Anna's", 10).await;
    let order = confirmed(&buyer, &product).await;
    assert_eq!(pay(&buyer, &order, "tok_approve").await.0, StatusCode::OK);
    for step in ["shipments", "delivery"] {
        let done = seller.post(&format!("/api/orders/{order}/{step}"), json!({})).await;
        assert_eq!(done.status(), StatusCode::OK, "{step}");
    }
    let ends = ["order.payment_started", "order.paid", "order.shipped", "order.delivered", "order.completed"];
    assert_eq!(history(&shop, &order, "order.completed").await, ends);
    shop.stop();
}
