//! What operators are shown: `/metrics` of running shops, and `docs/metrics.md` beside it.

use std::collections::{BTreeMap, BTreeSet};

use nix::sys::signal::Signal;
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    dead_letters::run,
    running::{PATIENCE, Shop, repository},
    services::Apart,
};

/// One look at `/metrics`.
struct Metrics {
    kinds: BTreeMap<String, String>,
    samples: Vec<Sample>,
}

struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Metrics {
    async fn of(operations: &str) -> Self {
        Self::parse(&reqwest::get(format!("{operations}/metrics")).await.unwrap().text().await.unwrap())
    }

    fn parse(text: &str) -> Self {
        let (mut kinds, mut samples) = (BTreeMap::new(), Vec::new());
        for line in text.lines() {
            if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} is there twice");
            } else if !line.is_empty() && !line.starts_with('#') {
                samples.push(Sample::parse(line));
            }
        }
        Self { kinds, samples }
    }

    /// The values of those that have these labels, whatever else they have.
    fn values(&self, name: &str, labels: &[(&str, &str)]) -> Vec<f64> {
        let fits = |sample: &&Sample| {
            labels.iter().all(|(label, value)| sample.labels.get(*label).is_some_and(|v| v == value))
        };
        self.samples.iter().filter(|sample| sample.name == name).filter(fits).map(|sample| sample.value).collect()
    }

    /// Their sum; no number when there are none, or one of them is not known.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let values = self.values(name, labels);
        if values.is_empty() { f64::NAN } else { values.into_iter().sum() }
    }

    /// Every metric with its type and its labels, as a page would list them.
    fn listed(&self) -> BTreeSet<(String, String, BTreeSet<String>)> {
        let list = |(name, kind): (&String, &String)| {
            let of_name = |sample: &&Sample| {
                let rest = sample.name.strip_prefix(name.as_str());
                rest.is_some_and(|rest| rest.is_empty() || kind == "histogram" && rest == "_count")
            };
            let labels = self.samples.iter().filter(of_name).flat_map(|sample| sample.labels.keys().cloned());
            (name.clone(), kind.clone(), labels.collect())
        };
        self.kinds.iter().map(list).collect()
    }
}

impl Sample {
    /// Reads `name{label="value",…} 1.5`. The values of labels have neither quotes nor backslashes here.
    fn parse(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.strip_suffix('}').unwrap().split_terminator('"').collect::<Vec<_>>();
        let label = |pair: &[&str]| (pair[0].trim_matches([',', '=']).to_owned(), pair[1].to_owned());
        let labels = labels.chunks_exact(2).map(label).collect();
        Self { name: name.to_owned(), labels, value: value.parse().unwrap() }
    }
}

/// The rows of the tables of `docs/metrics.md`: name, type, and the labels in its third column.
fn documented() -> BTreeSet<(String, String, BTreeSet<String>)> {
    let words = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let page = repository("docs/metrics.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        (words(cells[1])[0].clone(), cells[2].to_owned(), words(cells[3]).into_iter().collect())
    })
    .collect()
}

