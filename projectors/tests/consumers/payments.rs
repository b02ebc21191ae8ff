//! What is paid is collected, what cannot be kept goes back, and an attempt without an answer is asked about.

use std::{sync::Arc, time::Duration};

use domain::{
    Money, OrderId, UserId,
    inventory::Inventory,
    order::{self, Order, Party, Status, Units},
};
use payments::{Attempt, Fake, Outcome, Provider};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    shop::{SOON, Shop},
    timers::{claimed, is_free},
};

/// One lantern.
const PRICE: u64 = 339;

fn pounds(amount: u64) -> Money {
    Money { amount, currency: "GBP".to_owned().try_into().unwrap() }
}

/// An order of one lantern that is reserved.
async fn confirmed(shop: &Shop) -> (UserId, OrderId) {
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    let order = shop.order_one(seller, product).await;
    is(shop, order, Status::Confirmed).await;
    (seller, order)
}

async fn is(shop: &Shop, order: OrderId, status: Status) {
    test_kit::eventually("the order gets there", SOON, async || shop.status(order).await == Some(status)).await;
}

/// Begins to pay, and the provider is asked about it so much later.
async fn starts(shop: &Shop, order: OrderId, ask_after: time::Duration) {
    let start = order::Command::StartPayment { at: OffsetDateTime::now_utc(), ask_after };
    shop.execute::<Order>(order, start).await;
}

async fn authorizes(shop: &Shop, order: OrderId, token: &str) -> Outcome {
    let attempt = Attempt { order, number: 1 };
    shop.provider().authorize(attempt, pounds(PRICE), None, &token.into()).await.unwrap()
}

/// An order that is paid.
async fn paid(shop: &Shop) -> (UserId, OrderId) {
    let (seller, order) = confirmed(shop).await;
    starts(shop, order, time::Duration::HOUR).await;
    authorizes(shop, order, "tok_approve").await;
    shop.execute::<Order>(order, order::Command::RecordPayment { attempt: 1, amount: pounds(PRICE) }).await;
    (seller, order)
}

async fn kinds(shop: &Shop, order: OrderId) -> Vec<String> {
    let history = shop.store.history("order", order.into()).await.unwrap();
    history.into_iter().skip(2).map(|event| event.kind).collect()
}

async fn books_are(shop: &Shop, order: OrderId, books: (u64, u64)) {
    let provider = shop.provider();
    test_kit::eventually("the money has moved", SOON, async || provider.books(order).await == Ok(books)).await;
}

#[tokio::test]
async fn what_is_paid_is_collected_and_goes_back_when_the_order_is_cancelled() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (_, order) = paid(&shop).await;
    books_are(&shop, order, (PRICE, 0)).await;

    shop.execute::<Order>(order, order::Command::Cancel { reason: None, by: Party::Buyer }).await;
    is(&shop, order, Status::Refunded).await;
    books_are(&shop, order, (PRICE, PRICE)).await;
    assert_eq!(kinds(&shop, order).await, ["order.payment_started", "order.paid", "order.cancelled", "order.refunded"]);
    running.stop().await;
}

#[tokio::test]
async fn goods_that_come_back_are_in_stock_again_and_their_money_is_not() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (seller, order) = paid(&shop).await;
    let product = shop.store.load::<Order>(order).await.unwrap().lines()[0].product;
    let complete_by = OffsetDateTime::now_utc() + time::Duration::HOUR;
    shop.execute::<Order>(order, order::Command::Ship { seller, tracking: None }).await;
    shop.execute::<Order>(order, order::Command::Deliver { seller, complete_by }).await;
    let lines = vec![Units { product, quantity: 1 }];
    let reason = "Broken".to_owned().try_into().unwrap();
    shop.execute::<Order>(order, order::Command::Return { seller, lines, reason }).await;

    is(&shop, order, Status::Refunded).await;
    books_are(&shop, order, (PRICE, PRICE)).await;
    shop.at_rest().await;
    let stock = shop.store.load::<Inventory>(product).await.unwrap();
    assert_eq!((stock.on_hand(), stock.reserved()), (5, 0));
    running.stop().await;
}

