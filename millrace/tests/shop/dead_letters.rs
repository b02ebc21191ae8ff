//! What an operator does about an event that fails by itself, with the command line alone.

use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::{
    customer::Customer,
    running::{PATIENCE, Shop},
};

/// What a command printed, and whether it succeeded.
pub(crate) fn run(shop: &Shop, line: &str) -> (bool, String) {
    let output = shop.command().args(line.split_whitespace()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// Makes the read model of orders refuse orders of 7 units, until it is mended.
async fn refuse_sevens(shop: &Shop) -> PgConnection {
    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    let break_it = "alter table orders_g1.order_lines add constraint no_sevens check (quantity <> 7) not valid";
    sqlx::raw_sql(break_it).execute(&mut sql).await.unwrap();
    sql
}

pub(crate) async fn is_dead(shop: &Shop) {
    let dead = async || run(shop, "dead-letters list").1.contains("dead letter");
    test_kit::eventually("the event is a dead letter", PATIENCE, dead).await;
}

pub(crate) fn quick() -> Shop {
    let variables = [("MILLRACE_DEMO", "true"), ("MILLRACE_RETRY_AFTER", "1ms"), ("MILLRACE_TICK", "100ms")];
    Shop::with(variables.map(|(name, value)| (name, value.to_owned())).to_vec())
}

#[tokio::test]
async fn a_dead_letter_is_listed_shown_and_tried_again_after_the_cause_is_mended() {
    let mut shop = quick();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 20).await;
    let mut sql = refuse_sevens(&shop).await;
    let order = buyer.order(&product, 7).await;
    is_dead(&shop).await;

    let (_, list) = run(&shop, "dead-letters list");
    assert!(list.contains(&format!("orders_g1  order:{order}  order.placed (version 1)  5 attempts")), "{list}");
    assert!(list.contains("1  orders_g1"), "{list}");
    let (_, shown) = run(&shop, &format!("dead-letters show orders_g1 order:{order}"));
    assert!(shown.contains("no_sevens") && shown.contains("\"quantity\":7"), "{shown}");
    let (_, consumers) = run(&shop, "consumers list");
    let row: Vec<_> =
        consumers.lines().find(|line| line.starts_with("orders_g1")).unwrap().split_whitespace().collect();
    assert_eq!(row, ["orders_g1", "0", "32/32", "1", "1", "1"], "{consumers}");

    let (went_well, said) = run(&shop, "dead-letters retry orders_g1 --all");
    assert!(!went_well && said.contains("0 aggregates flow again, 1 are still held"), "{said}");
    sqlx::raw_sql("alter table orders_g1.order_lines drop constraint no_sevens").execute(&mut sql).await.unwrap();
    let (went_well, said) = run(&shop, &format!("dead-letters retry orders_g1 --aggregate order:{order}"));
    assert!(went_well && said.contains("1 aggregates flow again, 0 are still held"), "{said}");
    assert_eq!(buyer.decision(&order).await, "confirmed");
    assert_eq!(run(&shop, "dead-letters list").1, "nothing is held\n");
    shop.verify().await;
    shop.stop();
}

#[tokio::test]
async fn a_discarded_event_stays_discarded_for_every_fold() {
    let mut shop = quick();
    let seller = shop.customer("anna").await;
    let product = seller.sell("Anna's lanterns", 6).await;
    shop.at_rest().await;
    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    let break_it = "alter table inventory_g1.movements add constraint no_sevens check (on_hand <> 7) not valid";
    sqlx::raw_sql(break_it).execute(&mut sql).await.unwrap();
    let receive = async || {
        let answer = seller.post(&format!("/api/inventory/{product}/receipts"), json!({ "quantity": 1 })).await;
        assert!(answer.status().is_success(), "{answer:?}");
    };
    receive().await;
    is_dead(&shop).await;
    receive().await;

    let discard = format!("dead-letters discard inventory_g1 --aggregate inventory:{product} --reason miscounted");
    // The unit behind it makes seven too, and is held in its turn.
    let (went_well, said) = run(&shop, &discard);
    assert!(!went_well && said.contains("(version 2) is passed over") && said.contains("now held by"), "{said}");
    sqlx::raw_sql("alter table inventory_g1.movements drop constraint no_sevens").execute(&mut sql).await.unwrap();
    let (went_well, said) = run(&shop, "dead-letters retry inventory_g1 --type inventory.received");
    assert!(went_well, "{said}");
    let on_hand: i64 = sqlx::query_scalar("select on_hand from inventory.inventory where id = $1::uuid")
        .bind(&product)
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(on_hand, 7);
    shop.verify().await;
    shop.stop();
}

/// The only dead letter, over HTTP.
async fn letter(staff: &Customer) -> Value {
    let mut letters = Value::Null;
    let there = async || {
        letters = staff.get_json("/api/admin/dead-letters").await["items"].take();
        letters.as_array().unwrap().len() == 1
    };
    test_kit::eventually("there is one dead letter", PATIENCE, there).await;
    letters[0].take()
}

async fn none_is_left(staff: &Customer) {
    let gone = async || staff.get_json("/api/admin/dead-letters").await["items"] == json!([]);
    test_kit::eventually("no dead letter is left", PATIENCE, gone).await;
}

#[tokio::test]
async fn admins_see_retry_and_discard_dead_letters_over_http() {
    let mut shop = quick();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let admin = Customer::log_in(&shop.url(), "admin@demo.com", "demotest").await;
    let product = seller.sell("Anna's lanterns", 20).await;
    let mut sql = refuse_sevens(&shop).await;
    let order = buyer.order(&product, 7).await;

    let found = letter(&admin).await;

    assert_eq!((&found["group"], &found["type"]), (&json!("orders_g1"), &json!("order.placed")));
    assert_eq!((&found["aggregate"], &found["attempts"]), (&json!(format!("order:{order}")), &json!(5)));
    assert!(found["error"].as_str().unwrap().contains("no_sevens"), "{found}");
    assert_eq!(found["data"]["lines"][0]["quantity"], 7);
    let retry = "/api/admin/dead-letters/orders_g1/retry";
    assert_eq!(buyer.post(retry, json!({ "id": found["id"] })).await.status(), StatusCode::FORBIDDEN);
    sqlx::raw_sql("alter table orders_g1.order_lines drop constraint no_sevens").execute(&mut sql).await.unwrap();
    let asked = admin.post(retry, json!({ "id": found["id"] })).await;
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
    assert_eq!(buyer.decision(&order).await, "confirmed");
    none_is_left(&admin).await;

    shop.at_rest().await;
    let break_it = "alter table inventory_g1.movements add constraint no_fourteen check (on_hand <> 14) not valid";
    sqlx::raw_sql(break_it).execute(&mut sql).await.unwrap();
    let correction = json!({ "delta": -6, "reason": "Broken" });
    let corrected = seller.post(&format!("/api/inventory/{product}/adjustments"), correction).await;
    assert_eq!(corrected.status(), StatusCode::OK);
    let found = letter(&admin).await;
    let discard = json!({ "aggregate": found["aggregate"], "reason": "Miscounted" });
    let asked = admin.post("/api/admin/dead-letters/inventory_g1/discard", discard).await;
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
    none_is_left(&admin).await;
    let (reason, actor): (String, String) =
        sqlx::query_as("select reason, actor from inventory.skipped").fetch_one(&mut sql).await.unwrap();
    let me = admin.get_json("/api/users/me").await;
    assert_eq!((reason, actor), ("Miscounted".to_owned(), format!("user:{}", me["id"].as_str().unwrap())));
    shop.verify().await;
    shop.stop();
}

#[tokio::test]
async fn a_consumer_is_paused_and_resumed_and_an_unknown_one_is_named() {
    let mut shop = quick();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 20).await;
    shop.at_rest().await;
    assert!(run(&shop, "consumers pause order-fulfilment --reason inventory").0);
    let paused = async || run(&shop, "consumers list").1.contains("paused by operator: inventory");
    test_kit::eventually("the list says so", PATIENCE, paused).await;
    let order = buyer.order(&product, 7).await;
    test_kit::eventually("the readiness check says so", PATIENCE, async || !shop.is_ready().await).await;
    assert!(run(&shop, "consumers resume order-fulfilment").0);
    assert_eq!(buyer.decision(&order).await, "confirmed");
    let (went_well, said) = run(&shop, "consumers pause order-fullfilment");
    assert!(!went_well && said.contains("there is no consumer order-fullfilment; there are"), "{said}");
    shop.stop();
}
