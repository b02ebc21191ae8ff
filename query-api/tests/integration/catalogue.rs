//! What narrows the catalogue down.

use uuid::Uuid;

use crate::actors::{Admin, Anonymous, Buyer, Seller};
use crate::rows::{Goods, at, open_shop, take_out};
use crate::shop::{Shop, shop};

const ANN: Seller = Seller(Uuid::from_u128(0xa));
const BOB: Seller = Seller(Uuid::from_u128(0xb));

/// A shop with four products on offer and an archived one; and the ids of those on offer.
async fn stocked() -> (Shop, Vec<Uuid>) {
    let shop = shop().await;
    let goods = [
        Goods { name: "Red Teapot".into(), category: Some("tea"), price: 3000, ..Goods::of(ANN.0) },
        Goods { name: "Blue Cup".into(), description: Some("Goes with the teapot"), price: 500, ..Goods::of(ANN.0) },
        Goods { name: "ÉCLAIR".into(), category: Some("food"), price: 250, stock: (2, 2), ..Goods::of(BOB.0) },
        Goods { name: "100% Tea_Tray".into(), category: Some("tea"), price: 1500, ..Goods::of(BOB.0) },
        Goods { name: "Old Teapot".into(), category: Some("old"), status: "archived", ..Goods::of(ANN.0) },
    ];
    let mut ids = Vec::new();
    for (second, goods) in (0..).zip(goods) {
        ids.push(Goods { listed_at: at(second), ..goods }.list(&shop.rows).await);
    }
    ids.pop();
    (shop, ids)
}

async fn found(shop: &Shop, query: &str) -> Vec<String> {
    shop.get(&Anonymous, &format!("/api/products?{query}")).await.each("name")
}

#[tokio::test]
async fn shows_what_is_on_offer_newest_first() {
    let (shop, _) = stocked().await;
    assert_eq!(found(&shop, "").await, ["100% Tea_Tray", "ÉCLAIR", "Blue Cup", "Red Teapot"]);
}

#[tokio::test]
async fn finds_products_that_have_every_word_in_any_case() {
    let (shop, _) = stocked().await;
    assert_eq!(found(&shop, "q=TEAPOT").await, ["Blue Cup", "Red Teapot"]);
    assert_eq!(found(&shop, "q=teapot%20blue").await, ["Blue Cup"]);
    assert_eq!(found(&shop, "q=%C3%A9clair").await, ["ÉCLAIR"]);
    assert_eq!(found(&shop, "q=%25").await, ["100% Tea_Tray"], "a percent sign is one");
    assert_eq!(found(&shop, "q=kettle").await.len(), 0);
}

#[tokio::test]
async fn sorts_by_price_and_name() {
    let (shop, _) = stocked().await;
    assert_eq!(found(&shop, "sort=price").await, ["ÉCLAIR", "Blue Cup", "100% Tea_Tray", "Red Teapot"]);
    assert_eq!(found(&shop, "sort=-price").await, ["Red Teapot", "100% Tea_Tray", "Blue Cup", "ÉCLAIR"]);
    assert_eq!(found(&shop, "sort=name").await, ["100% Tea_Tray", "Blue Cup", "Red Teapot", "ÉCLAIR"]);
}

#[tokio::test]
async fn filters_by_category_seller_price_and_stock() {
    let (shop, _) = stocked().await;
    assert_eq!(found(&shop, "category=tea").await, ["100% Tea_Tray", "Red Teapot"]);
    assert_eq!(found(&shop, &format!("seller={}", BOB.0)).await, ["100% Tea_Tray", "ÉCLAIR"]);
    assert_eq!(found(&shop, "min_price=500&max_price=1500").await, ["100% Tea_Tray", "Blue Cup"]);
    assert_eq!(found(&shop, "in_stock=true&category=food").await.len(), 0);
    assert_eq!(found(&shop, "category=tea&max_price=1500&q=tray").await, ["100% Tea_Tray"]);
}

#[tokio::test]
async fn filters_by_ids() {
    let (shop, ids) = stocked().await;
    let wanted = format!("ids={},{},{}", ids[0], ids[2], Uuid::now_v7());
    assert_eq!(found(&shop, &wanted).await, ["ÉCLAIR", "Red Teapot"]);
}

#[tokio::test]
async fn leaves_out_the_callers_own_products_on_request() {
    let (shop, _) = stocked().await;
    let path = "/api/products?exclude_seller=me";
    assert_eq!(shop.get(&ANN, path).await.each("name"), ["100% Tea_Tray", "ÉCLAIR"]);
    assert_eq!(shop.get(&Buyer::new(), path).await.items().len(), 4);
    assert_eq!(shop.get(&Anonymous, path).await.items().len(), 4);
}