#[tokio::test]
async fn metrics_show_what_has_happened_in_the_shop() {
    let mut shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    let order = buyer.order(&product, 1).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    let too_many = buyer.order(&product, 1_000).await;
    assert_eq!(buyer.decision(&too_many).await, "rejected");
    let cancel = buyer.post(&format!("/api/orders/{too_many}/cancellation"), json!({})).await;
    assert_eq!(cancel.status(), StatusCode::CONFLICT);

    let mut metrics = Metrics::of(&shop.ops_url()).await;
    let settled = async || {
        metrics = Metrics::of(&shop.ops_url()).await;
        let position = metrics.sum("consumer_position_events", &[("group", "orders_g1"), ("category", "order")]);
        metrics.sum("feed_head_events", &[("category", "order")]) >= 4.0
            && metrics.sum("feed_head_events", &[("category", "order")]) == position
            && metrics.sum("consumer_lag_events", &[]) == 0.0
            && metrics.sum("orders", &[("status", "confirmed")]) == 1.0
    };
    test_kit::eventually("the metrics show the orders", PATIENCE, settled).await;

    let sum = |name: &str, labels: &[(&str, &str)]| metrics.sum(name, labels);
    let in_range = |name: &str, labels: &[(&str, &str)], least: f64, most: f64| {
        let value = metrics.sum(name, labels);
        assert!((least..=most).contains(&value), "{name}{labels:?} is {value}, not from {least} to {most}");
    };
    let orders = [("method", "POST"), ("route", "/api/orders"), ("status", "201")];
    assert_eq!(sum("http_requests_total", &orders), 2.0);
    assert_eq!(sum("http_request_duration_seconds_count", &orders), 2.0);
    // Two that were placed, and what a policy made of each.
    assert_eq!(sum("commands_total", &[("category", "order"), ("outcome", "accepted")]), 4.0);
    assert_eq!(sum("commands_total", &[("category", "order"), ("outcome", "rejected")]), 1.0);
    assert_eq!(sum("commands_total", &[("outcome", "unknown")]), 0.0);
    assert_eq!(sum("appended_events_total", &[("category", "order")]), 4.0);
    in_range("append_duration_seconds_sum", &[], 0.000_1, 60.0);
    assert_eq!(sum("append_duration_seconds_count", &[]), sum("append_batch_commands_count", &[]));
    assert_eq!(sum("consumer_events_total", &[("group", "order-fulfilment")]), 4.0);
    assert_eq!(sum("consumer_owned_feeds", &[("group", "orders_g1")]), 32.0);
    assert_eq!(sum("consumer_unowned_feeds", &[]), 0.0);
    assert_eq!(sum("consumer_oldest_unprocessed_seconds", &[]), 0.0);
    in_range("consumer_apply_duration_seconds_sum", &[("group", "orders_g1")], 0.000_1, 60.0);
    in_range("consumer_batch_events_sum", &[("group", "orders_g1")], 4.0, 4.0);
    for quiet in ["paused", "held_aggregates", "dead_letters", "held_total", "dead_letters_total", "retries_total"] {
        assert_eq!(sum(&format!("consumer_{quiet}"), &[]), 0.0, "{quiet}");
    }
    assert_eq!(sum("orders_oldest_undecided_timestamp_seconds", &[]), 0.0);
    in_range("logins_total", &[("outcome", "success")], 2.0, 2.0);
    in_range("password_wait_seconds_count", &[], 4.0, 100.0);
    in_range("mails_total", &[], 2.0, 100.0);
    for up in ["redis_up", "postgres_up", "build_info"] {
        assert_eq!(sum(up, &[]), 1.0, "{up}");
    }
    in_range("redis_clock_offset_seconds", &[], -1.0, 1.0);
    in_range("live_connections_max", &[], 10_000.0, 10_000.0);
    in_range("redis_memory_used_bytes", &[], 500_000.0, 1e9);
    in_range("redis_blocking_connections", &[], 10.0, 30.0);
    in_range("postgres_pool_max_connections", &[("pool", "query-api")], 10.0, 10.0);
    in_range("postgres_pool_connections", &[("pool", "query-api")], 1.0, 10.0);
    in_range("postgres_pool_connections", &[("pool", "orders_g1")], 1.0, 3.0);
    in_range("process_resident_memory_bytes", &[], 10e6, 2e9);
    in_range("process_open_fds", &[], 20.0, sum("process_max_fds", &[]));
    in_range("process_cpu_seconds_total", &[], 0.01, 600.0);
    shop.stop();
}

#[tokio::test]
async fn docs_metrics_md_lists_exactly_the_metrics_of_a_running_shop() {
    let mut shop = Shop::open();
    // Of requests and mails nothing is counted before they come.
    shop.customer("anna").await;
    let looked = async || {
        let metrics = Metrics::of(&shop.ops_url()).await;
        ["mails_total", "orders", "consumer_lag_events"].iter().all(|last| metrics.sum(last, &[]) >= 0.0)
    };
    test_kit::eventually("everything was looked at", PATIENCE, looked).await;
    assert_eq!(Metrics::of(&shop.ops_url()).await.listed(), documented());
    shop.stop();
}

