//! `kill -9` in the middle of a rehearsal: every acknowledged order is there, decided once, and the rows are right.

use std::{fmt::Write, time::Duration};

use event_store::Feed;
use millrace::rehearse::{Plan, Report, Selection, Settings, rehearse};
use nix::sys::signal::Signal;
use tokio::task::JoinHandle;

use crate::running::{PATIENCE, Shop};

const ORDERS: usize = 300;
const PRODUCTS: usize = 40;

/// A few weeks of a small shop: baskets of one to five lines, few products hot, most not. Some bring back what they ordered.
pub(crate) fn history(orders: usize) -> Plan {
    Plan::read(written(orders).as_bytes(), &Selection::default()).unwrap()
}

/// The same as a file.
pub(crate) fn written(orders: usize) -> String {
    let mut csv = "invoice,stock_code,description,quantity,invoiced_at,unit_price,customer,country\n".to_owned();
    for order in 0..orders {
        for line in 0..=order % 5 {
            let product = (order * (line + 3) * 7 + line * line) % PRODUCTS / (1 + line % 2);
            let (quantity, price) = (1 + (order + line) % 6, 100 + product);
            writeln!(
                csv,
                "{order},P{product},PRODUCT {product},{quantity},2010-12-01T08:26:00Z,{}.{:02},{order},UK",
                price / 100,
                price % 100
            )
            .expect("a string takes what is written");
            if order % 7 == 0 && line == 0 {
                writeln!(
                    csv,
                    "C{order},P{product},PRODUCT {product},-1,2010-12-01T08:26:00Z,{}.{:02},{order},UK",
                    price / 100,
                    price % 100
                )
                .expect("a string takes what is written");
            }
        }
    }
    csv
}

pub(crate) fn begin_rehearsal(shop: &Shop, plan: Plan) -> JoinHandle<anyhow::Result<Report>> {
    let settings = Settings {
        url: shop.url().parse().unwrap(),
        buyers: 8,
        stock_percent: 90,
        patience: Duration::from_secs(90),
        settle: Duration::from_secs(30),
        show_progress: false,
    };
    tokio::spawn(rehearse(plan, settings))
}

/// Waits until this many order events are in the log.
async fn amid_orders(shop: &Shop, count: u64) {
    let store = shop.store();
    let reached = async || {
        let mut events = 0;
        for feed in Feed::all("order") {
            events += store.head(feed).await.unwrap_or_default();
        }
        events >= count
    };
    test_kit::eventually("the rehearsal gets going", PATIENCE, reached).await;
}

/// What must hold however the rehearsal was interrupted. Returns how many orders were acknowledged.
pub(crate) async fn nothing_was_lost(shop: &Shop, rehearsal: JoinHandle<anyhow::Result<Report>>) -> usize {
    let report = rehearsal.await.unwrap().unwrap();
    assert!(report.reconciles(), "{report}");
    assert!(report.returned > 0, "{report}");
    let store = shop.store();
    for order in &report.acknowledged {
        let history = store.history("order", *order).await.unwrap();
        let decided =
            history.iter().filter(|event| ["order.confirmed", "order.rejected"].contains(&event.kind.as_str()));
        assert_eq!(decided.count(), 1, "{history:#?}");
    }
    shop.verify().await;
    report.acknowledged.len()
}

async fn nothing_is_lost_by_killing_the_process(mut shop: Shop) {
    let rehearsal = begin_rehearsal(&shop, history(ORDERS));
    for events in [100, 300] {
        amid_orders(&shop, events).await;
        shop.kill9();
        shop.start();
    }
    assert_eq!(nothing_was_lost(&shop, rehearsal).await, ORDERS);
    shop.stop();
}

async fn nothing_is_lost_by_killing_redis(mut shop: Shop) {
    let rehearsal = begin_rehearsal(&shop, history(ORDERS));
    for events in [100, 300] {
        amid_orders(&shop, events).await;
        shop.kill_redis().await;
    }
    assert_eq!(nothing_was_lost(&shop, rehearsal).await, ORDERS);
    shop.stop();
}

async fn nothing_is_lost_by_killing_postgres(mut shop: Shop) {
    let rehearsal = begin_rehearsal(&shop, history(ORDERS));
    for events in [100, 300] {
        amid_orders(&shop, events).await;
        shop.signal_postgres(Signal::SIGKILL);
    }
    assert_eq!(nothing_was_lost(&shop, rehearsal).await, ORDERS);
    shop.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_process_is_killed() {
    nothing_is_lost_by_killing_the_process(Shop::open()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_redis_is_killed() {
    nothing_is_lost_by_killing_redis(Shop::open()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_postgres_is_killed() {
    nothing_is_lost_by_killing_postgres(Shop::open()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_on_a_cluster_when_the_process_is_killed() {
    nothing_is_lost_by_killing_the_process(Shop::on_a_cluster().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_on_a_cluster_when_a_node_of_it_is_killed() {
    nothing_is_lost_by_killing_redis(Shop::on_a_cluster().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_on_a_cluster_when_postgres_is_killed() {
    nothing_is_lost_by_killing_postgres(Shop::on_a_cluster().await).await;
}
