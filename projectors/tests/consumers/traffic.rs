//! Buyers that order and readers that look, for as long as a test lets them.

use std::{sync::Arc, time::Duration};

use domain::{
    ProductId, UserId,
    order::{self, Order},
    product::{self, Product},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::shop::{Shop, price};

/// As query-api begins to read: the views stand still from before the snapshot on.
const BEGIN: &str = "begin isolation level repeatable read read only; lock table orders.applied in access share mode";

pub(crate) struct Traffic {
    tasks: JoinSet<usize>,
    stop: CancellationToken,
}

impl Traffic {
    /// Lets two buyers order and cancel, a seller change prices, and three readers look.
    pub(crate) fn begin(shop: &Arc<Shop>, seller: UserId, products: &[ProductId]) -> Self {
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        for _ in 0..2 {
            tasks.spawn(buy(shop.clone(), seller, products.to_vec(), stop.clone()));
        }
        tasks.spawn(look(shop.clone(), stop.clone()));
        for table in ["orders.timeline", "inventory.movements"] {
            tasks.spawn(count(shop.clone(), table, stop.clone()));
        }
        Self { tasks, stop }
    }

    /// Ends it, and asserts that nobody was disappointed and everybody was busy.
    pub(crate) async fn end(mut self) {
        self.stop.cancel();
        while let Some(done) = self.tasks.join_next().await {
            assert!(done.unwrap() > 10);
        }
    }
}

async fn buy(shop: Arc<Shop>, seller: UserId, products: Vec<ProductId>, stop: CancellationToken) -> usize {
    let mut placed = 0;
    while !stop.is_cancelled() {
        let product = products[placed % products.len()];
        let order = shop.order_one(seller, product).await;
        if placed % 3 == 0 {
            shop.execute::<Order>(order, order::Command::Cancel { reason: None, by: order::Party::Buyer }).await;
        }
        if placed % 5 == 0 {
            shop.execute::<Product>(product, product::Command::ChangePrice { price: price(400 + placed as u64) }).await;
        }
        placed += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    placed
}

/// Reads orders in all their parts, which must be of one piece.
async fn look(shop: Arc<Shop>, stop: CancellationToken) -> usize {
    let mut sql = shop.sql().await;
    let mut looks = 0;
    while !stop.is_cancelled() {
        let mut snapshot = sql.begin_with(BEGIN).await.unwrap();
        let newest: Vec<(Uuid, i64)> =
            sqlx::query_as("select id, version from orders.orders order by changed_at desc limit 5")
                .fetch_all(&mut *snapshot)
                .await
                .unwrap();
        for (id, version) in newest {
            let parts: (i64, i64, i64) = sqlx::query_as(
                "select (select count(*) from orders.timeline where order_id = $1),
                        (select count(*) from orders.order_lines where order_id = $1),
                        (select version from orders.applied where id = $1)",
            )
            .bind(id)
            .fetch_one(&mut *snapshot)
            .await
            .unwrap();
            assert_eq!(parts, (version, 1, version));
        }
        snapshot.commit().await.unwrap();
        looks += 1;
    }
    looks
}

/// Counts the rows of a table that only grows: never fewer than before.
async fn count(shop: Arc<Shop>, table: &'static str, stop: CancellationToken) -> usize {
    let mut sql: PgConnection = shop.sql().await;
    let (mut looks, mut before) = (0, 0);
    let query = format!("select count(*) from {table}");
    while !stop.is_cancelled() {
        let now: i64 = sqlx::query_scalar(AssertSqlSafe(query.as_str())).fetch_one(&mut sql).await.unwrap();
        assert!(now >= before, "{now} after {before} in {table}");
        before = now;
        looks += 1;
    }
    looks
}
