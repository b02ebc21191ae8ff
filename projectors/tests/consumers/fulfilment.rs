//! The policies, carried.

use std::time::Duration;

use domain::{
    ClaimId, UserId,
    claim::{self, Claim},
    inventory::{self, Inventory},
    order::{self, Order, Status},
    user::{self, User},
};
use time::OffsetDateTime;
use uuid::Uuid;

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
    shop.execute::<Order>(order, order::Command::Cancel { reason: None, by: order::Party::Buyer }).await;
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
    shop.execute::<Order>(order, order::Command::Cancel { reason: None, by: order::Party::Buyer }).await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.status(order).await, Some(Status::Cancelled));
    assert_eq!(shop.store.load::<Inventory>(product).await.unwrap().available(), 5);
    running.stop().await;
}

async fn claim(shop: &Shop, name: ClaimId, owner: UserId) {
    let command = claim::Command::Claim { owner, at: OffsetDateTime::now_utc(), holder_appeared: true };
    shop.execute::<Claim>(name, command).await;
}

/// Somebody whose first name is claimed, and who then took the second.
async fn renamed(shop: &Shop, first: ClaimId, second: ClaimId) -> UserId {
    let user = UserId::from(Uuid::now_v7());
    claim(shop, first, user).await;
    shop.execute::<User>(user, user::Command::Register { email: Uuid::now_v7().into(), username: first }).await;
    claim(shop, second, user).await;
    shop.execute::<User>(user, user::Command::ChangeProfile { username: Some(second) }).await;
    user
}

#[tokio::test]
async fn a_name_that_is_no_longer_used_becomes_free() {
    let shop = Shop::open().await;
    let (first, second) = (Uuid::now_v7().into(), Uuid::now_v7().into());
    let user = renamed(&shop, first, second).await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.store.load::<Claim>(first).await.unwrap().owner(), None);
    assert_eq!(shop.store.load::<Claim>(second).await.unwrap().owner(), Some(user));
    running.stop().await;
}

#[tokio::test]
async fn a_name_that_is_being_taken_back_is_not_released_meanwhile() {
    let shop = Shop::open().await;
    let (first, second) = (Uuid::now_v7().into(), Uuid::now_v7().into());
    let user = renamed(&shop, first, second).await;
    // Claimed again, but the profile has not changed back yet: what the policy sees is the second name.
    claim(&shop, first, user).await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.store.load::<Claim>(first).await.unwrap().owner(), Some(user));
    running.stop().await;
}

#[tokio::test]
async fn a_large_order_names_what_is_short_in_the_first_and_in_the_last_partition_and_keeps_nothing() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let mut products = futures_util::future::join_all((0..190).map(|_| shop.product(seller, 0))).await;
    products.sort_by_key(|product| domain::Partition::of(*product));
    let (first, last) = (products[0], products[189]);
    let stock = products.iter().map(|product| {
        let quantity = if [first, last].contains(product) { 1 } else { 5 };
        shop.execute::<Inventory>(*product, inventory::Command::Receive { quantity, reference: None })
    });
    futures_util::future::join_all(stock).await;
    let lines: Vec<_> = products.iter().map(|product| (*product, 3)).collect();
    let order = shop.order(seller, &lines).await;
    assert_eq!(decided(&shop, order).await, Status::Rejected);
    shop.at_rest().await;
    let history = shop.store.history("order", order.into()).await.unwrap();
    let order::Event::Rejected { short, .. } = history[1].event::<Order>().unwrap() else { panic!("{history:?}") };
    assert_eq!(short.iter().map(|short| short.product).collect::<Vec<_>>(), [first, last]);
    let moved = "select count(*) from inventory.movements where kind <> 'received'";
    assert_eq!(shop.count(moved).await, 0, "after the refusal in the first partition nothing is reserved");
    running.stop().await;
}