#[tokio::test]
async fn a_consumer_that_is_paused_falls_behind_in_the_metrics() {
    let mut shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    shop.at_rest().await;
    assert!(run(&shop, "consumers pause orders_g1 --reason a-test").0);
    let paused = async || shop.readiness().await.contains("paused by");
    test_kit::eventually("it stands still", PATIENCE, paused).await;

    buyer.order(&product, 1).await;

    let orders = [("group", "orders_g1")];
    let behind = async || {
        let metrics = Metrics::of(&shop.ops_url()).await;
        metrics.sum("consumer_paused", &orders) == 1.0
            && metrics.sum("consumer_lag_events", &orders) >= 2.0
            && metrics.sum("consumer_oldest_unprocessed_seconds", &orders) > 0.0
            && metrics.sum("consumer_lag_events", &[("group", "order-fulfilment")]) == 0.0
    };
    test_kit::eventually("it is behind, and no other is", PATIENCE, behind).await;
    assert!(run(&shop, "consumers resume orders_g1").0);
    let caught_up = async || {
        let metrics = Metrics::of(&shop.ops_url()).await;
        metrics.sum("consumer_paused", &orders) == 0.0
            && metrics.sum("consumer_lag_events", &orders) == 0.0
            && metrics.sum("consumer_oldest_unprocessed_seconds", &orders) == 0.0
    };
    test_kit::eventually("it has caught up", PATIENCE, caught_up).await;
    shop.stop();
}

#[tokio::test]
async fn what_redis_does_not_tell_is_not_shown() {
    let mut shop = Shop::open();
    let shown = async |up: f64, known: bool| {
        let metrics = Metrics::of(&shop.ops_url()).await;
        let heads = metrics.sum("feed_head_events", &[("category", "product")]);
        metrics.sum("redis_up", &[]) == up && heads.is_nan() != known && metrics.sum("postgres_up", &[]) == 1.0
    };
    test_kit::eventually("heads are shown", PATIENCE, async || shown(1.0, true).await).await;

    let redis = shop.redis_pid().await;
    nix::sys::signal::kill(redis, Signal::SIGSTOP).unwrap();
    test_kit::eventually("no head is shown", PATIENCE, async || shown(0.0, false).await).await;
    nix::sys::signal::kill(redis, Signal::SIGCONT).unwrap();

    test_kit::eventually("heads are shown again", PATIENCE, async || shown(1.0, true).await).await;
    shop.stop();
}

#[tokio::test]
async fn consumers_that_are_gone_fall_behind_in_the_metrics_of_the_others() {
    let mut shop = Apart::open(&[]).await;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    let order = buyer.order(&product, 1).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    let (writing, reading) = (shop.operations_of("command-api"), shop.operations_of("query-api"));
    let head = async || Metrics::of(&writing).await.sum("feed_head_events", &[("category", "order")]);
    let position = async || {
        let orders = [("group", "orders_g1"), ("category", "order")];
        Metrics::of(&reading).await.sum("consumer_position_events", &orders)
    };
    let level = async || head().await == 2.0 && position().await == 2.0;
    test_kit::eventually("the consumers have settled the order", PATIENCE, level).await;
    assert!(Metrics::of(&shop.operations_of("projectors")).await.sum("consumer_lag_events", &[]) >= 0.0);

    shop.stop("projectors");
    buyer.order(&product, 1).await;
    buyer.order(&product, 1).await;

    let dead = async || {
        let unowned = Metrics::of(&reading).await.sum("consumer_unowned_feeds", &[("group", "orders_g1")]);
        head().await == 4.0 && unowned == 32.0
    };
    test_kit::eventually("the log goes on, and nobody owns its feeds", PATIENCE, dead).await;
    assert_eq!(position().await, 2.0);
}
