//! Rebuilding a read model while the shop runs.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use projectors::{
    Request, Settings, Upkeep, generations,
    replay::{self, Error, Options, Progress, Step},
    schema::READ_MODELS,
};
use redis::AsyncCommands;
use tokio::sync::Notify;

use crate::{
    shop::{PAY_WITHIN, SOON, Shop, quick},
    traffic::Traffic,
};

pub(crate) const OPTIONS: Options = Options { partitions: 2, verify: true, from_scratch: false };

pub(crate) fn settings(shop: &Shop) -> Settings {
    Settings {
        store: shop.store.clone(),
        database: shop.database.clone(),
        timing: quick(),
        upkeep: Upkeep::default(),
        pay_within: PAY_WITHIN,
        provider: None,
        ask_payment_after: PAY_WITHIN,
    }
}

pub(crate) fn unheard() -> Progress {
    Arc::new(|_| {})
}

pub(crate) async fn replay(shop: &Shop, read_model: &str) -> Result<i32, Error> {
    let live = replay::replay(&settings(shop), read_model, OPTIONS, unheard()).await?;
    Ok(live.number)
}

/// Rows that only one of two schemas has.
pub(crate) async fn differing(shop: &Shop, one: &str, other: &str) -> Vec<String> {
    let mut sql = shop.sql().await;
    let mut differing = Vec::new();
    for table in projectors::schema::tables(&mut sql, one).await.unwrap() {
        let (one, other) = (format!("{one}.{table}"), format!("{other}.{table}"));
        let query = format!(
            "select r::text from ((select * from {one} except all select * from {other})
                                  union all (select * from {other} except all select * from {one})) r"
        );
        differing.extend(sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&mut sql).await.unwrap());
    }
    differing
}

/// Stops a replay at the nth page of events that it folds, until the returned sender is dropped.
fn held_up(page: usize) -> (Progress, Arc<Notify>, mpsc::Sender<()>) {
    let (reached, (release, wait)) = (Arc::new(Notify::new()), mpsc::channel());
    let (pages, wait) = (AtomicUsize::new(0), Mutex::new(wait));
    let told = reached.clone();
    let progress = Arc::new(move |step| {
        if matches!(step, Step::Folded { .. }) && pages.fetch_add(1, Ordering::Relaxed) + 1 == page {
            told.notify_one();
            // Ends when the other side is dropped.
            let _ = tokio::task::block_in_place(|| wait.lock().unwrap().recv());
        }
    });
    (progress, reached, release)
}

