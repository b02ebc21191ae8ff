//! What the other commands say about a running shop.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use sqlx::{Connection, PgConnection};

use crate::running::{PATIENCE, Shop};

#[tokio::test]
async fn events_tail_shows_what_happens_and_events_show_what_happened() {
    let mut shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let mut tail = shop.command().args(["events", "tail", "order", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines().map_while(Result::ok);
    // It shows what happens after it has looked where the feeds end, so orders come until it shows one being placed.
    let shown = std::thread::spawn(move || lines.find(|line| line.contains("order.placed")));
    let mut order = String::new();
    let seen = async || {
        order = buyer.order(&product, 1).await;
        shown.is_finished()
    };
    test_kit::eventually("an order is shown", PATIENCE, seen).await;
    let event: serde_json::Value = serde_json::from_str(&shown.join().unwrap().unwrap()).unwrap();
    assert_eq!((&event["type"], &event["version"]), (&"order.placed".into(), &1.into()));
    tail.kill().unwrap();
    tail.wait().unwrap();

    let history = shop.command().args(["events", "show", "order", &order]).output().unwrap();
    let history = String::from_utf8(history.stdout).unwrap();
    assert!(
        history.lines().next().is_some_and(|line| line.contains("1-0") && line.contains("order.placed")),
        "{history}"
    );
    shop.stop();
}

#[test]
fn what_is_not_there_is_an_error_that_says_so() {
    let mut shop = Shop::open();
    let said = |arguments: &[&str]| {
        let output = shop.command().args(arguments).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let nobody = "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b";
    assert!(said(&["events", "show", "order", nobody]).contains(&format!("there is no order {nobody}")));
    let kinds = domain::event::categories().into_iter().collect::<Vec<_>>().join(", ");
    assert!(said(&["events", "show", "basket", nobody]).contains(&format!("one of {kinds}")));
    shop.stop();
    assert!(said_of_nothing(&shop).contains("no Redis: set REDIS_URL"));
}

/// What a command says that finds no shop.
fn said_of_nothing(shop: &Shop) -> String {
    let output = shop.command().args(["verify", "--data-dir", "nowhere"]).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn verify_finds_a_shop_at_rest_in_order_and_names_a_row_that_was_changed() {
    let mut shop = Shop::open();
    let seller = shop.customer("anna").await;
    let product = seller.sell("Anna's lanterns", 3).await;
    shop.at_rest().await;
    let verify = || shop.command().arg("verify").output().unwrap();
    assert!(verify().status.success());

    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    let change = "update inventory_g1.inventory set on_hand = 4 where id = $1::uuid";
    sqlx::query(change).bind(&product).execute(&mut sql).await.unwrap();
    let differs = verify();
    assert_eq!(differs.status.code(), Some(1));
    let said = String::from_utf8(differs.stdout).unwrap();
    assert!(said.contains("inventory.inventory") && said.contains(&product), "{said}");
    shop.stop();
}
