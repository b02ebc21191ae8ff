//! Payments: noted before the provider hears of them, answered once, by whichever way the answer comes.

use axum::http::{Request, StatusCode};
use domain::OrderId;
use domain::order::{self, Order};
use event_store::{CommandId, Context};
use payments::Webhooks;
use redis::AsyncCommands;
use serde_json::{Value, json};
use test_kit::Gate;
use time::{Duration, OffsetDateTime};

use crate::actors::{Buyer, Seller};
use crate::shop::{Answer, Ask, Shop};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PAYING: [&str; 4] = ["--payment-provider", "fake", "--callback-secret", SECRET];

/// Tells an order something, past every route.
pub(crate) async fn tell(shop: &Shop, order: &str, command: order::Command) {
    let (command_id, at) = (CommandId::random(), OffsetDateTime::now_utc());
    let context = Context { actor: "policy:test".into(), command: command_id, at, trace: String::new() };
    let order: OrderId = order.parse().unwrap();
    shop.app.store().execute::<Order>(context, order, command).await.unwrap();
}

/// An order of two teapots, 39.98 in all, that is reserved.
async fn confirmed(shop: &Shop, seller: &Seller<'_>, buyer: &Buyer<'_>) -> String {
    let product = seller.lists_a_teapot().await;
    let order = buyer.orders(&product, &product, 2).await.is(StatusCode::CREATED).text("id").to_owned();
    tell(shop, &order, order::Command::Confirm { pay_by: OffsetDateTime::now_utc() + Duration::HOUR }).await;
    order
}

fn pays<'a>(buyer: &Buyer<'a>, order: &str, token: &str) -> Ask<'a> {
    buyer.post(&format!("/api/orders/{order}/payment")).json(&json!({"method_token": token}))
}

/// What happened to an order: the types of its events, and what made them.
async fn history(shop: &Shop, order: &str) -> Vec<(String, String)> {
    let history = shop.app.store().history("order", order.parse().unwrap()).await.unwrap();
    history.into_iter().skip(2).map(|event| (event.kind, event.command)).collect()
}

async fn kinds(shop: &Shop, order: &str) -> Vec<String> {
    history(shop, order).await.into_iter().map(|(kind, _)| kind).collect()
}

/// A message of the provider: signed with this secret, sent so many seconds ago.
struct Said<'a> {
    id: &'a str,
    secret: &'a str,
    ago: i64,
    body: Value,
}

impl Said<'_> {
    async fn heard(&self, shop: &Shop, provider: &str) -> Answer {
        let (at, body) = (OffsetDateTime::now_utc() - Duration::seconds(self.ago), self.body.to_string());
        let webhooks = Webhooks::new(self.secret.parse().unwrap(), std::time::Duration::ZERO);
        // No browser sends it: there is neither X-Requested-With nor a cookie.
        let request = Request::post(format!("/api/payments/callbacks/{provider}"))
            .header("content-type", "application/json")
            .header("webhook-id", self.id)
            .header("webhook-timestamp", at.unix_timestamp())
            .header("webhook-signature", webhooks.sign(self.id, at, body.as_bytes()));
        shop.send(request, body).await
    }
}

fn authorized(order: &str, amount: u64) -> Said<'static> {
    let data = json!({"order": order, "attempt": 1, "amount": {"amount": amount, "currency": "EUR"}});
    Said { id: "msg_1", secret: SECRET, ago: 0, body: json!({"type": "payment.authorized", "data": data}) }
}

#[tokio::test]
async fn a_payment_is_noted_before_the_provider_answers_and_pays_the_order() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;

    let answer = pays(&buyer, &order, "tok_approve").await.is(StatusCode::OK);

    let paid = json!({"id": order, "status": "paid", "attempt": 1, "outcome": "paid", "version": 4});
    assert_eq!((&answer.body, answer.header("etag")), (&paid, "\"4\""));
    assert_eq!(answer.header("consistency-token"), format!("order:{order}:4"));
    let history = history(&shop, &order).await;
    assert_eq!([&*history[0].0, &*history[1].0], ["order.payment_started", "order.paid"]);
    assert_eq!(history[0].1, history[1].1, "one command");
}

