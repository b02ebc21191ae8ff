//! Who uses a shop.

use std::ops::Deref;

use axum::http::StatusCode;
use domain::UserId;
use domain::user::{Command, Role, User};
use event_store::{CommandId, Context};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::shop::{Answer, Ask, Shop};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody without a session.
#[derive(Clone, Copy)]
pub(crate) struct Anonymous<'a>(pub(crate) &'a Shop);

impl<'a> Anonymous<'a> {
    pub(crate) fn post(self, path: &str) -> Ask<'a> {
        Ask::new(self.0, "POST", path)
    }

    pub(crate) async fn signs_up(self, email: &str, username: &str) -> Answer {
        let body = json!({"email": email, "username": username, "password": PASSWORD});
        self.post("/api/auth/signup").json(&body).await
    }

    pub(crate) async fn logs_in(self, email: &str, password: &str) -> Answer {
        self.post("/api/auth/login").json(&json!({"email": email, "password": password})).await
    }
}

/// Somebody with an account and a session.
pub(crate) struct Buyer<'a> {
    pub(crate) shop: &'a Shop,
    pub(crate) id: UserId,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl<'a> Buyer<'a> {
    /// Signs up and logs in under a name.
    pub(crate) async fn new(shop: &'a Shop, name: &str) -> Self {
        let email = format!("{name}@example.org");
        Anonymous(shop).signs_up(&email, name).await.is(StatusCode::ACCEPTED);
        Self::returning(shop, &email, PASSWORD).await
    }

    /// Logs in.
    pub(crate) async fn returning(shop: &'a Shop, email: &str, password: &str) -> Self {
        let answer = Anonymous(shop).logs_in(email, password).await.is(StatusCode::OK);
        let id = answer.body["user"]["id"].as_str().unwrap().parse().unwrap();
        let cookie = |name| answer.cookie(name).unwrap().to_owned();
        Self { shop, id, access: cookie("__Host-access"), refresh: cookie("__Host-refresh") }
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'a> {
        self.ask("POST", path)
    }

    pub(crate) fn patch(&self, path: &str) -> Ask<'a> {
        self.ask("PATCH", path)
    }

    pub(crate) fn delete(&self, path: &str) -> Ask<'a> {
        self.ask("DELETE", path)
    }

    fn ask(&self, method: &str, path: &str) -> Ask<'a> {
        Ask::new(self.shop, method, path).header("cookie", format!("__Host-access={}", self.access))
    }

    /// An order that is yet to be sent.
    pub(crate) fn orders(&self, key: &str, product: &str, quantity: impl Into<Value>) -> Ask<'a> {
        self.post("/api/orders").key(key).json(&one_line(product, quantity))
    }
}

/// An order of one product.
pub(crate) fn one_line(product: &str, quantity: impl Into<Value>) -> Value {
    json!({"lines": [{"product_id": product, "quantity": quantity.into()}]})
}

/// A buyer who keeps a shop.
pub(crate) struct Seller<'a>(Buyer<'a>);

impl<'a> Seller<'a> {
    pub(crate) async fn new(shop: &'a Shop, name: &str) -> Self {
        let mut buyer = Buyer::new(shop, name).await;
        let body = json!({"shop_name": format!("{name}'s shop")});
        let answer = buyer.post("/api/sellers").json(&body).await.is(StatusCode::CREATED);
        buyer.access = answer.cookie("__Host-access").unwrap().to_owned();
        Self(buyer)
    }

    /// Offers ten teapots at 19.99, and returns the product's id.
    pub(crate) async fn lists_a_teapot(&self) -> String {
        let answer = self.post("/api/products").json(&teapot()).await.is(StatusCode::CREATED);
        answer.text("id").to_owned()
    }
}

impl<'a> Deref for Seller<'a> {
    type Target = Buyer<'a>;

    fn deref(&self) -> &Buyer<'a> {
        &self.0
    }
}

pub(crate) fn teapot() -> Value {
    json!({"name": "Teapot", "price": {"amount": 1999, "currency": "EUR"}, "initial_stock": 10})
}

/// Somebody who runs the marketplace.
pub(crate) struct Admin<'a>(Buyer<'a>);

impl<'a> Admin<'a> {
    pub(crate) async fn new(shop: &'a Shop) -> Self {
        let buyer = Buyer::new(shop, "admin").await;
        let context = Context {
            actor: "operator".into(),
            command: CommandId::random(),
            at: OffsetDateTime::now_utc(),
            trace: String::new(),
        };
        let grant = Command::GrantRole { role: Role::Admin };
        shop.app.store().execute::<User>(context, buyer.id, grant).await.unwrap();
        Self(buyer)
    }
}

impl<'a> Deref for Admin<'a> {
    type Target = Buyer<'a>;

    fn deref(&self) -> &Buyer<'a> {
        &self.0
    }
}
