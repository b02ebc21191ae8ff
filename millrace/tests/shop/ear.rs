//! Somebody who listens to live updates over a real connection.

use std::collections::BTreeMap;

use reqwest::{Response, header};
use serde_json::Value;

use crate::{
    customer::{Customer, client},
    running::PATIENCE,
};

/// A client that listens.
pub(crate) struct Ear {
    answer: Response,
    waiting: String,
    /// The id of the last event, as a browser remembers it.
    pub(crate) id: String,
}

/// An event that was heard.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) event: String,
    pub(crate) has_id: bool,
    pub(crate) data: Value,
}

impl Ear {
    /// Opens a connection, going on from an id.
    pub(crate) async fn open(customer: &Customer, last: Option<&str>) -> Self {
        let cookie = format!("__Host-access={}", customer.cookie("__Host-access"));
        let url = format!("{}/api/live", customer.read_url());
        let mut request = client().get(url).header(header::COOKIE, cookie);
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

    /// The fields of the next block.
    async fn block(&mut self) -> Option<BTreeMap<String, String>> {
        while !self.waiting.contains("\n\n") {
            let bytes = self.answer.chunk().await.ok()??;
            self.waiting += std::str::from_utf8(&bytes).unwrap();
        }
        let (block, rest) = self.waiting.split_once("\n\n").unwrap();
        let fields = block.lines().filter_map(|line| line.split_once(": "));
        let fields: BTreeMap<_, _> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        self.waiting = rest.to_owned();
        if let Some(id) = fields.get("id") {
            id.clone_into(&mut self.id);
        }
        Some(fields)
    }

    /// The next event of one of these names. `None` at the end.
    pub(crate) async fn next(&mut self, events: &[&str]) -> Option<Heard> {
        let heard = async {
            loop {
                let mut fields = self.block().await?;
                let Some(event) = fields.remove("event").filter(|event| events.contains(&event.as_str())) else {
                    continue;
                };
                let data = serde_json::from_str(&fields["data"]).unwrap();
                return Some(Heard { event, has_id: fields.contains_key("id"), data });
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.expect("there is something to hear")
    }

    /// What is heard next of an order. `None` at the end.
    pub(crate) async fn step(&mut self, order: &str) -> Option<Value> {
        loop {
            let heard = self.next(&["order"]).await?;
            if heard.data["id"] == order {
                return Some(heard.data);
            }
        }
    }

    /// What is heard of an order up to a status.
    pub(crate) async fn steps_until(&mut self, order: &str, last: &str) -> Vec<Value> {
        let mut heard: Vec<Value> = Vec::new();
        while heard.last().is_none_or(|step| step["status"] != last) {
            heard.push(self.step(order).await.expect("the connection goes on"));
        }
        heard
    }

    /// The statuses of an order up to one of them, each once.
    pub(crate) async fn until(&mut self, order: &str, last: &str) -> Vec<String> {
        let steps = self.steps_until(order, last).await;
        let mut statuses: Vec<_> = steps.iter().map(|step| step["status"].as_str().unwrap().to_owned()).collect();
        statuses.dedup();
        statuses
    }
}
