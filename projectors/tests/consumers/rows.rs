//! Read models hold what the log says, whatever happens on the way.

use domain::{
    Money, ProductId,
    inventory::{self, Inventory},
    product::{self, Product},
};
use projectors::schema;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::shop::{Shop, price};

#[tokio::test]
async fn rows_equal_a_plain_fold_of_the_log() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    for units in 0..20 {
        let product = shop.product(seller, units).await;
        shop.order(seller, &[(product, 3)]).await;
        let price = Money { amount: 400, currency: "GBP".to_owned().try_into().unwrap() }.try_into().unwrap();
        shop.execute::<Product>(product, product::Command::ChangePrice { price }).await;
    }
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 17);
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'rejected'").await, 3);
    assert_eq!(shop.count("select sum(reserved)::bigint from inventory.inventory").await, 17 * 3);
    assert_eq!(shop.count("select count(*) from products.products where price_amount = 400").await, 20);
    assert_eq!(shop.count("select count(*) from products.sellers where shop_name = 'anna''s shop'").await, 1);
    assert_eq!(shop.count("select count(*) from users.users where roles = '{buyer,seller}'").await, 1);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn rows_follow_everything_that_happens_to_a_product_and_its_stock() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 10).await;
    shop.execute::<Inventory>(product, inventory::Command::SetThreshold { quantity: 8 }).await;
    let order = shop.order(seller, &[(product, 3)]).await;
    shop.at_rest().await;
    let restock = inventory::Command::Restock { order, number: 1, quantity: 2, at: OffsetDateTime::now_utc() };
    for command in [inventory::Command::Commit { order }, restock] {
        shop.execute::<Inventory>(product, command).await;
    }
    shop.at_rest().await;
    assert_eq!(shop.count("select on_hand from inventory.inventory where threshold = 8 and reserved = 0").await, 9);
    assert_eq!(shop.count("select on_hand from products.stock where threshold = 8 and reserved = 0").await, 9);
    // Nothing moves by a threshold, nor by telling of it.
    let moved = "select count(*) from inventory.movements where on_hand_change <> 0 or reserved_change <> 0";
    assert_eq!(shop.count(moved).await, 4);
    let set =
        "select sum(threshold_change)::bigint from inventory.movements where kind = 'threshold_set' and on_hand = 10";
    assert_eq!(shop.count(set).await, 8);
    assert_eq!(shop.count("select sum(on_hand_change)::bigint from inventory.movements").await, 9);

    let offered = async || shop.count("select count(*) from products.products where status = 'active'").await;
    for (command, count) in [
        (product::Command::Unpublish, 0),
        (product::Command::Publish, 1),
        (product::Command::Archive, 0),
        (product::Command::Publish, 1),
    ] {
        shop.execute::<Product>(product, command).await;
        shop.at_rest().await;
        assert_eq!(offered().await, count);
    }
    assert_eq!(shop.count("select count(*) from products.products where offered_at = listed_at").await, 1);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_draft_is_new_when_it_is_published() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (seller, id) = (shop.seller("anna").await, ProductId::from(Uuid::now_v7()));
    let list = product::Command::List {
        seller,
        name: "Crème pot".to_owned().try_into().unwrap(),
        description: None,
        category: None,
        price: price(339),
        images: vec![],
        draft: true,
    };
    shop.execute::<Product>(id, list).await;
    shop.at_rest().await;
    let draft = "select count(*) from products.products where offered_at is null and status = 'draft'";
    assert_eq!(shop.count(draft).await, 1);
    shop.verify().await;
    shop.execute::<Product>(id, product::Command::Publish).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from products.products where offered_at > listed_at").await, 1);
    // What it is found by is made of the row itself.
    let found = "select count(*) from products.products
                 where slug like 'creme-pot-%' and search @@ 'creme & pot'::tsquery and search::text like '%~pt%'";
    assert_eq!(shop.count(found).await, 1);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn verify_names_a_row_that_somebody_changed_by_hand() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.product(seller, 5).await;
    shop.at_rest().await;
    running.stop().await;
    sqlx::query("update inventory_g1.inventory set on_hand = 6").execute(&mut shop.sql().await).await.unwrap();
    let differences = projectors::verify(&shop.store, &shop.database).await.unwrap();
    assert_eq!(
        differences.iter().map(|difference| difference.table.as_str()).collect::<Vec<_>>(),
        ["inventory.inventory"]
    );
}

#[tokio::test]
async fn events_of_the_time_without_consumers_are_caught_up_with() {
    let shop = Shop::open().await;
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 100).await;
    for _ in 0..100 {
        shop.order(seller, &[(product, 2)]).await;
    }
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 50);
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'rejected'").await, 50);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn stopping_lets_go_so_that_a_successor_need_not_wait() {
    let shop = Shop::open().await;
    let running = shop.consume();
    shop.at_rest().await;
    running.stop().await;
    assert_eq!(shop.count("select count(*) from orders_g1.positions where owner is not null").await, 0);
}

#[tokio::test]
async fn processes_that_start_together_bring_the_schemas_up_to_date_together() {
    let database = test_kit::database().await;
    let options = database.url().parse().unwrap();
    let migrated = futures_util::future::join_all((0..8).map(|_| schema::migrate(&options))).await;
    assert!(migrated.iter().all(Result::is_ok), "{migrated:?}");
}
