//! Every status of an order against every command: `docs/domain.md` says what each leads to.

use std::collections::BTreeMap;

use domain::{
    Aggregate, OrderId,
    order::{Command, Error, Order, Status},
};
use event_store::{CommandId, Context, Store};
use futures_util::future::join_all;
use payments::Fake;
use reqwest::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    customer::Customer,
    running::{PATIENCE, Shop, repository},
};

/// What nobody waits for.
const LATER: time::Duration = time::Duration::days(365);

/// A buyer, two sellers, and a product of each.
struct Trade {
    shop: Shop,
    store: Store,
    buyer: Customer,
    sellers: [Customer; 2],
    products: [String; 2],
}

impl Trade {
    async fn open(units: u32) -> Self {
        let shop = Shop::open();
        let [buyer, first, second] =
            [shop.customer("berta").await, shop.customer("anna").await, shop.customer("carl").await];
        let products = [first.sell("Anna's", units).await, second.sell("Carl's", units).await];
        let store = shop.store();
        Self { shop, store, buyer, sellers: [first, second], products }
    }

    /// So many units of each product.
    async fn place(&self, units: u32) -> OrderId {
        let lines = self.products.each_ref().map(|product| json!({ "product_id": product, "quantity": units }));
        let placed = self.buyer.post("/api/orders", json!({ "lines": lines })).await;
        assert_eq!(placed.status(), StatusCode::CREATED);
        placed.json::<Value>().await.unwrap()["id"].as_str().unwrap().parse().unwrap()
    }

    async fn order(&self, order: OrderId) -> (u64, Order) {
        let order = self.store.load::<Order>(order).await.unwrap();
        (order.version(), (*order).clone())
    }

    async fn is(&self, order: OrderId, status: Status) {
        let there = async || self.order(order).await.1.status() == Some(status);
        test_kit::eventually("the order gets there", PATIENCE, there).await;
    }

    /// Past every route, as a timer would once its time has come.
    async fn tell(&self, order: OrderId, command: Command) {
        let (id, at) = (CommandId::random(), OffsetDateTime::now_utc());
        let context = Context { actor: "policy:test".to_owned(), command: id, at, trace: String::new() };
        self.store.execute::<Order>(context, order, command).await.unwrap();
    }

