//! The policies, carried.

use std::time::Duration;

use domain::{
    inventory::Inventory,
    order::{self, Order, Status},
};

use crate::shop::{SOON, Shop};

async fn decided(shop: &Shop, order: domain::OrderId) -> Status {
    let decided = async || shop.status(order).await != Some(Status::Pending);
    test_kit::eventually("the order is decided", SOON, decided).await;
    shop.status(order).await.unwrap()
}

#[tokio::test]
async fn an_order_is_confirmed_with_all_its_lines_or_rejected_with_none() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let (plenty, few) = (shop.product(seller, 100).await, shop.product(seller, 1).await);
    let fits = shop.order(seller, &[(plenty, 10), (few, 1)]).await;
    assert_eq!(decided(&shop, fits).await, Status::Confirmed);
    let exceeds = shop.order(seller, &[(plenty, 10), (few, 1)]).await;
    assert_eq!(decided(&shop, exceeds).await, Status::Rejected);
    shop.at_rest().await;
    assert_eq!(shop.store.load::<Inventory>(plenty).await.unwrap().reserved(), 10);
    let short = shop.count("select count(*) from orders.timeline where detail->'short'->0->>'available' = '0'").await;
    assert_eq!(short, 1, "the rejection names what was short");
    running.stop().await;
}

#[tokio::test]
async fn ten_units_and_two_hundred_orders_make_ten_confirmed() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 10).await;
    futures_util::future::join_all((0..200).map(|_| shop.order_one(seller, product))).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 10);
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'rejected'").await, 190);
    assert_eq!(shop.count("select count(*) from inventory.movements where reserved > on_hand").await, 0);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_cancelled_order_gives_its_units_back() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    let order = shop.order(seller, &[(product, 5)]).await;
    assert_eq!(decided(&shop, order).await, Status::Confirmed);
    shop.execute::<Order>(order, order::Command::Cancel { reason: None }).await;
    let released = async || shop.store.load::<Inventory>(product).await.unwrap().available() == 5;
    test_kit::eventually("the units are available again", Duration::from_secs(10), released).await;
    running.stop().await;
}

#[tokio::test]
async fn an_order_that_is_cancelled_before_it_is_decided_reserves_nothing() {
    let shop = Shop::open().await;
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    let order = shop.order(seller, &[(product, 5)]).await;
    shop.execute::<Order>(order, order::Command::Cancel { reason: None }).await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.status(order).await, Some(Status::Cancelled));
    assert_eq!(shop.store.load::<Inventory>(product).await.unwrap().available(), 5);
    running.stop().await;
}
