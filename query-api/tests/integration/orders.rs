//! Who sees how much of an order.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::actors::{Actor, Admin, Anonymous, Buyer, Seller, Support};
use crate::rows::{Goods, Line, allow, at, come_back, happen, happen_to, place, ship};
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
    let Sale { shop, buyer, ann, bob, lines, order } = sale("confirmed").await;
    sqlx::raw_sql(
        "update orders_g1.orders set total_amount = 7047, shipping_amount = 500, tax_amount = 100, attempts = 2,
           captured_amount = 7047, refunded_amount = 1999, last_answer = 'paid', pay_by = '2026-11-02T09:15:00Z',
           paid_at = '2026-11-02T09:01:00Z'",
    )
    .execute(&shop.rows)
    .await
    .unwrap();
    ship(&shop.rows, order, ann.0, Some(at(120))).await;
    come_back(&shop.rows, order, 1, Line { quantity: 1, ..lines[0] }).await;
    let euros = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    let line = |line: Line, returned| {
        json!({
            "product_id": line.product, "seller_id": line.seller, "name": "Teapot", "quantity": line.quantity,
            "unit_price": euros(line.unit_price), "returned": returned,
        })
    };
    let parcel = json!({
        "seller_id": ann.0, "tracking": "PARCEL-1", "shipped_at": "2026-11-02T09:02:00Z", "delivered_at": null,
    });
    let path = format!("/api/orders/{order}");

    assert_eq!(
        shop.get(&buyer, &path).await.ok(),
        json!({
            "id": order, "buyer_id": buyer.0, "status": "confirmed", "total": euros(7047),
            "totals": {"lines": euros(6447), "shipping": euros(500), "tax": euros(100), "total": euros(7047)},
            "payment": {
                "pay_by": "2026-11-02T09:15:00Z", "attempts": 2, "last_attempt": "paid", "captured": euros(7047),
                "refunded": euros(1999),
            },
            "lines": [line(lines[0], 1), line(lines[1], 0)], "shipments": [parcel],
            "placed_at": "2026-11-02T09:00:00Z", "changed_at": "2026-11-02T09:00:00Z",
            "paid_at": "2026-11-02T09:01:00Z", "complete_by": null, "version": 2, "actions": [],
            "ship_to": null, "messages": {"items": [], "next_cursor": null},
        })
    );
    assert_eq!(
        shop.get(&ann, &path).await.ok(),
        json!({
            "id": order, "status": "shipped", "total": euros(5997),
            "totals": {"lines": euros(5997), "shipping": null, "tax": null, "total": euros(5997)},
            "lines": [line(lines[0], 1)], "shipments": [parcel],
            "placed_at": "2026-11-02T09:00:00Z", "changed_at": "2026-11-02T09:00:00Z",
            "paid_at": "2026-11-02T09:01:00Z", "complete_by": null, "version": 2, "actions": ["deliver"],
            "ship_to": null, "messages": {"items": [], "next_cursor": null},
        })
    );
    assert_eq!(shop.get(&bob, &path).await.ok()["shipments"], json!([]));
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
async fn each_side_is_shown_what_it_may_do() {
    let sale = sale("confirmed").await;
    allow(&sale.shop.rows, sale.order, [&["pay", "cancel"], &["cancel"], &["ship"]]).await;
    assert_eq!(sale.actions(&sale.buyer).await, json!(["pay", "cancel"]));
    assert_eq!(sale.actions(&sale.ann).await, json!(["ship"]));
    assert_eq!(sale.actions(&Admin::new()).await, json!(["cancel"]));
    assert_eq!(sale.actions(&Support::new()).await, json!([]));
    assert_eq!(sale.actions(&Admin(sale.ann.0)).await, json!(["cancel", "ship"]));
    assert_eq!(sale.actions(&Admin(sale.buyer.0)).await, json!(["pay", "cancel"]));
}

#[tokio::test]
async fn the_marketplace_sees_all_orders_and_nobody_else_does() {
    let Sale { shop, buyer, ann, lines, order, .. } = sale("pending").await;
    let confirmed = place(&shop.rows, buyer.0, "confirmed", at(1), &lines).await.to_string();
    let late = place(&shop.rows, Uuid::now_v7(), "pending", at(2), &lines).await.to_string();
    let order = order.to_string();
    for staff in [&Admin::new() as &dyn Actor, &Support::new()] {
        let ids = async |query: &str| shop.get(&staff, &format!("/api/admin/orders{query}")).await.each("id");
        assert_eq!(ids("").await, [late.clone(), confirmed.clone(), order.clone()]);
        assert_eq!(ids("?sort=oldest").await, [order.clone(), confirmed.clone(), late.clone()]);
        assert_eq!(ids("?status=pending&sort=oldest").await, [order.clone(), late.clone()]);
        assert_eq!(ids("?status=refunded").await, [""; 0]);
    }
    assert_eq!(shop.get(&buyer, "/api/admin/orders").await.status, 403);
    assert_eq!(shop.get(&ann, "/api/admin/orders").await.status, 403);
    assert_eq!(shop.get(&Anonymous, "/api/admin/orders").await.status, 401);
    assert_eq!(shop.get(&Admin::new(), "/api/admin/orders?status=lost").await.refused(), "?status");
}

