//! Live updates of a running shop, over real connections.

use std::time::Duration;

use domain::{
    OrderId,
    order::{Order, Status},
};
use reqwest::{Response, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    actions::{People, id_of, tell, way_to},
    customer::Customer,
    running::{PATIENCE, Shop},
};

/// A client that listens.
struct Ear {
    answer: Response,
    waiting: String,
    id: String,
}

impl Ear {
    async fn open(shop: &Shop, customer: &Customer, last: Option<&str>) -> Self {
        let cookie = format!("__Host-access={}", customer.cookie("__Host-access"));
        let mut request = reqwest::Client::new().get(format!("{}/api/live", shop.url())).header(header::COOKIE, cookie);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let mut ear = Self { answer, waiting: String::new(), id: String::new() };
        // Whoever has been greeted misses nothing from then on.
        ear.block().await.unwrap();
        ear
    }

    async fn block(&mut self) -> Option<Vec<String>> {
        while !self.waiting.contains("\n\n") {
            let bytes = self.answer.chunk().await.ok()??;
            self.waiting += std::str::from_utf8(&bytes).unwrap();
        }
        let (block, rest) = self.waiting.split_once("\n\n").unwrap();
        let lines: Vec<_> = block.lines().map(str::to_owned).collect();
        self.waiting = rest.to_owned();
        if let Some(id) = lines.iter().find_map(|line| line.strip_prefix("id: ")) {
            id.clone_into(&mut self.id);
        }
        Some(lines)
    }

    /// The next status of this order that it hears of. `None` at the end.
    async fn status(&mut self, order: &str) -> Option<String> {
        let heard = async {
            loop {
                let lines = self.block().await?;
                let data = lines.iter().find_map(|line| line.strip_prefix("data: "));
                let data: Value = data.map_or(Value::Null, |data| serde_json::from_str(data).unwrap());
                if data["id"] == order {
                    return Some(data["status"].as_str().unwrap().to_owned());
                }
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.expect("there is something to hear")
    }

    /// What it hears of this order up to a status, each status once.
    async fn until(&mut self, order: &str, last: &str) -> Vec<String> {
        let mut heard = Vec::new();
        while heard.last().is_none_or(|status| status != last) {
            heard.push(self.status(order).await.expect("the connection goes on"));
        }
        heard.dedup();
        heard
    }
}

#[tokio::test]
async fn a_buyer_and_two_sellers_hear_an_order_through_its_life_though_they_are_cut() {
    let mut shop = Shop::open();
    let people = People::of(&shop).await;
    let sellers = [id_of(&people.sellers[0]).await, id_of(&people.sellers[1]).await];
    let stranger = shop.customer("fred").await;
    let mut buyer = Ear::open(&shop, &people.buyer, None).await;
    let mut bob = Ear::open(&shop, &people.sellers[1], None).await;
    let mut nobody = Ear::open(&shop, &stranger, None).await;

    let order = people.place(1).await;
    assert_eq!(buyer.until(&order, "confirmed").await, ["pending", "confirmed"]);
    // Cut, and back after the shop was stopped and started, with open connections.
    let last = buyer.id.clone();
    shop.stop();
    assert_eq!(nobody.status(&order).await, None);
    drop(buyer);
    shop.start();
    let id: OrderId = order.parse::<Uuid>().unwrap().into();
    let total = shop.store().load::<Order>(id).await.unwrap().total().unwrap();
    tell(&shop.store(), id, way_to(Status::Completed, sellers, total)).await;
    let mut back = Ear::open(&shop, &people.buyer, Some(&last)).await;
    let rest = ["paid", "partly_shipped", "shipped", "delivered", "completed"];
    let mut heard = back.until(&order, "completed").await;
    // The attempt to pay changes no status.
    heard.retain(|status| status != "confirmed");
    assert_eq!(heard, rest);
    // A seller hears of the own part alone.
    let (bobs, first) = (bob.id.clone(), bob.until(&order, "confirmed").await);
    assert_eq!(first, ["pending", "confirmed"]);
    let mut bob = Ear::open(&shop, &people.sellers[1], Some(&bobs)).await;
    let part = ["pending", "confirmed", "paid", "shipped", "delivered", "completed"];
    assert_eq!(bob.until(&order, "completed").await, part);

    let logged_out = people.sellers[1].post("/api/auth/logout", json!({})).await;
    assert_eq!(logged_out.status(), 204);
    let ended = tokio::time::timeout(Duration::from_secs(20), bob.status(&order)).await;
    assert_eq!(ended.expect("it ends"), None);
    shop.stop();
}
