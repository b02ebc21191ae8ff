//! Who sees how much of an order.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::actors::{Actor, Admin, Anonymous, Buyer, Seller, Support};
use crate::rows::{Line, at, happen, place};
use crate::shop::{Shop, shop};

/// An order of two sellers' products.
pub(crate) struct Sale {
    pub(crate) shop: Shop,
    pub(crate) buyer: Buyer,
    pub(crate) ann: Seller,
    pub(crate) bob: Seller,
    lines: [Line; 2],
    pub(crate) order: Uuid,
}

pub(crate) async fn sale(status: &str) -> Sale {
    let (shop, buyer, ann, bob) = (shop().await, Buyer::new(), Seller::new(), Seller::new());
    let line = |seller: &Seller, quantity, unit_price| Line {
        product: Uuid::now_v7(),
        seller: seller.0,
        quantity,
        unit_price,
    };
    let lines = [line(&ann, 3, 1999), line(&bob, 1, 450)];
    let order = place(&shop.rows, buyer.0, status, at(0), &lines).await;
    Sale { shop, buyer, ann, bob, lines, order }
}

impl Sale {
    /// The total and the number of lines that somebody is shown.
    async fn shown(&self, actor: &impl Actor) -> (i64, usize) {
        let order = self.shop.get(actor, &format!("/api/orders/{}", self.order)).await.ok();
        (order["total"]["amount"].as_i64().unwrap(), order["lines"].as_array().unwrap().len())
    }

    async fn actions(&self, actor: &impl Actor) -> Value {
        self.shop.get(actor, &format!("/api/orders/{}", self.order)).await.ok()["actions"].clone()
    }
}

#[tokio::test]
async fn shows_everything_the_contract_names() {
    let Sale { shop, ann, lines, order, .. } = sale("confirmed").await;
    assert_eq!(
        shop.get(&ann, &format!("/api/orders/{order}")).await.ok(),
        json!({
            "id": order, "status": "confirmed", "total": {"amount": 5997, "currency": "EUR"},
            "lines": [{
                "product_id": lines[0].product, "seller_id": ann.0, "name": "Teapot", "quantity": 3,
                "unit_price": {"amount": 1999, "currency": "EUR"},
            }],
            "placed_at": "2026-11-02T09:00:00Z", "changed_at": "2026-11-02T09:00:00Z", "version": 2, "actions": [],
            "ship_to": null, "messages": {"items": [], "next_cursor": null},
        })
    );
}

