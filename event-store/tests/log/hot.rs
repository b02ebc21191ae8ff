//! A product that everybody orders. `MILLRACE_RESERVATIONS` says how often.

use std::{env, time::Instant};

use domain::{
    OrderId,
    inventory::{Command, Inventory},
};
use event_store::{Settings, Store};
use futures_util::{StreamExt, stream};
use uuid::Uuid;

use crate::support::{execute, operator, product, receive, store};

#[tokio::test(flavor = "multi_thread")]
async fn a_hot_product_loads_by_two_short_reads_at_most_however_often_it_was_reserved() {
    let reservations = env::var("MILLRACE_RESERVATIONS").map_or(5_000, |count| count.parse::<u32>().unwrap());
    let redis = test_kit::redis().await;
    let (busy, hot) = (Store::open(&redis.url(), &Settings::default()).unwrap(), product());
    busy.prepare().await.unwrap();
    execute(&busy, hot, receive(1_000_000)).await.unwrap();
    stream::iter(0..reservations)
        .for_each_concurrent(64, async |number| {
            let order = OrderId::from(Uuid::now_v7());
            execute(&busy, hot, Command::Reserve { order, quantity: 1 }).await.unwrap();
            // Most orders end: here all but one in fifty.
            if number % 50 != 0 {
                execute(&busy, hot, Command::Release { order }).await.unwrap();
            }
        })
        .await;

    // Another process, which has seen nothing of it.
    let fresh = store(&redis).await;
    let () = redis::cmd("CONFIG").arg("RESETSTAT").query_async(&mut operator(&redis).await).await.unwrap();
    let began = Instant::now();
    let loaded = fresh.load::<Inventory>(hot).await.unwrap();
    println!("after {reservations} reservations ({} events): loaded in {:.1?}", loaded.version(), began.elapsed());
    assert_eq!(loaded.reserved(), u64::from(reservations.div_ceil(50)));
    let statistics: String =
        redis::cmd("INFO").arg("commandstats").query_async(&mut operator(&redis).await).await.unwrap();
    let reads = ["cmdstat_xrevrange:calls=1,", "cmdstat_xrevrange:calls=2,"];
    assert!(reads.iter().any(|reads| statistics.contains(reads)), "{statistics}");
    assert!(!statistics.contains("cmdstat_xrange:"), "{statistics}");
}
