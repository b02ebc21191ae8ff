//! One product: who sees how much of it, and when it has not changed.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::actors::{Actor, Admin, Anonymous, Buyer, Seller, Support};
use crate::rows::{Goods, open_shop};
use crate::shop::{Shop, shop};

#[tokio::test]
async fn shows_everything_the_contract_names() {
    let (shop, seller) = (shop().await, Seller::new());
    open_shop(&shop.rows, seller.0, "Ann's").await;
    let id = Goods { description: Some("Round"), category: Some("tea"), ..Goods::of(seller.0) }.list(&shop.rows).await;

    assert_eq!(
        shop.get(&Anonymous, &format!("/api/products/{id}")).await.ok(),
        json!({
            "id": id, "version": 3, "seller": {"id": seller.0, "shop_name": "Ann's"}, "name": "Teapot",
            "slug": format!("teapot-{}", &id.to_string()[28..]), "description": "Round", "category": "tea", "price": {"amount": 1999, "currency": "EUR"}, "images": [],
            "status": "active", "stock": "in", "listed_at": "2026-11-02T09:00:00Z", "changed_at": "2026-11-02T09:00:00Z",
        })
    );
}

#[tokio::test]
async fn tells_the_public_whether_there_is_enough() {
    let (shop, seller) = (shop().await, Seller::new());
    for (stock, threshold, band) in [
        ((0, 0), 6, "out"),
        ((7, 7), 6, "out"),
        ((1, 0), 6, "low"),
        ((9, 4), 6, "low"),
        ((6, 0), 6, "in"),
        ((1, 0), 0, "in"),
    ] {
        let id = Goods { stock, threshold, ..Goods::of(seller.0) }.list(&shop.rows).await;
        let shown = shop.get(&Anonymous, &format!("/api/products/{id}")).await.ok();
        assert_eq!(shown["stock"], band, "{stock:?} of {threshold}");
    }
}

async fn exact_stock(shop: &Shop, actor: &impl Actor, path: &str) -> Value {
    shop.get(actor, path).await.ok()["stock_exact"].clone()
}

#[tokio::test]
async fn tells_the_numbers_to_its_seller_alone() {
    let (shop, seller) = (shop().await, Seller::new());
    let id = Goods { stock: (9, 4), ..Goods::of(seller.0) }.list(&shop.rows).await;
    let path = format!("/api/products/{id}");

    let numbers = json!({"on_hand": 9, "reserved": 4, "available": 5, "threshold": 0, "version": 2});
    assert_eq!(exact_stock(&shop, &seller, &path).await, numbers);
    assert_eq!(exact_stock(&shop, &Seller::new(), &path).await, Value::Null);
    assert_eq!(exact_stock(&shop, &Buyer::new(), &path).await, Value::Null);
    assert_eq!(exact_stock(&shop, &Admin::new(), &path).await, Value::Null);
    assert_eq!(exact_stock(&shop, &Anonymous, &path).await, Value::Null);
}

#[tokio::test]
async fn what_is_not_offered_is_there_for_its_seller_and_the_marketplaces_own_people_alone() {
    let (shop, seller) = (shop().await, Seller::new());
    for status in ["draft", "archived"] {
        let id = Goods { status, ..Goods::of(seller.0) }.list(&shop.rows).await;
        let path = format!("/api/products/{id}");

        assert_eq!(shop.get(&seller, &path).await.ok()["status"], status);
        assert_eq!(shop.get(&Admin::new(), &path).await.status, 200);
        assert_eq!(shop.get(&Seller::new(), &path).await.status, 404);
        assert_eq!(shop.get(&Support::new(), &path).await.status, 200);
        assert_eq!(shop.get(&Anonymous, &path).await.status, 404);
        for list in ["/api/products", "/api/products?q=teapot", &format!("/api/products?ids={id}")] {
            assert!(shop.get(&Anonymous, list).await.items().is_empty(), "{list}");
        }
    }
}