#[tokio::test]
async fn lists_are_narrowed_by_status_and_a_sellers_by_that_of_the_own_part() {
    let Sale { shop, buyer, ann, bob, order, .. } = sale("partly_shipped").await;
    ship(&shop.rows, order, ann.0, Some(at(5))).await;
    ship(&shop.rows, order, bob.0, None).await;
    let count = async |actor: &dyn Actor, list: &str, status: &str| {
        shop.get(&actor, &format!("/api/{list}?status={status}")).await.items().len()
    };
    assert_eq!(count(&buyer, "orders", "partly_shipped").await, 1);
    assert_eq!(count(&buyer, "orders", "paid").await, 0);
    assert_eq!(count(&ann, "seller/orders", "shipped").await, 1);
    assert_eq!(count(&ann, "seller/orders", "paid").await, 0);
    assert_eq!(count(&bob, "seller/orders", "paid").await, 1);
    assert_eq!(count(&bob, "seller/orders", "partly_shipped").await, 0);
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
    let Sale { shop, buyer, ann, lines, order, .. } = sale("refunded").await;
    let (buyers, anns, staff) =
        (format!("user:{}", buyer.0), format!("user:{}", ann.0), format!("user:{}", Uuid::now_v7()));
    let euros = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    let units = json!([{"product": lines[0].product, "quantity": 3}]);
    let refund = json!({"number": 1, "amount": euros(5997)});
    let events = [
        ("order.placed", &buyers, None),
        ("order.confirmed", &"policy:order-fulfilment".to_owned(), Some(json!({"pay_by": "2026-11-02T09:15:00Z"}))),
        (
            "order.payment_started",
            &buyers,
            Some(json!({"attempt": 1, "amount": euros(6447), "ask_at": "2026-11-02T09:02:00Z"})),
        ),
        ("order.payment_declined", &"policy:payments".to_owned(), Some(json!({"attempt": 1, "reason": "No money"}))),
        ("order.shipped", &anns, Some(json!({"seller": ann.0, "tracking": "PARCEL-1", "lines": units}))),
        ("order.delivered", &anns, Some(json!({"seller": ann.0, "complete_by": "2026-11-16T09:00:00Z"}))),
        (
            "order.returned",
            &anns,
            Some(json!({"number": 1, "seller": ann.0, "lines": units, "reason": "Cracked", "refund": refund})),
        ),
        ("order.refunded", &"policy:payments".to_owned(), Some(json!({"number": 1, "amount": euros(5997)}))),
        (
            "order.paid_late",
            &"policy:payments".to_owned(),
            Some(json!({"attempt": 2, "amount": euros(6447), "refund": 2})),
        ),
        ("order.cancelled", &staff, Some(json!({"reason": "Lost in the flood"}))),
        ("order.cancelled", &staff, Some(json!({"by": "buyer"}))),
    ];
    for (version, (kind, actor, detail)) in (1..).zip(events) {
        happen(&shop.rows, order, version, kind, actor, detail).await;
    }

    let moments = shop.get(&buyer, &format!("/api/orders/{order}/timeline")).await.items();

    let units = json!([{"product_id": lines[0].product, "quantity": 3}]);
    let all = json!([units[0], {"product_id": lines[1].product, "quantity": 1}]);
    assert_eq!(
        moments,
        [
            json!({"version": 1, "type": "order.placed", "by": "buyer", "at": "2026-11-02T09:00:01Z", "lines": all}),
            json!({
                "version": 2, "type": "order.confirmed", "by": "system", "at": "2026-11-02T09:00:02Z", "lines": all,
                "pay_by": "2026-11-02T09:15:00Z",
            }),
            json!({
                "version": 3, "type": "order.payment_started", "by": "buyer", "at": "2026-11-02T09:00:03Z", "attempt": 1,
                "amount": euros(6447),
            }),
            json!({
                "version": 4, "type": "order.payment_declined", "by": "system", "at": "2026-11-02T09:00:04Z", "attempt": 1,
                "reason": "No money",
            }),
            json!({
                "version": 5, "type": "order.shipped", "by": "seller", "at": "2026-11-02T09:00:05Z", "seller_id": ann.0,
                "tracking": "PARCEL-1", "lines": units,
            }),
            json!({
                "version": 6, "type": "order.delivered", "by": "seller", "at": "2026-11-02T09:00:06Z",
                "seller_id": ann.0, "complete_by": "2026-11-16T09:00:00Z",
            }),
            json!({
                "version": 7, "type": "order.returned", "by": "seller", "at": "2026-11-02T09:00:07Z", "seller_id": ann.0,
                "lines": units, "reason": "Cracked", "amount": euros(5997), "refund": 1,
            }),
            json!({
                "version": 8, "type": "order.refunded", "by": "system", "at": "2026-11-02T09:00:08Z", "refund": 1,
                "amount": euros(5997),
            }),
            json!({
                "version": 9, "type": "order.paid_late", "by": "system", "at": "2026-11-02T09:00:09Z", "attempt": 2,
                "amount": euros(6447), "refund": 2,
            }),
            json!({
                "version": 10, "type": "order.cancelled", "by": "staff", "at": "2026-11-02T09:00:10Z",
                "reason": "Lost in the flood",
            }),
            json!({"version": 11, "type": "order.cancelled", "by": "buyer", "at": "2026-11-02T09:00:11Z"}),
        ]
    );
}

