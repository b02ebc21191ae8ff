//! Callers read their own writes.

use std::time::Duration;

use sqlx::PgPool;
use uuid::Uuid;

use crate::actors::{Anonymous, Buyer, Seller};
use crate::rows::{Goods, apply, register};
use crate::shop::{Answer, Shop, shop, shop_that_waits};

/// How long a request waits in the tests in which it waits in vain.
const IN_VAIN: Duration = Duration::from_millis(50);

/// Waits until a request has looked for its write, and did not find it.
async fn asked_for(rows: &PgPool, read_model: &str) {
    let looked = async || {
        let asked = "select exists (select from pg_stat_activity where datname = current_database()
                       and application_name = 'query-api' and query like '%' || $1 || '.applied%')";
        sqlx::query_scalar(asked).bind(read_model).fetch_one(rows).await.unwrap()
    };
    test_kit::eventually("the request looks for its write", Duration::from_secs(2), looked).await;
}

async fn products_after(shop: &Shop, token: &str) -> Answer {
    shop.service.get_with(&Anonymous, "/api/products", &[("consistency-token", token)]).await
}

#[tokio::test]
async fn waits_for_a_write_that_is_on_its_way() {
    let (shop, id) = (shop().await, Uuid::now_v7());
    let projector = async {
        asked_for(&shop.rows, "products").await;
        Goods::of(Uuid::now_v7()).list(&shop.rows).await;
        apply(&shop.rows, "products", "product", id, 3).await;
    };
    let token = format!("product:{id}:3");
    let (answer, ()) = tokio::join!(products_after(&shop, &token), projector);
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
    let (shop, id) = (shop_that_waits(IN_VAIN).await, Uuid::now_v7());
    apply(&shop.rows, "products", "product", id, 2).await;

    let answer = products_after(&shop, &format!("product:{id}:3")).await;

    assert_eq!((answer.status.as_u16(), answer.header("consistency")), (200, Some("stale")));
}

#[tokio::test]
async fn waits_for_every_write_of_the_token() {
    let (shop, id) = (shop_that_waits(IN_VAIN).await, Uuid::now_v7());
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
    let shop = shop_that_waits(IN_VAIN).await;
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
    let (shop, seller, id) = (shop_that_waits(IN_VAIN).await, Seller::new(), Uuid::now_v7());
    apply(&shop.rows, "inventory", "inventory", id, 1).await;
    let token = format!("product:{id}:1.inventory:{id}:1");

    let path = format!("/api/inventory/{id}");
    let answer = shop.service.get_with(&seller, &path, &[("consistency-token", &token)]).await;

    assert_eq!((answer.status.as_u16(), answer.header("consistency")), (404, Some("stale")));
}

#[tokio::test]
async fn who_has_just_signed_up_finds_their_account() {
    let (shop, buyer) = (shop().await, Buyer::new());
    let projector = async {
        asked_for(&shop.rows, "users").await;
        register(&shop.rows, buyer.0, "ann").await;
        apply(&shop.rows, "users", "user", buyer.0, 1).await;
    };
    let (account, ()) = tokio::join!(shop.get(&buyer, "/api/users/me"), projector);
    assert_eq!(account.ok()["username"], "ann");
}
