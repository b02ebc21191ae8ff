//! Views that change while somebody looks: every answer is of one piece.

use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::PgPool;
use uuid::Uuid;

use crate::actors::{Buyer, Seller};
use crate::rows::{Line, at, happen, place};
use crate::shop::shop;

const TABLES: [&str; 6] = ["applied", "orders", "order_lines", "order_sellers", "returned_lines", "timeline"];

async fn execute(rows: &PgPool, statements: String) -> sqlx::Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(rows).await.map(|_| ())
}

/// Points the views to a generation, as a replay does; `false` when there was no moment for it.
pub(crate) async fn switch(rows: &PgPool, generation: u8) -> bool {
    let mut statements = "begin; set local lock_timeout to '50ms';".to_owned();
    for table in TABLES {
        statements += &format!(
            "drop view orders.{table}; create view orders.{table} as select * from orders_g{generation}.{table};"
        );
    }
    let mut connection = rows.acquire().await.unwrap();
    let switched = sqlx::raw_sql(sqlx::AssertSqlSafe(statements + "commit")).execute(&mut *connection).await;
    if switched.is_err() {
        sqlx::raw_sql("rollback").execute(&mut *connection).await.unwrap();
    }
    switched.is_ok()
}

/// Makes a second generation of the same rows.
pub(crate) async fn copy_generation(rows: &PgPool) {
    let mut other = "create schema orders_g2;".to_owned();
    for table in TABLES {
        other += &format!("create table orders_g2.{table} as select * from orders_g1.{table};");
    }
    execute(rows, other).await.unwrap();
}

#[tokio::test]
async fn an_order_and_its_parts_are_of_the_same_generation() {
    let (shop, buyer, seller) = (shop().await, Buyer::new(), Seller::new());
    let line = Line { product: Uuid::now_v7(), seller: seller.0, quantity: 1, unit_price: 100 };
    let order = place(&shop.rows, buyer.0, "confirmed", at(0), &[line]).await;
    happen(&shop.rows, order, 1, "order.placed", "user:x", None).await;
    copy_generation(&shop.rows).await;
    let other = "update orders_g2.orders set version = 3, status = 'cancelled', total_amount = 200;
              update orders_g2.order_lines set quantity = 2;
              update orders_g2.timeline set kind = 'order.cancelled'";
    execute(&shop.rows, other.to_owned()).await.unwrap();

    let done = AtomicBool::new(false);
    let switching = async {
        let (mut switched, mut generation) = (0, 2);
        while switched < 40 {
            if switch(&shop.rows, generation).await {
                (switched, generation) = (switched + 1, 3 - generation);
            }
            tokio::task::yield_now().await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let reading = async || {
        let mut seen = [0, 0];
        while !done.load(Ordering::Relaxed) {
            let shown = shop.get(&buyer, &format!("/api/orders/{order}")).await.ok();
            let parts = (shown["status"].as_str().unwrap(), shown["lines"][0]["quantity"].as_i64().unwrap());
            let total = shown["total"]["amount"].as_i64().unwrap();
            assert!([("confirmed", 1), ("cancelled", 2)].contains(&parts), "{shown}");
            assert_eq!(total, parts.1 * 100);
            seen[parts.1 as usize - 1] += 1;
            for list in ["/api/orders".to_owned(), format!("/api/orders/{order}/timeline")] {
                assert_eq!(shop.get(&buyer, &list).await.items().len(), 1);
            }
        }
        assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    };
    tokio::join!(switching, reading(), reading());
}

#[tokio::test]
async fn a_view_of_another_shape_is_read_without_a_failure() {
    let (shop, buyer, seller) = (shop().await, Buyer::new(), Seller::new());
    let line = Line { product: Uuid::now_v7(), seller: seller.0, quantity: 1, unit_price: 100 };
    let order = place(&shop.rows, buyer.0, "confirmed", at(0), &[line]).await;
    let path = format!("/api/orders/{order}");
    for _ in 0..5 {
        tokio::join!(shop.get(&buyer, &path), shop.get(&buyer, &path), shop.get(&buyer, &path));
    }
    let other = "drop view orders.orders; alter table orders_g1.orders alter column status type varchar(20);
                 create view orders.orders as select * from orders_g1.orders";
    execute(&shop.rows, other.to_owned()).await.unwrap();
    for _ in 0..5 {
        let (one, other) = tokio::join!(shop.get(&buyer, &path), shop.get(&buyer, "/api/orders"));
        assert_eq!(one.ok()["status"], "confirmed");
        assert_eq!(other.items().len(), 1);
    }
}
