//! What has happened, as those see it who look after the marketplace.

use std::fs;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool, Row};
use test_kit::migrations::root;
use uuid::Uuid;

use crate::actors::{Admin, Anonymous, Buyer, Seller, Support};
use crate::rows::read_feeds;
use crate::shop::{Shop, shop};

/// An event as the archive has it.
struct Archived<'a> {
    kind: &'a str,
    id: Uuid,
    version: i64,
    at: &'a str,
    actor: &'a str,
    data: &'a str,
}

impl Archived<'_> {
    fn new<'a>(kind: &'a str, id: Uuid, version: i64, at: &'a str) -> Archived<'a> {
        Archived { kind, id, version, at, actor: "user:ann", data: r#"{"name": "Teapot"}"# }
    }

    async fn happen(self, rows: &PgPool) {
        let category = self.kind.split('.').next().unwrap();
        sqlx::query(
            "insert into archive.events (category, partition, position, id, version, type, schema, at, actor, command,
               trace, data)
             select $1, 0, 1 + (select count(*) from archive.events where category = $1), $2, $3, $4, 1, $5, $6, 'c7', '', $7",
        )
        .bind(category)
        .bind(self.id)
        .bind(self.version)
        .bind(self.kind)
        .bind(self.at)
        .bind(self.actor)
        .bind(self.data)
        .execute(rows)
        .await
        .unwrap();
    }
}

const NINE: &str = "2026-11-02T09:00:00.000Z";
const TEN: &str = "2026-11-02T10:00:00.000Z";
const ELEVEN: &str = "2026-11-02T11:00:00.000Z";

/// A product that was listed and received, and an order that a policy confirmed; the ids of both.
async fn eventful() -> (Shop, Uuid, Uuid) {
    let (shop, product, order) = (shop().await, Uuid::from_u128(7), Uuid::from_u128(5));
    read_feeds(&shop.rows, "archive", "archive", &["product", "inventory", "order"]).await;
    let confirmed = Archived::new("order.confirmed", order, 2, ELEVEN);
    for event in [
        Archived::new("product.listed", product, 1, NINE),
        Archived::new("inventory.received", product, 1, NINE),
        Archived::new("inventory.adjusted", product, 2, NINE),
        Archived::new("order.placed", order, 1, TEN),
        Archived { actor: "policy:order-fulfilment", ..confirmed },
    ] {
        event.happen(&shop.rows).await;
    }
    (shop, product, order)
}

async fn types(shop: &Shop, path: &str) -> Vec<String> {
    shop.get(&Support::new(), path).await.each("type")
}

#[tokio::test]
async fn the_audit_shows_every_event_newest_first() {
    let (shop, _, order) = eventful().await;

    let items = shop.get(&Admin::new(), "/api/admin/audit").await.items();

    assert_eq!(
        items[0],
        json!({
            "kind": "order", "id": order, "version": 2, "type": "order.confirmed", "schema": 1, "at": ELEVEN,
            "actor": "policy:order-fulfilment", "command": "c7", "trace": null, "data": {"name": "Teapot"},
        })
    );
    let all = ["order.confirmed", "order.placed", "inventory.adjusted", "product.listed", "inventory.received"];
    assert_eq!(types(&shop, "/api/admin/audit").await, all);
}

#[tokio::test]
async fn the_audit_is_paged_without_repetition_or_gap_whatever_the_events_have_in_common() {
    let (shop, ..) = eventful().await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&Admin::new(), &format!("/api/admin/audit?limit=1{cursor}")).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, types(&shop, "/api/admin/audit").await);
}

#[tokio::test]
async fn the_audit_tells_what_somebody_did_what_happened_to_a_kind_and_when() {
    let (shop, ..) = eventful().await;
    let found = async |query: &str| types(&shop, &format!("/api/admin/audit?{query}")).await;
    assert_eq!(found("actor=policy:order-fulfilment").await, ["order.confirmed"]);
    assert_eq!(found("actor=user:ann&kind=order").await, ["order.placed"]);
    assert_eq!(found("kind=product").await, ["product.listed"]);
    assert_eq!(found("from=2026-11-02T11:00:00%2B01:00&to=2026-11-02T11:00:00Z").await, ["order.placed"]);
    assert_eq!(found("actor=nobody").await, [""; 0]);
    let refused = async |query: &str| shop.get(&Admin::new(), &format!("/api/admin/audit?{query}")).await.refused();
    assert_eq!(refused("kind=teapot").await, "?kind");
    assert_eq!(refused("actor=%00").await, "?actor");
    assert_eq!(refused("from=yesterday").await, "?from");
    assert_eq!(refused("to=9999-12-31T23:59:59-23:59").await, "?to");
    assert_eq!(refused("cursor=junk").await, "?cursor");
}

