//! Consumers of a Redis Cluster.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use crate::shop::{SOON, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn read_models_are_a_fold_of_the_log_though_a_node_of_the_cluster_was_killed() {
    let (shop, cluster) = Shop::on_a_cluster().await;
    let running = shop.consume();
    let shop = Arc::new(shop);
    let seller = shop.seller("anna").await;
    let mut products = Vec::new();
    for _ in 0..8 {
        products.push(shop.product(seller, 1000).await);
    }
    let buyers: Vec<_> = (0..4)
        .map(|buyer| {
            let (shop, products) = (shop.clone(), products.clone());
            tokio::spawn(async move {
                let mut placed = 0;
                for n in 0..60 {
                    let wanted = [(products[(buyer + n) % products.len()], 1)];
                    placed += usize::from(shop.try_to_place(Uuid::now_v7().into(), seller, &wanted).await);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                placed
            })
        })
        .collect();
    let some = async || shop.count("select count(*) from orders.orders").await > 20;
    test_kit::eventually("orders come in", SOON, some).await;
    cluster.nodes[0].kill9();
    let noticed = async || !running.faults().is_empty();
    test_kit::eventually("consumers notice", SOON, noticed).await;
    cluster.nodes[0].restart().await;
    cluster.agrees().await;
    let mut placed = 0;
    for buyer in buyers {
        placed += buyer.await.unwrap();
    }
    assert!(placed > 20);
    shop.order_one(seller, products[0]).await;
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}
