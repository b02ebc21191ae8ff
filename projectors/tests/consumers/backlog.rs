//! What happened while nobody consumed is caught up with. `MILLRACE_BACKLOG` says how many events that are.

use std::{env, time::Duration};

use domain::inventory::{self, Inventory};
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use crate::shop::Shop;

/// How many commands are under way at once.
const AT_ONCE: usize = 256;
/// One order for so many receipts of goods.
const RECEIPTS_PER_ORDER: usize = 9;
/// Generous: how long it takes is printed and not judged.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_is_caught_up_with_and_the_rate_is_printed() {
    let count: usize = env::var("MILLRACE_BACKLOG").map_or(10_000, |count| count.parse().unwrap());
    let shop = Shop::open().await;
    let seller = shop.seller("anna").await;
    let products: Vec<_> = stream::iter(0..200).then(|_| shop.product(seller, 1_000)).collect().await;
    let running = shop.consume();
    shop.at_rest().await;
    running.stop().await;

    let began = Instant::now();
    stream::iter(0..count)
        .for_each_concurrent(AT_ONCE, async |number| {
            let product = products[number % products.len()];
            if number % (RECEIPTS_PER_ORDER + 1) == 0 {
                shop.order_one(seller, product).await;
            } else {
                shop.execute::<Inventory>(product, inventory::Command::Receive { quantity: 1, reference: None }).await;
            }
        })
        .await;
    let appended = began.elapsed();

    let began = Instant::now();
    let running = shop.consume();
    test_kit::eventually("consumers catch up", PATIENCE, async || shop.lag().await == 0).await;
    let caught_up = began.elapsed();
    let rate = |time: Duration| (count as f64 / time.as_secs_f64()).round();
    println!("{count} events appended in {appended:.1?} ({} a second)", rate(appended));
    println!("caught up with by every consumer in {caught_up:.1?} ({} a second)", rate(caught_up));

    let undecided = "select count(*) from orders.orders where status = 'pending'";
    assert_eq!(shop.count(undecided).await, 0);
    shop.verify().await;
    running.stop().await;
}
