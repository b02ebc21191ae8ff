//! Somebody with an account, as a browser would be them.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use reqwest::{Client, Method, Response, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;
use web::{
    keys::SigningKeys,
    tokens::mail::{Link, Purpose, Signer},
};

use crate::running::PATIENCE;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Cookies by hand: a cookie jar refuses `Secure` ones over plain HTTP, which browsers allow for loopback.
pub(crate) struct Customer {
    client: Client,
    write: String,
    read: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Customer {
    pub(crate) fn anonymous(url: &str) -> Self {
        Self { client: client(), write: url.to_owned(), read: url.to_owned(), cookies: Mutex::default() }
    }

    /// Somebody who signs up and comes through a gateway that sends each method to its side.
    pub(crate) async fn through(write: String, read: String, name: &str, keys: &Path) -> Self {
        Self { read, ..Self::sign_up(&write, name, Some(keys)).await }
    }

    /// Somebody who has signed up, in another session.
    pub(crate) async fn log_in_through(write: String, read: String, name: &str) -> Self {
        Self { read, ..Self::log_in(&write, &email(name), PASSWORD).await }
    }

    /// The same session in the hands of somebody who comes through other processes.
    pub(crate) fn at(&self, write: String, read: String) -> Self {
        Self { client: self.client.clone(), write, read, cookies: Mutex::new(self.cookies().clone()) }
    }

    /// The same session in a client that sends these headers with each request.
    pub(crate) fn sending(&self, headers: [(&'static str, &str); 2]) -> Self {
        let headers = headers.map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()));
        let client = Client::builder().pool_max_idle_per_host(0).default_headers(headers.into_iter().collect());
        Self { client: client.build().unwrap(), ..self.at(self.write_url(), self.read_url()) }
    }

    pub(crate) fn write_url(&self) -> String {
        self.write.clone()
    }

    pub(crate) fn read_url(&self) -> String {
        self.read.clone()
    }

    /// Somebody who signs up and opens the link of their mail, which the shop shows unless these keys are to sign it.
    pub(crate) async fn sign_up(url: &str, name: &str, keys: Option<&Path>) -> Self {
        let (customer, user) = Self::apply(url, name).await;
        assert_eq!(user["email_verified"], false);
        let token = match keys {
            None => customer.mailed(&email(name)).await,
            Some(keys) => {
                let link = Link { user: user["id"].as_str().unwrap().parse().unwrap(), number: 1 };
                let until = OffsetDateTime::now_utc() + PATIENCE;
                let signer = Signer::new(SigningKeys::open(keys).unwrap());
                signer.sign(Purpose::VerifyEmail, link, until).expose_secret().to_owned()
            }
        };
        let proof = customer.post("/api/auth/verify-email", json!({ "token": token })).await;
        assert_eq!(proof.status(), StatusCode::NO_CONTENT);
        customer
    }

    /// Somebody who has not proven their address yet.
    pub(crate) async fn sign_up_unverified(url: &str, name: &str) -> Self {
        Self::apply(url, name).await.0
    }

    async fn apply(url: &str, name: &str) -> (Self, Value) {
        let email = email(name);
        let body = json!({ "email": email, "username": name, "password": PASSWORD });
        assert_eq!(Self::anonymous(url).post("/api/auth/signup", body).await.status(), StatusCode::ACCEPTED);
        Self::enter(url, &email, PASSWORD).await
    }

    /// What the newest link carries that a demo shop shows.
    async fn mailed(&self, email: &str) -> String {
        let inbox =
            || self.client.get(format!("{}/dev/mail?to={email}", self.read)).header("accept", "application/json");
        let mut token = None;
        let arrived = async || {
            let mails = inbox().send().await.unwrap().json::<Value>().await.unwrap();
            let links = mails["items"].as_array().into_iter().flatten().filter_map(|mail| mail["link"].as_str());
            token = links.filter_map(|link| link.split_once("token=")).map(|(_, token)| token.to_owned()).next();
            token.is_some()
        };
        test_kit::eventually("the mail is there", PATIENCE, arrived).await;
        token.unwrap()
    }

    pub(crate) async fn log_in(url: &str, email: &str, password: &str) -> Self {
        Self::enter(url, email, password).await.0
    }

    /// Logs in, and hears who that is.
    async fn enter(url: &str, email: &str, password: &str) -> (Self, Value) {
        let customer = Self::anonymous(url);
        let answer = customer.post("/api/auth/login", json!({ "email": email, "password": password })).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let user = answer.json::<Value>().await.unwrap()["user"].take();
        (customer, user)
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        self.try_send(Method::POST, path, Some(body)).await.unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Response {
        self.try_send(Method::PATCH, path, Some(body)).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.try_send(Method::GET, path, None).await.unwrap()
    }

    pub(crate) async fn get_json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "GET {path}");
        answer.json().await.unwrap()
    }