#[tokio::test]
async fn a_declined_payment_is_an_answer_and_another_attempt_may_follow() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;

    let answer = pays(&buyer, &order, "tok_decline").await.is(StatusCode::OK);

    assert_eq!((answer.text("status"), answer.text("outcome")), ("confirmed", "declined"));
    assert_eq!(answer.text("reason"), "The payment was declined.");
    let answer = pays(&buyer, &order, "tok_approve").await.is(StatusCode::OK);
    assert_eq!((answer.text("outcome"), &answer.body["attempt"]), ("paid", &json!(2)));
}

#[tokio::test]
async fn a_late_answer_is_awaited_and_one_attempt_is_enough() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;

    let answer = pays(&buyer, &order, "tok_late").await.is(StatusCode::ACCEPTED);
    assert_eq!((answer.text("status"), answer.text("outcome")), ("confirmed", "awaited"));

    let refused = shop.refuses(pays(&buyer, &order, "tok_approve")).await.is(StatusCode::CONFLICT);
    assert_eq!(refused.text("code"), "payment_under_way");
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer_and_begins_nothing() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    let first = pays(&buyer, &order, "tok_decline").key("k").await.is(StatusCode::OK);

    let again = pays(&buyer, &order, "tok_decline").key("k").await.is(StatusCode::OK);

    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, "true"));
    let other = shop.refuses(pays(&buyer, &order, "tok_approve").key("k")).await;
    assert_eq!(other.is(StatusCode::UNPROCESSABLE_ENTITY).text("code"), "idempotency_key_reused");
    assert_eq!(kinds(&shop, &order).await, ["order.payment_started", "order.payment_declined"]);
}

#[tokio::test]
async fn a_repetition_goes_on_with_the_attempt_that_was_cut_off_before_the_provider_answered() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    let gate = Gate::before(&shop.redis).await;
    let cut_off = shop.open_beside(&[&PAYING[..], &["--redis-url", &gate.url()]].concat()).await;
    gate.hold(&format!("payment:fake:{{{}}}:{order}", &order[order.len() - 1..]));
    let there = Buyer { shop: &cut_off, id: buyer.id, access: buyer.access.clone(), refresh: buyer.refresh.clone() };

    pays(&there, &order, "tok_approve").key("k").await.is(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(kinds(&shop, &order).await, ["order.payment_started"]);
    let another = shop.refuses(pays(&buyer, &order, "tok_approve").key("l")).await.is(StatusCode::CONFLICT);
    assert_eq!(another.text("code"), "payment_under_way");

    let answer = pays(&buyer, &order, "tok_approve").key("k").await.is(StatusCode::OK);
    assert_eq!((answer.text("outcome"), &answer.body["attempt"]), ("paid", &json!(1)));
    assert_eq!(kinds(&shop, &order).await, ["order.payment_started", "order.paid"]);
}

#[tokio::test]
async fn a_method_that_nobody_was_given_is_bad_input_and_is_not_repeated() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    let answer = shop.refuses(pays(&buyer, &order, "4111-1111")).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.field_error(), ("/method_token", "unknown_method"));
    assert!(!answer.body.to_string().contains("4111"), "{}", answer.body);
}

#[tokio::test]
async fn where_nobody_moves_the_money_nothing_happens() {
    let shop = Shop::open().await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    let answer = shop.refuses(pays(&buyer, &order, "tok_approve")).await.is(StatusCode::CONFLICT);
    assert_eq!(answer.text("code"), "no_payment_provider");
    authorized(&order, 3998).heard(&shop, "fake").await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_its_buyer_pays_an_order() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let stranger = Buyer::new(&shop, "otto").await;
    let order = confirmed(&shop, &seller, &buyer).await;
    for other in [&stranger, &*seller] {
        shop.refuses(pays(other, &order, "tok_approve")).await.is(StatusCode::NOT_FOUND);
    }
    shop.refuses(pays(&buyer, &order, "tok_approve").if_match("\"1\"")).await.is(StatusCode::PRECONDITION_FAILED);
    pays(&buyer, &order, "tok_approve").if_match("\"2\"").await.is(StatusCode::OK);
}

