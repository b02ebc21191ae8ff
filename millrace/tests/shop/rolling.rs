//! Every process is restarted, one after the other, while orders come in through the gateway.

use std::{
    collections::BTreeMap,
    process::{Command, Output},
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;

use crate::{
    crash::written,
    nginx::Gateway,
    running::{MILLRACE, PATIENCE},
    services::Apart,
};

const ORDERS: usize = 100;

/// Plays a small history, to the end.
async fn rehearse(gateway: &Gateway) -> Output {
    let orders = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    std::fs::write(orders.path(), written(ORDERS)).unwrap();
    let mut command = Command::new(MILLRACE);
    command.arg("rehearse").arg(orders.path()).args(["--url", &gateway.url(), "--buyers", "8", "--settle", "30"]);
    command.env("SSL_CERT_FILE", gateway.certificate());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// What the last service that a request was sent to has said to it.
fn outcome(line: &Value) -> &str {
    line["upstream_status"].as_str().unwrap().rsplit([',', ':']).next().unwrap().trim()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_every_process_is_restarted() {
    let variables = [
        ("MILLRACE_DEMO", "true"),
        ("MILLRACE_RATE_LIMITS", "off"),
        ("MILLRACE_TRUSTED_PROXIES", "127.0.0.1"),
        // The gateway counts on it.
        ("MILLRACE_NOTICE", "3s"),
    ];
    let mut shop = Apart::with_instances(2, &variables).await;
    let Some(gateway) = shop.gateway().await else { return };

    let rolled = AtomicBool::new(false);
    let rehearsals = async {
        let mut reports = Vec::new();
        while !rolled.load(Ordering::Relaxed) {
            reports.push(rehearse(&gateway).await);
        }
        reports
    };
    let rolling = async {
        shop.roll().await;
        rolled.store(true, Ordering::Relaxed);
    };
    let (reports, ()) = tokio::join!(rehearsals, rolling);

    for report in &reports {
        let (said, errors) = (String::from_utf8_lossy(&report.stdout), String::from_utf8_lossy(&report.stderr));
        println!("{said}");
        assert!(report.status.success() && said.contains("reconcile"), "{said}\n{errors}");
    }
    let mut answers = BTreeMap::new();
    for line in gateway.log() {
        let failed =
            ["502", "504", "-"].contains(&outcome(&line)) || [499, 500].contains(&line["status"].as_u64().unwrap());
        assert!(!failed, "{line}");
        *answers.entry(line["status"].to_string()).or_insert(0) += 1;
    }
    println!("{} rehearsals; answers by status: {answers:?}", reports.len());

    let (store, stores) = (shop.store(), shop.stores());
    let database = stores[1].1.parse().unwrap();
    let caught_up = async || {
        let lags = projectors::lag(&store, &database).await;
        lags.is_ok_and(|lags| lags.iter().all(|lag| lag.events == 0))
    };
    test_kit::eventually("consumers catch up", PATIENCE, caught_up).await;
    let verified = Command::new(MILLRACE).arg("verify").envs(stores).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
