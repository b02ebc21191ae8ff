//! What has left the log is read from the archive, and the two join without gap or overlap.

use domain::inventory::{self, Inventory};
use event_store::{Feed, Positioned};
use projectors::{Fault, Log};
use redis::AsyncCommands;
use uuid::Uuid;

use crate::shop::Shop;

/// Everything that a log has of a feed, page by page.
async fn read(log: &Log, feed: Feed, page: usize) -> Vec<Positioned> {
    let mut events = Vec::new();
    loop {
        let more = log.read(feed, events.len() as u64 + 1, page).await.unwrap();
        if more.is_empty() {
            return events;
        }
        events.extend(more);
    }
}

async fn trim(shop: &Shop, key: String, first: u64) {
    let mut command = redis::cmd("XTRIM");
    command.arg(key).arg("MINID").arg(format!("{first}-0"));
    command.query_async::<()>(&mut shop.operator().await).await.unwrap();
}

/// A shop whose archive has 20 events of one inventory; its feed, and its id.
async fn shop() -> (Shop, Feed, Uuid) {
    let shop = Shop::open().await;
    let running = shop.consume();
    let id = Uuid::now_v7();
    for _ in 0..20 {
        let receive = inventory::Command::Receive { quantity: 1, reference: None };
        shop.execute::<Inventory>(id.into(), receive).await;
    }
    shop.at_rest().await;
    running.stop().await;
    (shop, Feed { category: "inventory", partition: domain::Partition::of(id) }, id)
}

#[tokio::test]
async fn a_trimmed_feed_reads_as_before() {
    let (shop, feed, _) = shop().await;
    let whole = shop.store.read_feed(feed, 1, 100).await.unwrap();
    let log = Log::new(shop.store.clone(), &shop.database);
    for first in [1, 2, 11, 20] {
        trim(&shop, feed.to_string(), first).await;
        for page in [1, 3, 100] {
            assert_eq!(read(&log, feed, page).await, whole, "from {first} on, {page} at a time");
        }
    }
    assert_eq!(log.read(feed, 21, 100).await.unwrap(), []);
    assert_eq!(log.read(feed, 1_000, 100).await.unwrap(), []);
}

#[tokio::test]
async fn a_trimmed_stream_reads_as_before() {
    let (shop, _, id) = shop().await;
    let whole = shop.store.history("inventory", id).await.unwrap();
    let log = Log::new(shop.store.clone(), &shop.database);
    trim(&shop, format!("inventory:{{{}}}:{id}", domain::Partition::of(id)), 11).await;
    assert_eq!(shop.store.history("inventory", id).await.unwrap().len(), 10);
    assert_eq!(log.history("inventory", id).await.unwrap(), whole);
    assert_eq!(log.history("inventory", Uuid::now_v7()).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_neither_in_redis_nor_in_the_archive_is_never_passed_over() {
    let (shop, feed, id) = shop().await;
    let log = Log::new(shop.store.clone(), &shop.database);
    trim(&shop, feed.to_string(), 11).await;
    trim(&shop, format!("inventory:{{{}}}:{id}", domain::Partition::of(id)), 11).await;
    let lose = "delete from archive.events where category = 'inventory' and position between 9 and 10";
    sqlx::query(lose).execute(&mut shop.sql().await).await.unwrap();
    assert_eq!(log.read(feed, 1, 100).await.unwrap().len(), 8);
    let hole = log.read(feed, 9, 100).await.unwrap_err();
    assert!(matches!(hole, Fault::Hole { expected: 9, found: 11, .. }), "{hole}");
    let hole = log.history("inventory", id).await.unwrap_err();
    assert!(matches!(hole, Fault::Unarchived { version: 9, .. }), "{hole}");
    let _: bool = shop.operator().await.del(feed.to_string()).await.unwrap();
    assert_eq!(log.read(feed, 1, 100).await.unwrap(), []);
}
