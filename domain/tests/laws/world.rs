//! A shop in memory: aggregates, and a carrier for each order that works for the order-fulfilment policy.
//!
//! A carrier takes one step at a time, as far apart as the scheduler likes, and may lose everything it knows and begin
//! its event again. What it leaves in the aggregates stays.

use std::collections::{BTreeMap, VecDeque};

use domain::{
    Aggregate, OrderId, ProductId,
    inventory::{self, Inventory},
    order::{self, Charges, Offer, Order, Party, Short, Status, Wanted},
    policy::{self, Answer, OrderFulfilment, Policy, Request, Terms},
};
use time::{Duration, OffsetDateTime};

use crate::wishes::{cents, id, text};

const BUYER: u128 = 1;
const SELLER: u128 = 2;
const TERMS: Terms = Terms { at: OffsetDateTime::UNIX_EPOCH, pay_within: Duration::minutes(15) };

#[derive(Clone, Default)]
pub(crate) struct World {
    inventories: BTreeMap<ProductId, Inventory>,
    orders: BTreeMap<OrderId, Order>,
    carriers: BTreeMap<OrderId, Carrier>,
}

#[derive(Clone, Default)]
struct Carrier {
    /// What it has not yet begun.
    feed: VecDeque<order::Event>,
    /// What it is at.
    errand: Option<Errand>,
}

#[derive(Clone)]
struct Errand {
    event: order::Event,
    requests: VecDeque<Request>,
    answers: Vec<Answer>,
}

impl World {
    /// A product with so many units.
    pub(crate) fn stock(&mut self, product: ProductId, quantity: u32) {
        let receive = inventory::Command::Receive { quantity, reference: None };
        self.inventory(product, receive).expect("a reasonable quantity");
    }

    /// An order of so many units of each product.
    pub(crate) fn place(&mut self, order: OrderId, basket: &[(ProductId, u32)]) {
        let offer = Offer { seller: id(SELLER), name: text("Teapot"), price: cents(100) };
        let wanted = |&(product, quantity)| Wanted { product, quantity, offer: Some(offer.clone()) };
        let lines = basket.iter().map(wanted).collect();
        self.order(
            order,
            order::Command::Place {
                buyer: id(BUYER),
                lines,
                charges: Charges::default(),
                expected_total: None,
                address: false,
            },
        );
    }

    /// The buyer thinks again. Too late is too late.
    pub(crate) fn cancel(&mut self, order: OrderId) {
        self.order(order, order::Command::Cancel { reason: None, by: Party::Buyer });
    }

    /// The carrier dies, and another begins the same event again.
    pub(crate) fn crash(&mut self, order: OrderId) {
        let carrier = self.carriers.entry(order).or_default();
        if let Some(errand) = carrier.errand.take() {
            carrier.feed.push_front(errand.event);
        }
    }

    /// The orders that somebody still has to work for.
    pub(crate) fn unsettled(&self) -> Vec<OrderId> {
        let busy = |carrier: &Carrier| carrier.errand.is_some() || !carrier.feed.is_empty();
        self.carriers.iter().filter(|(_, carrier)| busy(carrier)).map(|(order, _)| *order).collect()
    }

    /// The carrier of an order asks its policy, carries one request, or brings back the conclusion.
    pub(crate) fn step(&mut self, order: OrderId) {
        let carrier = self.carriers.entry(order).or_default();
        let Some(mut errand) = carrier.errand.take() else {
            if let Some(event) = carrier.feed.pop_front() {
                let requests: VecDeque<_> = OrderFulfilment::ask(order, &self.orders[&order], &event).into();
                assert!(requests.is_empty() || OrderFulfilment::concerns(&event), "{event:?} does concern it");
                carrier.errand = Some(Errand { event, requests, answers: vec![] });
            }
            return;
        };
        if let Some(request) = errand.requests.pop_front() {
            let refused = errand.answers.iter().any(|answer| matches!(answer, Answer::Short(_)));
            let answer = self.carry(request, refused);
            errand.answers.push(answer);
            self.carriers.entry(order).or_default().errand = Some(errand);
        } else {
            for policy::Command::Order(order, command) in
                OrderFulfilment::conclude(order, &errand.event, &errand.answers, &TERMS)
            {
                self.order(order, command);
            }
        }
    }

    /// Works until nothing is left to do.
    pub(crate) fn settle(&mut self) {
        while let Some(&order) = self.unsettled().first() {
            self.step(order);
        }
    }

    /// How many orders stand like that.
    pub(crate) fn count(&self, status: Status) -> usize {
        self.orders.values().filter(|order| order.status() == Some(status)).count()
    }

    /// Units of a product that are promised.
    pub(crate) fn reserved(&self, product: ProductId) -> u64 {
        self.inventories.get(&product).map_or(0, Inventory::reserved)
    }

    /// Units of a product in confirmed orders.
    pub(crate) fn confirmed(&self, product: ProductId) -> u64 {
        let confirmed = self.orders.values().filter(|order| order.status() == Some(Status::Confirmed));
        let lines = confirmed.flat_map(Order::lines).filter(|line| line.product == product);
        lines.map(|line| u64::from(line.quantity)).sum()
    }

    fn carry(&mut self, request: Request, refused: bool) -> Answer {
        match request {
            Request::Reserve { order, lines } => {
                let short: Vec<_> = lines.iter().filter_map(|line| self.short(order, *line)).collect();
                if !short.is_empty() {
                    return Answer::Short(short);
                }
                if refused {
                    return Answer::Done;
                }
                for (product, quantity) in lines {
                    self.inventory(product, inventory::Command::Reserve { order, quantity }).expect("nothing is short");
                }
                Answer::Reserved
            }
            Request::Release { order, products } => {
                for product in products {
                    self.inventory(product, inventory::Command::Release { order }).expect("never refused");
                }
                Answer::Done
            }
            Request::Commit { order, products } => {
                for product in products {
                    self.inventory(product, inventory::Command::Commit { order }).expect("never refused");
                }
                Answer::Done
            }
            Request::Restock { order, number, lines } => {
                for (product, quantity) in lines {
                    let restock = inventory::Command::Restock { order, number, quantity, at: TERMS.at };
                    self.inventory(product, restock).expect("there is room, and it is not too late");
                }
                Answer::Done
            }
            Request::ReleaseClaim { .. } | Request::Capture { .. } | Request::Void { .. } | Request::Refund { .. } => {
                unreachable!("fulfilment is about stock alone")
            }
        }
    }

    fn short(&self, order: OrderId, (product, quantity): (ProductId, u32)) -> Option<Short> {
        let stock = self.inventories.get(&product).cloned().unwrap_or_default();
        match stock.decide(inventory::Command::Reserve { order, quantity }) {
            Err(inventory::Error::Insufficient { requested, available }) => {
                Some(Short { product, requested, available })
            }
            decided => decided.map(|_| None).expect("an order's quantity can be reserved"),
        }
    }

    fn inventory(&mut self, product: ProductId, command: inventory::Command) -> Result<(), inventory::Error> {
        let inventory = self.inventories.entry(product).or_default();
        for event in inventory.decide(command)? {
            inventory.evolve(&event);
            assert!(inventory.reserved() <= inventory.on_hand(), "{product} is oversold");
        }
        Ok(())
    }

    fn order(&mut self, id: OrderId, command: order::Command) {
        let order = self.orders.entry(id).or_default();
        for event in order.decide(command).unwrap_or_default() {
            order.evolve(&event);
            self.carriers.entry(id).or_default().feed.push_back(event);
        }
    }
}
