//! Many times as much passes through as is kept, and Redis stays as small as it was. `MILLRACE_SOAK` says how many times.

use std::{collections::BTreeMap, env, time::Duration};

use domain::{
    Aggregate, OrderId, ProductId, UserId,
    order::{Command, Order, Party, Status},
};
use event_store::{Changes, Decision, Request, Settings, States, Store, Stream};
use futures_util::{StreamExt, stream};
use projectors::Upkeep;
use redis::AsyncCommands;

use crate::shop::{SOON, Shop, context};

/// After how many events the books of an inventory are closed here.
const BOOKS_EVERY: u64 = 40;
/// Enough orders for the books of each product to be closed once: every order reserves and releases.
const ORDERS: usize = 2 * BOOKS_EVERY as usize / 2;

/// What Redis holds: the streams of orders that have ended, and the bytes of everything else by the first part of its name.
struct Held {
    longest_order: usize,
    orders: usize,
    bytes: BTreeMap<String, usize>,
}

impl Held {
    async fn by(shop: &Shop) -> Self {
        let mut redis = shop.operator().await;
        let keys: Vec<String> = redis.keys("*").await.unwrap();
        let mut held = Self { longest_order: 0, orders: 0, bytes: BTreeMap::new() };
        for key in keys {
            if key.starts_with("order:") {
                held.orders += 1;
                held.longest_order = held.longest_order.max(redis.xlen(&key).await.unwrap());
                continue;
            }
            let usage = redis::cmd("MEMORY").arg("USAGE").arg(&key).arg("SAMPLES").arg(0).query_async(&mut redis).await;
            // A receipt may have expired meanwhile.
            let bytes: Option<usize> = usage.unwrap();
            *held.bytes.entry(key.split(':').next().unwrap().to_owned()).or_default() += bytes.unwrap_or_default();
        }
        held
    }

    fn total(&self) -> usize {
        self.bytes.values().sum()
    }
}

/// An order is placed, confirmed and cancelled, with a receipt that lasts a second.
async fn one_order(shop: &Shop, seller: UserId, product: ProductId) {
    let order = shop.order_one(seller, product).await;
    let confirmed = async || shop.status(order).await == Some(Status::Confirmed);
    test_kit::eventually("the order is confirmed", SOON, confirmed).await;
    let request = Request {
        receipt_lifetime: Some(Duration::from_secs(1)),
        ..Request::new(context(), [Stream::of::<Order>(order)])
    };
    let cancel = move |states: &States<'_>| decide_to_cancel(states, order);
    shop.store.commit(request, cancel).await.unwrap();
}

fn decide_to_cancel(states: &States<'_>, order: OrderId) -> Decision<()> {
    let events = states.get::<Order>(order).decide(Command::Cancel { reason: None, by: Party::Buyer }).unwrap();
    let changes = Changes::none().and::<Order>(order, events);
    Decision { receipt: Some("cancelled".to_owned()), ..Decision::new(changes, ()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_stays_as_small_as_it_was_but_for_one_entry_for_each_order_that_has_ended() {
    let times: usize = env::var("MILLRACE_SOAK").map_or(10, |times| times.parse().unwrap());
    let mut shop = Shop::open().await;
    let settings = Settings { books_every: BOOKS_EVERY, ..Settings::default() };
    shop.store = Store::open(&shop.redis.url(), &settings).unwrap();
    let upkeep =
        Upkeep { trim_every: Duration::from_millis(100), books_after: Duration::from_millis(100), ..Upkeep::default() };
    let running = shop.consume_keeping(upkeep);
    let seller = shop.seller("anna").await;
    let products = [shop.product(seller, 1_000).await, shop.product(seller, 1_000).await];

    let mut samples = Vec::new();
    for pass in 0..times + 2 {
        stream::iter(0..ORDERS)
            .for_each_concurrent(16, async |number| one_order(&shop, seller, products[number % 2]).await)
            .await;
        shop.at_rest().await;
        let closed = async || Held::by(&shop).await.longest_order == 1;
        test_kit::eventually("the books of every order are closed", SOON, closed).await;
        let held = Held::by(&shop).await;
        assert_eq!(held.orders, (pass + 1) * ORDERS);
        println!("{:>6} orders have ended; {:>8} bytes beside them: {:?}", held.orders, held.total(), held.bytes);
        samples.push(held.total());
    }

    // The first two passes fill what is kept. Streams grow until their books are closed: the peaks are what compares.
    let (early, late) = samples[2..].split_at(times.div_ceil(2));
    let (early, late) = (early.iter().max().unwrap(), late.iter().max().unwrap());
    assert!(late * 10 <= early * 11, "{early} bytes at most in the first half, {late} in the second");
    shop.verify().await;
    running.stop().await;
}
