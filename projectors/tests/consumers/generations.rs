//! Workers come and go with the generations that there are.

use projectors::{
    generations::{self, State},
    schema::{self, READ_MODELS},
};

use crate::shop::{SOON, Shop};

#[tokio::test]
async fn the_first_generation_is_live_and_is_registered_once() {
    let shop = Shop::open().await;
    schema::migrate(&shop.database).await.unwrap();
    for read_model in READ_MODELS {
        let all = generations::all(&mut shop.sql().await, read_model.name).await.unwrap();
        let known: Vec<_> = all.iter().map(|generation| (generation.number, generation.state)).collect();
        assert_eq!(known, [(1, State::Live)]);
    }
}

#[tokio::test]
async fn a_generation_is_fed_from_when_it_is_complete_until_it_is_gone() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.product(seller, 5).await;
    shop.at_rest().await;
    let mut sql = shop.sql().await;
    let inventory = READ_MODELS.iter().find(|read_model| read_model.name == "inventory").unwrap();
    schema::create(&mut sql, inventory, "inventory_g2").await.unwrap();
    sqlx::query("insert into inventory.generations (state) values ('building')").execute(&mut sql).await.unwrap();
    sqlx::query("update inventory.generations set state = 'next' where generation = 2")
        .execute(&mut sql)
        .await
        .unwrap();
    let fed = async || shop.count("select count(*) from inventory_g2.movements").await == 1;
    test_kit::eventually("the new generation is fed", SOON, fed).await;
    assert_eq!(shop.count("select count(*) from inventory_g2.positions where owner is not null").await, 16);

    sqlx::query("delete from inventory.generations where generation = 2").execute(&mut sql).await.unwrap();
    let left = async || shop.count("select count(*) from inventory_g2.positions where owner is not null").await == 0;
    test_kit::eventually("the generation is left", SOON, left).await;
    running.stop().await;
}

#[tokio::test]
async fn views_show_a_column_that_a_migration_has_added() {
    let shop = Shop::open().await;
    let add = "alter table inventory_g1.movements add column place text";
    sqlx::query(add).execute(&mut shop.sql().await).await.unwrap();
    schema::migrate(&shop.database).await.unwrap();
    assert_eq!(shop.count("select count(place) from inventory.movements").await, 0);
}
