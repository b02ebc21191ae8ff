//! Products: offered by sellers, changed by their own.

use axum::http::StatusCode;
use serde_json::json;

use crate::actors::{Admin, Buyer, Seller, teapot};
use crate::shop::Shop;

#[tokio::test]
async fn a_product_and_its_first_stock_are_one_append() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;

    let answer = seller.post("/api/products").json(&teapot()).await.is(StatusCode::CREATED);

    let id = answer.text("id");
    assert_eq!((answer.header("location"), answer.header("etag")), (&*format!("/api/products/{id}"), "\"1\""));
    assert_eq!(answer.header("consistency-token"), format!("product:{id}:1.inventory:{id}:1"));
    assert_eq!(answer.cookie("consistency"), Some(answer.header("consistency-token")));
    let events = shop.events().await;
    let of = |kind: &str| events.iter().find(|event| event.kind == kind).unwrap();
    assert_eq!(of("product.listed").command, of("inventory.received").command);
    assert_eq!(of("product.listed").actor, format!("user:{}", seller.id));
}

#[tokio::test]
async fn keeps_the_trace_of_the_request_with_its_events() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let ask = seller.post("/api/products").header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    ask.json(&teapot()).await.is(StatusCode::CREATED);

    let events = shop.events().await;
    let listed = events.iter().find(|event| event.kind == "product.listed").unwrap();
    assert!(listed.trace.starts_with(&format!("00-{trace}-")), "{}", listed.trace);
}

#[tokio::test]
async fn only_sellers_offer_products() {
    let shop = Shop::open().await;
    let buyer = Buyer::new(&shop, "berta").await;
    let answer = shop.refuses(buyer.post("/api/products").json(&teapot())).await.is(StatusCode::FORBIDDEN);
    assert_eq!(answer.text("code"), "not_a_seller");
}

#[tokio::test]
async fn somebody_elses_product_is_not_there() {
    let shop = Shop::open().await;
    let (anna, other) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "otto").await);
    let product = anna.lists_a_teapot().await;
    let missing = "0190d3f0-0000-7000-8000-000000000000";

    let mut bodies = Vec::new();
    for id in [product.as_str(), missing] {
        let asks = [
            other.patch(&format!("/api/products/{id}")).if_match("\"9\"").json(&json!({"name": "Mine"})),
            other.delete(&format!("/api/products/{id}")),
            other.post(&format!("/api/products/{id}/publication")),
            other.delete(&format!("/api/products/{id}/publication")).if_match("\"9\""),
            other.put(&format!("/api/inventory/{id}/threshold")).json(&json!({"quantity": 1})),
            other.post(&format!("/api/inventory/{id}/receipts")).json(&json!({"quantity": 1})),
            other.post(&format!("/api/inventory/{id}/adjustments")).json(&json!({"delta": -1, "reason": "theft"})),
        ];
        for ask in asks {
            let mut answer = shop.refuses(ask).await.is(StatusCode::NOT_FOUND);
            answer.body["request_id"] = json!(null);
            bodies.push(answer.body);
        }
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn tells_only_what_changed() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);

    let both = json!({"name": "Pot", "price": {"amount": 2499, "currency": "EUR"}});
    assert_eq!(seller.patch(&path).json(&both).await.is(StatusCode::OK).header("etag"), "\"3\"");
    assert_eq!(seller.patch(&path).json(&both).await.is(StatusCode::OK).header("etag"), "\"3\"");

    let pounds = json!({"price": {"amount": 2499, "currency": "GBP"}});
    let answer = shop.refuses(seller.patch(&path).json(&pounds)).await;
    assert_eq!(answer.is(StatusCode::UNPROCESSABLE_ENTITY).field_error(), ("/price/currency", "currency_fixed"));
}

