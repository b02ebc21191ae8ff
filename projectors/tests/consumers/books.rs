//! Books that are closed leave the rows as they are, but for their version.

use domain::{Aggregate, inventory::Inventory, order::Order, user::User};
use event_store::{Changes, Decision, Request, States, Stream};

use crate::shop::{Shop, context};

/// Carries an aggregate forward, as the store does when its stream has grown long.
async fn close_books<A: Aggregate>(shop: &Shop, id: A::Id) {
    let request = Request::new(context(), [Stream::of::<A>(id)]);
    let close = move |states: &States<'_>| {
        let carried = states.get::<A>(id).carried_forward();
        Decision::new(Changes::none().and::<A>(id, carried.into_iter().collect()), ())
    };
    shop.store.commit(request, close).await.unwrap();
}

#[tokio::test]
async fn closed_books_leave_the_rows_as_they_are() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    let order = shop.order_one(seller, product).await;
    shop.at_rest().await;
    let rows = async |table: &'static str| -> Vec<serde_json::Value> {
        let query = format!("select to_jsonb(t) - 'version' from {table} t order by 1");
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&mut shop.sql().await).await.unwrap()
    };
    let tables = [
        "users.users",
        "users.sessions",
        "products.stock",
        "products.sellers",
        "inventory.inventory",
        "inventory.movements",
        "orders.orders",
        "orders.order_lines",
        "orders.timeline",
    ];
    let mut before = Vec::new();
    for table in tables {
        before.push(rows(table).await);
    }
    close_books::<User>(&shop, seller).await;
    close_books::<Inventory>(&shop, product).await;
    close_books::<Order>(&shop, order).await;
    shop.at_rest().await;
    for (table, before) in tables.into_iter().zip(before) {
        assert_eq!(rows(table).await, before, "{table}");
    }
    // Registered, asked for a proof, proven, opened a shop; received, reserved; placed, confirmed: and then carried forward,
    // each.
    for (versions, last) in [
        ("select version from users.users", 5),
        ("select version from products.stock", 3),
        ("select version from products.sellers", 5),
        ("select version from inventory.inventory", 3),
        ("select version from orders.orders", 3),
    ] {
        assert_eq!(shop.count(versions).await, last, "{versions}");
    }
    shop.verify().await;
    running.stop().await;
}
