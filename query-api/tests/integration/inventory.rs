//! Stock in numbers is for the product's seller, admins and support.

use serde_json::json;
use uuid::Uuid;

use crate::actors::{Admin, Anonymous, Buyer, Seller, Support};
use crate::rows::{Goods, Movement, receive};
use crate::shop::shop;

#[tokio::test]
async fn only_its_seller_and_the_marketplaces_own_people_find_it() {
    let (shop, seller) = (shop().await, Seller::new());
    let product = Goods::of(seller.0).list(&shop.rows).await;
    for path in [format!("/api/inventory/{product}"), format!("/api/inventory/{product}/movements")] {
        assert_eq!(shop.get(&seller, &path).await.status, 200, "{path}");
        assert_eq!(shop.get(&Admin::new(), &path).await.status, 200, "{path}");
        assert_eq!(shop.get(&Seller::new(), &path).await.status, 404, "{path}");
        assert_eq!(shop.get(&Buyer::new(), &path).await.status, 404, "{path}");
        assert_eq!(shop.get(&Support::new(), &path).await.status, 200, "{path}");
        assert_eq!(shop.get(&Anonymous, &path).await.status, 401, "{path}");
    }
    assert_eq!(shop.get(&Admin::new(), &format!("/api/inventory/{}", Uuid::now_v7())).await.status, 404);
}

#[tokio::test]
async fn tells_the_numbers() {
    let (shop, seller) = (shop().await, Seller::new());
    let product = Goods { stock: (9, 4), threshold: 3, ..Goods::of(seller.0) }.list(&shop.rows).await;

    let numbers = shop.get(&seller, &format!("/api/inventory/{product}")).await.ok();

    assert_eq!(numbers, json!({"on_hand": 9, "reserved": 4, "available": 5, "threshold": 3, "version": 2}));
}

#[tokio::test]
async fn a_product_that_never_had_stock_has_none() {
    let (shop, seller) = (shop().await, Seller::new());
    let product = Goods::of(seller.0).list(&shop.rows).await;
    sqlx::query("delete from inventory_g1.inventory").execute(&shop.rows).await.unwrap();

    let numbers = shop.get(&seller, &format!("/api/inventory/{product}")).await.ok();

    assert_eq!(numbers, json!({"on_hand": 0, "reserved": 0, "available": 0, "threshold": 0, "version": 0}));
}

#[tokio::test]
async fn the_ledger_explains_the_numbers() {
    let (shop, seller) = (shop().await, Seller::new());
    let product = Goods::of(seller.0).list(&shop.rows).await;
    receive(&shop.rows, product, 1, 10, 10).await;

    let movements = shop.get(&seller, &format!("/api/inventory/{product}/movements")).await.items();

    assert_eq!(
        movements,
        [json!({
            "version": 1, "kind": "received", "on_hand_change": 10, "reserved_change": 0, "on_hand": 10, "reserved": 0,
            "by": "staff", "order_id": null, "note": "PO-7", "at": "2026-11-02T09:00:01Z",
        })]
    );
}

#[tokio::test]
async fn the_ledger_sums_to_what_is_on_hand_and_says_by_whose_doing() {
    let (shop, seller, order) = (shop().await, Seller::new(), Uuid::now_v7());
    let product = Goods { stock: (9, 0), ..Goods::of(seller.0) }.list(&shop.rows).await;
    let (own, staff) = (format!("user:{}", seller.0), format!("user:{}", Uuid::now_v7()));
    let policy = "policy:order-fulfilment".to_owned();
    let ledger = [
        ("received", (10, 0), (10, 0), None, Some("PO-7"), own),
        ("adjusted", (-1, 0), (9, 0), None, Some("Broken"), staff.clone()),
        ("reserved", (0, 4), (9, 4), Some(order), None, policy.clone()),
        ("committed", (-4, -4), (5, 0), Some(order), None, policy),
        ("restocked", (4, 0), (9, 0), Some(order), None, staff.clone()),
        // Moves nothing.
        ("threshold_set", (0, 0), (9, 0), None, None, staff),
    ];
    for (version, (kind, change, after, order, note, actor)) in (1..).zip(ledger) {
        Movement { kind, change, after, order, note, actor }.happen(&shop.rows, product, version).await;
    }

    let path = format!("/api/inventory/{product}");
    let movements = shop.get(&seller, &format!("{path}/movements")).await.items();

    let sum: i64 = movements.iter().map(|movement| movement["on_hand_change"].as_i64().unwrap()).sum();
    assert_eq!(shop.get(&seller, &path).await.ok()["on_hand"], sum);
    let of = |member: &str| movements.iter().map(|movement| movement[member].clone()).collect::<Vec<_>>();
    assert_eq!(of("by"), ["staff", "system", "system", "staff", "seller"]);
    assert_eq!(of("kind"), ["restocked", "committed", "reserved", "adjusted", "received"]);
    assert_eq!((&movements[1]["order_id"], &movements[3]["note"]), (&json!(order), &json!("Broken")));
}