#[tokio::test]
async fn an_archived_product_stays_as_it_is() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);

    let answer = seller.delete(&path).await.is(StatusCode::NO_CONTENT);
    assert_eq!(answer.header("etag"), "\"2\"");
    seller.delete(&path).await.is(StatusCode::NO_CONTENT);

    let answer = shop.refuses(seller.patch(&path).json(&json!({"name": "Pot"}))).await.is(StatusCode::CONFLICT);
    assert_eq!(answer.text("code"), "product_archived");
}

#[tokio::test]
async fn a_draft_cannot_be_ordered_until_it_is_published() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let mut draft = teapot();
    draft["draft"] = json!(true);
    let id = seller.post("/api/products").json(&draft).await.is(StatusCode::CREATED).text("id").to_owned();
    let publication = format!("/api/products/{id}/publication");

    let refused = shop.refuses(buyer.orders("early", &id, 1)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.field_error(), ("/lines/0/product_id", "not_for_sale"));

    let published = seller.post(&publication).await.is(StatusCode::NO_CONTENT);
    assert_eq!((published.header("etag"), &published.body), ("\"2\"", &json!(null)));
    buyer.orders("now", &id, 1).await.is(StatusCode::CREATED);

    seller.delete(&publication).await.is(StatusCode::NO_CONTENT);
    shop.refuses(buyer.orders("late", &id, 1)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn publishing_twice_is_publishing_once() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let publication = format!("/api/products/{}/publication", seller.lists_a_teapot().await);

    assert_eq!(seller.post(&publication).await.is(StatusCode::NO_CONTENT).header("etag"), "\"1\"");
    for _ in 0..2 {
        assert_eq!(seller.delete(&publication).await.is(StatusCode::NO_CONTENT).header("etag"), "\"2\"");
    }
    shop.refuses(seller.post(&publication).if_match("\"1\"")).await.is(StatusCode::PRECONDITION_FAILED);
    for _ in 0..2 {
        let again = seller.post(&publication).key("again").if_match("\"2.7\"").await.is(StatusCode::NO_CONTENT);
        assert_eq!(again.header("etag"), "\"3\"");
    }
}

#[tokio::test]
async fn what_was_archived_is_offered_again_by_its_seller() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);
    seller.delete(&path).await.is(StatusCode::NO_CONTENT);

    let unpublish = shop.refuses(seller.delete(&format!("{path}/publication"))).await.is(StatusCode::CONFLICT);
    assert_eq!(unpublish.text("code"), "product_archived");
    seller.post(&format!("{path}/publication")).await.is(StatusCode::NO_CONTENT);

    assert_eq!(shop.count("product.restored").await, 1);
    seller.patch(&path).json(&json!({"name": "Pot"})).await.is(StatusCode::OK);
}

#[tokio::test]
async fn takes_ten_pictures_at_addresses_that_nobody_reads_along() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let list = |images: serde_json::Value| {
        let mut product = teapot();
        product["images"] = images;
        seller.post("/api/products").json(&product)
    };
    let picture = "https://shop.example.org/teapot.jpg";

    list(json!(vec![picture; 10])).await.is(StatusCode::CREATED);
    let too_many = shop.refuses(list(json!(vec![picture; 11]))).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(too_many.field_error(), ("/images", "too_many"));
    let too_long = format!("https://shop.example.org/{}", "x".repeat(2048));
    for wrong in
        ["http://shop.example.org/teapot.jpg", "javascript:alert(1)", "//shop.example.org/a.jpg", "", &too_long]
    {
        let answer = shop.refuses(list(json!([picture, wrong]))).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.field_error(), ("/images/1", "invalid"), "{wrong}");
    }
}

#[tokio::test]
async fn admins_archive_any_product() {
    let shop = Shop::open().await;
    let (seller, admin) = (Seller::new(&shop, "anna").await, Admin::new(&shop).await);
    let path = format!("/api/products/{}", seller.lists_a_teapot().await);

    admin.delete(&path).await.is(StatusCode::NO_CONTENT);

    assert_eq!(shop.count("product.archived").await, 1);
}
