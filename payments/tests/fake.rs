//! The fake provider against a real Redis: whatever is asked twice is done once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has nothing better to do than to panic")]

use std::time::Duration;

use domain::{Money, OrderId};
use payments::{Attempt, Error, Fake, Outcome, Provider, Refund};
use test_kit::TestRedis;
use time::OffsetDateTime;
use uuid::Uuid;

const DELAY: Duration = Duration::from_millis(50);

fn euros(amount: u64) -> Money {
    Money { amount, currency: "EUR".to_owned().try_into().unwrap() }
}

fn fake(redis: &TestRedis) -> Fake {
    Fake::open(&redis.url(), DELAY).unwrap()
}

fn first(order: OrderId) -> Attempt {
    Attempt { order, number: 1 }
}

fn new_order() -> OrderId {
    Uuid::now_v7().into()
}

async fn authorize(fake: &Fake, attempt: Attempt, token: &str) -> Outcome {
    fake.authorize(attempt, euros(500), None, &token.into()).await.unwrap()
}

fn refund(order: OrderId, number: u32, amount: u64) -> Refund {
    Refund { attempt: first(order), number, amount: euros(amount) }
}

fn is_refused(answer: &Result<(), Error>) -> bool {
    matches!(answer, Err(Error::Refused(_)))
}

#[tokio::test]
async fn says_the_same_to_an_attempt_however_often_and_in_whichever_process_it_is_asked() {
    let (redis, order) = (test_kit::redis().await, new_order());
    let paid = Outcome::Authorized { amount: euros(500) };
    assert_eq!(authorize(&fake(&redis), first(order), "tok_approve").await, paid);
    assert_eq!(authorize(&fake(&redis), first(order), "tok_decline").await, paid);
    redis.kill9();
    redis.restart().await;
    assert_eq!(fake(&redis).ask(first(order)).await, Ok(paid));
}

#[tokio::test]
async fn answers_late_when_it_is_to() {
    let (redis, order) = (test_kit::redis().await, new_order());
    let fake = fake(&redis);
    assert_eq!(authorize(&fake, first(order), "tok_silent").await, Outcome::Undecided);
    let paid = async || fake.ask(first(order)).await == Ok(Outcome::Authorized { amount: euros(500) });
    test_kit::eventually("it is paid", Duration::from_secs(10), paid).await;
    let overdue = Attempt { order, number: 2 };
    let deadline = OffsetDateTime::now_utc() + Duration::from_secs(3600);
    let answer = fake.authorize(overdue, euros(500), Some(deadline), &"tok_overdue".into()).await;
    assert_eq!(answer, Ok(Outcome::Undecided));
}

#[tokio::test]
async fn collects_once_and_gives_back_no_more_than_that() {
    let (redis, order) = (test_kit::redis().await, new_order());
    let fake = fake(&redis);
    authorize(&fake, first(order), "tok_approve").await;
    assert!(is_refused(&fake.refund(refund(order, 1, 100)).await), "nothing is there to go back");
    assert!(is_refused(&fake.capture(first(order), euros(501)).await), "that was not set aside");
    for _ in 0..3 {
        fake.capture(first(order), euros(500)).await.unwrap();
        fake.refund(refund(order, 1, 300)).await.unwrap();
    }
    assert_eq!(fake.books(order).await, Ok((500, 300)));
    assert!(is_refused(&fake.refund(refund(order, 1, 200)).await), "the number is taken");
    assert!(is_refused(&fake.refund(refund(order, 2, 201)).await), "that was not collected");
    fake.refund(refund(order, 2, 200)).await.unwrap();
    assert_eq!(fake.books(order).await, Ok((500, 500)));
}

#[tokio::test]
async fn lets_go_of_what_was_not_collected() {
    let (redis, order) = (test_kit::redis().await, new_order());
    let fake = fake(&redis);
    authorize(&fake, first(order), "tok_approve").await;
    for _ in 0..2 {
        fake.void(first(order)).await.unwrap();
    }
    assert!(is_refused(&fake.capture(first(order), euros(500)).await));
    assert!(matches!(fake.ask(first(order)).await, Ok(Outcome::Declined { .. })));

    let collected = new_order();
    authorize(&fake, first(collected), "tok_approve").await;
    fake.capture(first(collected), euros(500)).await.unwrap();
    assert!(is_refused(&fake.void(first(collected)).await), "money that was collected is given back");
}

#[tokio::test]
async fn an_attempt_that_was_let_go_before_it_came_is_declined() {
    let (redis, order) = (test_kit::redis().await, new_order());
    let fake = fake(&redis);
    assert_eq!(fake.ask(first(order)).await, Ok(Outcome::Unknown));
    fake.void(first(order)).await.unwrap();
    assert!(matches!(authorize(&fake, first(order), "tok_approve").await, Outcome::Declined { .. }));
}

#[tokio::test]
async fn takes_no_money_that_was_declined() {
    let (redis, order) = (test_kit::redis().await, new_order());
    let fake = fake(&redis);
    assert!(matches!(authorize(&fake, first(order), "tok_decline").await, Outcome::Declined { .. }));
    assert!(is_refused(&fake.capture(first(order), euros(500)).await));
    assert!(!fake.knows(&"tok_gold".into()));
}

#[tokio::test]
async fn is_away_while_redis_is() {
    let (redis, order) = (test_kit::redis().await, new_order());
    let fake = fake(&redis);
    authorize(&fake, first(order), "tok_approve").await;
    redis.kill9();
    assert!(matches!(fake.capture(first(order), euros(500)).await, Err(Error::Away(_))));
}