    /// Asks over HTTP: the buyer for what buyers do, the second seller to ship, the first for the rest.
    async fn ask(&self, order: OrderId, command: &str) -> (StatusCode, Value) {
        let [first, second] = &self.sellers;
        let goods = json!({ "lines": [{ "product_id": self.products[0], "quantity": 1 }], "reason": "Broken" });
        let (who, what, body) = match command {
            "Pay" => (&self.buyer, "payment", json!({ "method_token": "tok_approve" })),
            "Cancel" => (&self.buyer, "cancellation", json!({})),
            "Ship" => (second, "shipments", json!({})),
            "Deliver" => (first, "delivery", json!({})),
            "Return" => (first, "returns", goods),
            command => panic!("nobody asks for {command}"),
        };
        let answer = who.post(&format!("/api/orders/{order}/{what}"), body).await;
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    async fn done(&self, order: OrderId, by: &Customer, what: &str) {
        let answer = by.post(&format!("/api/orders/{order}/{what}"), json!({})).await;
        assert_eq!(answer.status(), StatusCode::OK, "{what}");
    }

    /// An order that has come so far.
    async fn at(&self, status: Status) -> OrderId {
        let [first, second] = &self.sellers;
        let order = self.place(if status == Status::Rejected { 10_000 } else { 2 }).await;
        let rank = [Status::Paid, Status::PartlyShipped, Status::Shipped, Status::Delivered, Status::Completed];
        let paid = rank.contains(&status) || status == Status::Refunded;
        if !matches!(status, Status::Pending | Status::Rejected) {
            self.is(order, Status::Confirmed).await;
        }
        if paid {
            assert_eq!(self.ask(order, "Pay").await.0, StatusCode::OK);
        }
        let now = OffsetDateTime::now_utc();
        match status {
            Status::Pending | Status::Confirmed | Status::Paid | Status::Rejected => {}
            Status::PartlyShipped => self.done(order, first, "shipments").await,
            Status::Shipped | Status::Delivered | Status::Completed => {
                self.done(order, first, "shipments").await;
                self.done(order, second, "shipments").await;
                self.done(order, second, "delivery").await;
            }
            Status::Expired => self.tell(order, Command::Expire { at: now + LATER }).await,
            Status::Cancelled | Status::Refunded => assert_eq!(self.ask(order, "Cancel").await.0, StatusCode::OK),
        }
        if matches!(status, Status::Delivered | Status::Completed) {
            self.done(order, first, "delivery").await;
        }
        if status == Status::Completed {
            self.tell(order, Command::Complete { at: now + LATER }).await;
        }
        self.is(order, status).await;
        order
    }

    /// What comes of a command over HTTP: a status, a code, or nothing.
    async fn outcome(&self, order: OrderId, command: &str) -> String {
        let (before, _) = self.order(order).await;
        let (answer, body) = self.ask(order, command).await;
        let (after, state) = self.order(order).await;
        match answer {
            StatusCode::OK if after == before => "–".to_owned(),
            StatusCode::OK => {
                assert_eq!(body["status"].as_str(), state.status().map(Status::as_str), "{command}");
                body["status"].as_str().unwrap().to_owned()
            }
            StatusCode::CONFLICT => {
                assert_eq!(after, before, "a refused {command} appends nothing");
                body["code"].as_str().unwrap().to_owned()
            }
            status => panic!("{command} is answered {status}: {body}"),
        }
    }
}

/// What comes of a command that no route leads to.
fn decided(order: &Order, command: &str) -> String {
    let at = OffsetDateTime::now_utc() + LATER;
    let command = match command {
        "Confirm" => Command::Confirm { pay_by: at },
        "Reject" => Command::Reject { short: vec![] },
        "Expire" => Command::Expire { at },
        "Complete" => Command::Complete { at },
        command => panic!("nobody sends {command}"),
    };
    match order.decide(command) {
        Ok(events) if events.is_empty() => "–".to_owned(),
        Ok(events) => {
            let mut order = order.clone();
            events.iter().for_each(|event| order.evolve(event));
            order.status().unwrap().to_string()
        }
        Err(Error::AlreadyDecided { .. }) => "already_decided".to_owned(),
        Err(error) => panic!("{error}"),
    }
}

/// The cells of the table of `docs/domain.md`, by status and command.
fn table() -> BTreeMap<String, Vec<(String, String)>> {
    let page = repository("docs/domain.md");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let mut lines = page.lines().skip_while(|line| !line.starts_with("| status | Confirm"));
    let commands = cells(lines.next().unwrap());
    let rows = lines.skip(1).take_while(|line| line.starts_with('|')).map(cells);
    rows.map(|row| (row[0].clone(), commands[1..].iter().cloned().zip(row[1..].iter().cloned()).collect())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_leads_from_every_status_to_where_the_table_says() {
    let mut trade = Trade::open(1_000).await;
    let table = table();
    assert_eq!(table.len(), Status::ALL.len());
    let mut otherwise = Vec::new();
    for status in Status::ALL {
        // Nothing else keeps an order pending.
        let consumers = |what| trade.shop.command().args(["consumers", what, "order-fulfilment"]).output().unwrap();
        if status == Status::Pending {
            assert!(consumers("pause").status.success());
            let stands_still = async || trade.shop.readiness().await.contains("paused by");
            test_kit::eventually("nobody decides", PATIENCE, stands_still).await;
        }
        let order = trade.at(status).await;
        if status != Status::Pending {
            trade.shop.at_rest().await;
        }
        let (_, state) = trade.order(order).await;
        for (command, expected) in &table[status.as_str()] {
            let moves = !["–", "already_decided", "too_early"].contains(&expected.as_str());
            let outcome = match command.as_str() {
                "Confirm" | "Reject" | "Expire" | "Complete" => decided(&state, command),
                // What changes nothing is asked of one and the same order.
                _ if moves => trade.outcome(trade.at(status).await, command).await,
                _ => trade.outcome(order, command).await,
            };
            if outcome != *expected {
                otherwise.push(format!("{command} of an order that is {status}: {outcome}, not {expected}"));
            }
        }
        if status == Status::Pending {
            assert!(consumers("resume").status.success());
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    trade.shop.verify().await;
    trade.shop.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_shipping_and_cancelling_at_once_exactly_one_wins_and_the_other_leaves_nothing_behind() {
    const RACES: u32 = 100;
    let mut shop = Shop::open();
    let (seller, buyer) = (shop.customer("anna").await, shop.customer("berta").await);
    let product = seller.sell("Anna's", RACES).await;
    let mut shipped = 0_u64;
    let mut orders = BTreeMap::new();
    let places = async |_| {
        let order = buyer.order(&product, 1).await;
        assert_eq!(buyer.decision(&order).await, "confirmed");
        let paid = buyer.post(&format!("/api/orders/{order}/payment"), json!({ "method_token": "tok_approve" })).await;
        assert_eq!(paid.status(), StatusCode::OK);
        order
    };
    for order in join_all((0..RACES).map(places)).await {
        let (ship, cancel) = (format!("/api/orders/{order}/shipments"), format!("/api/orders/{order}/cancellation"));
        // Neither is always the first to be sent.
        let (ship, cancel) = if orders.len().is_multiple_of(2) {
            tokio::join!(seller.post(&ship, json!({})), buyer.post(&cancel, json!({})))
        } else {
            let (cancel, ship) = tokio::join!(buyer.post(&cancel, json!({})), seller.post(&ship, json!({})));
            (ship, cancel)
        };
        let won = ship.status() == StatusCode::OK;
        let (winner, loser) = if won { (ship, cancel) } else { (cancel, ship) };
        assert_eq!((winner.status(), loser.status()), (StatusCode::OK, StatusCode::CONFLICT));
        assert_eq!(loser.json::<Value>().await.unwrap()["code"], "already_decided");
        shipped += u64::from(won);
        orders.insert(order, won);
    }
    let (store, provider) = (shop.store(), Fake::open(&shop.redis_url(), std::time::Duration::ZERO).unwrap());
    for (order, won) in &orders {
        let order: OrderId = order.parse().unwrap();
        let expected = if *won { Status::Shipped } else { Status::Refunded };
        let settled = async || {
            let books = provider.books(order).await;
            let status = store.load::<Order>(order).await.unwrap().status();
            status == Some(expected) && books == Ok((1999, if *won { 0 } else { 1999 }))
        };
        test_kit::eventually("the order is settled", PATIENCE, settled).await;
    }
    shop.at_rest().await;
    let stock = seller.get_json(&format!("/api/inventory/{product}")).await;
    assert_eq!((&stock["on_hand"], &stock["reserved"]), (&json!(u64::from(RACES) - shipped), &json!(0)));
    shop.verify().await;
    shop.stop();
}
