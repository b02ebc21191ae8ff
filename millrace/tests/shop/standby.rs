//! A read side that reads a standby of Postgres, which tells nothing and takes no writes.

use crate::{ear::Ear, services::Apart};

#[tokio::test(flavor = "multi_thread")]
async fn the_read_side_shows_and_tells_what_a_standby_has() {
    let (redis, primary) = (test_kit::redis().await, test_kit::postgres().await);
    let standby = primary.standby().await;
    let addresses = Box::new(move |role: &str| {
        let postgres = if role == "query-api" { &standby } else { &primary };
        [redis.url(), postgres.url()]
    });
    let shop = Apart::reaching(addresses, 1, &[]).await;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let mut ear = Ear::open(&buyer, None).await;
    let order = buyer.order(&product, 2).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    assert_eq!(ear.until(&order, "confirmed").await, ["pending", "confirmed"]);
}
