//! Bad input says what is wrong and changes nothing.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::actors::{Buyer, Seller, one_line, teapot};
use crate::shop::Shop;

#[tokio::test]
async fn refuses_a_quantity_that_is_none() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;

    for quantity in [json!(0), json!(-5), json!(1.5), json!(1e12), json!(1_000_000_000_000_u64), json!("1")] {
        let answer = shop.refuses(buyer.orders("k", &product, quantity.clone())).await;
        let answer = answer.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.field_error().0, "/lines/0/quantity", "{quantity}");
    }
}

#[tokio::test]
async fn refuses_what_an_order_may_not_say() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;

    for (member, value) in
        [("price", json!(1)), ("total", json!(1)), ("status", json!("paid")), ("colour", json!("blue"))]
    {
        let mut body = one_line(&product, 1);
        body[member] = value.clone();
        let answer = shop.refuses(buyer.post("/api/orders").key("k").json(&body)).await;
        assert_eq!(
            answer.is(StatusCode::UNPROCESSABLE_ENTITY).field_error(),
            (&*format!("/{member}"), "unknown_field")
        );

        let mut body = one_line(&product, 1);
        body["lines"][0][member] = value;
        let answer = shop.refuses(buyer.post("/api/orders").key("k").json(&body)).await;
        let pointer = format!("/lines/0/{member}");
        assert_eq!(answer.is(StatusCode::UNPROCESSABLE_ENTITY).field_error(), (&*pointer, "unknown_field"));
    }
}

#[tokio::test]
async fn names_every_wrong_line_of_an_order() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let line = |quantity| json!({"product_id": product, "quantity": quantity});

    let body = json!({"lines": [line(0), line(1), line(10_001)]});
    let answer = shop.refuses(buyer.post("/api/orders").key("k").json(&body)).await;

    let pointers: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/lines/0/quantity", "/lines/2/quantity"]);
}

#[tokio::test]
async fn refuses_a_basket_that_breaks_a_rule() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;
    let line = |product: &str| json!({"product_id": product, "quantity": 1});
    let unknown = "0190d3f0-0000-7000-8000-000000000000";

    let baskets: [(&Buyer<'_>, Value, &str, &str); 5] = [
        (&buyer, json!([]), "/lines", "out_of_range"),
        (&buyer, Value::Array(vec![line(&product); 201]), "/lines", "out_of_range"),
        (&buyer, json!([line(&product), line(&product)]), "/lines/1/product_id", "repeated"),
        (&buyer, json!([line(&product), line(unknown)]), "/lines/1/product_id", "not_for_sale"),
        (&seller, json!([line(&product)]), "/lines/0/product_id", "own_product"),
    ];
    for (actor, lines, pointer, code) in baskets {
        let answer = shop.refuses(actor.post("/api/orders").key(code).json(&json!({"lines": lines}))).await;
        assert_eq!(answer.is(StatusCode::UNPROCESSABLE_ENTITY).field_error(), (pointer, code));
    }
}

#[tokio::test]
async fn names_every_wrong_field_of_a_product() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let body = json!({
        "name": "", "price": {"amount": 0, "currency": "EURO"}, "initial_stock": -1,
        "images": ["https://example.org/a.jpg", "javascript:alert(1)"],
    });

    let answer = shop.refuses(seller.post("/api/products").json(&body)).await.is(StatusCode::UNPROCESSABLE_ENTITY);

    let pointers: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/initial_stock", "/name", "/price/currency", "/images/1"]);
}

#[tokio::test]
async fn refuses_a_price_that_is_none() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    for amount in [0, -1, 100_000_000_001_i64] {
        let mut body = teapot();
        body["price"]["amount"] = json!(amount);
        let answer = shop.refuses(seller.post("/api/products").json(&body)).await;
        assert_eq!(answer.is(StatusCode::UNPROCESSABLE_ENTITY).field_error().0, "/price/amount", "{amount}");
    }
}

#[tokio::test]
async fn refuses_a_body_of_2_mb() {
    let shop = Shop::open().await;
    let buyer = Buyer::new(&shop, "berta").await;
    let body = format!("\"{}\"", "x".repeat(2 * 1024 * 1024));
    let ask = buyer.post("/api/orders").key("k").text("application/json", body);
    shop.refuses(ask).await.is(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn refuses_a_body_that_is_not_json() {
    let shop = Shop::open().await;
    let buyer = Buyer::new(&shop, "berta").await;
    let ask = |content_type, body: &str| buyer.post("/api/orders").key("k").text(content_type, body.to_owned());
    shop.refuses(ask("text/plain", "{}")).await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    shop.refuses(ask("application/x-www-form-urlencoded", "a=b")).await.is(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    shop.refuses(ask("application/json", "{")).await.is(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn refuses_what_another_site_may_have_caused() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let product = seller.lists_a_teapot().await;

    let foreign = buyer.orders("k", &product, 1).header("sec-fetch-site", "cross-site");
    shop.refuses(foreign).await.is(StatusCode::FORBIDDEN);
    let other_origin = buyer.orders("k", &product, 1).header("origin", "https://evil.example").header("host", "shop");
    shop.refuses(other_origin).await.is(StatusCode::FORBIDDEN);

    let before = shop.events().await.len();
    let bare = axum::http::Request::post("/api/orders")
        .header("cookie", format!("__Host-access={}", buyer.access))
        .header("content-type", "application/json")
        .header("idempotency-key", "k");
    let answer = shop.send(bare, one_line(&product, 1).to_string()).await.is(StatusCode::FORBIDDEN);
    assert_eq!((answer.text("code"), shop.events().await.len()), ("cross_site", before));
}

#[tokio::test]
async fn an_id_that_is_none_names_nothing() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    shop.refuses(seller.patch("/api/products/7").json(&json!({}))).await.is(StatusCode::NOT_FOUND);
    shop.refuses(seller.post("/api/orders/7/cancellation")).await.is(StatusCode::NOT_FOUND);
}
