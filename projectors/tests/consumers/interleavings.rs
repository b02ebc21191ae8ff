//! Races, each forced into the order that hurts most: one command is held on its way to Redis while the other wins.

use std::time::Duration;

use domain::{
    OrderId,
    order::{self, Order, Status},
};
use event_store::Store;
use projectors::Timing;
use test_kit::Gate;

use crate::shop::{SOON, Shop, context, patient};

/// What happened to an order, by the types of its events.
async fn history(shop: &Shop, order: OrderId) -> Vec<String> {
    let events = shop.store.history("order", order.into()).await.unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

/// A shop whose consumers go through a gate, with an order that they are about to decide.
async fn amid_the_decision(text: &str, timing: Timing) -> (Shop, Gate, crate::shop::Running, OrderId) {
    let shop = Shop::open().await;
    let gate = Gate::before(&shop.redis).await;
    let running = shop.consume_through(&gate, timing);
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    gate.hold(text);
    let order = shop.order_one(seller, product).await;
    gate.holds().await;
    (shop, gate, running, order)
}

fn cancel() -> order::Command {
    order::Command::Cancel { reason: None, by: order::Party::Buyer }
}

#[tokio::test]
async fn a_cancellation_that_overtakes_the_confirmation_wins_and_every_unit_is_given_back() {
    let (shop, gate, running, order) = amid_the_decision("order.confirmed", Timing::default()).await;
    shop.execute::<Order>(order, cancel()).await;
    let answer = gate.release().await;
    assert!(answer.contains("conflict"), "{answer:?}");
    shop.at_rest().await;
    assert_eq!(history(&shop, order).await, ["order.placed", "order.cancelled"]);
    assert_eq!(shop.count("select sum(reserved)::bigint from inventory.inventory").await, 0);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_confirmation_that_overtakes_the_cancellation_is_cancelled_after_all() {
    let shop = Shop::open().await;
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    let order = shop.order_one(seller, product).await;
    let gate = Gate::before(&shop.redis).await;
    let buyer = Store::open(&gate.url(), &patient()).unwrap();
    gate.hold("order.cancelled");
    let cancelling = tokio::spawn(async move { buyer.execute::<Order>(context(), order, cancel()).await });
    gate.holds().await;
    let running = shop.consume();
    let confirmed = async || shop.status(order).await == Some(Status::Confirmed);
    test_kit::eventually("the order is confirmed", SOON, confirmed).await;
    let answer = gate.release().await;
    assert!(answer.contains("conflict"), "{answer:?}");
    cancelling.await.unwrap().unwrap();
    shop.at_rest().await;
    assert_eq!(history(&shop, order).await, ["order.placed", "order.confirmed", "order.cancelled"]);
    assert_eq!(shop.count("select sum(reserved)::bigint from inventory.inventory").await, 0);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_command_that_arrives_after_its_lease_is_refused_though_nothing_else_stands_against_it() {
    let short = Timing {
        lease: Duration::from_millis(400),
        grace: Duration::from_millis(200),
        tick: Duration::from_millis(100),
        ..Timing::default()
    };
    let (shop, gate, running, order) = amid_the_decision("order.confirmed", short).await;
    // Its owner is as good as dead, and nobody takes over.
    let steal = "update policies.positions set owner = 'nobody', token = token + 1, expires_at = 'infinity'";
    sqlx::query(steal).execute(&mut shop.sql().await).await.unwrap();
    let ended = async || running.faults().iter().any(|(group, _)| group == "order-fulfilment");
    test_kit::eventually("the owner notices, and waits until its lease has ended", SOON, ended).await;
    running.stop().await;
    let answer = gate.release().await;
    assert!(answer.contains("late"), "{answer:?}");
    assert_eq!(history(&shop, order).await, ["order.placed"]);
}
