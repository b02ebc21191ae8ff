//! Live updates of a running shop, over real connections.

use std::time::Duration;

use domain::{
    OrderId,
    order::{Order, Status},
};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::{
    actions::{People, id_of, tell, way_to},
    dead_letters::{is_dead, quick, run},
    ear::Ear,
    running::Shop,
};

#[tokio::test]
async fn a_buyer_and_two_sellers_hear_an_order_through_its_life_though_they_are_cut() {
    let mut shop = Shop::open();
    let people = People::of(&shop).await;
    let sellers = [id_of(&people.sellers[0]).await, id_of(&people.sellers[1]).await];
    let stranger = shop.customer("fred").await;
    let mut buyer = Ear::open(&people.buyer, None).await;
    let mut bob = Ear::open(&people.sellers[1], None).await;
    let mut nobody = Ear::open(&stranger, None).await;

    let order = people.place(1).await;
    assert_eq!(buyer.until(&order, "confirmed").await, ["pending", "confirmed"]);
    // Cut, and back after the shop was stopped and started, with open connections.
    let last = buyer.id.clone();
    shop.stop();
    assert_eq!(nobody.step(&order).await, None);
    drop(buyer);
    shop.start();
    let id: OrderId = order.parse::<Uuid>().unwrap().into();
    let total = shop.store().load::<Order>(id).await.unwrap().total().unwrap();
    tell(&shop.store(), id, way_to(Status::Completed, sellers, total)).await;
    let mut back = Ear::open(&people.buyer, Some(&last)).await;
    let rest = ["paid", "partly_shipped", "shipped", "delivered", "completed"];
    let mut heard = back.until(&order, "completed").await;
    // The attempt to pay changes no status.
    heard.retain(|status| status != "confirmed");
    assert_eq!(heard, rest);
    // A seller hears of the own part alone.
    let (bobs, first) = (bob.id.clone(), bob.until(&order, "confirmed").await);
    assert_eq!(first, ["pending", "confirmed"]);
    let mut bob = Ear::open(&people.sellers[1], Some(&bobs)).await;
    let part = ["pending", "confirmed", "paid", "shipped", "delivered", "completed"];
    assert_eq!(bob.until(&order, "completed").await, part);

    let logged_out = people.sellers[1].post("/api/auth/logout", json!({})).await;
    assert_eq!(logged_out.status(), 204);
    let ended = tokio::time::timeout(Duration::from_secs(20), bob.step(&order)).await;
    assert_eq!(ended.expect("it ends"), None);
    shop.stop();
}

#[tokio::test]
async fn a_seller_hears_once_of_what_failed_by_itself_when_it_is_tried_again() {
    let mut shop = quick();
    let seller = shop.customer("anna").await;
    let product = seller.sell("Anna's lanterns", 6).await;
    shop.at_rest().await;
    let mut ear = Ear::open(&seller, None).await;
    let break_it = "alter table inventory_g1.movements add constraint no_sevens check (on_hand <> 7) not valid";
    let mut sql = PgConnection::connect_with(&shop.database()).await.unwrap();
    sqlx::raw_sql(break_it).execute(&mut sql).await.unwrap();
    let receive = async || {
        let received = seller.post(&format!("/api/inventory/{product}/receipts"), json!({ "quantity": 1 })).await;
        assert_eq!(received.status(), 200);
    };
    receive().await;
    is_dead(&shop).await;
    // Until its place in the feed is passed.
    let mut other = String::new();
    while !other.ends_with(&product[35..]) {
        other = seller.list(3).await;
        assert_eq!(ear.next(&["stock"]).await.unwrap().data["product_id"], other.as_str());
    }
    let last = ear.id.clone();

    sqlx::raw_sql("alter table inventory_g1.movements drop constraint no_sevens").execute(&mut sql).await.unwrap();
    let (went_well, said) = run(&shop, "dead-letters retry inventory_g1 --all");
    assert!(went_well, "{said}");
    let mut back = Ear::open(&seller, Some(&last)).await;
    receive().await;

    for ear in [&mut ear, &mut back] {
        for on_hand in [7, 8] {
            let heard = ear.next(&["stock"]).await.unwrap().data;
            assert_eq!((&heard["product_id"], &heard["stock_exact"]["on_hand"]), (&json!(product), &json!(on_hand)));
        }
    }
    shop.verify().await;
    shop.stop();
}
