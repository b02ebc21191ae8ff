//! Switching between generations, and back.

use projectors::{
    generations,
    replay::{self, Error, Step},
};
use redis::AsyncCommands;
use sqlx::Connection;
use std::sync::Arc;
use tokio::sync::Notify;

use crate::{
    replay::{OPTIONS, differing, replay, settings, shop_with_orders, unheard},
    shop::{SOON, Shop},
};

async fn live(shop: &Shop) -> i32 {
    generations::live(&mut shop.sql().await, "orders").await.unwrap().number
}

#[tokio::test]
async fn switching_back_shows_the_same_rows_and_what_happened_since() {
    let shop = shop_with_orders(10).await;
    replay(&shop, "orders").await.unwrap();
    let seller = shop.seller("bert").await;
    let product = shop.product(seller, 5).await;
    shop.order_one(seller, product).await;
    let back = replay::roll_back(&settings(&shop), "orders", unheard()).await.unwrap();
    assert_eq!((back.number, live(&shop).await), (1, 1));
    // With nobody else at work, the command itself has seen to the order of the meantime.
    let running = shop.consume();
    let known = async || shop.count("select count(*) from orders.orders").await == 11;
    test_kit::eventually("the new order is shown", SOON, known).await;
    shop.at_rest().await;
    let equal = async || differing(&shop, "orders_g1", "orders_g2").await.is_empty();
    test_kit::eventually("both generations are fed", SOON, equal).await;
    running.stop().await;
    let forth = replay::roll_back(&settings(&shop), "orders", unheard()).await.unwrap();
    assert_eq!((forth.number, live(&shop).await), (2, 2));
    shop.verify().await;
}

#[tokio::test]
async fn the_previous_generation_can_be_dropped_and_leaves_nothing() {
    let shop = shop_with_orders(4).await;
    let none = replay::roll_back(&settings(&shop), "orders", unheard()).await.unwrap_err();
    assert!(matches!(none, Error::NoPrevious("orders")));
    let running = shop.consume();
    replay(&shop, "orders").await.unwrap();
    let gone = replay::drop_previous(&settings(&shop), "orders").await.unwrap();
    assert_eq!(gone.number, 1);
    assert_eq!(shop.count("select count(*) from pg_namespace where nspname = 'orders_g1'").await, 0);
    let groups: redis::streams::StreamInfoGroupsReply =
        shop.operator().await.xinfo_groups("feed:order:{0}").await.unwrap();
    let mut names: Vec<_> = groups.groups.iter().map(|group| group.name.as_str()).collect();
    names.retain(|name| name.starts_with("orders"));
    assert_eq!(names, ["orders_g2"]);
    assert!(running.faults().is_empty(), "{:?}", running.faults());
    running.stop().await;
}

#[tokio::test]
async fn a_reader_who_stays_long_delays_the_switch_and_no_other_reader() {
    let shop = shop_with_orders(4).await;
    let mut sql = shop.sql().await;
    let mut long = sql.begin().await.unwrap();
    let before: i64 = sqlx::query_scalar("select count(*) from orders.timeline").fetch_one(&mut *long).await.unwrap();
    let switching = Arc::new(Notify::new());
    let told = switching.clone();
    let replayed = tokio::spawn({
        let settings = settings(&shop);
        let progress: replay::Progress = Arc::new(move |step| {
            if step == Step::Switching {
                told.notify_one();
            }
        });
        async move { replay::replay(&settings, "orders", OPTIONS, progress).await }
    });
    switching.notified().await;
    let mut other = shop.sql().await;
    sqlx::query("set statement_timeout to '1s'").execute(&mut other).await.unwrap();
    for _ in 0..100 {
        let now: i64 = sqlx::query_scalar("select count(*) from orders.orders").fetch_one(&mut other).await.unwrap();
        assert_eq!(now, 4);
    }
    assert!(!replayed.is_finished());
    // What the long one has not looked at yet is of the same generation.
    let shown: i64 = sqlx::query_scalar("select count(*) from orders.timeline").fetch_one(&mut *long).await.unwrap();
    assert_eq!(shown, before);
    long.commit().await.unwrap();
    assert_eq!(replayed.await.unwrap().unwrap().number, 2);
}

#[tokio::test]
async fn a_statement_that_was_prepared_before_the_switch_goes_on_after_it() {
    let shop = shop_with_orders(4).await;
    let mut sql = shop.sql().await;
    let mut count = async || -> i64 {
        sqlx::query_scalar("select count(*) from orders.orders where version > $1")
            .bind(0_i64)
            .fetch_one(&mut sql)
            .await
            .unwrap()
    };
    for _ in 0..10 {
        assert_eq!(count().await, 4);
    }
    replay(&shop, "orders").await.unwrap();
    assert_eq!(count().await, 4);
}
