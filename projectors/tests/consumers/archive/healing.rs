//! A log that has lost its tail is noticed, and what was made of that tail is taken back.

use domain::{
    OrderId, Partition, ProductId, UserId,
    inventory::{self, Inventory},
    order::Status,
    user::{self, Role, User},
};
use event_store::Feed;
use projectors::{Fault, Healed, heal, restore};
use redis::AsyncCommands;
use uuid::Uuid;

use super::restoring::{claim, flush, fresh, shop};
use crate::shop::{Running, SOON, Shop};

/// Keeps what is archived now, for [`older_archive`].
async fn keep_archive(shop: &Shop) {
    shop.run_sql(
        "create schema kept; create table kept.events as table archive.events;
         create table kept.aggregates as table archive.aggregates;
         create table kept.positions as table archive.positions;
         create table kept.private as table records.private",
    )
    .await;
}

/// The archive as it was then.
async fn older_archive(shop: &Shop) {
    shop.run_sql(
        "truncate archive.events, archive.aggregates, archive.positions, records.private;
         insert into archive.events table kept.events; insert into archive.aggregates table kept.aggregates;
         insert into archive.positions table kept.positions; insert into records.private table kept.private",
    )
    .await;
}

async fn diverged(running: &Running, groups: &[&str]) {
    let said = async || {
        let faults = running.faults();
        groups.iter().all(|group| faults.iter().any(|(of, fault)| of == group && fault.contains("diverged")))
    };
    test_kit::eventually("the divergence is reported", SOON, said).await;
}

async fn heal_all(shop: &Shop) -> Vec<Healed> {
    heal(&shop.store, &shop.database, None).await.unwrap()
}

fn of<'a>(healed: &'a [Healed], consumer: &str) -> &'a Healed {
    healed.iter().find(|healed| healed.consumer == consumer).unwrap()
}

async fn receive(shop: &Shop, product: ProductId, quantity: u32) {
    shop.execute::<Inventory>(product, inventory::Command::Receive { quantity, reference: None }).await;
}

#[tokio::test]
async fn consumers_ahead_of_the_archive_that_was_restored_are_healed() {
    let mut shop = shop().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 30).await;
    for _ in 0..4 {
        shop.order_one(seller, product).await;
    }
    shop.at_rest().await;
    keep_archive(&shop).await;
    shop.seller("bert").await;
    shop.execute::<User>(seller, user::Command::GrantRole { role: Role::Admin }).await;
    shop.product(seller, 7).await;
    for _ in 0..12 {
        shop.order(seller, &[(product, 2)]).await;
    }
    shop.at_rest().await;
    running.stop().await;

    older_archive(&shop).await;
    flush(&mut shop).await;
    assert!(restore(&shop.store, &shop.database).await.unwrap().ahead > 0);
    let running = shop.consume();
    // Policies were set back when it was restored.
    diverged(&running, &["users_g1", "products_g1", "inventory_g1", "orders_g1"]).await;
    // Life goes on: other events take the places of those that are gone.
    for _ in 0..20 {
        shop.order(seller, &[(product, 3)]).await;
        shop.execute::<User>(seller, user::Command::GrantRole { role: Role::Support }).await;
        claim(&shop).await;
    }
    let healed = heal_all(&shop).await;
    assert_eq!(of(&healed, "archive").feeds, 0);
    assert!(of(&healed, "orders_g1").rebuilt >= 12 && of(&healed, "users_g1").rebuilt == 2, "{healed:?}");
    shop.at_rest().await;
    test_kit::eventually("everybody works", SOON, async || running.faults().is_empty()).await;
    shop.verify().await;
    // Four of one unit, and of thirty the rest in threes.
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 4 + 8);
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'rejected'").await, 12);
    assert_eq!(shop.count("select count(*) from users.users").await, 1);
    let untouched = "select sum(token)::bigint from orders_g1.positions";
    running.stop().await;
    let tokens = shop.count(untouched).await;
    assert!(heal_all(&shop).await.iter().all(|healed| healed.feeds == 0 && healed.lost == 0 && healed.rebuilt == 0));
    assert_eq!(shop.count(untouched).await, tokens);
}

