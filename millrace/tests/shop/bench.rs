//! How long logins take, and how they weigh on everything else.
//!
//! `make bench-logins` runs the same with `MILLRACE_BENCH_SAMPLES` of each, and shows what is printed here.
//! Nothing is asserted of a time.

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

use crate::{customer::Customer, running::Shop};

/// How many log in at the same time.
const LOGINS: usize = 100;
/// How many read meanwhile, and how often each does for one sample.
const READERS: usize = 4;
const READS_PER_SAMPLE: usize = 10;

fn samples() -> usize {
    env::var("MILLRACE_BENCH_SAMPLES").map_or(5, |samples| samples.parse().expect("a number of samples"))
}

/// The time that `share` of all have not exceeded.
fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let last = times.len() - 1;
    times[(last as f64 * share).ceil() as usize].as_secs_f64() * 1000.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bench_a_login_takes_as_long_whether_or_not_there_is_such_a_user() {
    let shop = Shop::open();
    shop.customer("anna").await;
    let visitor = Customer::anonymous(&shop.url());
    let emails = ["anna@example.com", "nobody@example.com"];
    let mut times = [Vec::new(), Vec::new()];
    // One of each in turn, and each first as often as the other: whatever else the machine does, it does to both.
    for sample in 0..samples() * 2 {
        let which = (sample + sample / 2) % 2;
        let body = json!({ "email": emails[which], "password": "not the password of anybody" });
        let begun = Instant::now();
        let answer = visitor.post("/api/auth/login", body).await;
        times[which].push(begun.elapsed());
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let [known, unknown] = times.map(|mut times| quantile(&mut times, 0.5));
    println!("login with a wrong password, {} of each: median {known:.2} ms", samples());
    println!(
        "login of somebody unknown:              median {unknown:.2} ms ({:+.1} %)",
        (unknown / known - 1.0) * 100.0
    );
}

/// How long each of many reads of the catalogue takes.
async fn reads(shop: &Shop) -> Vec<Duration> {
    let reader = async || {
        let client = reqwest::Client::new();
        let mut times = Vec::new();
        for _ in 0..samples() * READS_PER_SAMPLE {
            let begun = Instant::now();
            let answer = client.get(format!("{}/api/products", shop.url())).send().await.unwrap();
            // Whoever is put off was answered too, and as late.
            assert!(
                [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status()),
                "{}",
                answer.status()
            );
            answer.bytes().await.unwrap();
            times.push(begun.elapsed());
        }
        times
    };
    join_all((0..READERS).map(|_| reader())).await.concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bench_the_catalogue_is_read_while_a_hundred_log_in() {
    let shop = Shop::open();
    reads(&shop).await;
    let mut idle = reads(&shop).await;

    let over = AtomicBool::new(false);
    let log_in = async || {
        let visitor = Customer::anonymous(&shop.url());
        let mut looked_at = 0;
        while !over.load(Ordering::Relaxed) {
            let body = json!({ "email": "nobody@example.com", "password": "not the password of anybody" });
            let status = visitor.post("/api/auth/login", body).await.status();
            // Whoever would wait for too long is sent away.
            assert!([StatusCode::UNAUTHORIZED, StatusCode::SERVICE_UNAVAILABLE].contains(&status), "{status}");
            looked_at += usize::from(status == StatusCode::UNAUTHORIZED);
        }
        looked_at
    };
    let read = async {
        let times = reads(&shop).await;
        over.store(true, Ordering::Relaxed);
        times
    };
    let (mut busy, looked_at) = tokio::join!(read, join_all((0..LOGINS).map(|_| log_in())));

    for (what, times) in [("alone", &mut idle), ("while 100 log in", &mut busy)] {
        let (count, p50, p99) = (times.len(), quantile(times, 0.5), quantile(times, 0.99));
        println!("GET /api/products {what}, {count} times: p50 {p50:.2} ms, p99 {p99:.2} ms");
    }
    let ratio = quantile(&mut busy, 0.99) / quantile(&mut idle, 0.99);
    println!("p99 is {ratio:.2} times as long, with {} passwords looked at meanwhile", looked_at.iter().sum::<usize>());
}
