//! Webhooks: subscribed to by sellers and admins, each with a secret that is shown once.

use axum::http::StatusCode;
use domain::Aggregate;
use domain::webhook::{Scope, Webhooks};
use serde_json::{Value, json};

use crate::actors::{Admin, Buyer, PASSWORD, Seller};
use crate::shop::{Ask, Shop};

fn hooks() -> Value {
    json!({"url": "https://hooks.invalid/millrace?key=quiet", "events": ["order.placed", "stock.ran_low"]})
}

impl<'a> Buyer<'a> {
    fn subscribes(&self, body: &Value) -> Ask<'a> {
        self.post("/api/webhooks").json(body)
    }

    async fn webhooks(&self) -> Webhooks {
        (*self.shop.app.store().load::<Webhooks>(self.id).await.unwrap()).clone()
    }

    /// Everything that Redis has beside the log of this user's webhooks.
    async fn record(&self) -> Vec<String> {
        let store = self.shop.app.store();
        let record = store.private(Webhooks::CATEGORY, &[self.id.into()]).await.unwrap().pop().unwrap();
        record.0.into_values().filter(|value| !value.is_empty()).collect()
    }
}

#[tokio::test]
async fn a_seller_is_shown_the_secret_once_and_the_log_never_sees_it() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let answer = seller.subscribes(&hooks()).key("same").await.is(StatusCode::CREATED);
    let (id, secret) = (answer.text("id").to_owned(), answer.text("secret").to_owned());
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_eq!(answer.header("etag"), "\"1\"");

    let webhooks = seller.webhooks().await;
    let subscription = webhooks.get(id.parse().unwrap()).unwrap();
    assert_eq!(subscription.scope, Scope::Own);
    assert_eq!(
        subscription.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
        ["order.placed", "stock.ran_low"]
    );
    // The address is a private record, and the secret lies there under a seal.
    let record = seller.record().await;
    assert!(record.contains(&"https://hooks.invalid/millrace?key=quiet".to_owned()), "{record:?}");
    assert!(record.iter().all(|value| !value.contains(secret.trim_start_matches("whsec_"))), "{record:?}");
    let events = shop.app.store().history(Webhooks::CATEGORY, seller.id.into()).await.unwrap();
    assert!(events.iter().all(|event| !event.data.contains("hooks.invalid") && !event.data.contains("whsec_")));
    // No receipt keeps it: the same key subscribes once more.
    let again = seller.subscribes(&hooks()).key("same").await.is(StatusCode::CREATED);
    assert_ne!(again.text("secret"), secret);
}

#[tokio::test]
async fn an_admin_is_told_of_everything_and_a_buyer_of_nothing() {
    let shop = Shop::open().await;
    let (buyer, admin) = (Buyer::new(&shop, "bert").await, Admin::new(&shop).await);
    admin.subscribes(&hooks()).await.is(StatusCode::CREATED);
    assert!(admin.webhooks().await.active().all(|(_, subscription)| subscription.scope == Scope::All));
    shop.refuses(buyer.subscribes(&hooks())).await.is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn refuses_what_cannot_be_told_anything() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let urls = [
        "hooks",
        "http://example.org/hooks",
        "https://anna:secret@example.org/",
        "https://example.org:22/",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://localhost/",
        "https://[64:ff9b::a9fe:a9fe]/",
    ];
    for url in urls {
        let body = json!({"url": url, "events": ["order.placed"]});
        let refused = shop.refuses(seller.subscribes(&body)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.field_error(), ("/url", "invalid"), "{url}");
    }
    for (events, pointer) in [(json!([]), "/events"), (json!(["order.placed", "user.registered"]), "/events/1")] {
        let body = json!({"url": "https://hooks.invalid/", "events": events});
        let refused = shop.refuses(seller.subscribes(&body)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.field_error().0, pointer);
    }
}

#[tokio::test]
async fn networks_that_the_operator_lists_may_be_told() {
    let shop = Shop::open_with(&["--webhook-allow", "10.1.0.0/16,::1"]).await;
    let seller = Seller::new(&shop, "anna").await;
    for url in ["https://10.1.2.3:9000/hooks", "https://[::1]:9000/hooks"] {
        seller.subscribes(&json!({"url": url, "events": ["order.placed"]})).await.is(StatusCode::CREATED);
    }
    let body = json!({"url": "https://10.2.0.1/hooks", "events": ["order.placed"]});
    shop.refuses(seller.subscribes(&body)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_user_has_so_many_at_most() {
    let shop = Shop::open_with(&["--webhook-most", "2"]).await;
    let seller = Seller::new(&shop, "anna").await;
    let first = seller.subscribes(&hooks()).await.is(StatusCode::CREATED).text("id").to_owned();
    seller.subscribes(&hooks()).await.is(StatusCode::CREATED);
    let refused = shop.refuses(seller.subscribes(&hooks())).await.is(StatusCode::CONFLICT);
    assert_eq!(refused.text("code"), "too_many_webhooks");
    seller.delete(&format!("/api/webhooks/{first}")).await.is(StatusCode::NO_CONTENT);
    seller.subscribes(&hooks()).await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn only_its_owner_removes_a_webhook_and_nothing_of_it_is_left() {
    let shop = Shop::open().await;
    let (anna, bert) = (Seller::new(&shop, "anna").await, Seller::new(&shop, "bert").await);
    let path = format!("/api/webhooks/{}", anna.subscribes(&hooks()).await.is(StatusCode::CREATED).text("id"));
    bert.subscribes(&hooks()).await.is(StatusCode::CREATED);

    shop.refuses(bert.delete(&path)).await.is(StatusCode::NOT_FOUND);
    shop.refuses(anna.delete(&path).if_match("\"7\"")).await.is(StatusCode::PRECONDITION_FAILED);
    anna.delete(&path).if_match("\"1\"").await.is(StatusCode::NO_CONTENT);
    assert!(anna.record().await.is_empty());
    shop.refuses(anna.delete(&path)).await.is(StatusCode::NOT_FOUND);
    assert_eq!(bert.webhooks().await.active().count(), 1);
}

#[tokio::test]
async fn whoever_is_erased_has_no_webhooks_any_more() {
    let shop = Shop::open().await;
    let anna = Seller::new(&shop, "anna").await;
    anna.subscribes(&hooks()).await.is(StatusCode::CREATED);
    anna.subscribes(&hooks()).await.is(StatusCode::CREATED);

    anna.delete("/api/users/me").json(&json!({"password": PASSWORD})).await.is(StatusCode::NO_CONTENT);

    assert!(anna.webhooks().await.is_empty());
    assert!(anna.record().await.is_empty());
}
