//! Whenever anything is in doubt, a consumer begins again at its position, or stops and says why.

use std::time::Duration;

use domain::inventory::{self, Inventory};
use projectors::{Fault, Timing};
use redis::AsyncCommands;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::shop::{SOON, Shop};

/// Puts events that nobody decided into a feed of inventories.
async fn smuggle(shop: &Shop, kind: &str, events: &[&str]) {
    let id = Uuid::now_v7();
    let feed = format!("feed:inventory:{{{}}}", domain::Partition::of(id));
    for (number, data) in (1..).zip(events) {
        let (id, version) = (id.to_string(), number.to_string());
        let what = [("id", id.as_str()), ("version", &version), ("type", kind), ("schema", "1"), ("data", data)];
        let whence = [("at", "2026-11-21T00:00:00Z"), ("actor", "test"), ("command", ""), ("trace", "")];
        let entry = [what.as_slice(), &whence].concat();
        shop.operator().await.xadd::<_, _, _, _, String>(&feed, format!("{number}-0"), &entry).await.unwrap();
    }
}

#[tokio::test]
async fn a_group_that_an_operator_set_back_applies_nothing_twice() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    let feed = format!("feed:inventory:{{{}}}", domain::Partition::of(product));
    shop.operator().await.xgroup_setid::<_, _, _, ()>(&feed, "inventory_g1", "0").await.unwrap();
    shop.order(seller, &[(product, 1)]).await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_group_that_an_operator_destroyed_goes_on_at_its_position() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    let feed = format!("feed:inventory:{{{}}}", domain::Partition::of(product));
    assert!(shop.operator().await.xgroup_destroy::<_, _, bool>(&feed, "inventory_g1").await.unwrap());
    shop.order(seller, &[(product, 1)]).await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_second_process_goes_on_where_the_first_stopped() {
    let shop = Shop::open().await;
    let first = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    let second = shop.consume();
    shop.order(seller, &[(product, 1)]).await;
    first.stop().await;
    shop.order(seller, &[(product, 1)]).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 2);
    shop.verify().await;
    assert_eq!(second.faults(), []);
    second.stop().await;
}

#[tokio::test]
async fn rows_that_do_not_fit_are_nothing_that_waiting_could_mend() {
    let database = test_kit::database().await;
    let mut sql = PgConnection::connect(database.url()).await.unwrap();
    let failed = sqlx::query("select 2147483647 + 1").execute(&mut sql).await.unwrap_err();
    assert!(!Fault::from(failed).is_infrastructure());
    sqlx::raw_sql("set statement_timeout = 1").execute(&mut sql).await.unwrap();
    let failed = sqlx::query("select pg_sleep(60)").execute(&mut sql).await.unwrap_err();
    assert!(Fault::from(failed).is_infrastructure());
}

#[tokio::test]
async fn an_owner_whose_lease_was_taken_can_settle_nothing_until_it_is_free_again() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    let steal = "update inventory_g1.positions
                 set owner = 'another process', token = token + 1, expires_at = now() + interval '1 second'";
    sqlx::query(steal).execute(&mut shop.sql().await).await.unwrap();
    shop.product(seller, 5).await;
    let noticed = async || running.faults().iter().any(|(_, fault)| fault.contains("is lost"));
    test_kit::eventually("the owner notices", SOON, noticed).await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn an_owner_who_is_paused_inside_a_transaction_is_replaced() {
    let shop = Shop::open().await;
    let gate = test_kit::Gate::to(shop.database.get_port()).await;
    let paused = shop.consume_over(&gate);
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    // The row of the position is locked by then, and whoever wants it passes over it.
    gate.hold("insert into movements");
    let product = shop.product(seller, 5).await;
    gate.holds().await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.count("select on_hand from inventory.inventory").await, 5);
    shop.order_one(seller, product).await;
    shop.at_rest().await;
    shop.verify().await;
    tokio::join!(paused.stop(), running.stop());
}

