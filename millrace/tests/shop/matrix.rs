//! Every operation asked by every role: `matrix.md` says what each is answered.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU32, Ordering},
};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    customer::{Customer, PASSWORD, basket},
    running::Shop,
};

const TABLE: &str = include_str!("matrix.md");
/// All of it is asked from one address.
const LIMITS: [&str; 4] = [
    "MILLRACE_LIMIT_SIGNUP",
    "MILLRACE_LIMIT_LOGIN_ADDRESS",
    "MILLRACE_LIMIT_LOGIN_ACCOUNT",
    "MILLRACE_LIMIT_MAIL_ADDRESS",
];
const ANOTHER_PASSWORD: &str = "another horse battery staple";

/// What a role is answered when it asks for an operation.
struct Row {
    operation: String,
    answers: Vec<(String, StatusCode)>,
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn rows() -> Vec<Row> {
    let mut lines = TABLE.lines().filter(|line| line.starts_with('|'));
    let roles = cells(lines.next().unwrap());
    let row = |line| {
        let mut cells = cells(line).into_iter();
        let operation = cells.next().unwrap();
        let answers = roles[1..].iter().cloned().zip(cells.map(|status| status.parse().unwrap())).collect::<Vec<_>>();
        assert_eq!(answers.len(), 8, "{operation} has an answer for each role");
        Row { operation, answers }
    };
    lines.skip(1).map(row).collect()
}

/// Every operation of the document, such as `GET /api/orders/{id}`.
fn operations() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&millrace::openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys().filter(|key| key.parse::<Method>().is_ok());
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// A shop with everybody in it, and something to ask about.
struct World {
    shop: Shop,
    operator: Customer,
    people: BTreeMap<String, Customer>,
    guest: String,
    product: String,
    order: String,
    count: AtomicU32,
}

impl World {
    async fn new(roles: &[String]) -> Self {
        // As the public meets it: not in demo mode, which takes every address for proven.
        let unlimited = |limit| (limit, "100000/1s".to_owned());
        let mut settings: Vec<_> = LIMITS.map(unlimited).into();
        settings.push(("MILLRACE_PAYMENT_PROVIDER", "fake".to_owned()));
        let shop = Shop::with(settings);
        shop.customer("operator").await;
        let appointed = shop.command().args(["users", "grant", "operator@example.com", "admin"]).output().unwrap();
        assert!(appointed.status.success());
        let operator = Customer::log_in(&shop.url(), "operator@example.com", PASSWORD).await;
        let guest = shop.customer("guest").await;
        let guest = guest.get_json("/api/users/me").await["id"].as_str().unwrap().to_owned();
        let (product, order) = (String::new(), String::new());
        let (people, count) = (BTreeMap::new(), AtomicU32::new(0));
        let mut world = Self { shop, operator, people, guest, product, order, count };
        for role in roles {
            let person = world.person(role).await;
            world.people.insert(role.clone(), person);
        }
        world.product = world.people["seller"].list(1_000).await;
        world.order = world.people["buyer"].order(&world.product, 1).await;
        world.people["buyer"].decision(&world.order).await;
        world.shop.at_rest().await;
        world
    }