#[tokio::test]
async fn names_the_filter_that_is_wrong() {
    let (shop, ids) = stocked().await;
    let too_many = format!("ids={}", vec![ids[0].to_string(); 101].join(","));
    let too_long = format!("q={}", "x".repeat(201));
    for (query, pointer) in [
        ("sort=relevance", "?sort"),
        ("seller=7", "?seller"),
        ("exclude_seller=you", "?exclude_seller"),
        ("min_price=1.5", "?min_price"),
        ("in_stock=perhaps", "?in_stock"),
        ("ids=7", "?ids"),
        ("ids=", "?ids"),
        (&too_many, "?ids"),
        ("q=%00", "?q"),
        (&too_long, "?q"),
        ("category=%00", "?category"),
        ("colour=red", "?colour"),
    ] {
        assert_eq!(shop.get(&Anonymous, &format!("/api/products?{query}")).await.refused(), pointer, "{query}");
    }
}

#[tokio::test]
async fn counts_the_products_on_offer_in_each_category() {
    let (shop, _) = stocked().await;
    let categories = shop.get(&Anonymous, "/api/categories").await.ok();
    assert_eq!(
        categories,
        serde_json::json!({
            "items": [{"name": "food", "count": 1}, {"name": "tea", "count": 2}], "next_cursor": null,
        })
    );
}

#[tokio::test]
async fn shows_a_shop_with_what_it_offers() {
    let (shop, _) = stocked().await;
    open_shop(&shop.rows, ANN.0, "Ann's").await;

    let shown = shop.get(&Anonymous, &format!("/api/sellers/{}", ANN.0)).await.ok();

    assert_eq!((&shown["shop_name"], &shown["opened_at"]), (&"Ann's".into(), &"2026-11-02T09:00:00Z".into()));
    let names: Vec<_> = shown["products"]["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(names, ["Blue Cup", "Red Teapot"]);
    assert_eq!(shown["products"]["items"][0]["seller"]["shop_name"], "Ann's");
    assert_eq!(shop.get(&Anonymous, &format!("/api/sellers/{}", BOB.0)).await.status, 404);
}

#[tokio::test]
async fn what_a_seller_who_is_out_has_listed_is_not_on_offer() {
    let (shop, ids) = stocked().await;
    open_shop(&shop.rows, BOB.0, "Bob's").await;
    let (page, product) = (format!("/api/sellers/{}", BOB.0), format!("/api/products/{}", ids[2]));
    for (suspended, erased, name) in
        [(true, false, "Bob's"), (false, true, "deleted user"), (true, true, "deleted user")]
    {
        take_out(&shop.rows, BOB.0, suspended, erased).await;

        for sort in ["newest", "price", "-price", "name"] {
            assert_eq!(found(&shop, &format!("sort={sort}")).await.len(), 2, "{sort}");
        }
        assert_eq!(found(&shop, &format!("ids={}", ids[2])).await.len(), 0);
        assert_eq!(shop.get(&Anonymous, "/api/categories").await.each("name"), ["tea"]);
        let window = shop.get(&Anonymous, &page).await.ok();
        assert_eq!((&window["shop_name"], &window["products"]["items"]), (&name.into(), &serde_json::json!([])));
        assert_eq!(shop.get(&Buyer::new(), &product).await.status, 404);
        assert_eq!(shop.get(&Admin::new(), &product).await.ok()["seller"]["shop_name"], name);
        assert_eq!(shop.get(&BOB, "/api/seller/products").await.items().len(), 2);
    }
}

#[tokio::test]
async fn what_a_seller_has_listed_is_back_once_they_are_reinstated() {
    let (shop, ids) = stocked().await;
    open_shop(&shop.rows, BOB.0, "Bob's").await;
    take_out(&shop.rows, BOB.0, true, false).await;
    take_out(&shop.rows, BOB.0, false, false).await;

    assert_eq!(found(&shop, "").await.len(), 4);
    assert_eq!(shop.get(&Anonymous, "/api/categories").await.each("name"), ["food", "tea"]);
    assert_eq!(
        shop.get(&Anonymous, &format!("/api/sellers/{}", BOB.0)).await.ok()["products"]["items"][1]["id"],
        ids[2].to_string()
    );
    assert_eq!(shop.get(&Anonymous, &format!("/api/products/{}", ids[2])).await.status, 200);
}

#[tokio::test]
async fn a_seller_sees_their_archived_products_too_and_nobody_elses() {
    let (shop, _) = stocked().await;
    let own = shop.get(&ANN, "/api/seller/products").await.each("name");
    assert_eq!(own, ["Old Teapot", "Blue Cup", "Red Teapot"]);
    assert_eq!(shop.get(&Buyer::new(), "/api/seller/products").await.status, 403);
    assert_eq!(shop.get(&Anonymous, "/api/seller/products").await.status, 401);
}