#[tokio::test]
async fn sellers_see_their_own_lines_and_strangers_nothing() {
    let sale = sale("confirmed").await;
    assert_eq!(sale.shown(&sale.buyer).await, (6447, 2));
    assert_eq!(sale.shown(&Admin::new()).await, (6447, 2));
    assert_eq!(sale.shown(&Support::new()).await, (6447, 2));
    assert_eq!(sale.shown(&sale.ann).await, (5997, 1));
    assert_eq!(sale.shown(&sale.bob).await, (450, 1));
    for path in [format!("/api/orders/{}", sale.order), format!("/api/orders/{}/timeline", sale.order)] {
        assert_eq!(sale.shop.get(&Buyer::new(), &path).await.status, 404, "{path}");
        assert_eq!(sale.shop.get(&Seller::new(), &path).await.status, 404, "{path}");
        assert_eq!(sale.shop.get(&Anonymous, &path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn somebody_elses_order_looks_like_one_that_is_not_there() {
    let Sale { shop, order, .. } = sale("confirmed").await;
    let missing = Uuid::now_v7();
    let mut answers = Vec::new();
    for id in [order, missing] {
        let mut answer = shop.get(&Buyer::new(), &format!("/api/orders/{id}")).await;
        answer.body["request_id"].take();
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn its_buyer_and_admins_may_cancel_it_until_it_is_settled() {
    for status in ["pending", "confirmed"] {
        let sale = sale(status).await;
        assert_eq!(sale.actions(&sale.buyer).await, json!(["cancel"]), "{status}");
        assert_eq!(sale.actions(&Admin::new()).await, json!(["cancel"]), "{status}");
        assert_eq!(sale.actions(&Support::new()).await, json!([]), "{status}");
        assert_eq!(sale.actions(&sale.ann).await, json!([]), "{status}");
    }
    for status in ["rejected", "cancelled"] {
        let sale = sale(status).await;
        assert_eq!(sale.actions(&sale.buyer).await, json!([]), "{status}");
    }
}

#[tokio::test]
async fn lists_hold_what_concerns_the_caller() {
    let Sale { shop, buyer, ann, bob, lines, order } = sale("confirmed").await;
    place(&shop.rows, Uuid::now_v7(), "pending", at(1), &lines[1..]).await;

    assert_eq!(shop.get(&buyer, "/api/orders").await.each("id"), [order.to_string()]);
    assert_eq!(shop.get(&Buyer::new(), "/api/orders").await.items().len(), 0);
    assert_eq!(shop.get(&Admin::new(), "/api/orders").await.items().len(), 0);
    assert_eq!(shop.get(&Anonymous, "/api/orders").await.status, 401);

    let sold = shop.get(&ann, "/api/seller/orders").await.items();
    assert_eq!(
        (sold.len(), &sold[0]["total"]["amount"], sold[0]["lines"].as_array().unwrap().len()),
        (1, &5997.into(), 1)
    );
    assert_eq!(shop.get(&bob, "/api/seller/orders").await.items().len(), 2);
    assert_eq!(shop.get(&Seller::new(), "/api/seller/orders").await.items().len(), 0);
    assert_eq!(shop.get(&buyer, "/api/seller/orders").await.status, 403);
    assert_eq!(shop.get(&Anonymous, "/api/seller/orders").await.status, 401);
}

#[tokio::test]
async fn a_timeline_says_what_happened_by_whose_doing() {
    let Sale { shop, buyer, order, .. } = sale("cancelled").await;
    happen(&shop.rows, order, 1, "order.placed", &format!("user:{}", buyer.0), None).await;
    happen(&shop.rows, order, 2, "order.confirmed", "policy:order-fulfilment", None).await;
    let reason = json!({"reason": "Lost in the flood"});
    happen(&shop.rows, order, 3, "order.cancelled", &format!("user:{}", Uuid::now_v7()), Some(reason)).await;

    let moments = shop.get(&buyer, &format!("/api/orders/{order}/timeline")).await.items();

    assert_eq!(
        moments,
        [
            json!({"version": 1, "type": "order.placed", "by": "buyer", "at": "2026-11-02T09:00:01Z"}),
            json!({"version": 2, "type": "order.confirmed", "by": "system", "at": "2026-11-02T09:00:02Z"}),
            json!({
                "version": 3, "type": "order.cancelled", "by": "staff", "at": "2026-11-02T09:00:03Z",
                "reason": "Lost in the flood",
            }),
        ]
    );
}

#[tokio::test]
async fn a_seller_learns_nothing_of_the_other_lines_from_the_timeline() {
    let Sale { shop, buyer, ann, lines, order, .. } = sale("rejected").await;
    let short = lines.map(|line| json!({"product": line.product, "requested": line.quantity, "available": 0}));
    happen(&shop.rows, order, 1, "order.rejected", "policy:order-fulfilment", Some(json!({"short": short}))).await;
    let reason = json!({"reason": "Bob was rude"});
    happen(&shop.rows, order, 2, "order.cancelled", &format!("user:{}", buyer.0), Some(reason)).await;
    let path = format!("/api/orders/{order}/timeline");

    let all = shop.get(&buyer, &path).await.items();
    let part = shop.get(&ann, &path).await.items();

    assert_eq!(all[0]["short"].as_array().unwrap().len(), 2);
    assert_eq!(part[0]["short"], json!([{"product_id": lines[0].product, "requested": 3, "available": 0}]));
    assert_eq!((&all[1]["reason"], &part[1]["reason"]), (&"Bob was rude".into(), &Value::Null));
}
