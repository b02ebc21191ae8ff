//! An empty Redis comes back from the archive, and everybody goes on where they were.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    ClaimId, UserId,
    claim::{self, Claim},
    inventory::{self, Inventory},
};
use event_store::{Feed, Record, Recorded, Store};
use projectors::{Fault, Log, Upkeep, restore};
use redis::AsyncCommands;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::shop::{SOON, Shop, context};

/// A shop that closes the books of a stream after ten events.
pub(super) async fn shop() -> Shop {
    let mut shop = Shop::open().await;
    shop.store = fresh(&shop);
    shop
}

/// The store as a process that has just started sees it.
pub(crate) fn fresh(shop: &Shop) -> Store {
    let settings = event_store::Settings { books_every: 10, ..Default::default() };
    Store::open(&shop.redis.url(), &settings).unwrap()
}

/// Redis loses everything.
pub(crate) async fn flush(shop: &mut Shop) {
    redis::cmd("FLUSHALL").query_async::<()>(&mut shop.operator().await).await.unwrap();
    shop.store = fresh(shop);
}

pub(super) async fn claim(shop: &Shop) {
    let (owner, at) = (UserId::from(Uuid::now_v7()), OffsetDateTime::now_utc());
    let wish = claim::Command::Claim { owner, at, holder_appeared: false };
    shop.execute::<Claim>(ClaimId::from(Uuid::now_v7()), wish).await;
}

/// What Redis has of the log, but for what leaves it anyway.
#[derive(Debug, PartialEq)]
struct Contents {
    heads: Vec<u64>,
    streams: BTreeMap<(String, Uuid), Vec<Recorded>>,
    records: Vec<(Record, Record)>,
    timers: Vec<Vec<(String, f64)>>,
}

async fn contents(shop: &Shop) -> Contents {
    let (mut heads, mut streams, mut records, mut timers) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
    for feed in domain::event::categories().into_iter().flat_map(Feed::all) {
        heads.push(shop.store.head(feed).await.unwrap());
    }
    let known: Vec<(String, Uuid, i64)> =
        sqlx::query_as("select category, id, carried from archive.aggregates order by 1, 2")
            .fetch_all(&mut shop.sql().await)
            .await
            .unwrap();
    for (category, id, carried) in known {
        if category == "user" {
            let private = shop.store.private("user", &[id]).await.unwrap().remove(0);
            records.push((private, shop.store.credential(id).await.unwrap()));
        }
        let mut history = shop.store.history(&category, id).await.unwrap();
        history.retain(|event| event.version >= carried as u64);
        streams.insert((category, id), history);
    }
    for partition in domain::Partition::all() {
        let key = format!("timers:{{{partition}}}");
        timers.push(shop.operator().await.zrange_withscores(key, 0, -1).await.unwrap());
    }
    Contents { heads, streams, records, timers }
}

/// Waits until every order was looked at, and what that appended is archived.
async fn books_closed(shop: &Shop) {
    shop.at_rest().await;
    let open = "select count(*) from archive.aggregates
                where category = 'order' and carried < version and checked < version";
    test_kit::eventually("every order is looked at", SOON, async || shop.count(open).await == 0).await;
    shop.at_rest().await;
}

#[tokio::test]
async fn everything_comes_back_and_everybody_goes_on_where_they_were() {
    let mut shop = shop().await;
    let tidy = Upkeep { trim_every: Duration::from_millis(20), books_after: Duration::ZERO, ..Upkeep::default() };
    let running = shop.consume_keeping(tidy);
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 30).await;
    for units in 1..=12 {
        shop.order(seller, &[(product, units)]).await;
    }
    claim(&shop).await;
    books_closed(&shop).await;
    running.stop().await;
    let before = contents(&shop).await;
    // The claim's, and the deadlines of orders that are to be paid.
    let to_be_paid = shop.count("select count(*) from orders.orders where status = 'confirmed'").await as usize;
    assert_eq!((before.timers.iter().map(Vec::len).sum::<usize>(), to_be_paid > 0), (1 + to_be_paid, true));
    let version = shop.store.load::<Inventory>(product).await.unwrap().version();

    flush(&mut shop).await;
    let done = restore(&shop.store, &shop.database).await.unwrap();
    assert_eq!(contents(&shop).await, before);
    // A user, a product and its inventory, orders, a claim; the user has a private record.
    let timers = 1 + to_be_paid as u64;
    assert_eq!((done.aggregates, done.records, done.timers, done.ahead), (1 + 2 + 12 + 1, 1, timers, 0));

    let receive = inventory::Command::Receive { quantity: 100, reference: None };
    assert_eq!(shop.store.execute::<Inventory>(context(), product, receive).await.unwrap(), version + 1);
    let running = shop.consume();
    shop.order(seller, &[(product, 100)]).await;
    shop.at_rest().await;
    assert_eq!(
        shop.count("select count(*) from orders.orders where total_amount = 33900 and status = 'confirmed'").await,
        1
    );
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_consumer_that_was_behind_reads_on_in_the_archive() {
    let mut shop = shop().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 30).await;
    shop.at_rest().await;
    let pause = "insert into inventory_g1.paused (consumer, reason, actor, at)
                 values ('inventory_g1', 'a test', 'test', now())";
    shop.run_sql(pause).await;
    let paused = async || running.faults().iter().any(|(group, _)| group == "inventory_g1");
    test_kit::eventually("it is paused", SOON, paused).await;
    for _ in 0..8 {
        shop.order_one(seller, product).await;
    }
    let archived = async || {
        let unarchived = "select count(*) from archive.positions where category = 'order' and position > 0";
        let orders = "select count(*) from archive.events where type = 'order.confirmed'";
        shop.count(unarchived).await > 0 && shop.count(orders).await == 8
    };
    test_kit::eventually("all of it is archived", SOON, archived).await;
    running.stop().await;

    flush(&mut shop).await;
    restore(&shop.store, &shop.database).await.unwrap();
    shop.run_sql("delete from inventory_g1.paused").await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.count("select reserved from inventory.inventory").await, 8);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_second_restore_waits_for_nobody_and_touches_nothing() {
    let mut shop = shop().await;
    let running = shop.consume();
    shop.seller("anna").await;
    shop.at_rest().await;
    running.stop().await;
    flush(&mut shop).await;
    let mut other = shop.sql().await;
    sqlx::raw_sql("select pg_advisory_lock(hashtext('millrace restore'))").execute(&mut other).await.unwrap();
    let refused = restore(&shop.store, &shop.database).await.unwrap_err();
    assert!(matches!(refused, Fault::Store(event_store::Error::Restoring)), "{refused}");
    let keys: u64 = redis::cmd("DBSIZE").query_async(&mut shop.operator().await).await.unwrap();
    assert_eq!(keys, 0);
}

#[tokio::test]
async fn a_redis_that_holds_a_log_is_left_as_it_is() {
    let shop = shop().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    let log = Log::new(shop.store.clone(), &shop.database);
    let before = log.history("user", seller.into()).await.unwrap();
    let refused = restore(&shop.store, &shop.database).await.unwrap_err();
    assert!(matches!(refused, Fault::Store(event_store::Error::NotEmpty { .. })), "{refused}");
    assert_eq!(log.history("user", seller.into()).await.unwrap(), before);
    assert_eq!(shop.count("select count(*) from archive.restored").await, 0);
    shop.product(seller, 1).await;
    shop.at_rest().await;
    running.stop().await;
}
