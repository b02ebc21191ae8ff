//! Redis keeps what is needed and no more: nothing leaves it that somebody still has to read, or that the archive lacks.

use std::time::Duration;

use domain::{
    OrderId, ProductId,
    inventory::{self, Inventory},
    order::Status,
};
use event_store::{Feed, Store};
use projectors::Upkeep;
use redis::AsyncCommands;
use test_kit::Gate;
use uuid::Uuid;

use crate::shop::{SOON, Shop, context, patient};

/// Everything is trimmed at once; finished orders keep their history for so long.
fn tidy(books_after: Duration) -> Upkeep {
    Upkeep { trim_every: Duration::from_millis(20), books_after, ..Upkeep::default() }
}

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A shop that closes the books of a stream after ten events.
async fn shop() -> Shop {
    let mut shop = Shop::open().await;
    let settings = event_store::Settings { books_every: 10, ..Default::default() };
    shop.store = Store::open(&shop.redis.url(), &settings).unwrap();
    shop
}

async fn length(shop: &Shop, key: String) -> u64 {
    shop.operator().await.xlen(key).await.unwrap()
}

async fn of_order(shop: &Shop, order: OrderId) -> u64 {
    length(shop, format!("order:{{{}}}:{order}", domain::Partition::of(order))).await
}

async fn of_inventory(shop: &Shop, product: ProductId) -> u64 {
    length(shop, format!("inventory:{{{}}}:{product}", domain::Partition::of(product))).await
}

async fn longest_feed(shop: &Shop) -> u64 {
    let mut longest = 0;
    for category in domain::event::categories() {
        for feed in Feed::all(category) {
            longest = longest.max(length(shop, feed.to_string()).await);
        }
    }
    longest
}

async fn receive(shop: &Shop, product: ProductId, times: u32) {
    for _ in 0..times {
        shop.execute::<Inventory>(product, inventory::Command::Receive { quantity: 1, reference: None }).await;
    }
}

#[tokio::test]
async fn feeds_and_streams_stay_short_and_the_rows_are_those_of_the_whole_log() {
    let shop = shop().await;
    let running = shop.consume_keeping(tidy(MONTH));
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 100).await;
    for _ in 0..40 {
        shop.order_one(seller, product).await;
    }
    shop.at_rest().await;
    test_kit::eventually("feeds are trimmed", SOON, async || longest_feed(&shop).await <= 1).await;
    // 41 events and the entries that carry them forward, one after each ten.
    test_kit::eventually("the stream is trimmed", SOON, async || of_inventory(&shop, product).await <= 10).await;
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 40);
    shop.verify().await;
    test_kit::eventually("everything works", SOON, async || running.faults().is_empty()).await;
    running.stop().await;
}

#[tokio::test]
async fn a_group_that_comes_when_the_feeds_are_trimmed_reads_the_archive_first() {
    let shop = shop().await;
    let running = shop.consume_keeping(tidy(MONTH));
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 30).await;
    for _ in 0..20 {
        shop.order_one(seller, product).await;
    }
    shop.at_rest().await;
    test_kit::eventually("feeds are trimmed", SOON, async || longest_feed(&shop).await <= 1).await;
    running.stop().await;
    let anew = "truncate inventory_g1.inventory, inventory_g1.movements, inventory_g1.applied, inventory_g1.positions";
    sqlx::query(anew).execute(&mut shop.sql().await).await.unwrap();
    receive(&shop, product, 3).await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.count("select on_hand from inventory.inventory").await, 33);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_finished_order_ends_as_one_entry_and_an_open_one_stays_as_it_is() {
    let shop = Shop::open().await;
    let running = shop.consume_keeping(tidy(Duration::ZERO));
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    let (rejected, confirmed) = (shop.order(seller, &[(product, 6)]).await, shop.order(seller, &[(product, 5)]).await);
    // A stream of one entry is also an order that was only just placed.
    let carried = "select count(*) from archive.aggregates where category = 'order' and carried = 3 and trimmed = 2";
    test_kit::eventually("the books are closed", SOON, async || shop.count(carried).await == 1).await;
    assert_eq!(of_order(&shop, rejected).await, 1);
    let looked_at =
        async || shop.count("select count(*) from archive.aggregates where checked > 0 and carried = 0").await == 1;
    test_kit::eventually("the other is looked at", SOON, looked_at).await;
    assert_eq!(of_order(&shop, confirmed).await, 2);
    let fresh = Store::open(&shop.redis.url(), &event_store::Settings::default()).unwrap();
    let order = fresh.load::<domain::order::Order>(rejected).await.unwrap();
    assert_eq!((order.status(), order.version()), (Some(Status::Rejected), 3));
    shop.at_rest().await;
    shop.verify().await;
    test_kit::eventually("everything works", SOON, async || running.faults().is_empty()).await;
    running.stop().await;
}

#[tokio::test]
async fn an_order_that_cannot_be_read_keeps_no_other_from_being_closed() {
    let mut shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 1).await;
    let broken = shop.order(seller, &[(product, 2)]).await;
    let next = OrderId::from(domain::Partition::of(broken).adopt(Uuid::now_v7()));
    shop.place(next, seller, &[(product, 2)]).await;
    shop.at_rest().await;
    running.stop().await;
    let stream = format!("order:{{{}}}:{broken}", domain::Partition::of(broken));
    shop.operator().await.xadd::<_, _, _, _, String>(stream, "3-0", &[("by", "hand")]).await.unwrap();

    shop.store = Store::open(&shop.redis.url(), &event_store::Settings::default()).unwrap();
    let running = shop.consume_keeping(tidy(Duration::ZERO));
    test_kit::eventually("its neighbour is closed", SOON, async || of_order(&shop, next).await == 1).await;
    let said =
        async || running.faults().iter().any(|(group, fault)| group == "upkeep" && fault.contains("none of ours"));
    test_kit::eventually("upkeep says so", SOON, said).await;
    assert_eq!(of_order(&shop, broken).await, 3);
    running.stop().await;
}

