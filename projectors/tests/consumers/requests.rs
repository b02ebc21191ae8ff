//! What operators ask of consumers as a whole: to stand still, to go on, to be forgotten.

use domain::Partition;
use projectors::{Request, Unregistered, is_taken_over, unregister};
use sqlx::Connection;

use crate::shop::{SOON, Shop};

impl Shop {
    pub(crate) async fn ask(&self, consumer: &str, request: Request) -> String {
        self.store.ask(consumer, &request, "operator").await.unwrap()
    }
}

#[tokio::test]
async fn a_paused_consumer_stands_still_until_it_is_resumed() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    shop.ask("orders_g1", Request::Pause { reason: "looking at something".to_owned() }).await;
    let paused = async || {
        running.faults().contains(&("orders_g1".to_owned(), "paused by operator: looking at something".to_owned()))
    };
    test_kit::eventually("the consumer says so", SOON, paused).await;
    let product = shop.product(seller, 5).await;
    let order = shop.order_one(seller, product).await;
    let confirmed = async || shop.status(order).await == Some(domain::order::Status::Confirmed);
    test_kit::eventually("the others go on", SOON, confirmed).await;
    assert_eq!(shop.count("select count(*) from orders.orders").await, 0);
    shop.ask("orders_g1", Request::Resume).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from orders.orders").await, 1);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn postgres_is_told_how_far_feeds_have_come_and_what_consumers_stand_still_over() {
    let shop = Shop::open().await;
    let running = shop.consume();
    shop.ask("orders_g1", Request::Pause { reason: "looking at something".to_owned() }).await;
    let faults = async || shop.count("select count(*) from policies.faults where consumer = 'orders_g1'").await;
    test_kit::eventually("the fault is written down", SOON, async || faults().await == 1).await;
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.order_one(seller, product).await;
    let lag =
        "select coalesce(max(h.position - p.position), -1)::bigint from orders_g1.positions p join policies.heads h
               using (category, partition)";
    // Placed and confirmed.
    test_kit::eventually("its lag is to be seen", SOON, async || shop.count(lag).await == 2).await;
    shop.ask("orders_g1", Request::Resume).await;
    test_kit::eventually("the fault is over", SOON, async || faults().await == 0).await;
    test_kit::eventually("the lag is gone", SOON, async || shop.count(lag).await == 0).await;
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_was_made_while_nobody_was_there_is_done_later() {
    let shop = Shop::open().await;
    let running = shop.consume();
    shop.at_rest().await;
    running.stop().await;
    shop.ask("orders_g1", Request::Pause { reason: "before the start".to_owned() }).await;
    let running = shop.consume();
    let paused = async || running.faults().iter().any(|(_, fault)| fault.contains("before the start"));
    test_kit::eventually("the request is done", SOON, paused).await;
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_was_made_before_the_consumer_ever_worked_is_done_too() {
    let shop = Shop::open().await;
    let (mut holding, mut looking) = (shop.sql().await, shop.sql().await);
    let mut begun_late = holding.begin().await.unwrap();
    sqlx::query("lock table orders_g1.positions in exclusive mode").execute(&mut *begun_late).await.unwrap();
    let number = shop.ask("orders_g1", Request::Pause { reason: "from the start".to_owned() }).await;
    let running = shop.consume();
    let taken_over = async || is_taken_over(&mut looking, &number).await.unwrap();
    test_kit::eventually("the request is taken over", SOON, taken_over).await;
    begun_late.commit().await.unwrap();
    let paused = async || running.faults().iter().any(|(_, fault)| fault.contains("from the start"));
    test_kit::eventually("the request is done", SOON, paused).await;
    running.stop().await;
}

#[tokio::test]
async fn a_consumer_is_forgotten_when_nobody_works_for_it() {
    let shop = Shop::open().await;
    let running = shop.consume();
    shop.seller("anna").await;
    shop.at_rest().await;
    let forget = async || unregister(&shop.store, &shop.database, "claims").await.unwrap();
    assert_eq!(forget().await, Unregistered::AtWork);
    running.stop().await;
    assert_eq!(forget().await, Unregistered::Done);
    assert_eq!(forget().await, Unregistered::Unknown);
    let feed = event_store::Feed { category: "user", partition: Partition::new(0).unwrap() };
    assert_eq!(shop.store.given("claims", feed).await.unwrap(), None);
    assert_eq!(shop.count("select count(*) from policies.positions where consumer = 'claims'").await, 0);
}
