//! What is archived is what happened.

use event_store::{Feed, Positioned, Recorded};
use sqlx::FromRow;
use uuid::Uuid;

use crate::shop::Shop;

#[derive(FromRow)]
struct Row {
    category: String,
    partition: i16,
    position: i64,
    id: Uuid,
    version: i64,
    r#type: String,
    schema: i32,
    at: String,
    actor: String,
    command: String,
    trace: String,
    data: String,
}

/// Everything that is archived, as a reader of the feeds would have read it.
async fn archived(shop: &Shop) -> Vec<(String, i16, Positioned)> {
    let rows: Vec<Row> = sqlx::query_as("select * from archive.events order by category, partition, position")
        .fetch_all(&mut shop.sql().await)
        .await
        .unwrap();
    let positioned = |row: Row| {
        let event = Recorded {
            id: row.id,
            version: row.version as u64,
            kind: row.r#type,
            schema: row.schema as u32,
            at: row.at,
            actor: row.actor,
            command: row.command,
            trace: row.trace,
            data: row.data,
        };
        (row.category, row.partition, Positioned { position: row.position as u64, event })
    };
    rows.into_iter().map(positioned).collect()
}

async fn logged(shop: &Shop) -> Vec<(String, i16, Positioned)> {
    let mut events = Vec::new();
    for category in domain::event::categories() {
        for feed in Feed::all(category) {
            let of_feed = shop.store.read_feed(feed, 1, 100_000).await.unwrap().into_iter();
            let partition = i16::from(feed.partition.number());
            events.extend(of_feed.map(|event| (category.to_owned(), partition, event)));
        }
    }
    events
}

#[tokio::test]
async fn every_event_is_archived_once_and_unchanged_whoever_stops_in_between() {
    let shop = Shop::open().await;
    let first = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 50).await;
    shop.order_one(seller, product).await;
    let second = shop.consume();
    first.stop().await;
    let steal = "update archive.positions set owner = null, token = token + 1";
    sqlx::query(steal).execute(&mut shop.sql().await).await.unwrap();
    for _ in 0..20 {
        shop.order_one(seller, product).await;
    }
    shop.at_rest().await;
    second.stop().await;
    let third = shop.consume();
    shop.order_one(seller, product).await;
    shop.at_rest().await;
    third.stop().await;
    assert_eq!(archived(&shop).await, logged(&shop).await);
}

#[tokio::test]
async fn each_aggregate_is_known_with_its_last_version_and_time() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.order_one(seller, product).await;
    shop.at_rest().await;
    running.stop().await;
    let differ = "select count(*) from archive.aggregates a full join (
                    select distinct on (category, id) category, id, partition, version, at from archive.events
                    order by category, id, version desc
                  ) e using (category, id, partition)
                  where a.version is distinct from e.version or a.changed_at is distinct from e.at";
    assert_eq!(shop.count(differ).await, 0);
    assert_eq!(shop.count("select count(*) from archive.aggregates where category = 'order' and version = 2").await, 1);
}

#[tokio::test]
async fn an_event_of_a_type_that_nobody_knows_is_archived_like_any_other() {
    let shop = Shop::open().await;
    let running = shop.consume();
    shop.at_rest().await;
    let id = Uuid::now_v7();
    let feed = format!("feed:inventory:{{{}}}", domain::Partition::of(id));
    let mut command = redis::cmd("XADD");
    command
        .arg(feed)
        .arg("1-0")
        .arg("id")
        .arg(id.to_string())
        .arg("version")
        .arg(1)
        .arg("type")
        .arg("inventory.counted");
    for (field, value) in
        [("schema", "7"), ("at", "once"), ("actor", ""), ("command", ""), ("trace", ""), ("data", "?")]
    {
        command.arg(field).arg(value);
    }
    command.query_async::<()>(&mut shop.operator().await).await.unwrap();
    let archived =
        async || shop.count("select count(*) from archive.events where type = 'inventory.counted'").await == 1;
    test_kit::eventually("it is archived", crate::shop::SOON, archived).await;
    assert!(running.faults().iter().all(|(group, _)| group != "archive"));
    running.stop().await;
}