    fn name(&self) -> String {
        format!("person{}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// Somebody new in a role.
    async fn person(&self, role: &str) -> Customer {
        let name = self.name();
        match role {
            "none" => Customer::anonymous(&self.shop.url()),
            "unverified" => Customer::sign_up_unverified(&self.shop.url(), &name).await,
            "buyer" | "buyer 2" => self.shop.customer(&name).await,
            "seller" | "seller 2" => {
                let seller = self.shop.customer(&name).await;
                let opened = seller.post("/api/sellers", json!({ "shop_name": format!("{name}'s shop") })).await;
                assert_eq!(opened.status(), StatusCode::CREATED);
                seller
            }
            "support" | "admin" => {
                let user = self.shop.customer(&name).await;
                let id = user.get_json("/api/users/me").await["id"].as_str().unwrap().to_owned();
                let granted = self.operator.post(&format!("/api/users/{id}/roles"), json!({ "role": role })).await;
                assert_eq!(granted.status(), StatusCode::OK);
                Customer::log_in(&self.shop.url(), &format!("{name}@example.com"), PASSWORD).await
            }
            role => panic!("nobody is {role}"),
        }
    }

    /// A session of the buyer, and another one to ask about it in.
    async fn buyers_session(&self) -> (Customer, String) {
        let buyer = self.person("buyer").await;
        let me = buyer.get_json("/api/users/me").await;
        let other = Customer::log_in(&self.shop.url(), me["email"].as_str().unwrap(), PASSWORD).await;
        let sessions = other.get_json("/api/auth/sessions").await;
        let current = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
        (buyer, current["id"].as_str().unwrap().to_owned())
    }

    async fn answer(&self, operation: &str, role: &str) -> StatusCode {
        let (method, path) = operation.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let own_session =
            path.starts_with("/api/auth") || operation == "DELETE /api/users/me" || path == "/api/sellers";
        let fresh = if own_session && method != Method::GET { Some(self.person(role).await) } else { None };
        let mut asker = fresh.as_ref().unwrap_or(&self.people[role]);
        let buyer;
        let (path, body) = if operation == "DELETE /api/auth/sessions/{id}" {
            let session;
            (buyer, session) = self.buyers_session().await;
            if role == "buyer" {
                asker = &buyer;
            }
            (path.replace("{id}", &session), None)
        } else {
            (self.path(&method, path).await, self.body(operation))
        };
        asker.try_send(method, &path, body).await.unwrap().status()
    }

    /// The path with ids in it: for changes, of something that nobody has changed yet.
    async fn path(&self, method: &Method, path: &str) -> String {
        let parameter = if path.contains("{product_id}") { "{product_id}" } else { "{id}" };
        let reads = method == Method::GET;
        let id = match path.split('/').nth(2).unwrap_or_default() {
            "sellers" => {
                let seller = self.people["seller"].get_json("/api/users/me").await;
                seller["id"].as_str().unwrap().to_owned()
            }
            "users" => self.guest.clone(),
            "admin" => self.order.clone(),
            "products" | "inventory" if reads => self.product.clone(),
            "products" | "inventory" if path.contains('{') => self.people["seller"].list(10).await,
            "orders" if reads => self.order.clone(),
            "orders" if path.contains('{') => self.order_for(path).await,
            "webhooks" if path.contains('{') => self.webhook().await,
            _ => String::new(),
        };
        path.replace(parameter, &id)
            .replace("{role}", "support")
            .replace("{kind}", "order")
            .replace("{group}", "orders_g1")
            .replace("{provider}", "fake")
    }

    /// An order that has come as far as the operation asks for.
    async fn order_for(&self, path: &str) -> String {
        let steps = ["cancellation", "payment", "shipments", "delivery", "returns"];
        let [buyer, seller] = ["buyer", "seller"].map(|role| &self.people[role]);
        let order = buyer.order(&self.product, 1).await;
        let wanted = steps.iter().position(|step| path.ends_with(step)).unwrap_or_default();
        if wanted > 0 {
            buyer.decision(&order).await;
        }
        for step in &steps[1..wanted.max(1)] {
            let (by, body) = match *step {
                "payment" => (buyer, json!({ "method_token": "tok_approve" })),
                _ => (seller, json!({})),
            };
            let path = format!("/api/orders/{order}/{step}");
            let body = (*step != "delivery").then_some(body);
            assert_eq!(by.try_send(Method::POST, &path, body).await.unwrap().status(), StatusCode::OK, "{path}");
        }
        order
    }

    /// A new webhook of the seller's.
    async fn webhook(&self) -> String {
        let subscription = json!({ "url": "https://hooks.invalid/", "events": ["order.placed"] });
        let answer = self.people["seller"].post("/api/webhooks", subscription).await;
        let body: Value = answer.json().await.unwrap();
        body["id"].as_str().unwrap().to_owned()
    }

    fn body(&self, operation: &str) -> Option<Value> {
        let name = self.name();
        let email = format!("{name}@example.com");
        Some(match operation {
            "POST /api/auth/signup" => json!({ "email": email, "username": name, "password": PASSWORD }),
            "POST /api/auth/verify-email" => json!({ "token": "none" }),
            "POST /api/auth/resend-verification" | "POST /api/auth/forgot-password" => json!({ "email": email }),
            "POST /api/auth/login" => json!({ "email": "guest@example.com", "password": PASSWORD }),
            "POST /api/auth/demo-login" => json!({ "role": "buyer" }),
            "POST /api/auth/reset-password" => json!({ "token": "none", "password": PASSWORD }),
            "POST /api/auth/change-password" => {
                json!({ "current_password": PASSWORD, "new_password": ANOTHER_PASSWORD })
            }
            "POST /api/auth/totp/confirmation" => json!({ "code": "123456" }),
            "DELETE /api/auth/totp" | "DELETE /api/users/me" => json!({ "password": PASSWORD }),
            "PATCH /api/users/me" => json!({ "display_name": name }),
            "POST /api/users/{id}/roles" => json!({ "role": "support" }),
            "POST /api/users/{id}/suspension" => json!({ "reason": "Sold what never arrived" }),
            "POST /api/admin/dead-letters/{group}/retry" => json!({ "aggregate": format!("order:{}", self.order) }),
            "POST /api/admin/dead-letters/{group}/discard" => {
                json!({ "aggregate": format!("order:{}", self.order), "reason": "Written by a test" })
            }
            "POST /api/sellers" => json!({ "shop_name": name }),
            "POST /api/products" => json!({ "name": "Kettle", "price": { "amount": 100, "currency": "EUR" } }),
            "PATCH /api/products/{id}" => json!({ "name": "Kettle" }),
            "POST /api/inventory/{product_id}/receipts" | "PUT /api/inventory/{product_id}/threshold" => {
                json!({ "quantity": 1 })
            }
            "POST /api/inventory/{product_id}/adjustments" => json!({ "delta": -1, "reason": "Broken" }),
            "POST /api/orders" => basket(&self.product, 1),
            "POST /api/orders/{id}/payment" => json!({ "method_token": "tok_approve" }),
            "POST /api/orders/{id}/shipments" | "POST /api/payments/callbacks/{provider}" => json!({}),
            "POST /api/orders/{id}/returns" => {
                json!({ "lines": [{ "product_id": self.product, "quantity": 1 }], "reason": "Broken" })
            }
            "POST /api/orders/{id}/messages" => json!({ "text": "Hello" }),
            "POST /api/webhooks" => json!({ "url": "https://hooks.invalid/", "events": ["order.placed"] }),
            _ => return None,
        })
    }
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let rows: BTreeSet<_> = rows().into_iter().map(|row| row.operation).collect();
    assert_eq!(rows, operations());
}

#[tokio::test]
async fn everybody_may_do_what_the_matrix_says_and_nothing_else() {
    let rows = rows();
    let roles: Vec<_> = rows[0].answers.iter().map(|(role, _)| role.clone()).collect();
    let mut world = World::new(&roles).await;

    let mut otherwise = Vec::new();
    for Row { operation, answers } in &rows {
        for (role, expected) in answers {
            let answer = world.answer(operation, role).await;
            if answer != *expected {
                otherwise.push(format!("{operation} by {role}: {answer}, not {expected}"));
            }
        }
    }

    assert!(otherwise.is_empty(), "{otherwise:#?}");
    world.shop.stop();
}
