//! How consumers do, and what they cannot deal with.

use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::actors::{Admin, Anonymous, Buyer, Seller, Support};
use crate::rows::{at, read_feeds};
use crate::shop::{Shop, shop};

const CONSUMERS: &str = "/api/admin/consumers";
const LETTERS: &str = "/api/admin/dead-letters";

/// A shop in which orders are read by a policy and a read model, and users by a read model.
async fn busy() -> Shop {
    let shop = shop().await;
    for (schema, consumer, category) in [
        ("orders_g1", "orders_g1", "order"),
        ("policies", "order-fulfilment", "order"),
        ("users_g1", "users_g1", "user"),
    ] {
        read_feeds(&shop.rows, schema, consumer, &[category]).await;
    }
    execute(&shop, "insert into policies.heads select 'order', n, 10 from generate_series(0, 15) n").await;
    execute(&shop, "update policies.sighted set at = '2026-11-02T09:00:00Z'").await;
    shop
}

async fn execute(shop: &Shop, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&shop.rows).await.unwrap();
}

async fn consumer(shop: &Shop, name: &str) -> Value {
    let items = shop.get(&Support::new(), CONSUMERS).await.items();
    items.into_iter().find(|item| item["consumer"] == name).unwrap()
}

/// Holds an aggregate by its first event: a dead letter, or one that is tried again.
async fn hold(shop: &Shop, schema: &str, category: &str, id: Uuid, dead: bool) {
    for statement in [
        format!(
            "insert into {schema}.held (consumer, category, id, partition, version, position, type, error, cause, held_since,
               attempts, retry_at, first_failed_at, last_failed_at)
             values ('{schema}', '{category}', $1, 0, 1, 1, '{category}.placed', 'it breaks', $1::text, $2, 5,
               case when $3 then null else $2 end, $2, $2)"
        ),
        format!(
            "insert into {schema}.held_events
             select '{schema}', '{category}', $1, n, n, '{category}.placed', 1, $2::text, 'a', 'c', '', '{{\"n\": 1}}'
             from generate_series(1, 2) n where $3 is not null"
        ),
    ] {
        let hold = sqlx::query(AssertSqlSafe(statement)).bind(id).bind(at(60)).bind(dead);
        hold.execute(&shop.rows).await.unwrap();
    }
}

#[tokio::test]
async fn lag_is_counted_to_the_head_of_each_feed() {
    let shop = busy().await;
    execute(&shop, "update orders_g1.positions set position = case partition when 3 then 4 else 10 end").await;

    let list = shop.get(&Admin::new(), CONSUMERS).await.ok();

    assert_eq!(list["measured_at"], "2026-11-02T09:00:00Z");
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["consumer"].clone()).collect();
    assert_eq!(names, ["order-fulfilment", "orders_g1", "users_g1"]);
    let orders = consumer(&shop, "orders_g1").await;
    assert_eq!((&orders["lag_events"], &orders["state"]), (&json!(6), &json!("working")));
    assert_eq!(
        orders["feeds"][3],
        json!({"category": "order", "partition": 3, "position": 4, "head": 10, "lag_events": 6, "owner": "w1"})
    );
    assert_eq!(consumer(&shop, "order-fulfilment").await["lag_events"], 160);
}

#[tokio::test]
async fn a_consumer_that_nobody_works_for_is_stopped() {
    let shop = busy().await;
    execute(&shop, "update users_g1.positions set expires_at = now() - interval '1 second' where partition = 2").await;
    let users = consumer(&shop, "users_g1").await;
    assert_eq!((&users["state"], &users["feeds"][2]["owner"]), (&json!("stopped"), &Value::Null));
}

#[tokio::test]
async fn a_pause_and_a_fault_are_shown_with_their_reasons() {
    let shop = busy().await;
    let pause = "insert into orders_g1.paused values ('orders_g1', 'inventory', 'operator', '2026-11-02T09:00:00Z')";
    execute(&shop, pause).await;
    execute(
        &shop,
        "insert into policies.faults values ('orders_g1', 'w1', 'paused by operator: inventory', now(), now()),
           ('users_g1', 'w1', 'postgres: gone', '2026-11-02T09:00:00Z', now()),
           ('order-fulfilment', 'w9', 'from a process that died', now(), now() - interval '1 minute')",
    )
    .await;

    let orders = consumer(&shop, "orders_g1").await;
    assert_eq!((&orders["state"], &orders["faults"]), (&json!("paused"), &json!([])));
    assert_eq!(orders["paused"], json!({"by": "operator", "reason": "inventory", "at": "2026-11-02T09:00:00Z"}));
    let users = consumer(&shop, "users_g1").await;
    let fault = json!({"owner": "w1", "fault": "postgres: gone", "since": "2026-11-02T09:00:00Z"});
    assert_eq!((&users["state"], &users["faults"]), (&json!("faulty"), &json!([fault])));
    assert_eq!(consumer(&shop, "order-fulfilment").await["state"], "working");
}

