//! Who reads what is written about an order, and where it goes.

use serde_json::{Value, json};

use crate::actors::{Actor, Admin, Anonymous, Buyer, Seller, Support};
use crate::orders::{Sale, sale};
use crate::rows::{open_shop, ship_to, write};

impl Sale {
    /// Two shops, and a message of each side.
    async fn with_messages() -> Self {
        let sale = sale("confirmed").await;
        let rows = &sale.shop.rows;
        open_shop(rows, sale.ann.0, "Ann's teas").await;
        open_shop(rows, sale.bob.0, "Bob's cups").await;
        write(rows, sale.order, 1, sale.buyer.0, "buyer", Some("<script>alert(1)</script>\nplease")).await;
        write(rows, sale.order, 2, sale.ann.0, "seller", Some("Tomorrow")).await;
        write(rows, sale.order, 3, sale.bob.0, "seller", None).await;
        sale
    }

    async fn order_for(&self, actor: &impl Actor) -> Value {
        self.shop.get(actor, &format!("/api/orders/{}", self.order)).await.ok()
    }

    fn path(&self) -> String {
        format!("/api/orders/{}/messages", self.order)
    }
}

#[tokio::test]
async fn everybody_in_an_order_reads_the_same_and_learns_which_shop_writes() {
    let sale = Sale::with_messages().await;
    let (ann, bob) = (sale.ann.0, sale.bob.0);
    let seen_by = |own: [bool; 3]| {
        json!([
            {"number": 3, "party": "seller", "own": own[2], "seller_id": bob, "shop_name": "Bob's cups",
             "text": null, "at": "2026-11-02T09:00:03Z"},
            {"number": 2, "party": "seller", "own": own[1], "seller_id": ann, "shop_name": "Ann's teas",
             "text": "Tomorrow", "at": "2026-11-02T09:00:02Z"},
            {"number": 1, "party": "buyer", "own": own[0], "seller_id": null, "shop_name": null,
             "text": "<script>alert(1)</script>\nplease", "at": "2026-11-02T09:00:01Z"},
        ])
    };
    let path = sale.path();
    let buyers = sale.shop.get(&sale.buyer, &path).await.ok();
    assert_eq!(buyers, json!({"items": seen_by([true, false, false]), "next_cursor": null}));
    assert_eq!(sale.order_for(&sale.buyer).await["messages"], buyers);
    for (actor, own) in [(&sale.ann, [false, true, false]), (&sale.bob, [false, false, true])] {
        let seen = sale.shop.get(actor, &path).await.ok();
        assert_eq!(seen["items"], seen_by(own));
        // Who bought it, nobody is told.
        assert!(!seen.to_string().contains(&sale.buyer.0.to_string()));
    }
    let admin = sale.shop.get(&Admin::new(), &path).await.ok();
    assert_eq!(admin["items"], seen_by([false, false, false]));
}

#[tokio::test]
async fn strangers_and_support_read_nothing() {
    let sale = Sale::with_messages().await;
    let path = sale.path();
    assert_eq!(sale.shop.get(&Anonymous, &path).await.status, 401);
    assert_eq!(sale.shop.get(&Buyer::new(), &path).await.status, 404);
    assert_eq!(sale.shop.get(&Seller::new(), &path).await.status, 404);
    assert_eq!(sale.shop.get(&Support::new(), &path).await.status, 404);
    assert_eq!(sale.order_for(&Support::new()).await["messages"], Value::Null);
}

#[tokio::test]
async fn the_last_ten_come_first_and_older_ones_by_cursor() {
    let sale = sale("confirmed").await;
    for number in 1..=23 {
        write(&sale.shop.rows, sale.order, number, sale.buyer.0, "buyer", Some("Hello")).await;
    }
    let mut numbers = Vec::new();
    let mut page = sale.order_for(&sale.buyer).await["messages"].take();
    let newer = 24;
    write(&sale.shop.rows, sale.order, newer, sale.ann.0, "seller", Some("Good day")).await;
    loop {
        let items = page["items"].as_array().unwrap();
        numbers.push(items.iter().map(|item| item["number"].as_i64().unwrap()).collect::<Vec<_>>());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        page = sale.shop.get(&sale.buyer, &format!("{}?cursor={cursor}", sale.path())).await.ok();
    }
    let down = |from: i64, to: i64| (to..=from).rev().collect::<Vec<_>>();
    assert_eq!(numbers, [down(23, 14), down(13, 4), down(3, 1)]);
    let few = sale.shop.get(&sale.ann, &format!("{}?limit=2", sale.path())).await.items();
    assert_eq!((few.len(), &few[0]["number"]), (2, &newer.into()));
    for query in ["limit=0", "limit=101", "limit=x", "cursor=made-up", "before=3"] {
        assert_eq!(sale.shop.get(&sale.ann, &format!("{}?{query}", sale.path())).await.status, 422, "{query}");
    }
}

#[tokio::test]
async fn the_buyer_and_the_sellers_see_where_an_order_goes_and_nobody_else() {
    let sale = sale("confirmed").await;
    let address = json!({"name": "Anna Berg", "lines": ["Lange Straße 7"], "city": "Rostock", "country": "DE"});
    ship_to(&sale.shop.rows, sale.order, Some(address.clone())).await;
    assert_eq!(sale.order_for(&sale.buyer).await["ship_to"], address);
    assert_eq!(sale.order_for(&sale.ann).await["ship_to"], address);
    assert_eq!(sale.order_for(&sale.bob).await["ship_to"], address);
    assert_eq!(sale.order_for(&Admin::new()).await["ship_to"], Value::Null);
    assert_eq!(sale.order_for(&Support::new()).await["ship_to"], Value::Null);
    assert!(!sale.shop.get(&sale.buyer, "/api/orders").await.ok().to_string().contains("Rostock"));
    assert!(!sale.shop.get(&sale.ann, "/api/seller/orders").await.ok().to_string().contains("Rostock"));
}

#[tokio::test]
async fn an_address_that_is_forgotten_is_not_there() {
    let sale = sale("confirmed").await;
    ship_to(&sale.shop.rows, sale.order, None).await;
    assert_eq!(sale.order_for(&sale.ann).await["ship_to"], Value::Null);
}