#[tokio::test]
async fn money_that_comes_too_late_is_let_go() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (_, order) = confirmed(&shop).await;
    starts(&shop, order, time::Duration::HOUR).await;
    authorizes(&shop, order, "tok_approve").await;
    shop.execute::<Order>(order, order::Command::Cancel { reason: None, by: Party::Buyer }).await;
    shop.execute::<Order>(order, order::Command::RecordPayment { attempt: 1, amount: pounds(PRICE) }).await;

    let back = async || kinds(&shop, order).await.last().is_some_and(|kind| kind == "order.refunded");
    test_kit::eventually("it has gone back", SOON, back).await;
    assert_eq!(shop.status(order).await, Some(Status::Cancelled), "it was never paid");
    assert_eq!(shop.provider().books(order).await, Ok((0, 0)), "it was never collected");
    let attempt = Attempt { order, number: 1 };
    assert!(matches!(shop.provider().ask(attempt).await, Ok(Outcome::Declined { .. })), "it is let go");
    running.stop().await;
}

#[tokio::test]
async fn an_attempt_without_an_answer_is_asked_about() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (_, order) = confirmed(&shop).await;
    starts(&shop, order, time::Duration::ZERO).await;
    authorizes(&shop, order, "tok_silent").await;
    is(&shop, order, Status::Paid).await;
    let paid = shop.store.history("order", order.into()).await.unwrap().pop().unwrap();
    assert_eq!((paid.kind.as_str(), paid.actor.as_str()), ("order.paid", "policy:timers"));
    running.stop().await;
}

#[tokio::test]
async fn an_attempt_that_the_provider_never_heard_of_is_given_up_for_good() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (_, order) = confirmed(&shop).await;
    starts(&shop, order, time::Duration::ZERO).await;
    let declined = async || kinds(&shop, order).await == ["order.payment_started", "order.payment_declined"];
    test_kit::eventually("it is declined", SOON, declined).await;
    // The request was only slow: it moves no money any more.
    assert!(matches!(authorizes(&shop, order, "tok_approve").await, Outcome::Declined { .. }));
    running.stop().await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_waited_for_and_holds_up_nobody_else() {
    let shop = Shop::open().await;
    let elsewhere = test_kit::redis().await;
    let provider = Fake::open(&elsewhere.url(), Duration::ZERO).unwrap();
    let running = shop.consume_paying(Arc::new(provider.clone()));
    let (_, order) = confirmed(&shop).await;
    let (_, asked) = confirmed(&shop).await;
    provider.authorize(Attempt { order, number: 1 }, pounds(PRICE), None, &"tok_approve".into()).await.unwrap();
    starts(&shop, order, time::Duration::HOUR).await;
    elsewhere.kill9();
    shop.execute::<Order>(order, order::Command::RecordPayment { attempt: 1, amount: pounds(PRICE) }).await;
    starts(&shop, asked, time::Duration::ZERO).await;

    // Other timers go on.
    let (claim, _) = claimed(&shop, 4, Duration::ZERO).await;
    test_kit::eventually("the claim is given back", SOON, async || is_free(&shop, claim).await).await;
    assert_eq!(shop.status(asked).await, Some(Status::Confirmed));
    assert_eq!(running.faults(), [], "the shop serves without its provider");

    elsewhere.restart().await;
    let collected = async || provider.books(order).await == Ok((PRICE, 0));
    test_kit::eventually("it is collected", SOON, collected).await;
    let declined = async || kinds(&shop, asked).await.ends_with(&["order.payment_declined".to_owned()]);
    test_kit::eventually("the other one is asked about", SOON, declined).await;
    let dead: i64 = shop.count("select count(*) from policies.held").await;
    assert_eq!(dead, 0);
    running.stop().await;
}

#[tokio::test]
async fn what_the_provider_refuses_waits_for_a_person_and_holds_up_nobody_else() {
    let shop = Shop::open().await;
    let running = shop.consume();
    // Nobody has set this money aside.
    let (_, refused) = confirmed(&shop).await;
    starts(&shop, refused, time::Duration::HOUR).await;
    shop.execute::<Order>(refused, order::Command::RecordPayment { attempt: 1, amount: pounds(PRICE) }).await;
    let (_, order) = paid(&shop).await;

    books_are(&shop, order, (PRICE, 0)).await;
    let dead = async || {
        let held = projectors::held(&mut shop.sql().await).await.unwrap();
        held.iter().any(|held| held.consumer == "payments" && held.id == Uuid::from(refused) && held.is_dead())
    };
    test_kit::eventually("it is a dead letter", SOON, dead).await;
    running.stop().await;
}