/// A shop at rest that has seen some orders.
pub(crate) async fn shop_with_orders(count: usize) -> Shop {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, u32::try_from(count).unwrap() / 2).await;
    for _ in 0..count {
        shop.order(seller, &[(product, 1)]).await;
    }
    shop.at_rest().await;
    running.stop().await;
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn every_read_model_is_rebuilt_under_traffic_without_a_failed_or_mixed_read() {
    let shop = Arc::new(Shop::open().await);
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let mut products = Vec::new();
    for _ in 0..5 {
        products.push(shop.product(seller, 1_000).await);
    }
    shop.at_rest().await;
    let traffic = Traffic::begin(&shop, seller, &products);
    for read_model in READ_MODELS {
        assert_eq!(replay(&shop, read_model.name).await.unwrap(), 2);
    }
    assert_eq!(replay(&shop, "orders").await.unwrap(), 3);
    traffic.end().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn what_a_replay_writes_is_what_consumers_wrote() {
    let shop = shop_with_orders(30).await;
    for read_model in READ_MODELS {
        replay(&shop, read_model.name).await.unwrap();
        let (before, after) = (format!("{}_g1", read_model.name), format!("{}_g2", read_model.name));
        assert_eq!(differing(&shop, &before, &after).await, Vec::<String>::new());
    }
    let indexes = |schema| {
        format!("select count(*) from pg_indexes where schemaname = '{schema}' and indexname not like 'workers%'")
    };
    for schema in ["users", "products", "inventory", "orders"] {
        let counts = [1, 2].map(|generation| indexes(format!("{schema}_g{generation}")));
        let mut sql = shop.sql().await;
        let [before, after] = counts.map(sqlx::AssertSqlSafe);
        let before: i64 = sqlx::query_scalar(before).fetch_one(&mut sql).await.unwrap();
        // The memory of what was taken off has an index, too.
        let after: i64 = sqlx::query_scalar(after).fetch_one(&mut sql).await.unwrap();
        assert_eq!(before + 1, after);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_was_broken_off_goes_on_where_it_was() {
    let shop = shop_with_orders(200).await;
    let (progress, reached, release) = held_up(6);
    let begun = tokio::spawn({
        let settings = settings(&shop);
        let options = Options { partitions: 1, ..OPTIONS };
        async move { replay::replay(&settings, "orders", options, progress).await }
    });
    reached.notified().await;
    begun.abort();
    drop(release);
    assert!(begun.await.unwrap_err().is_cancelled());
    let done = "select count(*) from orders_g2.positions where position > 0";
    assert_eq!(shop.count(done).await, 5);
    let folded = Arc::new(Mutex::new(0));
    let progress: Progress = Arc::new({
        let folded = folded.clone();
        move |step| {
            if let Step::Folded { events } = step {
                *folded.lock().unwrap() += events;
            }
        }
    });
    let again = async || match replay::replay(&settings(&shop), "orders", OPTIONS, progress.clone()).await {
        Ok(live) => live.number == 2,
        // The connection of the first one has not ended yet.
        Err(Error::Busy(_)) => false,
        Err(error) => panic!("{error}"),
    };
    test_kit::eventually("the replay goes on", SOON, again).await;
    assert!(*folded.lock().unwrap() < 400, "what was done is not done again");
    assert_eq!(differing(&shop, "orders_g1", "orders_g2").await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_read_model_is_replayed_by_one_at_a_time() {
    let shop = shop_with_orders(4).await;
    let (progress, reached, release) = held_up(1);
    let first = tokio::spawn({
        let settings = settings(&shop);
        async move { replay::replay(&settings, "orders", OPTIONS, progress).await }
    });
    reached.notified().await;
    assert!(matches!(replay(&shop, "orders").await, Err(Error::Busy("orders"))));
    assert_eq!(replay(&shop, "inventory").await.unwrap(), 2);
    drop(release);
    assert_eq!(first.await.unwrap().unwrap().number, 2);
}

#[tokio::test]
async fn a_replay_repairs_a_row_that_somebody_changed() {
    let shop = shop_with_orders(4).await;
    let change = "update orders_g1.orders set total_amount = 1";
    sqlx::query(change).execute(&mut shop.sql().await).await.unwrap();
    replay(&shop, "orders").await.unwrap();
    assert_eq!(shop.count("select count(*) from orders.orders where total_amount = 1").await, 0);
    shop.verify().await;
}

#[tokio::test]
async fn from_scratch_leaves_what_an_earlier_replay_has_begun() {
    let shop = shop_with_orders(4).await;
    // As if it had been broken off before the switch, and had gone wrong.
    replay(&shop, "orders").await.unwrap();
    let mut sql = shop.sql().await;
    let back = "update orders.generations set state = case generation when 1 then 'live' else 'next' end;
                update orders_g2.orders set total_amount = 1";
    sqlx::raw_sql(back).execute(&mut sql).await.unwrap();
    let error = replay(&shop, "orders").await.unwrap_err();
    assert!(
        matches!(&error, Error::Different { differences, .. } if differences[0].table == "orders.orders"),
        "{error}"
    );
    assert_eq!(generations::live(&mut sql, "orders").await.unwrap().number, 1);

    let anew = Options { from_scratch: true, ..OPTIONS };
    let live = replay::replay(&settings(&shop), "orders", anew, unheard()).await.unwrap();
    assert_eq!(live.number, 3);
    assert_eq!(shop.count("select count(*) from pg_namespace where nspname = 'orders_g2'").await, 0);
}

#[tokio::test]
async fn what_is_no_read_model_is_not_rebuilt() {
    let shop = Shop::open().await;
    let error = replay(&shop, "order-fulfilment").await.unwrap_err();
    assert_eq!(error.to_string(), "order-fulfilment is no read model: what it did is not done again");
    let error = replay(&shop, "baskets").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no read model baskets: it is one of users, products, inventory, orders, subscriptions"
    );
}

/// A shop at rest in which both read models of a product's inventory hold it.
async fn shop_that_holds() -> Shop {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    shop.append_unknown(product).await;
    let held = async || shop.held().await.len() == 2;
    test_kit::eventually("the aggregate is held", SOON, held).await;
    running.stop().await;
    shop
}

#[tokio::test]
async fn an_aggregate_that_is_held_is_held_in_the_next_generation_too() {
    let shop = shop_that_holds().await;
    shop.verify().await;
    replay(&shop, "inventory").await.unwrap();
    assert_eq!(shop.count("select count(*) from inventory_g2.held").await, 1);
    assert_eq!(shop.count("select count(*) from inventory_g2.held_events").await, 1);
    assert_eq!(shop.count("select count(*) from inventory.movements").await, 1);
    assert_eq!(differing(&shop, "inventory_g1", "inventory_g2").await, Vec::<String>::new());
    shop.verify().await;
}

#[tokio::test]
async fn a_generation_that_holds_what_the_live_one_does_not_is_not_shown() {
    let shop = shop_that_holds().await;
    let forget = "delete from inventory_g1.held";
    sqlx::query(forget).execute(&mut shop.sql().await).await.unwrap();
    let error = replay(&shop, "inventory").await.unwrap_err();
    assert!(matches!(error, Error::Held { held: 1, .. }), "{error}");
    assert_eq!(generations::live(&mut shop.sql().await, "inventory").await.unwrap().number, 1);
}

#[tokio::test]
async fn a_replay_passes_over_what_was_discarded() {
    let shop = shop_that_holds().await;
    let running = shop.consume();
    shop.is_dead().await;
    for held in shop.held().await {
        let (category, id, version) = (held.category, held.id, held.version.unsigned_abs());
        let reason = "nobody counts here".to_owned();
        shop.ask(&held.consumer, Request::Discard { category, id, version, reason }).await;
    }
    shop.nothing_is_held().await;
    running.stop().await;
    replay(&shop, "inventory").await.unwrap();
    assert_eq!(shop.count("select count(*) from inventory_g2.held").await, 0);
    assert_eq!(shop.count("select version from inventory.applied").await, 2);
    assert_eq!(differing(&shop, "inventory_g1", "inventory_g2").await, Vec::<String>::new());
    shop.verify().await;
}

#[tokio::test]
async fn what_has_left_redis_is_replayed_from_the_archive() {
    let mut shop = Shop::open().await;
    let often = event_store::Settings { books_every: 10, ..Default::default() };
    shop.store = event_store::Store::open(&shop.redis.url(), &often).unwrap();
    let upkeep = Upkeep { trim_every: Duration::from_millis(20), books_after: Duration::ZERO, ..Upkeep::default() };
    let running = shop.consume_keeping(upkeep);
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 100).await;
    for _ in 0..40 {
        shop.order(seller, &[(product, 1)]).await;
    }
    shop.at_rest().await;
    let feed = event_store::Feed { category: "inventory", partition: domain::Partition::of(product) };
    let trimmed = async || {
        let length: usize = shop.operator().await.xlen(feed.to_string()).await.unwrap();
        length <= 1
    };
    test_kit::eventually("the feed is trimmed", SOON, trimmed).await;
    running.stop().await;
    for read_model in READ_MODELS {
        assert_eq!(replay(&shop, read_model.name).await.unwrap(), 2);
    }
    assert_eq!(shop.count("select count(*) from inventory.movements").await, 41);
    assert_eq!(differing(&shop, "inventory_g1", "inventory_g2").await, Vec::<String>::new());
    shop.verify().await;
}
