//! Feeds are spread evenly over the processes that there are.

use crate::shop::{SOON, Shop};

/// How many feeds of a consumer each owner holds, most first.
async fn spread(shop: &Shop) -> Vec<i64> {
    sqlx::query_scalar(
        "select count(*) from inventory_g1.positions where expires_at > now() group by owner order by 1 desc",
    )
    .fetch_all(&mut shop.sql().await)
    .await
    .unwrap()
}

async fn spreads(shop: &Shop, expected: &[i64]) {
    let what = format!("the feeds are spread as {expected:?}");
    test_kit::eventually(&what, SOON, async || spread(shop).await == expected).await;
}

#[tokio::test]
async fn every_process_that_comes_gets_its_share_and_gives_it_back_when_it_goes() {
    let shop = Shop::open().await;
    let one = shop.consume();
    spreads(&shop, &[16]).await;
    let two = shop.consume();
    spreads(&shop, &[8, 8]).await;
    let three = shop.consume();
    spreads(&shop, &[6, 5, 5]).await;
    two.stop().await;
    spreads(&shop, &[8, 8]).await;
    one.stop().await;
    spreads(&shop, &[16]).await;
    three.stop().await;
}

#[tokio::test]
async fn nothing_is_lost_or_applied_twice_while_feeds_change_hands() {
    let shop = Shop::open().await;
    let one = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 150).await;
    let orders = async {
        for _ in 0..200 {
            shop.order(seller, &[(product, 1)]).await;
        }
    };
    let hands = async {
        let two = shop.consume();
        spreads(&shop, &[8, 8]).await;
        one.stop().await;
        spreads(&shop, &[16]).await;
        two
    };
    let ((), two) = tokio::join!(orders, hands);
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 150);
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'rejected'").await, 50);
    shop.verify().await;
    two.stop().await;
}
