//! Who uses a shop.

use std::ops::Deref;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::user::{Command, Role, User};
use domain::{SessionId, UserId};
use event_store::{CommandId, Context};
use serde_json::{Value, json};
use time::OffsetDateTime;
use web::tokens::mail::Purpose;

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

    pub(crate) fn refreshes(self, token: &str) -> Ask<'a> {
        self.post("/api/auth/refresh").header("cookie", format!("__Host-refresh={token}"))
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
    /// Signs up, logs in and proves their address.
    pub(crate) async fn new(shop: &'a Shop, name: &str) -> Self {
        let buyer = Self::unverified(shop, name).await;
        let token = shop.link(Purpose::VerifyEmail, buyer.id, 1);
        buyer.post("/api/auth/verify-email").json(&json!({"token": token})).await.is(StatusCode::NO_CONTENT);
        buyer
    }

    /// Signs up and logs in.
    pub(crate) async fn unverified(shop: &'a Shop, name: &str) -> Self {
        let email = format!("{name}@example.org");
        Anonymous(shop).signs_up(&email, name).await.is(StatusCode::ACCEPTED);
        Self::returning(shop, &email, PASSWORD).await
    }

    /// Logs in.
    pub(crate) async fn returning(shop: &'a Shop, email: &str, password: &str) -> Self {
        Self::welcomed(shop, &Anonymous(shop).logs_in(email, password).await.is(StatusCode::OK))
    }

    /// Has been let in.
    pub(crate) fn welcomed(shop: &'a Shop, answer: &Answer) -> Self {
        let id = answer.body["user"]["id"].as_str().unwrap().parse().unwrap();
        let cookie = |name| answer.cookie(name).unwrap().to_owned();
        Self { shop, id, access: cookie("__Host-access"), refresh: cookie("__Host-refresh") }
    }

    /// The session they are in.
    pub(crate) fn session(&self) -> SessionId {
        let payload = URL_SAFE_NO_PAD.decode(self.access.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice::<Value>(&payload).unwrap()["sid"].as_str().unwrap().parse().unwrap()
    }

    /// Goes on with the session.
    pub(crate) fn refreshes(&self) -> Ask<'a> {
        Anonymous(self.shop).refreshes(&self.refresh)
    }

    /// Whether the access token still commands.
    pub(crate) async fn is_let_in(&self) -> bool {
        self.patch("/api/users/me").json(&json!({})).await.status == StatusCode::OK
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'a> {
        self.ask("POST", path)
    }

    pub(crate) fn put(&self, path: &str) -> Ask<'a> {
        self.ask("PUT", path)
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
        tell(shop, buyer.id, Command::GrantRole { role: Role::Admin }).await;
        Self(buyer)
    }
}

/// Tells a user's aggregate something, past every route.
pub(crate) async fn tell(shop: &Shop, id: UserId, command: Command) {
    let (command_id, at) = (CommandId::random(), OffsetDateTime::now_utc());
    let context = Context { actor: "operator".into(), command: command_id, at, trace: String::new() };
    shop.app.store().execute::<User>(context, id, command).await.unwrap();
}

impl<'a> Deref for Admin<'a> {
    type Target = Buyer<'a>;

    fn deref(&self) -> &Buyer<'a> {
        &self.0
    }
}
