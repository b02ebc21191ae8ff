//! Shipments and returns: each seller their own lines, all of them, and nobody else's.

use axum::http::StatusCode;
use domain::order;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::actors::{Admin, Buyer, Seller};
use crate::payments::tell;
use crate::shop::Shop;

/// An order of two teapots of each of two sellers, paid.
async fn paid(shop: &Shop, buyer: &Buyer<'_>, sellers: [&Seller<'_>; 2]) -> (String, [String; 2]) {
    let products = [sellers[0].lists_a_teapot().await, sellers[1].lists_a_teapot().await];
    let line = |product: &String| json!({"product_id": product, "quantity": 2});
    let body = json!({"lines": products.iter().map(line).collect::<Vec<_>>()});
    let order = buyer.post("/api/orders").key("k").json(&body).await.is(StatusCode::CREATED).text("id").to_owned();
    let (at, amount) =
        (OffsetDateTime::now_utc(), domain::Money { amount: 7996, currency: "EUR".to_owned().try_into().unwrap() });
    tell(shop, &order, order::Command::Confirm { pay_by: at + Duration::HOUR }).await;
    tell(shop, &order, order::Command::StartPayment { at, ask_after: Duration::HOUR }).await;
    tell(shop, &order, order::Command::RecordPayment { attempt: 1, amount }).await;
    (order, products)
}

#[tokio::test]
async fn each_seller_ships_their_own_lines_and_the_last_delivery_delivers_the_order() {
    let shop = Shop::open_with(&["--complete-after", "1h"]).await;
    let (anna, carl) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "carl").await);
    let buyer = Buyer::new(&shop, "berta").await;
    let (order, _) = paid(&shop, &buyer, [&anna, &carl]).await;
    let (shipments, delivery) = (format!("/api/orders/{order}/shipments"), format!("/api/orders/{order}/delivery"));

    let shipped = anna.post(&shipments).json(&json!({"tracking": "DHL 1"})).await.is(StatusCode::OK);
    assert_eq!(shipped.body, json!({"id": order, "status": "partly_shipped", "version": 5}));
    assert_eq!(shipped.header("etag"), "\"5\"");
    assert_eq!(carl.post(&shipments).await.is(StatusCode::OK).text("status"), "shipped");
    assert_eq!(anna.post(&delivery).await.is(StatusCode::OK).text("status"), "shipped");
    let delivered = carl.post(&delivery).await.is(StatusCode::OK);
    assert_eq!(delivered.text("status"), "delivered");

    let event = shop.events().await.into_iter().rfind(|event| event.kind == "order.delivered" && event.version == 8);
    let Ok(order::Event::Delivered { complete_by: Some(complete_by), .. }) = event.unwrap().event::<order::Order>()
    else {
        panic!("the last delivery says when the order is complete");
    };
    let left = complete_by - OffsetDateTime::now_utc();
    assert!(left > Duration::minutes(58) && left <= Duration::HOUR, "{left}");
    // What holds already is no news.
    assert_eq!(anna.post(&shipments).await.is(StatusCode::OK).header("etag"), "\"8\"");
    assert_eq!(carl.post(&delivery).await.is(StatusCode::OK).header("etag"), "\"8\"");
}

#[tokio::test]
async fn an_order_is_moved_by_its_sellers_alone() {
    let shop = Shop::open().await;
    let (anna, carl) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "carl").await);
    let (buyer, stranger) = (Buyer::new(&shop, "berta").await, Seller::new(&shop, "otto").await);
    let admin = Admin::new(&shop).await;
    let (order, [product, _]) = paid(&shop, &buyer, [&anna, &carl]).await;
    let goods = json!({"lines": [{"product_id": product, "quantity": 1}], "reason": "Broken"});
    for other in [&buyer, &*stranger, &*admin] {
        shop.refuses(other.post(&format!("/api/orders/{order}/shipments"))).await.is(StatusCode::NOT_FOUND);
        shop.refuses(other.post(&format!("/api/orders/{order}/delivery"))).await.is(StatusCode::NOT_FOUND);
        shop.refuses(other.post(&format!("/api/orders/{order}/returns")).json(&goods)).await.is(StatusCode::NOT_FOUND);
    }
    let moved_on = anna.post(&format!("/api/orders/{order}/shipments")).if_match("\"3\"");
    shop.refuses(moved_on).await.is(StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn goods_come_back_up_to_what_was_delivered_and_their_price_with_them() {
    let shop = Shop::open().await;
    let (anna, carl) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "carl").await);
    let buyer = Buyer::new(&shop, "berta").await;
    let (order, [product, carls]) = paid(&shop, &buyer, [&anna, &carl]).await;
    let returns = format!("/api/orders/{order}/returns");
    let goods = |product: &String, quantity| json!({"lines": [{"product_id": product, "quantity": quantity}], "reason": "Broken"});

    let early = shop.refuses(anna.post(&returns).json(&goods(&product, 1))).await.is(StatusCode::CONFLICT);
    assert_eq!(early.text("code"), "too_early");
    anna.post(&format!("/api/orders/{order}/shipments")).await.is(StatusCode::OK);
    anna.post(&format!("/api/orders/{order}/delivery")).await.is(StatusCode::OK);

    let taken = anna.post(&returns).key("r").json(&goods(&product, 1)).await.is(StatusCode::OK);
    let refund = json!({"amount": 1999, "currency": "EUR"});
    let answer = json!({"id": order, "status": "partly_shipped", "number": 1, "refund": refund, "version": 7});
    assert_eq!(taken.body, answer);
    let again = anna.post(&returns).key("r").json(&goods(&product, 1)).await.is(StatusCode::OK);
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&answer, "true"));

    for (body, pointer) in [
        (goods(&product, 2), "/lines/0/quantity"),
        (goods(&product, 0), "/lines/0/quantity"),
        (goods(&carls, 1), "/lines/0/quantity"),
        (json!({"lines": [], "reason": "Broken"}), "/lines"),
        (json!({"lines": [{"product_id": product, "quantity": 1}], "reason": ""}), "/reason"),
    ] {
        let answer = shop.refuses(anna.post(&returns).json(&body)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.field_error().0, pointer, "{body}");
    }
}