#[tokio::test]
async fn an_append_to_a_trimmed_stream_gets_the_next_version() {
    let shop = shop().await;
    let running = shop.consume_keeping(tidy(MONTH));
    let product = ProductId::from(Uuid::now_v7());
    receive(&shop, product, 25).await;
    // After ten events, and ten more, an entry carries the stock forward: 27 in all.
    test_kit::eventually("the stream is trimmed", SOON, async || of_inventory(&shop, product).await == 6).await;
    let fresh = Store::open(&shop.redis.url(), &event_store::Settings::default()).unwrap();
    let receive = inventory::Command::Receive { quantity: 1, reference: None };
    assert_eq!(fresh.execute::<Inventory>(context(), product, receive).await.unwrap(), 28);
    assert_eq!(fresh.load::<Inventory>(product).await.unwrap().on_hand(), 26);
    running.stop().await;
}

#[tokio::test]
async fn an_append_that_was_under_way_while_its_stream_was_trimmed_is_accepted() {
    let shop = shop().await;
    let gate = Gate::before(&shop.redis).await;
    let product = ProductId::from(Uuid::now_v7());
    receive(&shop, product, 15).await;
    let elsewhere = Store::open(&gate.url(), &patient()).unwrap();
    elsewhere.load::<Inventory>(product).await.unwrap();
    gate.hold("FCALL");
    let late = tokio::spawn(async move {
        let receive = inventory::Command::Receive { quantity: 1, reference: None };
        let version = elsewhere.execute::<Inventory>(context(), product, receive).await.unwrap();
        (version, elsewhere.load::<Inventory>(product).await.unwrap().on_hand())
    });
    gate.holds().await;
    let running = shop.consume_keeping(tidy(MONTH));
    test_kit::eventually("the stream is trimmed", SOON, async || of_inventory(&shop, product).await == 6).await;
    gate.release().await;
    assert_eq!(late.await.unwrap(), (17, 16));
    running.stop().await;
}

#[tokio::test]
async fn what_some_consumer_has_not_settled_stays() {
    let shop = shop().await;
    let product = ProductId::from(Uuid::now_v7());
    receive(&shop, product, 5).await;
    let feed = Feed { category: "inventory", partition: domain::Partition::of(product) };
    let behind =
        "insert into policies.positions (consumer, category, partition, position) values ('slow', 'inventory', $1, 3)";
    let partition = i16::from(feed.partition.number());
    sqlx::query(behind).bind(partition).execute(&mut shop.sql().await).await.unwrap();
    let running = shop.consume_keeping(tidy(MONTH));
    let first = async |position| shop.store.first(feed).await.unwrap() == Some(position);
    test_kit::eventually("what it has settled goes", SOON, async || first(3).await).await;
    receive(
        &shop,
        ProductId::from(domain::Partition::new(15 - feed.partition.number()).unwrap().adopt(Uuid::now_v7())),
        5,
    )
    .await;
    let rest = Feed { partition: domain::Partition::new(15 - feed.partition.number()).unwrap(), ..feed };
    let trimmed = async || shop.store.first(rest).await.unwrap() == Some(5);
    test_kit::eventually("another feed is trimmed meanwhile", SOON, trimmed).await;
    assert!(first(3).await);
    let gone = "delete from policies.positions where consumer = 'slow'";
    sqlx::query(gone).execute(&mut shop.sql().await).await.unwrap();
    test_kit::eventually("then the rest", SOON, async || first(5).await).await;
    running.stop().await;
}

#[tokio::test]
async fn what_is_left_of_a_dropped_generation_holds_nothing_back() {
    let shop = shop().await;
    let running = shop.consume_keeping(tidy(MONTH));
    let product = ProductId::from(Uuid::now_v7());
    receive(&shop, product, 5).await;
    shop.at_rest().await;
    // As when the process that dropped it was killed half way.
    shop.run_sql(
        "create schema inventory_g7; create table inventory_g7.positions (like inventory_g1.positions);
         create table inventory_g7._consumer_migrations ();
         insert into inventory_g7.positions select * from inventory_g1.positions;
         update inventory_g7.positions set position = 0",
    )
    .await;
    receive(&shop, product, 2).await;
    let feed = Feed { category: "inventory", partition: domain::Partition::of(product) };
    let trimmed = async || shop.store.first(feed).await.unwrap() == Some(7);
    test_kit::eventually("the feed is trimmed", SOON, trimmed).await;
    running.stop().await;
}

#[tokio::test]
async fn what_the_archive_has_otherwise_stays() {
    let shop = shop().await;
    let product = ProductId::from(Uuid::now_v7());
    receive(&shop, product, 15).await;
    let running = shop.consume();
    shop.at_rest().await;
    running.stop().await;
    let forge = "update archive.events set data = '{\"quantity\":2}' where category = 'inventory' and version = 4";
    sqlx::query(forge).execute(&mut shop.sql().await).await.unwrap();
    let running = shop.consume_keeping(tidy(MONTH));
    let said = async || running.faults().iter().any(|(group, fault)| group == "upkeep" && fault.contains("diverged"));
    test_kit::eventually("upkeep says so", SOON, said).await;
    let feed = Feed { category: "inventory", partition: domain::Partition::of(product) };
    assert_eq!(shop.store.first(feed).await.unwrap(), Some(1));
    assert_eq!(of_inventory(&shop, product).await, 16);
    running.stop().await;
}