#[tokio::test]
async fn a_seller_learns_nothing_of_the_others_from_the_timeline() {
    let Sale { shop, buyer, ann, bob, lines, order } = sale("rejected").await;
    let short = lines.map(|line| json!({"product": line.product, "requested": line.quantity, "available": 0}));
    happen(&shop.rows, order, 1, "order.rejected", "policy:order-fulfilment", Some(json!({"short": short}))).await;
    let reason = json!({"reason": "Bob was rude"});
    happen(&shop.rows, order, 2, "order.cancelled", &format!("user:{}", buyer.0), Some(reason)).await;
    let parcel = json!({"seller": bob.0, "lines": []});
    happen_to(&shop.rows, order, 3, "order.shipped", &format!("user:{}", bob.0), Some(parcel), &[bob.0]).await;
    let attempt = json!({"attempt": 1, "amount": {"amount": 6447, "currency": "EUR"}});
    happen_to(&shop.rows, order, 4, "order.payment_started", &format!("user:{}", buyer.0), Some(attempt.clone()), &[])
        .await;
    happen(&shop.rows, order, 5, "order.paid", "policy:payments", Some(attempt)).await;
    let path = format!("/api/orders/{order}/timeline");

    let all = shop.get(&buyer, &path).await.items();
    let part = shop.get(&ann, &path).await.items();

    let versions =
        |moments: &[Value]| moments.iter().map(|moment| moment["version"].as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!((versions(&all), versions(&part)), (vec![1, 2, 3, 4, 5], vec![1, 2, 5]));
    assert_eq!(all[0]["short"].as_array().unwrap().len(), 2);
    assert_eq!(part[0]["short"], json!([{"product_id": lines[0].product, "requested": 3, "available": 0}]));
    assert_eq!((&all[1]["reason"], &part[1]["reason"]), (&"Bob was rude".into(), &Value::Null));
    assert_eq!(part[2], json!({"version": 5, "type": "order.paid", "by": "system", "at": "2026-11-02T09:00:05Z"}));
}

#[tokio::test]
async fn a_seller_sees_what_the_days_bring_and_what_is_to_be_sent() {
    let Sale { shop, buyer, ann, bob, lines, order } = sale("partly_shipped").await;
    ship(&shop.rows, order, ann.0, Some(at(5))).await;
    ship(&shop.rows, order, bob.0, None).await;
    come_back(&shop.rows, order, 1, Line { quantity: 1, ..lines[0] }).await;
    let cancelled = place(&shop.rows, buyer.0, "cancelled", at(6), &lines).await;
    let old = place(&shop.rows, buyer.0, "completed", at(7), &lines).await;
    sqlx::query(
        "update orders_g1.order_sellers set paid_at = case order_id when $1 then now() else now() - interval '10 days' end
         where order_id in ($1, $2)",
    )
    .bind(cancelled)
    .bind(old)
    .execute(&shop.rows)
    .await
    .unwrap();
    let summary = async |actor: &Seller, query: &str| {
        let summary = shop.get(actor, &format!("/api/seller/summary{query}")).await.ok();
        let revenue = summary["revenue"].as_array().unwrap().iter();
        let revenue = revenue.map(|day| (day["amount"]["amount"].as_i64().unwrap(), day["orders"].as_i64().unwrap()));
        (revenue.collect::<Vec<_>>(), summary["to_ship"].as_i64().unwrap())
    };

    assert_eq!(summary(&ann, "").await, (vec![(5997, 1), (2 * 1999, 1)], 0));
    assert_eq!(summary(&ann, "?days=10").await, (vec![(2 * 1999, 1)], 0));
    assert_eq!(summary(&bob, "?days=1").await, (vec![(450, 1)], 1));
    assert_eq!(summary(&Seller::new(), "").await, (vec![], 0));
    let few = Goods { stock: (5, 3), ..Goods::of(ann.0) }.list(&shop.rows).await;
    let enough = Goods { stock: (5, 0), ..Goods::of(ann.0) }.list(&shop.rows).await;
    sqlx::raw_sql("update products_g1.stock set threshold = 3").execute(&shop.rows).await.unwrap();
    let low = shop.get(&ann, "/api/seller/summary").await.ok()["low_stock"].clone();
    let product = json!({"product_id": few, "name": "Teapot", "available": 2, "threshold": 3});
    assert_eq!(low, json!({"count": 1, "products": [product]}), "and not {enough}");
    for days in ["0", "367", "many"] {
        assert_eq!(shop.get(&ann, &format!("/api/seller/summary?days={days}")).await.refused(), "?days", "{days}");
    }
    assert_eq!(shop.get(&buyer, "/api/seller/summary").await.status, 403);
}
