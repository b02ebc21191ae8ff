//! What narrows the catalogue down.

use uuid::Uuid;

use crate::actors::{Admin, Anonymous, Buyer, Seller};
use crate::rows::{Goods, at, open_shop, take_out};
use crate::shop::{Shop, shop};

const ANN: Seller = Seller(Uuid::from_u128(0xa));
const BOB: Seller = Seller(Uuid::from_u128(0xb));

/// A shop with four products on offer, an archived one and a draft; and the ids of those on offer.
async fn stocked() -> (Shop, Vec<Uuid>) {
    let shop = shop().await;
    let goods = [
        Goods { name: "Red Teapot".into(), category: Some("tea"), price: 3000, ..Goods::of(ANN.0) },
        Goods { name: "Blue Cup".into(), description: Some("Goes with the teapot"), price: 500, ..Goods::of(ANN.0) },
        Goods { name: "ÉCLAIR".into(), category: Some("food"), price: 250, stock: (2, 2), ..Goods::of(BOB.0) },
        Goods { name: "100% Tea_Tray".into(), category: Some("tea"), price: 1500, ..Goods::of(BOB.0) },
        Goods { name: "Old Teapot".into(), category: Some("old"), status: "archived", ..Goods::of(ANN.0) },
        Goods { name: "New Teapot".into(), category: Some("new"), status: "draft", ..Goods::of(ANN.0) },
    ];
    let mut ids = Vec::new();
    for (second, goods) in (0..).zip(goods) {
        ids.push(Goods { listed_at: at(second), ..goods }.list(&shop.rows).await);
    }
    ids.truncate(4);
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
    assert_eq!(found(&shop, "q=TEAPOT").await, ["Red Teapot", "Blue Cup"], "the name counts for more");
    assert_eq!(found(&shop, "q=TEAPOT&sort=newest").await, ["Blue Cup", "Red Teapot"]);
    assert_eq!(found(&shop, "q=teapot%20blue").await, ["Blue Cup"]);
    assert_eq!(found(&shop, "q=%C3%A9clair").await, ["ÉCLAIR"]);
    assert_eq!(found(&shop, "q=eclair").await, ["ÉCLAIR"]);
    assert_eq!(found(&shop, "q=food").await, ["ÉCLAIR"], "a category is a word of each product in it");
    assert_eq!(found(&shop, "q=kettle").await.len(), 0);
    assert_eq!(found(&shop, "q=%25").await.len(), 0, "nothing has a word without letters and digits");
    assert_eq!(found(&shop, "q=%20").await.len(), 4, "nothing is searched for");
}

#[tokio::test]
async fn sorts_by_price_and_name() {
    let (shop, _) = stocked().await;
    assert_eq!(found(&shop, "sort=price").await, ["ÉCLAIR", "Blue Cup", "100% Tea_Tray", "Red Teapot"]);
    assert_eq!(found(&shop, "sort=-price").await, ["Red Teapot", "100% Tea_Tray", "Blue Cup", "ÉCLAIR"]);
    assert_eq!(found(&shop, "sort=name").await, ["100% Tea_Tray", "Blue Cup", "ÉCLAIR", "Red Teapot"]);
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
    assert_eq!(found(&shop, &wanted).await, ["Red Teapot", "ÉCLAIR"]);
}

#[tokio::test]
async fn shows_what_is_asked_for_by_id_in_the_order_asked_all_at_once() {
    let (shop, _) = stocked().await;
    let mut ids = Vec::new();
    for _ in 0..30 {
        ids.insert(0, Goods::of(ANN.0).list(&shop.rows).await.to_string());
    }
    ids.rotate_left(7);
    let path = format!("/api/products?ids={}", ids.join(","));
    let page = shop.get(&Anonymous, &path).await;
    assert_eq!(page.body["next_cursor"], serde_json::Value::Null);
    assert_eq!(page.each("id"), ids);
    assert_eq!(
        found(&shop, &format!("{}&sort=price&limit=2", &path[14..])).await.len(),
        2,
        "any other order has pages"
    );
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
        ("sort=colour", "?sort"),
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
async fn counts_what_a_filter_leaves_in_each_category() {
    let (shop, _) = stocked().await;
    let counts = async |query: &str| -> Vec<(String, i64)> {
        let items = shop.get(&ANN, &format!("/api/categories?{query}")).await.items();
        items.iter().map(|it| (it["name"].as_str().unwrap().to_owned(), it["count"].as_i64().unwrap())).collect()
    };
    let of = |name: &str, count| (name.to_owned(), count);
    assert_eq!(counts("q=tea").await, [of("tea", 2)]);
    assert_eq!(counts("q=teepot").await, [of("tea", 1)], "misspelt as in the catalogue");
    assert_eq!(counts("in_stock=true").await, [of("tea", 2)]);
    assert_eq!(counts("exclude_seller=me").await, [of("food", 1), of("tea", 1)]);
    assert_eq!(counts("max_price=1500").await, [of("food", 1), of("tea", 1)]);
    assert_eq!(counts("category=food").await, [of("food", 1), of("tea", 2)], "what choosing another would show");
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

        for sort in ["newest", "price", "-price", "name", "relevance"] {
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
async fn a_seller_sees_their_drafts_and_archived_products_too_and_nobody_elses() {
    let (shop, _) = stocked().await;
    let own = async |query: &str| shop.get(&ANN, &format!("/api/seller/products{query}")).await.each("name");
    assert_eq!(own("").await, ["New Teapot", "Old Teapot", "Blue Cup", "Red Teapot"]);
    assert_eq!(own("?status=draft").await, ["New Teapot"]);
    assert_eq!(own("?status=active").await, ["Blue Cup", "Red Teapot"]);
    assert_eq!(own("?status=archived").await, ["Old Teapot"]);
    assert_eq!(shop.get(&ANN, "/api/seller/products?status=gone").await.refused(), "?status");
    assert_eq!(shop.get(&Buyer::new(), "/api/seller/products").await.status, 403);
    assert_eq!(shop.get(&Anonymous, "/api/seller/products").await.status, 401);
}
