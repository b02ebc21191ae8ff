//! `millrace replay`: goes on after `kill -9`, switches there and back, and says what it does.

use std::{
    process::{Command, Output, Stdio},
    time::Duration,
};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use crate::running::{PATIENCE, Shop};

const ORDERS: usize = 60;

async fn shop_with_orders() -> Shop {
    let shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 1_000).await;
    for _ in 0..ORDERS {
        buyer.order(&product, 1).await;
    }
    shop.at_rest().await;
    shop
}

fn replay(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = shop.command();
    command.arg("replay").args(arguments);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

async fn count(sql: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(sql).await.unwrap()
}

/// A lock on `orders.skipped`, which every feed of a replay looks at before its first event.
struct Gate {
    database: PgConnectOptions,
    holder: PgConnection,
}

impl Gate {
    async fn close(shop: &Shop) -> Self {
        let database = shop.database();
        Self { holder: locked(&database).await, database }
    }

    /// Waits until so many wait for the lock.
    async fn waiting(&self, expected: i64) {
        let mut sql = PgConnection::connect_with(&self.database).await.unwrap();
        let query = "select count(*) from pg_locks where not granted and relation = 'orders.skipped'::regclass";
        let waiting = async || count(&mut sql, query).await == expected;
        test_kit::eventually("the replay waits for the lock", PATIENCE, waiting).await;
    }

    /// Whoever waits gets the lock, and the next one waits again.
    async fn let_one_pass(&mut self) {
        let database = self.database.clone();
        let next = tokio::spawn(async move { locked(&database).await });
        self.waiting(2).await;
        let passed = std::mem::replace(&mut self.holder, PgConnection::connect_with(&self.database).await.unwrap());
        passed.close().await.unwrap();
        self.holder = next.await.unwrap();
        self.waiting(1).await;
    }

    async fn open(self) {
        self.holder.close().await.unwrap();
    }
}

async fn locked(database: &PgConnectOptions) -> PgConnection {
    let mut connection = PgConnection::connect_with(database).await.unwrap();
    sqlx::raw_sql("begin; lock table orders.skipped").execute(&mut connection).await.unwrap();
    connection
}

#[tokio::test]
async fn a_replay_that_is_killed_goes_on_and_comes_to_the_same_rows() {
    let mut shop = shop_with_orders().await;
    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    // Each feed begins with what was discarded: who has locked that holds the replay there.
    let mut gate = Gate::close(&shop).await;
    let mut killed =
        replay(&shop, &["orders", "--partitions", "1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let filled = "select count(*) from orders_g2.positions where position > 0";
    gate.waiting(1).await;
    while count(&mut sql, filled).await < 3 {
        gate.let_one_pass().await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    gate.open().await;
    assert_eq!(count(&mut sql, filled).await, 3);
    assert_eq!(count(&mut sql, "select count(*) from orders.generations where state = 'building'").await, 1);

    let again = async || replay(&shop, &["orders"]).output().unwrap();
    let mut output = again().await;
    let went_on = async || {
        // The connection of the killed one may not have ended yet.
        let done = output.status.success();
        if !done {
            assert!(said(&output).contains("somebody else"), "{}", said(&output));
            output = again().await;
        }
        done
    };
    test_kit::eventually("the replay goes on", PATIENCE, went_on).await;
    assert!(said(&output).contains("orders_g2 is live"), "{}", said(&output));
    assert!(said(&output).contains("folding: "), "{}", said(&output));
    let differs = "select count(*) from ((select * from orders_g1.timeline except all select * from orders_g2.timeline)
                     union all (select * from orders_g2.timeline except all select * from orders_g1.timeline)) r";
    assert_eq!(count(&mut sql, differs).await, 0);
    assert_eq!(count(&mut sql, "select count(*) from orders.orders").await, ORDERS as i64);
    shop.verify().await;
    shop.stop();
}

#[tokio::test]
async fn the_views_are_switched_back_and_the_former_generation_dropped() {
    let mut shop = shop_with_orders().await;
    let run = |arguments: &[&str]| said(&replay(&shop, arguments).output().unwrap());
    assert!(run(&["inventory", "--rollback"]).contains("inventory has no previous generation"));
    assert!(run(&["inventory", "--no-verify"]).contains("inventory_g2 is live"));
    assert!(run(&["inventory", "--rollback"]).contains("inventory_g1 is live again"));
    assert!(run(&["inventory", "--drop-previous"]).contains("inventory_g2 is gone"));
    assert!(run(&["claims"]).contains("claims is no read model"));
    let verify = shop.command().args(["verify", "inventory"]).output().unwrap();
    assert!(said(&verify).contains("inventory equals a fold of the log"), "{}", said(&verify));
    let nothing = shop.command().args(["verify", "baskets"]).output().unwrap();
    assert!(said(&nothing).contains("there is no read model baskets"), "{}", said(&nothing));
    let ready = async || shop.is_ready().await;
    test_kit::eventually("nobody misses what is gone", Duration::from_secs(10), ready).await;
    shop.stop();
}