#[tokio::test]
async fn what_is_held_and_what_is_dead_is_counted() {
    let shop = busy().await;
    for dead in [true, false, true] {
        hold(&shop, "orders_g1", "order", Uuid::now_v7(), dead).await;
    }
    let orders = consumer(&shop, "orders_g1").await;
    assert_eq!((&orders["held"], &orders["dead"], &orders["paused"]), (&json!(3), &json!(2), &Value::Null));
}

#[tokio::test]
async fn a_generation_that_is_being_filled_is_no_consumer() {
    let shop = busy().await;
    execute(&shop, "insert into orders.generations (state) values ('building')").await;
    execute(&shop, "create schema orders_g2; create table orders_g2.held (like orders_g1.held)").await;
    assert_eq!(shop.get(&Admin::new(), CONSUMERS).await.items().len(), 3);
}

#[tokio::test]
async fn consumers_and_dead_letters_are_paged() {
    let shop = busy().await;
    let [first, second, third] = [5, 7, 9].map(Uuid::from_u128);
    hold(&shop, "users_g1", "user", first, true).await;
    hold(&shop, "orders_g1", "order", third, true).await;
    hold(&shop, "orders_g1", "order", second, true).await;
    for (path, member, expected) in [
        (CONSUMERS, "consumer", ["order-fulfilment", "orders_g1", "users_g1"].map(str::to_owned)),
        (LETTERS, "aggregate", [format!("order:{second}"), format!("order:{third}"), format!("user:{first}")]),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = shop.get(&Admin::new(), &format!("{path}?limit=1{cursor}")).await.ok();
            seen.push(page["items"][0][member].as_str().unwrap().to_owned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn a_dead_letter_shows_its_event_and_what_waits_behind_it() {
    let (shop, id) = (busy().await, Uuid::now_v7());
    hold(&shop, "orders_g1", "order", id, true).await;
    hold(&shop, "users_g1", "user", Uuid::now_v7(), true).await;
    hold(&shop, "orders_g1", "order", Uuid::now_v7(), false).await;

    let items = shop.get(&Support::new(), &format!("{LETTERS}?group=orders_g1")).await.items();

    assert_eq!(
        items,
        [json!({
            "id": format!("order:{id}:1"), "group": "orders_g1", "aggregate": format!("order:{id}"), "version": 1,
            "type": "order.placed", "error": "it breaks", "attempts": 5, "waiting": 2, "asked": false,
            "first_failed_at": "2026-11-02T09:01:00Z", "last_failed_at": "2026-11-02T09:01:00Z", "data": {"n": 1},
        })]
    );
}

#[tokio::test]
async fn what_integrators_have_not_taken_is_among_the_dead_letters_event_by_event() {
    let (shop, order, two) = (busy().await, Uuid::from_u128(7), [1, 2].map(Uuid::from_u128));
    for (version, subscription, state) in
        [(2, two[0], "dead"), (1, two[0], "dead"), (1, two[1], "dead"), (3, two[1], "due")]
    {
        let delivery = "insert into webhooks.deliveries (id, subscription, owner, category, aggregate, version, position,
                          kind, body, state, attempts, first_failed_at, last_at, response)
                        values (concat($1, $2), $2, $2, 'order', $3, $1, 1, 'order.paid', '{\"n\": 1}', $4, 8, $5, $5, 503)";
        let delivery = sqlx::query(delivery).bind(version).bind(subscription).bind(order).bind(state).bind(at(60));
        delivery.execute(&shop.rows).await.unwrap();
    }
    hold(&shop, "users_g1", "user", Uuid::now_v7(), true).await;

    let page = shop.get(&Admin::new(), &format!("{LETTERS}?group=webhooks&limit=1")).await.ok();
    let error = two.map(|subscription| format!("webhook {subscription}: answered 503")).join(", ");
    assert_eq!(
        page["items"],
        json!([{
            "id": format!("order:{order}:1"), "group": "webhooks", "aggregate": format!("order:{order}"), "version": 1,
            "type": "order.paid", "error": error, "attempts": 8, "waiting": 2, "asked": false,
            "first_failed_at": "2026-11-02T09:01:00Z", "last_failed_at": "2026-11-02T09:01:00Z", "data": {"n": 1},
        }])
    );
    let next = page["next_cursor"].as_str().unwrap();
    let next = shop.get(&Admin::new(), &format!("{LETTERS}?group=webhooks&limit=1&cursor={next}")).await.ok();
    assert_eq!((&next["items"][0]["version"], &next["next_cursor"]), (&json!(2), &Value::Null));
    assert_eq!(shop.get(&Admin::new(), LETTERS).await.items().len(), 3);
}

#[tokio::test]
async fn nobody_else_sees_how_consumers_do() {
    let shop = busy().await;
    for path in [CONSUMERS, LETTERS] {
        assert_eq!(shop.get(&Anonymous, path).await.status, 401);
        assert_eq!(shop.get(&Buyer::new(), path).await.status, 403);
        assert_eq!(shop.get(&Seller::new(), path).await.status, 403);
        assert_eq!(shop.get(&Admin::new(), path).await.header("cache-control"), Some("no-store"));
    }
}
