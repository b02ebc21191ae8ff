//! Events that the rows get late have numbers, so that open connections are told of them: each one once, of the live rows alone.

use domain::{
    ProductId,
    inventory::{self, Inventory},
};
use futures_util::future::join_all;
use projectors::{Request, Which};

use crate::{
    replay::replay,
    shop::{Running, SOON, Shop},
};

/// A movement to thirteen units does not fit into the first generation.
const BREAK: &str = "alter table inventory_g1.movements add constraint lucky check (on_hand <> 13) not valid";
const MEND: &str = "alter table inventory_g1.movements drop constraint lucky";

impl Shop {
    async fn receive_one(&self, product: ProductId) {
        let one = inventory::Command::Receive { quantity: 1, reference: None };
        self.execute::<Inventory>(product, one).await;
    }

    /// The numbers of what came late, with the versions that stand at those places.
    async fn late(&self) -> Vec<(i64, i64)> {
        let late = "select number, version from inventory.late join inventory.movements using (partition, position)
                    where category = 'inventory' order by 1";
        sqlx::query_as(late).fetch_all(&mut self.sql().await).await.unwrap()
    }
}

/// A shop of which the read model `inventory` holds a product with three events.
async fn shop_that_holds() -> (Shop, Running, ProductId) {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 12).await;
    shop.at_rest().await;
    shop.run_sql(BREAK).await;
    shop.receive_one(product).await;
    shop.is_dead().await;
    join_all((0..2).map(|_| shop.receive_one(product))).await;
    shop.at_rest().await;
    assert_eq!(shop.late().await, []);
    (shop, running, product)
}

#[tokio::test]
async fn what_was_held_is_numbered_once_it_is_folded() {
    let (shop, running, product) = shop_that_holds().await;
    shop.run_sql(MEND).await;
    shop.ask("inventory_g1", Request::Retry(Which::All)).await;
    shop.nothing_is_held().await;
    // What comes in time has its place alone.
    shop.receive_one(product).await;
    shop.at_rest().await;
    assert_eq!(shop.late().await, [(1, 2), (2, 3), (3, 4)]);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn what_the_next_generation_does_not_hold_is_numbered_once_it_is_shown() {
    let (shop, running, product) = shop_that_holds().await;
    assert_eq!(replay(&shop, "inventory").await.unwrap(), 2);
    let numbered = [(1, 2), (2, 3), (3, 4)];
    assert_eq!(shop.late().await, numbered);
    // The generation of before, which nobody sees, tells nobody.
    shop.run_sql(MEND).await;
    shop.ask("inventory_g1", Request::Retry(Which::All)).await;
    shop.nothing_is_held().await;
    shop.receive_one(product).await;
    let folded = async || shop.count("select count(*) from inventory_g1.movements").await == 5;
    test_kit::eventually("it is up to date", SOON, folded).await;
    assert_eq!(shop.late().await, numbered);
    shop.verify().await;
    running.stop().await;
}
