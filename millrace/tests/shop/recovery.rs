//! Redis loses everything, and an operator brings it back.

use crate::{
    customer::{Customer, PASSWORD},
    running::{PATIENCE, Shop},
};

/// Runs a command that must succeed, and returns what it printed.
fn millrace(shop: &Shop, arguments: &[&str]) -> String {
    let output = shop.command().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn flush(shop: &Shop) {
    redis::cmd("FLUSHALL").query_async::<()>(&mut shop.operator().await).await.unwrap();
}

#[tokio::test]
async fn after_flushall_a_restore_brings_back_what_was_there() {
    let mut shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    let order = buyer.order(&product, 3).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    shop.at_rest().await;
    let before = millrace(&shop, &["events", "show", "order", &order]);

    flush(&shop).await;
    let printed = millrace(&shop, &["restore"]);
    assert!(printed.contains("every consumer goes on where it was"), "{printed}");
    assert_eq!(millrace(&shop, &["events", "show", "order", &order]), before);
    let buyer = Customer::log_in(&shop.url(), "bert@example.com", PASSWORD).await;
    let order = buyer.order(&product, 7).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    shop.verify().await;
    let again = shop.command().arg("restore").output().unwrap();
    assert!(!again.status.success() && String::from_utf8(again.stderr).unwrap().contains("empty Redis"));
    shop.stop();
}

#[tokio::test]
async fn a_shop_does_not_begin_anew_because_its_redis_is_empty() {
    let mut shop = Shop::open();
    let seller = shop.customer("anna").await;
    let product = seller.sell("Anna's lanterns", 10).await;
    shop.at_rest().await;
    flush(&shop).await;
    shop.stop();
    let refused = shop.up().output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("`millrace up --restore` brings it back"), "{said}");

    shop.start_with(&["--restore"]);
    let buyer = shop.customer("bert").await;
    let order = buyer.order(&product, 10).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    shop.verify().await;
    shop.stop();
}

#[tokio::test]
async fn what_was_not_archived_yet_is_reported_and_healed() {
    let mut shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    shop.at_rest().await;
    let nothing = millrace(&shop, &["heal"]);
    assert!(nothing.lines().all(|line| line.ends_with("nothing was lost")), "{nothing}");
    millrace(&shop, &["consumers", "pause", "archive", "--reason", "a test"]);
    let paused = async || shop.readiness().await.contains("a test");
    test_kit::eventually("the archive is paused", PATIENCE, paused).await;
    let lost = buyer.order(&product, 3).await;
    assert_eq!(buyer.decision(&lost).await, "confirmed");

    flush(&shop).await;
    let printed = millrace(&shop, &["restore"]);
    assert!(printed.contains("run `millrace heal`"), "{printed}");
    millrace(&shop, &["consumers", "resume", "archive"]);
    // Services keep what they have read of the log in memory.
    shop.stop();
    shop.start();
    let diverged = async || shop.readiness().await.contains("diverged");
    test_kit::eventually("consumers say that the log has diverged", PATIENCE, diverged).await;
    let buyer = Customer::log_in(&shop.url(), "bert@example.com", PASSWORD).await;
    let order = buyer.order(&product, 10).await;
    let printed = millrace(&shop, &["heal"]);
    assert!(printed.contains("aggregates rebuilt"), "{printed}");
    assert_eq!(buyer.decision(&order).await, "confirmed");
    assert_eq!(buyer.get(&format!("/api/orders/{lost}")).await.status(), reqwest::StatusCode::NOT_FOUND);
    shop.verify().await;
    test_kit::eventually("everything works", PATIENCE, async || shop.is_ready().await).await;
    shop.stop();
}
