//! Somebody with a demo account and a session.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stage::Service;

const PASSWORD: &str = "demotest";
const PATIENCE: Duration = Duration::from_secs(60);
const TICK: Duration = Duration::from_millis(5);

/// Who asks: their cookies, as request headers.
pub(crate) struct Person {
    http: reqwest::Client,
    url: String,
    cookies: String,
}

impl Person {
    pub(crate) async fn log_in(shop: &Service, email: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::new();
        let body = json!({ "email": email, "password": PASSWORD });
        let login = http.post(format!("{}/api/auth/login", shop.url())).header("X-Requested-With", "bench").json(&body);
        let answer = login.send().await?.error_for_status()?;
        let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let cookies = set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ");
        Ok(Self { http, url: shop.url(), cookies })
    }

    /// The headers of a request of theirs.
    pub(crate) fn headers(&self) -> String {
        format!("Cookie: {}\r\nX-Requested-With: bench\r\n", self.cookies)
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let post = self.http.post(format!("{}{path}", self.url)).header("X-Requested-With", "bench");
        let post = post.header("Idempotency-Key", Uuid::now_v7().simple().to_string());
        Ok(post.header("Cookie", &self.cookies).json(body).send().await?.error_for_status()?.json().await?)
    }

    /// Lists a product with so many units, and returns its id.
    pub(crate) async fn list(&self, units: u32) -> anyhow::Result<String> {
        let product = json!({
            "name": "White metal lantern", "category": "Home",
            "price": { "amount": 339, "currency": "GBP" }, "initial_stock": units,
        });
        let product = self.post("/api/products", &product).await?;
        Ok(product["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Lists about so many products, with so many units of each.
    pub(crate) async fn list_all(&self, count: usize, units: u32) -> anyhow::Result<Vec<String>> {
        let mut products = Vec::with_capacity(count);
        while products.len() < count {
            products.extend(try_join_all((0..16).map(|_| self.list(units))).await?);
        }
        Ok(products)
    }

    /// Waits until there is something at this path.
    pub(crate) async fn wait_for(&self, path: &str) -> anyhow::Result<Value> {
        self.wait_until(path, |_| true).await
    }

    /// Waits until what is at this path is as it should be.
    pub(crate) async fn wait_until(&self, path: &str, fits: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.http.get(format!("{}{path}", self.url)).header("Cookie", &self.cookies).send().await?;
            if answer.status().is_success() {
                let found = answer.json().await?;
                if fits(&found) {
                    return Ok(found);
                }
            }
            anyhow::ensure!(Instant::now() < end, "{path} does not become what it should");
            tokio::time::sleep(TICK).await;
        }
    }
}