#[tokio::test]
async fn an_order_whose_decision_was_lost_is_decided_again() {
    let mut shop = shop().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    let order = shop.order_one(seller, product).await;
    shop.at_rest().await;
    running.stop().await;
    keep_archive(&shop).await;
    // As when it was archived between the reservation and the decision.
    shop.run_sql(
        "delete from kept.events where type = 'order.confirmed';
         update kept.aggregates set version = 1 where category = 'order';
         update kept.positions p set position = e.position, last_event = concat_ws(':', e.id, e.version, e.command)
         from kept.events e where e.type = 'order.placed' and (p.category, p.partition) = (e.category, e.partition)",
    )
    .await;

    older_archive(&shop).await;
    flush(&mut shop).await;
    restore(&shop.store, &shop.database).await.unwrap();
    heal_all(&shop).await;
    let running = shop.consume();
    let decided = async || shop.status(order).await == Some(Status::Confirmed);
    test_kit::eventually("it is decided again", SOON, decided).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select reserved from inventory.inventory").await, 1);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_policy_deals_with_events_that_took_the_places_of_lost_ones() {
    let mut shop = shop().await;
    let seller = shop.seller("anna").await;
    let (partition, product) = (Partition::new(3).unwrap(), shop.product(seller, 9).await);
    let order = || OrderId::from(partition.adopt(Uuid::now_v7()));
    let feed = Feed { category: "order", partition };
    let running = shop.consume();
    shop.place(order(), seller, &[(product, 1)]).await;
    shop.at_rest().await;
    let position = shop.store.head(feed).await.unwrap();
    shop.place(order(), seller, &[(product, 10)]).await;
    shop.at_rest().await;
    running.stop().await;
    lose_tail(&mut shop, feed, position).await;
    let (first, second) = (order(), order());
    shop.place(first, seller, &[(product, 1)]).await;
    shop.place(second, seller, &[(product, 1)]).await;
    // As when it has gone on to archive before policies are healed, or was behind when the tail was lost.
    heal(&shop.store, &shop.database, Some("archive")).await.unwrap();
    let archive = shop.consume();
    let archived = async || shop.count("select count(*) from archive.events where type = 'order.placed'").await == 3;
    test_kit::eventually("the archive goes on", SOON, archived).await;
    heal_all(&shop).await;
    for order in [first, second] {
        let decided = async || shop.status(order).await == Some(Status::Confirmed);
        test_kit::eventually("both are decided", SOON, decided).await;
    }
    shop.at_rest().await;
    shop.verify().await;
    archive.stop().await;
}

/// Redis loses what was appended to a partition's feed behind a position, as in a failover.
async fn lose_tail(shop: &mut Shop, feed: Feed, position: u64) {
    let mut redis = shop.operator().await;
    let lost = shop.store.read_feed(feed, position + 1, 10_000).await.unwrap();
    for event in lost.iter().rev() {
        let (id, version) = (event.event.id, event.event.version);
        let stream = format!("{}:{{{}}}:{id}", feed.category, feed.partition);
        drop_entry(&mut redis, &stream, version).await;
        drop_entry(&mut redis, &feed.to_string(), event.position).await;
    }
    shop.store = fresh(shop);
}

async fn drop_entry(redis: &mut redis::aio::MultiplexedConnection, key: &str, number: u64) {
    let _: u64 = redis.xdel(key, &[format!("{number}-0")]).await.unwrap();
    if number == 1 {
        let _: u64 = redis.del(key).await.unwrap();
    } else {
        redis::cmd("XSETID").arg(key).arg(format!("{}-0", number - 1)).query_async::<()>(redis).await.unwrap();
    }
}

/// A product in this partition.
fn product_in(partition: Partition) -> ProductId {
    partition.adopt(Uuid::now_v7()).into()
}

#[tokio::test]
async fn a_tail_that_redis_lost_is_put_aside_and_taken_back_everywhere() {
    let mut shop = shop().await;
    let partition = Partition::new(7).unwrap();
    let feed = Feed { category: "inventory", partition };
    let (kept, changed, lost, new) =
        (product_in(partition), product_in(partition), product_in(partition), product_in(partition));
    let running = shop.consume();
    receive(&shop, kept, 5).await;
    receive(&shop, changed, 6).await;
    receive(&shop, changed, 1).await;
    shop.at_rest().await;
    let position = shop.store.head(feed).await.unwrap();
    receive(&shop, changed, 10).await;
    receive(&shop, lost, 7).await;
    // The books of this one are closed in the part that is lost.
    for _ in 0..12 {
        receive(&shop, changed, 1).await;
    }
    shop.append_unknown(kept).await;
    shop.at_rest().await;
    test_kit::eventually("one is held", SOON, async || shop.held().await.len() == 2).await;
    running.stop().await;

    lose_tail(&mut shop, feed, position).await;
    receive(&shop, changed, 20).await;
    receive(&shop, new, 8).await;
    let running = shop.consume();
    diverged(&running, &["archive", "inventory_g1", "products_g1"]).await;
    let healed = heal_all(&shop).await;
    // Ten, seven, twelve ones with what carries them forward, and one that is held.
    assert_eq!((of(&healed, "archive").lost, of(&healed, "archive").feeds), (1 + 1 + 13 + 1, 1));
    assert_eq!(shop.count("select count(*) from archive.lost").await, 16);
    shop.at_rest().await;
    test_kit::eventually("everybody works", SOON, async || running.faults().is_empty()).await;
    assert_eq!(shop.held().await.len(), 0);
    shop.verify().await;
    for (product, units) in [(kept, Some(5)), (changed, Some(27)), (lost, None), (new, Some(8))] {
        let on_hand: Option<i64> = sqlx::query_scalar("select on_hand from inventory.inventory where id = $1")
            .bind(Uuid::from(product))
            .fetch_optional(&mut shop.sql().await)
            .await
            .unwrap();
        assert_eq!(on_hand, units);
    }
    let recounted = "select count(*) from archive.aggregates a where version <> (
                       select max(version) from archive.events e where e.category = a.category and e.id = a.id
                     ) or carried > version";
    assert_eq!(shop.count(recounted).await, 0);
    running.stop().await;
}

