//! Callers read their own writes.

use std::time::Duration;

use tokio::time::sleep;
use uuid::Uuid;

use crate::actors::{Anonymous, Buyer, Seller};
use crate::rows::{Goods, apply, register};
use crate::shop::{Answer, Shop, shop, shop_that_waits};

/// How far the projectors lag behind in these tests.
const LAG: Duration = Duration::from_millis(50);

async fn products_after(shop: &Shop, token: &str) -> Answer {
    shop.service.get_with(&Anonymous, "/api/products", &[("consistency-token", token)]).await
}

#[tokio::test]
async fn waits_for_a_write_that_is_on_its_way() {
    let (shop, id) = (shop().await, Uuid::now_v7());
    let rows = shop.rows.clone();
    let projector = tokio::spawn(async move {
        sleep(LAG).await;
        Goods::of(Uuid::now_v7()).list(&rows).await;
        apply(&rows, "products", "product", id, 3).await;
    });

    let answer = products_after(&shop, &format!("product:{id}:3")).await;

    projector.await.unwrap();
    assert_eq!(answer.header("consistency"), Some("fresh"));
    assert_eq!(answer.items().len(), 1);
}

#[tokio::test]
async fn a_later_version_will_do() {
    let (shop, id) = (shop().await, Uuid::now_v7());
    apply(&shop.rows, "products", "product", id, 9).await;
    assert_eq!(products_after(&shop, &format!("product:{id}:3")).await.header("consistency"), Some("fresh"));
}

#[tokio::test]
async fn answers_without_a_write_that_does_not_come() {
    let (shop, id) = (shop_that_waits(LAG).await, Uuid::now_v7());
    apply(&shop.rows, "products", "product", id, 2).await;

    let answer = products_after(&shop, &format!("product:{id}:3")).await;

    assert_eq!((answer.status.as_u16(), answer.header("consistency")), (200, Some("stale")));
}

#[tokio::test]
async fn waits_for_every_write_of_the_token() {
    let (shop, id) = (shop_that_waits(LAG).await, Uuid::now_v7());
    apply(&shop.rows, "products", "product", id, 1).await;
    let token = format!("product:{id}:1.inventory:{id}:1");
    assert_eq!(products_after(&shop, &token).await.header("consistency"), Some("stale"));

    apply(&shop.rows, "products", "inventory", id, 1).await;
    assert_eq!(products_after(&shop, &token).await.header("consistency"), Some("fresh"));
}

#[tokio::test]
async fn does_not_wait_for_what_its_read_model_never_folds() {
    let shop = shop().await;
    let token = format!("order:{}:1.claim:{}:1", Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(products_after(&shop, &token).await.header("consistency"), Some("fresh"));
}

#[tokio::test]
async fn takes_the_writes_from_the_cookie_too() {
    let shop = shop_that_waits(LAG).await;
    let cookie = format!("consistency=product:{}:1", Uuid::now_v7());
    let answer = shop.service.get_with(&Anonymous, "/api/products", &[("cookie", &cookie)]).await;
    assert_eq!(answer.header("consistency"), Some("stale"));
}

#[tokio::test]
async fn says_nothing_of_it_to_who_has_written_nothing() {
    let shop = shop().await;
    assert_eq!(shop.get(&Anonymous, "/api/products").await.header("consistency"), None);
}

#[tokio::test]
async fn stock_is_not_fresh_before_the_catalogue_knows_whose_it_is() {
    let (shop, seller, id) = (shop_that_waits(LAG).await, Seller::new(), Uuid::now_v7());
    apply(&shop.rows, "inventory", "inventory", id, 1).await;
    let token = format!("product:{id}:1.inventory:{id}:1");

    let path = format!("/api/inventory/{id}");
    let answer = shop.service.get_with(&seller, &path, &[("consistency-token", &token)]).await;

    assert_eq!((answer.status.as_u16(), answer.header("consistency")), (404, Some("stale")));
}

#[tokio::test]
async fn who_has_just_signed_up_finds_their_account() {
    let (shop, buyer) = (shop().await, Buyer::new());
    let (rows, user) = (shop.rows.clone(), buyer.0);
    let projector = tokio::spawn(async move {
        sleep(LAG).await;
        register(&rows, user, "ann").await;
        apply(&rows, "users", "user", user, 1).await;
    });

    let account = shop.get(&buyer, "/api/users/me").await.ok();

    projector.await.unwrap();
    assert_eq!(account["username"], "ann");
}
