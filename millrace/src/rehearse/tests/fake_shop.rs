//! A shop of a hundred lines that keeps the contract, except where it is told not to.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::RETRY_AFTER},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{get, post},
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How the shop breaks the contract, or tries its customers.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mischief {
    None,
    /// The first order is answered with 503.
    BusyOnce,
    /// The answer to the first order is lost on its way, though the order was placed.
    LosesAnAnswer,
    /// The first order finds its session dead.
    EndsASession,
    /// Every order is confirmed, whatever is in stock.
    Oversells,
    /// Orders cost a penny more than they should.
    Overcharges,
    /// No order is ever decided.
    NeverDecides,
    /// Refunds are a penny less than they should be.
    KeepsAPenny,
    /// What comes back does not get into stock again.
    LosesReturns,
}

/// A running fake.
pub(super) struct FakeShop {
    pub(super) address: SocketAddr,
    books: Arc<Mutex<Books>>,
    server: JoinHandle<()>,
}

impl Drop for FakeShop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Books {
    mischief: Mischief,
    /// The `Idempotency-Key` of every order as often as it was sent.
    order_keys: Vec<String>,
    renewals: u32,
    looks: u32,
    proofs: u32,
    stock: HashMap<Uuid, Stock>,
    orders: HashMap<String, Value>,
}

#[derive(Clone, Copy, Default)]
struct Stock {
    price: u64,
    on_hand: i64,
    reserved: i64,
}

type Shop = State<Arc<Mutex<Books>>>;

impl FakeShop {
    pub(super) async fn open(mischief: Mischief) -> Self {
        let books = Arc::new(Mutex::new(Books {
            mischief,
            order_keys: Vec::new(),
            renewals: 0,
            looks: 0,
            proofs: 0,
            stock: HashMap::new(),
            orders: HashMap::new(),
        }));
        let router = Router::new()
            .route("/api/auth/signup", post(async || StatusCode::ACCEPTED))
            .route("/api/auth/login", post(async || session("first")))
            .route("/dev/mail", get(mails))
            .route("/api/auth/verify-email", post(verify))
            .route("/api/auth/refresh", post(refresh))
            .route("/api/sellers", post(async || StatusCode::CREATED))
            .route("/api/products", get(async || Json(json!({ "items": [], "next_cursor": null }))).post(list))
            .route("/api/inventory/{id}/receipts", post(receive))
            .route("/api/inventory/{id}", get(stock))
            .route("/api/orders", post(place))
            .route("/api/orders/{id}", get(order))
            .route("/api/orders/{id}/payment", post(pay))
            .route("/api/orders/{id}/shipments", post(ship))
            .route("/api/orders/{id}/delivery", post(deliver))
            .route("/api/orders/{id}/returns", post(take_back))
            .with_state(Arc::clone(&books));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, books, server }
    }

    pub(super) fn order_keys(&self) -> Vec<String> {
        self.books.lock().unwrap().order_keys.clone()
    }

    pub(super) fn proofs(&self) -> u32 {
        self.books.lock().unwrap().proofs
    }

    pub(super) fn renewals(&self) -> u32 {
        self.books.lock().unwrap().renewals
    }
}

fn session(name: &str) -> Response {
    let cookie = |kind| ("Set-Cookie", format!("__Host-{kind}={name}; Secure; HttpOnly; SameSite=Strict; Path=/"));
    (AppendHeaders([cookie("access"), cookie("refresh")]), Json(json!({ "user": { "email_verified": false } })))
        .into_response()
}

fn has_session(headers: &HeaderMap, name: &str) -> bool {
    headers.get("Cookie").is_some_and(|cookie| cookie.to_str().unwrap().contains(&format!("__Host-access={name}")))
}

/// A mail is there at the second look.
async fn mails(shop: Shop, headers: HeaderMap) -> Response {
    let mut shop = shop.lock().unwrap();
    shop.looks += 1;
    let link = "http://shop.example/verify-email?token=signed";
    let items = if shop.looks > 1 { json!([{ "link": null }, { "link": link }]) } else { json!([]) };
    assert_eq!(headers["accept"], "application/json");
    Json(json!({ "items": items })).into_response()
}

async fn verify(shop: Shop, Json(body): Json<Value>) -> StatusCode {
    shop.lock().unwrap().proofs += u32::from(body == json!({ "token": "signed" }));
    StatusCode::NO_CONTENT
}

async fn refresh(shop: Shop) -> Response {
    shop.lock().unwrap().renewals += 1;
    (StatusCode::NO_CONTENT, session("second")).into_response()
}

async fn list(shop: Shop, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if !has_session(&headers, "first") || !headers.contains_key("X-Requested-With") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let id = Uuid::now_v7();
    let price = body["price"]["amount"].as_u64().unwrap();
    shop.lock().unwrap().stock.insert(id, Stock { price, ..Stock::default() });
    (StatusCode::CREATED, Json(json!({ "id": id, "version": 1 }))).into_response()
}