    pub(crate) async fn try_send(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Result<Response> {
        self.send_as(&Uuid::now_v7().to_string(), method, path, body).await
    }

    /// Goes on with the same key until the shop has an answer, whatever becomes of it meanwhile.
    pub(crate) async fn persist(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let (key, mut settled) = (Uuid::now_v7().to_string(), None);
        let answered = async || {
            let Ok(answer) = self.send_as(&key, method.clone(), path, body.clone()).await else { return false };
            let status = answer.status();
            let Ok(text) = answer.text().await else { return false };
            let answer: Value = serde_json::from_str(&text).unwrap_or_default();
            let again = status == StatusCode::SERVICE_UNAVAILABLE || answer["code"] == "in_flight";
            settled = (!again).then_some((status, answer));
            !again
        };
        test_kit::eventually("the shop answers", PATIENCE, answered).await;
        settled.unwrap()
    }

    async fn send_as(&self, key: &str, method: Method, path: &str, body: Option<Value>) -> reqwest::Result<Response> {
        let cookies =
            self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let side = if method == Method::GET { &self.read } else { &self.write };
        let mut request = self.client.request(method, format!("{side}{path}"));
        request = request.header("x-requested-with", "test").header(header::COOKIE, cookies);
        if let Some(body) = body {
            request = request.header("idempotency-key", key).json(&body);
        }
        let answer = request.send().await?;
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies().insert(name.to_owned(), value.to_owned());
        }
        Ok(answer)
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> String {
        self.cookies()[name].clone()
    }

    fn cookies(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a shop and lists a product.
    pub(crate) async fn sell(&self, shop: &str, units: u32) -> String {
        let opened = self.post("/api/sellers", json!({ "shop_name": shop })).await;
        assert_eq!(opened.status(), StatusCode::CREATED);
        self.list(units).await
    }

    pub(crate) async fn list(&self, units: u32) -> String {
        let price = json!({ "amount": 1999, "currency": "EUR" });
        let listed =
            self.post("/api/products", json!({ "name": "Lantern", "price": price, "initial_stock": units })).await;
        assert_eq!(listed.status(), StatusCode::CREATED);
        listed.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn order(&self, product: &str, quantity: u32) -> String {
        self.place(basket(product, quantity)).await
    }

    /// Orders one unit to an address.
    pub(crate) async fn order_to(&self, product: &str, line: &str) -> String {
        let mut order = basket(product, 1);
        order["ship_to"] = json!({ "name": "Anna Berg", "lines": [line], "city": "Gent", "country": "BE" });
        self.place(order).await
    }

    async fn place(&self, order: Value) -> String {
        let placed = self.post("/api/orders", order).await;
        assert_eq!(placed.status(), StatusCode::CREATED);
        placed.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Writes about an order.
    pub(crate) async fn write(&self, order: &str, text: &str) {
        let posted = self.post(&format!("/api/orders/{order}/messages"), json!({ "text": text })).await;
        assert_eq!(posted.status(), StatusCode::CREATED);
    }

    /// The status of an order, once it is decided.
    pub(crate) async fn decision(&self, order: &str) -> String {
        let mut status = String::new();
        let decided = async || {
            let answer = self.get(&format!("/api/orders/{order}")).await;
            let found = answer.status() == StatusCode::OK;
            status = answer.json::<Value>().await.unwrap()["status"].as_str().unwrap_or_default().to_owned();
            found && status != "pending"
        };
        test_kit::eventually("the order is decided", PATIENCE, decided).await;
        status
    }
}

/// A client that knows the certificates of tests, which their makers alone know, as any other.
pub(crate) fn client() -> Client {
    // A connection that outlives the shop it led to would fail the next request.
    Client::builder().pool_max_idle_per_host(0).tls_danger_accept_invalid_certs(true).build().unwrap()
}

/// The address of whoever has this name.
fn email(name: &str) -> String {
    format!("{name}@example.com")
}

pub(crate) fn basket(product: &str, quantity: u32) -> Value {
    json!({ "lines": [{ "product_id": product, "quantity": quantity }] })
}