#[tokio::test]
async fn a_record_that_changed_in_the_lost_tail_is_archived_as_redis_has_it() {
    let mut shop = shop().await;
    let running = shop.consume();
    let seller: UserId = shop.seller("anna").await;
    shop.at_rest().await;
    let feed = Feed { category: "user", partition: Partition::of(seller) };
    let position = shop.store.head(feed).await.unwrap();
    shop.execute::<User>(seller, user::Command::GrantRole { role: Role::Admin }).await;
    shop.at_rest().await;
    running.stop().await;
    lose_tail(&mut shop, feed, position).await;
    let key = format!("private:user:{{{}}}:{seller}", feed.partition);
    let _: u64 = shop.operator().await.hset(key, "username", "hanna").await.unwrap();
    heal_all(&shop).await;
    let running = shop.consume();
    shop.at_rest().await;
    let archived = "select count(*) from records.private where fields->>'username' = 'hanna'";
    assert_eq!(shop.count(archived).await, 1);
    assert_eq!(
        shop.count("select count(*) from users.users where username = 'hanna' and roles = '{buyer,seller}'").await,
        1
    );
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn one_consumer_can_be_healed_by_its_own_name_or_its_read_models() {
    let shop = shop().await;
    let names = async |only: Option<&str>| {
        let healed = heal(&shop.store, &shop.database, only).await.unwrap();
        healed.into_iter().map(|healed| healed.consumer).collect::<Vec<_>>()
    };
    assert_eq!(
        names(None).await,
        [
            "archive",
            "users_g1",
            "products_g1",
            "inventory_g1",
            "orders_g1",
            "subscriptions_g1",
            "order-fulfilment",
            "payments",
            "claims",
            "privacy",
            "mailer",
            "webhooks"
        ]
    );
    assert_eq!(names(Some("orders")).await, ["orders_g1"]);
    assert_eq!(names(Some("orders_g1")).await, ["orders_g1"]);
    assert_eq!(names(Some("claims")).await, ["claims"]);
    assert_eq!(names(Some("nobody")).await, Vec::<String>::new());
}

#[tokio::test]
async fn another_log_takes_nothing_from_the_archive() {
    let mut shop = shop().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    running.stop().await;
    let events = shop.count("select count(*) from archive.events").await;
    flush(&mut shop).await;
    for _ in 0..2 {
        let refused = heal(&shop.store, &shop.database, None).await.unwrap_err();
        assert!(matches!(refused, Fault::AnotherLog), "{refused}");
        receive(&shop, product, 1).await;
    }
    assert_eq!(shop.count("select count(*) from archive.events").await, events);
    assert_eq!(shop.count("select on_hand from inventory.inventory").await, 5);
}

#[tokio::test]
async fn every_table_of_a_read_model_says_whose_rows_it_has() {
    use projectors::{
        projection::Projection,
        read_models::{Inventories, Orders, Products, Users},
        schema,
    };
    let shop = Shop::open().await;
    let mut sql = shop.sql().await;
    for (schema, tables) in [
        ("users_g1", Users::TABLES),
        ("products_g1", Products::TABLES),
        ("inventory_g1", Inventories::TABLES),
        ("orders_g1", Orders::TABLES),
    ] {
        let mut said: Vec<_> = tables.iter().map(|(table, ..)| *table).chain(["applied"]).collect();
        let mut there = schema::tables(&mut sql, schema).await.unwrap();
        said.sort_unstable();
        there.sort_unstable();
        assert_eq!(said, there);
    }
}