#[tokio::test]
async fn the_events_of_one_aggregate_come_in_their_order() {
    let (shop, product, _) = eventful().await;
    let path = format!("/api/admin/events/inventory/{product}");
    assert_eq!(types(&shop, &path).await, ["inventory.received", "inventory.adjusted"]);
    let first = shop.get(&Admin::new(), &format!("{path}?limit=1")).await.ok();
    let next = format!("{path}?cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(types(&shop, &next).await, ["inventory.adjusted"]);
}

#[tokio::test]
async fn an_aggregate_without_events_and_a_kind_that_is_none_are_not_there() {
    let (shop, product, order) = eventful().await;
    for path in [format!("order/{product}"), format!("teapot/{order}"), format!("%00/{order}"), "order/7".to_owned()] {
        assert_eq!(shop.get(&Admin::new(), &format!("/api/admin/events/{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_shown_as_it_stands() {
    let (shop, id) = (shop().await, Uuid::now_v7());
    Archived { data: "{torn", ..Archived::new("order.placed", id, 1, NINE) }.happen(&shop.rows).await;
    let items = shop.get(&Admin::new(), &format!("/api/admin/events/order/{id}")).await.items();
    assert_eq!(items[0]["data"], "{torn");
}

#[tokio::test]
async fn nobody_else_sees_what_has_happened() {
    let (shop, _, order) = eventful().await;
    for path in ["/api/admin/audit".to_owned(), format!("/api/admin/events/order/{order}")] {
        assert_eq!(shop.get(&Anonymous, &path).await.status, 401);
        assert_eq!(shop.get(&Buyer::new(), &path).await.status, 403);
        assert_eq!(shop.get(&Seller::new(), &path).await.status, 403);
        assert_eq!(shop.get(&Admin::new(), &path).await.header("cache-control"), Some("no-store"));
    }
}

/// What Postgres does for a statement whatever its parameters are.
async fn plan(connection: &mut PgConnection, query: &str, parameters: usize) -> String {
    let prepare = format!("set plan_cache_mode = force_generic_plan; prepare look as {query}");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(prepare))).await.unwrap();
    let nulls = vec!["null"; parameters].join(", ");
    let explain = sqlx::raw_sql(AssertSqlSafe(format!("explain execute look ({nulls})")));
    let lines = connection.fetch_all(explain).await.unwrap();
    connection.execute("deallocate look").await.unwrap();
    lines.iter().map(|line| line.get::<String, _>(0) + "\n").collect()
}

#[tokio::test]
async fn no_look_at_events_reads_the_whole_archive() {
    let shop = shop().await;
    let many = "insert into archive.events
                select 'order', 1, n, gen_random_uuid(), 1, 'order.placed', 1, '2026-11-03T09:00:00.000Z', 'user:bob', 'c',
                       '', '{}'
                from generate_series(1, 30000) n";
    let mut connection = shop.rows.acquire().await.unwrap();
    connection.execute(many).await.unwrap();
    connection.execute("analyze archive.events").await.unwrap();
    let mut looked = 0;
    for file in fs::read_dir(root().join(".sqlx")).unwrap() {
        let committed: Value = serde_json::from_str(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
        let query = committed["query"].as_str().unwrap();
        // As `query-api/src/events.rs` begins its statements.
        if ["select e.category", "select category, id, version, type"].iter().any(|begin| query.starts_with(begin)) {
            looked += 1;
            let parameters = committed["describe"]["parameters"]["Left"].as_array().unwrap().len();
            let plan = plan(&mut connection, query, parameters).await;
            assert!(plan.contains(" on events") && !plan.contains("Seq Scan on events"), "{query}\n{plan}");
        }
    }
    assert_eq!(looked, 3);
}