async fn receive(shop: Shop, Path(id): Path<Uuid>, Json(body): Json<Value>) -> StatusCode {
    shop.lock().unwrap().stock.get_mut(&id).unwrap().on_hand += body["quantity"].as_i64().unwrap();
    StatusCode::OK
}

async fn stock(shop: Shop, Path(id): Path<Uuid>) -> Json<Value> {
    let Stock { on_hand, reserved, .. } = shop.lock().unwrap().stock[&id];
    Json(json!({ "on_hand": on_hand, "reserved": reserved, "available": on_hand - reserved, "version": 1 }))
}

async fn place(shop: Shop, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let mut books = shop.lock().unwrap();
    let key = headers["Idempotency-Key"].to_str().unwrap().to_owned();
    books.order_keys.push(key.clone());
    let first = books.order_keys.len() == 1;
    if first && books.mischief == Mischief::BusyOnce {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "0")]).into_response();
    }
    if books.mischief == Mischief::EndsASession && !has_session(&headers, "second") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if !books.orders.contains_key(&key) {
        let order = books.decide(&body);
        books.orders.insert(key.clone(), order);
    }
    if first && books.mischief == Mischief::LosesAnAnswer {
        let cut_off = stream::iter([Err::<Vec<u8>, _>(io::Error::from(io::ErrorKind::ConnectionReset))]);
        return Body::from_stream(cut_off).into_response();
    }
    let order = &books.orders[&key];
    let answer = json!({ "id": order["id"], "status": "pending", "total": order["total"], "version": 1 });
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn order(shop: Shop, Path(id): Path<Uuid>) -> Json<Value> {
    let books = shop.lock().unwrap();
    Json(books.orders.values().find(|order| order["id"] == json!(id)).unwrap().clone())
}

async fn pay(shop: Shop, Path(id): Path<Uuid>, Json(body): Json<Value>) -> Json<Value> {
    assert_eq!(body, json!({ "method_token": "tok_approve" }));
    let mut books = shop.lock().unwrap();
    let order = books.order(id);
    order["payment"]["captured"] = order["total"].clone();
    Json(json!({ "outcome": "paid" }))
}

async fn ship(shop: Shop, Path(id): Path<Uuid>) {
    let mut books = shop.lock().unwrap();
    for (product, units) in lines(&books.order(id)["lines"]) {
        let stock = books.stock.get_mut(&product).unwrap();
        stock.on_hand -= units;
        stock.reserved -= units;
    }
}

async fn deliver(shop: Shop, Path(id): Path<Uuid>) {
    shop.lock().unwrap().order(id)["status"] = json!("delivered");
}

async fn take_back(shop: Shop, Path(id): Path<Uuid>, Json(body): Json<Value>) {
    let mut books = shop.lock().unwrap();
    let mut refund = 0;
    for (product, units) in lines(&body["lines"]) {
        let keeps = books.mischief != Mischief::LosesReturns;
        let stock = books.stock.get_mut(&product).unwrap();
        stock.on_hand += units * i64::from(keeps);
        refund += stock.price * units.unsigned_abs();
    }
    refund -= u64::from(books.mischief == Mischief::KeepsAPenny);
    let order = books.order(id);
    let refunded = order["payment"]["refunded"]["amount"].as_u64().unwrap() + refund;
    order["payment"]["refunded"]["amount"] = json!(refunded);
    if order["payment"]["refunded"] == order["payment"]["captured"] {
        order["status"] = json!("refunded");
    }
}

fn lines(lines: &Value) -> Vec<(Uuid, i64)> {
    let line =
        |line: &Value| (line["product_id"].as_str().unwrap().parse().unwrap(), line["quantity"].as_i64().unwrap());
    lines.as_array().unwrap().iter().map(line).collect()
}

impl Books {
    fn order(&mut self, id: Uuid) -> &mut Value {
        self.orders.values_mut().find(|order| order["id"] == json!(id)).unwrap()
    }

    fn decide(&mut self, body: &Value) -> Value {
        let lines = lines(&body["lines"]);
        let enough = lines.iter().all(|(id, units)| self.stock[id].on_hand - self.stock[id].reserved >= *units);
        let status = if self.mischief == Mischief::NeverDecides {
            "pending"
        } else if enough || self.mischief == Mischief::Oversells {
            "confirmed"
        } else {
            "rejected"
        };
        if status == "confirmed" {
            for (id, units) in &lines {
                self.stock.get_mut(id).unwrap().reserved += units;
            }
        }
        let money = |amount: u64| json!({ "amount": amount, "currency": "GBP" });
        let price = |id| self.stock[id].price;
        let total: u64 = lines.iter().map(|(id, units)| price(id) * units.unsigned_abs()).sum();
        let total = total + u64::from(self.mischief == Mischief::Overcharges);
        let lines: Vec<_> = lines
            .iter()
            .map(|(id, units)| json!({ "product_id": id, "quantity": units, "unit_price": money(price(id)) }))
            .collect();
        let payment = json!({ "captured": money(0), "refunded": money(0) });
        json!({ "id": Uuid::now_v7(), "status": status, "total": money(total), "lines": lines, "payment": payment })
    }
}