#[tokio::test]
async fn a_slug_is_readable_whatever_the_name() {
    let (shop, seller) = (shop().await, Seller::new());
    for (name, slug) in [
        ("Crème brûlée, No. 5", "creme-brulee-no-5-"),
        ("Children's T-light", "childrens-t-light-"),
        ("茶壶", "茶壶-"),
        ("%%%", ""),
        ("long ".repeat(30).trim_end(), &"long-".repeat(12)),
    ] {
        let id = Goods { name: name.to_owned(), ..Goods::of(seller.0) }.list(&shop.rows).await;
        let shown = shop.get(&Anonymous, &format!("/api/products/{id}")).await.ok();
        assert_eq!(shown["slug"], format!("{slug}{}", &id.to_string()[28..]));
    }
}

#[tokio::test]
async fn an_id_that_names_nothing_is_not_found() {
    let shop = shop().await;
    for id in ["7", "00000000-0000-7000-8000-000000000000"] {
        assert_eq!(shop.get(&Anonymous, &format!("/api/products/{id}")).await.status, 404, "{id}");
    }
}

#[tokio::test]
async fn answers_304_while_neither_product_nor_stock_has_changed() {
    let (shop, seller) = (shop().await, Seller::new());
    let id = Goods::of(seller.0).list(&shop.rows).await;
    let path = format!("/api/products/{id}");
    let first = shop.get(&Anonymous, &path).await;
    assert_eq!(first.header("etag"), Some("\"3.2\""));

    for tag in ["\"3.2\"", "W/\"3.2\"", "\"1.1\", \"3.2\"", "*"] {
        let again = shop.service.get_with(&Anonymous, &path, &[("if-none-match", tag)]).await;
        assert_eq!((again.status, again.header("etag")), (StatusCode::NOT_MODIFIED, Some("\"3.2\"")), "{tag}");
    }

    sqlx::query("update products_g1.stock set version = 3 where id = $1").bind(id).execute(&shop.rows).await.unwrap();
    let changed = shop.service.get_with(&Anonymous, &path, &[("if-none-match", "\"3.2\"")]).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, Some("\"3.3\"")));
}

#[tokio::test]
async fn a_sessions_answer_is_whole_and_kept_by_nobody() {
    let (shop, seller) = (shop().await, Seller::new());
    let id = Goods::of(seller.0).list(&shop.rows).await;
    let path = format!("/api/products/{id}");

    let answer = shop.service.get_with(&seller, &path, &[("if-none-match", "\"3.2\"")]).await;

    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, Some("no-store")));
    assert_eq!(shop.get(&Anonymous, &path).await.header("cache-control"), Some("no-cache"));
}

#[tokio::test]
async fn lists_that_everybody_sees_are_sent_again_only_when_they_have_changed() {
    let (shop, seller) = (shop().await, Seller::new());
    open_shop(&shop.rows, seller.0, "Ann's").await;
    Goods { category: Some("tea"), ..Goods::of(seller.0) }.list(&shop.rows).await;
    let paths =
        ["/api/products?q=teapot".to_owned(), "/api/categories".to_owned(), format!("/api/sellers/{}", seller.0)];
    for path in paths {
        let first = shop.get(&Anonymous, &path).await;
        assert_eq!(first.header("cache-control"), Some("no-cache"), "{path}");
        let tag = first.header("etag").unwrap().to_owned();
        let again = shop.service.get_with(&Anonymous, &path, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.header("etag")), (StatusCode::NOT_MODIFIED, Some(&*tag)), "{path}");

        Goods { category: Some("tea"), ..Goods::of(seller.0) }.list(&shop.rows).await;
        let changed = shop.service.get_with(&Anonymous, &path, &[("if-none-match", &tag)]).await;
        assert_eq!(changed.status, StatusCode::OK, "{path}");
        let own = shop.service.get_with(&seller, &path, &[("if-none-match", "*")]).await;
        assert_eq!((own.status, own.header("cache-control")), (StatusCode::OK, Some("no-store")), "{path}");
    }
}
