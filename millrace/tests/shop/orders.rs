//! Orders over HTTP, up to their decision.

use domain::{
    Aggregate,
    inventory::{Event, Inventory},
};
use futures_util::future::join_all;

use crate::running::Shop;

#[tokio::test]
async fn ten_units_and_two_hundred_concurrent_orders_make_ten_confirmed_and_a_clean_history() {
    let shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    let orders = join_all((0..200).map(|_| buyer.order(&product, 1))).await;
    let decisions = join_all(orders.iter().map(|order| buyer.decision(order))).await;
    assert_eq!(decisions.iter().filter(|status| *status == "confirmed").count(), 10);
    assert_eq!(decisions.iter().filter(|status| *status == "rejected").count(), 190);

    let history = shop.store().history("inventory", product.parse().unwrap()).await.unwrap();
    let (mut inventory, mut on_hand, mut reserved) = (Inventory::default(), 0_i64, 0_i64);
    for event in history {
        let event = event.event::<Inventory>().unwrap();
        match event {
            Event::Received { quantity, .. } => on_hand += i64::from(quantity),
            Event::Adjusted { delta, .. } => on_hand += delta,
            Event::Reserved { quantity, .. } => reserved += i64::from(quantity),
            Event::Released { quantity, .. } => reserved -= i64::from(quantity),
            Event::Committed { quantity, .. } => {
                on_hand -= i64::from(quantity);
                reserved -= i64::from(quantity);
            }
            Event::Restocked { quantity, .. } => on_hand += i64::from(quantity),
            Event::ThresholdSet { .. } | Event::RanLow { .. } | Event::CarriedForward { .. } => {}
        }
        inventory.evolve(&event);
        assert!(0 <= reserved && reserved <= on_hand, "{reserved} of {on_hand} after {event:?}");
    }
    assert_eq!((inventory.on_hand(), inventory.reserved()), (10, 10));
    shop.verify().await;
}

#[tokio::test]
async fn a_buyer_sees_their_order_at_once_and_the_stock_fall() {
    let shop = Shop::open();
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 10).await;
    let order = buyer.order(&product, 4).await;
    // The caller's own writes are waited for, by the cookie alone.
    let answer = buyer.get(&format!("/api/orders/{order}")).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["consistency"].to_str().unwrap()), (200, "fresh"));
    assert_eq!(buyer.decision(&order).await, "confirmed");
    shop.at_rest().await;
    let stock = seller.get_json(&format!("/api/inventory/{product}")).await;
    assert_eq!((&stock["on_hand"], &stock["reserved"], &stock["available"]), (&10.into(), &4.into(), &6.into()));
}