#[tokio::test]
async fn the_method_of_payment_is_kept_nowhere() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    for token in ["tok_approve", "tok_twice"] {
        let order = confirmed(&shop, &seller, &buyer).await;
        pays(&buyer, &order, token).key("k").await;
    }
    let mut redis = shop.redis_connection().await;
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    assert!(keys.iter().any(|key| key.starts_with("payment:fake:")), "{keys:?}");
    for key in keys {
        let dump: Vec<u8> = redis::cmd("DUMP").arg(&key).query_async(&mut redis).await.unwrap();
        assert!(!dump.windows(4).any(|bytes| bytes == b"tok_"), "{key}");
    }
}

#[tokio::test]
async fn a_callback_is_heard_once_however_often_it_comes() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    pays(&buyer, &order, "tok_late").await.is(StatusCode::ACCEPTED);

    for _ in 0..5 {
        authorized(&order, 3998).heard(&shop, "fake").await.is(StatusCode::NO_CONTENT);
    }
    // Under another name it is still no news.
    Said { id: "msg_2", ..authorized(&order, 3998) }.heard(&shop, "fake").await.is(StatusCode::NO_CONTENT);

    assert_eq!(kinds(&shop, &order).await, ["order.payment_started", "order.paid"]);
    let paid = shop.events().await.into_iter().find(|event| event.kind == "order.paid").unwrap();
    assert_eq!(paid.actor, "provider:fake");
}

#[tokio::test]
async fn a_callback_that_cannot_be_believed_changes_nothing() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    pays(&buyer, &order, "tok_late").await.is(StatusCode::ACCEPTED);
    let another = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    for said in [
        Said { secret: another, ..authorized(&order, 3998) },
        Said { ago: 301, ..authorized(&order, 3998) },
        Said { ago: -301, ..authorized(&order, 3998) },
    ] {
        let answer = said.heard(&shop, "fake").await.is(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.text("code"), "untrusted_callback");
    }
    let unsigned = Request::post("/api/payments/callbacks/fake");
    shop.send(unsigned, authorized(&order, 3998).body.to_string()).await.is(StatusCode::UNAUTHORIZED);
    authorized(&order, 3998).heard(&shop, "bank").await.is(StatusCode::NOT_FOUND);
    let nobodys = authorized("0190d3f0-0000-7000-8000-000000000000", 3998);
    nobodys.heard(&shop, "fake").await.is(StatusCode::NOT_FOUND);
    let nonsense = Said { body: json!({"type": "payment.guessed"}), ..authorized(&order, 0) };
    nonsense.heard(&shop, "fake").await.is(StatusCode::BAD_REQUEST);

    assert_eq!(kinds(&shop, &order).await, ["order.payment_started"]);
    // What was refused can still be heard, by the same name.
    authorized(&order, 3998).heard(&shop, "fake").await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_wrong_amount_pays_nothing() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    pays(&buyer, &order, "tok_late").await.is(StatusCode::ACCEPTED);

    let answer = authorized(&order, 3997).heard(&shop, "fake").await.is(StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(answer.field_error().1, "wrong_amount");
    assert_eq!(kinds(&shop, &order).await, ["order.payment_started"]);
}

#[tokio::test]
async fn money_that_comes_for_an_order_that_cannot_take_it_goes_back() {
    let shop = Shop::open_with(&PAYING).await;
    let (seller, buyer) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let order = confirmed(&shop, &seller, &buyer).await;
    pays(&buyer, &order, "tok_late").await.is(StatusCode::ACCEPTED);
    buyer.post(&format!("/api/orders/{order}/cancellation")).await.is(StatusCode::OK);
    authorized(&order, 3998).heard(&shop, "fake").await.is(StatusCode::NO_CONTENT);
    assert_eq!(kinds(&shop, &order).await, ["order.payment_started", "order.cancelled", "order.paid_late"]);
}