#[tokio::test]
async fn a_turn_that_was_read_before_its_lease_was_taken_writes_nothing() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    // The lease is being taken while the owner has a turn to settle: it waits for the row, and finds another token.
    let (mut thief, mut sql) = (shop.sql().await, shop.sql().await);
    let steal = "begin; update inventory_g1.positions
                 set owner = 'another process', token = token + 1, expires_at = now() + interval '1 hour'";
    sqlx::raw_sql(steal).execute(&mut thief).await.unwrap();
    shop.product(seller, 5).await;
    let waiting = async || {
        let settling = "select exists (select from pg_stat_activity where datname = current_database()
                          and wait_event_type = 'Lock' and query like '%update positions%')";
        sqlx::query_scalar(settling).fetch_one(&mut sql).await.unwrap()
    };
    test_kit::eventually("the owner settles", SOON, waiting).await;
    sqlx::raw_sql("commit").execute(&mut thief).await.unwrap();
    let noticed = async || running.faults().iter().any(|(_, fault)| fault.contains("is lost"));
    test_kit::eventually("the owner notices", SOON, noticed).await;
    assert_eq!(shop.count("select count(*) from inventory.inventory").await, 0);

    let leave = "update inventory_g1.positions set owner = null, expires_at = null";
    sqlx::raw_sql(leave).execute(&mut thief).await.unwrap();
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn events_that_the_rows_contain_already_are_not_applied_again() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.product(seller, 5).await;
    shop.at_rest().await;
    running.stop().await;
    let back = "update inventory_g1.positions set position = 0, last_event = null";
    sqlx::query(back).execute(&mut shop.sql().await).await.unwrap();
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.count("select sum(on_hand)::bigint from inventory.inventory").await, 5);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn an_owner_with_nothing_to_settle_notices_that_its_lease_was_taken() {
    let shop = Shop::open().await;
    // Slowly, so that what it says can be read.
    let slowly = Timing { lease: SOON, tick: Duration::from_secs(1), ..Timing::default() };
    let running = shop.consume_with(slowly);
    shop.at_rest().await;
    let steal = "update orders_g1.positions
                 set owner = 'another process', token = token + 1, expires_at = now() + interval '1 hour'";
    sqlx::query(steal).execute(&mut shop.sql().await).await.unwrap();
    let noticed =
        async || running.faults().iter().any(|(group, fault)| group == "orders_g1" && fault.contains("is lost"));
    test_kit::eventually("the owner notices", SOON, noticed).await;
    running.stop().await;
}

#[tokio::test]
async fn a_lease_that_could_not_be_let_go_ends_and_is_taken_again() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    let hold_on = "create function hold_on() returns trigger language plpgsql as
                   $$ begin raise exception 'not now'; end $$;
                   create trigger hold_on before update on inventory_g1.positions
                   for each row when (new.owner is null) execute function hold_on();
                   update inventory_g1.positions set token = token + 1";
    sqlx::raw_sql(hold_on).execute(&mut shop.sql().await).await.unwrap();
    shop.product(seller, 5).await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn an_event_that_the_group_gave_to_somebody_else_is_read_all_the_same() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    let feed = format!("feed:inventory:{{{}}}", domain::Partition::of(product));
    shop.operator().await.xgroup_setid::<_, _, _, ()>(&feed, "inventory_g1", "2-0").await.unwrap();
    let receive = inventory::Command::Receive { quantity: 1, reference: None };
    shop.execute::<Inventory>(product, receive).await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_log_that_lost_what_was_settled_is_reported_and_nothing_is_applied() {
    let shop = Shop::open().await;
    let seller = shop.seller("anna").await;
    shop.product(seller, 5).await;
    let running = shop.consume();
    shop.at_rest().await;
    running.stop().await;

    redis::cmd("FLUSHALL").query_async::<()>(&mut shop.operator().await).await.unwrap();
    let running = shop.consume();
    let reported =
        async || running.faults().iter().any(|(group, fault)| group == "inventory_g1" && fault.contains("diverged"));
    test_kit::eventually("the divergence is reported", SOON, reported).await;
    assert_eq!(shop.count("select sum(on_hand)::bigint from inventory.inventory").await, 5);
    running.stop().await;
}

#[tokio::test]
async fn a_fold_that_panics_holds_its_aggregate() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    let too_much = format!(r#"{{"delta":{},"reason":"counted"}}"#, i64::MAX);
    smuggle(&shop, "inventory.adjusted", &[&too_much, &too_much]).await;
    let held = async || shop.held().await.iter().any(|letter| letter.error.contains("panicked"));
    test_kit::eventually("the aggregate is held", SOON, held).await;
    shop.product(seller, 5).await;
    shop.at_rest().await;
    running.stop().await;
}

#[tokio::test]
async fn stopping_waits_for_no_turn_for_ever() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    let mut operator = shop.sql().await;
    sqlx::raw_sql("begin; lock table inventory_g1.applied").execute(&mut operator).await.unwrap();
    shop.product(seller, 5).await;
    let waits = async || {
        shop.count("select count(*) from pg_locks where not granted and relation = 'inventory_g1.applied'::regclass")
            .await
            > 0
    };
    test_kit::eventually("a turn hangs", SOON, waits).await;
    tokio::time::timeout(SOON, running.stop()).await.unwrap();
}

#[tokio::test]
async fn consumers_wait_for_postgres_and_go_on() {
    let postgres = test_kit::postgres().await;
    let shop = Shop::with(postgres.url().parse().unwrap()).await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    postgres.kill9();
    shop.product(seller, 5).await;
    postgres.restart().await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn consumers_wait_for_redis_and_go_on() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.product(seller, 5).await;
    shop.redis.kill9();
    let noticed = async || running.faults().len() >= 9;
    test_kit::eventually("every consumer notices", SOON, noticed).await;
    shop.redis.restart().await;
    let back = async || shop.store.is_ready().await.is_ok();
    test_kit::eventually("Redis is back", SOON, back).await;
    shop.product(seller, 6).await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}
