//! Admins have dead letters tried again, or discarded.

use axum::http::StatusCode;
use domain::Partition;
use event_store::requests::{Asked, Request, Which};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actors::{Admin, Anonymous, Buyer, Seller};
use crate::log::Log;
use crate::shop::Shop;

const RETRY: &str = "/api/admin/dead-letters/orders_g1/retry";
const DISCARD: &str = "/api/admin/dead-letters/orders_g1/discard";
const ORDER: Uuid = Uuid::from_u128(11);

/// A shop whose read model of orders has reported the second event of an order.
async fn with_a_dead_letter() -> Shop {
    let shop = Shop::open().await;
    let id = ORDER.to_string();
    let letter = [("category", "order"), ("id", &*id), ("version", "2")];
    shop.app.store().report_dead("orders_g1", Partition::of(ORDER), &letter).await.unwrap();
    shop
}

async fn asked(shop: &Shop) -> Vec<Asked> {
    shop.app.store().requests_after("0", 10).await.unwrap()
}

fn by_id() -> Value {
    json!({"id": format!("order:{ORDER}:2")})
}

fn by_aggregate() -> Value {
    json!({"aggregate": format!("order:{ORDER}")})
}

fn with_reason(mut letter: Value) -> Value {
    letter["reason"] = "Written by a test".into();
    letter
}

#[tokio::test]
async fn a_dead_letter_is_tried_again_by_its_id_or_by_its_aggregate() {
    let shop = with_a_dead_letter().await;
    let admin = Admin::new(&shop).await;
    for letter in [by_id(), by_aggregate()] {
        let answer = admin.post(RETRY).json(&letter).await.is(StatusCode::ACCEPTED);
        assert_eq!(answer.body, json!({"id": format!("order:{ORDER}:2"), "group": "orders_g1"}));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let asked = asked(&shop).await;
    assert_eq!(asked.len(), 2);
    for request in asked {
        assert_eq!((request.consumer, request.actor), ("orders_g1".to_owned(), format!("user:{}", admin.id)));
        assert_eq!(request.request, Some(Request::Retry(Which::Aggregate("order".to_owned(), ORDER))));
    }
}

#[tokio::test]
async fn a_dead_letter_is_discarded_with_a_reason_which_the_security_log_does_not_repeat() {
    let shop = with_a_dead_letter().await;
    let admin = Admin::new(&shop).await;
    let log = Log::open();
    for letter in [by_id(), by_aggregate()] {
        admin.post(DISCARD).json(&with_reason(letter)).await.is(StatusCode::ACCEPTED);
    }
    let (category, reason) = ("order".to_owned(), "Written by a test".to_owned());
    let discard = Request::Discard { category, id: ORDER, version: 2, reason };
    assert!(asked(&shop).await.into_iter().all(|asked| asked.request.as_ref() == Some(&discard)));
    assert_eq!(log.events(), ["dead_letter_discard", "dead_letter_discard"]);
}

#[tokio::test]
async fn a_letter_is_known_by_its_id_whatever_was_reported_after_it() {
    let shop = with_a_dead_letter().await;
    let admin = Admin::new(&shop).await;
    let id = ORDER.to_string();
    let letter = [("category", "order"), ("id", &*id), ("version", "3")];
    shop.app.store().report_dead("orders_g1", Partition::of(ORDER), &letter).await.unwrap();
    admin.post(DISCARD).json(&with_reason(by_id())).await.is(StatusCode::ACCEPTED);
    let last = admin.post(DISCARD).json(&with_reason(by_aggregate())).await.is(StatusCode::ACCEPTED);
    assert_eq!(last.body["id"], format!("order:{ORDER}:3"));
    let versions: Vec<_> = asked(&shop).await.into_iter().filter_map(|asked| asked.request).collect();
    assert!(matches!(versions[..], [Request::Discard { version: 2, .. }, Request::Discard { version: 3, .. }]));
}

#[tokio::test]
async fn what_nobody_has_reported_is_not_there() {
    let shop = with_a_dead_letter().await;
    let admin = Admin::new(&shop).await;
    let elsewhere = |path: &str| path.replace("orders_g1", "users_g1");
    for (path, letter) in [
        (RETRY.to_owned(), json!({"id": format!("order:{ORDER}:3")})),
        (RETRY.to_owned(), json!({"aggregate": format!("order:{}", Uuid::from_u128(27))})),
        (RETRY.to_owned(), json!({"aggregate": format!("product:{ORDER}")})),
        (elsewhere(RETRY), by_id()),
        (DISCARD.to_owned(), with_reason(json!({"id": format!("order:{ORDER}:1")}))),
        (elsewhere(DISCARD), with_reason(by_id())),
    ] {
        admin.post(&path).json(&letter).await.is(StatusCode::NOT_FOUND);
    }
    assert_eq!(asked(&shop).await, []);
}

#[tokio::test]
async fn a_letter_is_named_once_and_as_the_list_does() {
    let shop = with_a_dead_letter().await;
    let admin = Admin::new(&shop).await;
    let both = json!({"id": by_id()["id"], "aggregate": by_aggregate()["aggregate"]});
    for (path, letter, field) in [
        (RETRY, json!({}), ("/id", "required")),
        (RETRY, both, ("/aggregate", "invalid")),
        (RETRY, json!({"id": format!("order:{ORDER}")}), ("/id", "invalid")),
        (RETRY, json!({"aggregate": "order:7"}), ("/aggregate", "invalid")),
        (RETRY, with_reason(by_id()), ("/reason", "unknown_field")),
        (DISCARD, by_id(), ("/reason", "required")),
        (DISCARD, json!({"id": by_id()["id"], "reason": " "}), ("/reason", "invalid")),
    ] {
        let refused = admin.post(path).json(&letter).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.field_error(), field, "{letter}");
    }
    assert_eq!(asked(&shop).await, []);
}

#[tokio::test]
async fn a_repetition_asks_nothing_again() {
    let shop = with_a_dead_letter().await;
    let admin = Admin::new(&shop).await;
    let first = admin.post(RETRY).key("k").json(&by_id()).await.is(StatusCode::ACCEPTED);
    let again = admin.post(RETRY).key("k").json(&by_id()).await.is(StatusCode::ACCEPTED);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    let other = admin.post(RETRY).key("k").json(&by_aggregate()).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.text("code"), "idempotency_key_reused");
    assert_eq!(asked(&shop).await.len(), 1);
}

#[tokio::test]
async fn nobody_but_an_admin_asks_for_anything() {
    let shop = with_a_dead_letter().await;
    let admin = Admin::new(&shop).await;
    let (berta, carla) = (Buyer::new(&shop, "berta").await, Buyer::new(&shop, "carla").await);
    let role = json!({"role": "support"});
    admin.post(&format!("/api/users/{}/roles", carla.id)).json(&role).await.is(StatusCode::OK);
    let support = Buyer::returning(&shop, "carla@example.org", crate::actors::PASSWORD).await;
    let seller = Seller::new(&shop, "anna").await;
    for (path, letter) in [(RETRY, by_id()), (DISCARD, with_reason(by_id()))] {
        Anonymous(&shop).post(path).json(&letter).await.is(StatusCode::UNAUTHORIZED);
        for ask in [berta.post(path), seller.post(path), support.post(path)] {
            let refused = ask.json(&letter).await.is(StatusCode::FORBIDDEN);
            assert_eq!(refused.text("code"), "role_required");
        }
    }
    assert_eq!(asked(&shop).await, []);
}
