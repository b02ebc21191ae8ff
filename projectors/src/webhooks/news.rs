//! What integrators are told about an event: ids, versions and how things stand. The shape is a contract, in
//! `docs/webhooks.md`; no event is passed on as it is.

use std::collections::BTreeSet;

use domain::{
    Aggregate, Money, ProductId, UserId,
    inventory::{self, Inventory},
    order::{self, Line, Order},
    product::{self, Product},
    webhook::Kind,
};
use event_store::{Loaded, Recorded, Store};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::Fault;

/// Something to tell.
pub(super) struct News {
    pub(super) kind: Kind,
    pub(super) at: OffsetDateTime,
    /// Whose affair it is.
    pub(super) sellers: BTreeSet<UserId>,
    subject: Subject,
}

/// What it is about, as it stands by now: at the event, or later.
enum Subject {
    Order(Loaded<Order>, domain::OrderId),
    Product(Loaded<Product>, ProductId),
    Stock(Loaded<Inventory>, ProductId),
}

/// Who listens.
#[derive(Clone, Copy)]
pub(super) enum Hearer {
    /// Who hears of every seller's affairs.
    Admin,
    /// Who hears of their own.
    Seller(UserId),
}

/// What there is to tell about an event, if anything.
pub(super) async fn about(store: &Store, event: &Recorded) -> Result<Option<News>, Fault> {
    match event.category() {
        Order::CATEGORY => of_order(store, event).await,
        Product::CATEGORY => of_product(store, event).await,
        Inventory::CATEGORY => of_stock(store, event).await,
        _ => Ok(None),
    }
}

fn decode<A: Aggregate>(event: &Recorded) -> Result<(A::Event, OffsetDateTime), Fault> {
    let what = event.event::<A>().map_err(|error| Fault::event(event, &error))?;
    Ok((what, event.time().map_err(|error| Fault::event(event, &error))?))
}

async fn of_order(store: &Store, event: &Recorded) -> Result<Option<News>, Fault> {
    use order::Event;
    let (what, at) = decode::<Order>(event)?;
    // What one seller does is no other seller's affair.
    let (kind, only) = match what {
        Event::Placed { .. } => (Kind::OrderPlaced, None),
        Event::Confirmed { .. } => (Kind::OrderConfirmed, None),
        Event::Rejected { .. } => (Kind::OrderRejected, None),
        Event::Paid { .. } => (Kind::OrderPaid, None),
        Event::Expired { .. } => (Kind::OrderExpired, None),
        Event::Cancelled { .. } => (Kind::OrderCancelled, None),
        Event::Shipped { seller, .. } => (Kind::OrderShipped, Some(seller)),
        Event::Delivered { seller, .. } => (Kind::OrderDelivered, Some(seller)),
        Event::Completed {} => (Kind::OrderCompleted, None),
        Event::Returned { seller, .. } => (Kind::OrderReturned, Some(seller)),
        Event::Refunded { .. } => (Kind::OrderRefunded, None),
        Event::PaymentStarted { .. }
        | Event::PaymentPending { .. }
        | Event::PaymentDeclined { .. }
        | Event::PaidLate { .. }
        | Event::AddressForgotten {}
        | Event::CarriedForward { .. } => return Ok(None),
    };
    let order = store.load::<Order>(event.id.into()).await?;
    let sellers = only.map_or_else(|| order.sellers(), |seller| [seller].into());
    Ok(Some(News { kind, at, sellers, subject: Subject::Order(order, event.id.into()) }))
}

async fn of_product(store: &Store, event: &Recorded) -> Result<Option<News>, Fault> {
    use product::Event;
    let (what, at) = decode::<Product>(event)?;
    let kind = match what {
        Event::Listed { .. } => Kind::ProductListed,
        Event::DetailsChanged { .. } | Event::PriceChanged { .. } => Kind::ProductChanged,
        Event::Published {} => Kind::ProductPublished,
        Event::Unpublished {} => Kind::ProductUnpublished,
        Event::Archived {} => Kind::ProductArchived,
        Event::Restored {} => Kind::ProductRestored,
    };
    let product = store.load::<Product>(event.id.into()).await?;
    let sellers = product.seller().into_iter().collect();
    Ok(Some(News { kind, at, sellers, subject: Subject::Product(product, event.id.into()) }))
}

async fn of_stock(store: &Store, event: &Recorded) -> Result<Option<News>, Fault> {
    use inventory::Event;
    let (what, at) = decode::<Inventory>(event)?;
    let kind = match what {
        Event::Received { .. }
        | Event::Adjusted { .. }
        | Event::Reserved { .. }
        | Event::Released { .. }
        | Event::Committed { .. }
        | Event::Restocked { .. } => Kind::StockChanged,
        Event::RanLow { .. } => Kind::StockRanLow,
        Event::ThresholdSet { .. } | Event::CarriedForward { .. } => return Ok(None),
    };
    let sellers = store.load::<Product>(event.id.into()).await?.seller().into_iter().collect();
    let stock = store.load::<Inventory>(event.id.into()).await?;
    Ok(Some(News { kind, at, sellers, subject: Subject::Stock(stock, event.id.into()) }))
}

impl News {
    /// The message to whoever listens; `None` when it is none of their business.
    pub(super) fn body(&self, hearer: Hearer) -> Option<String> {
        if let Hearer::Seller(seller) = hearer
            && !self.sellers.contains(&seller)
        {
            return None;
        }
        let timestamp = self.at.format(&Rfc3339).expect("a time of this era can be written");
        let data = match &self.subject {
            Subject::Order(order, id) => order_data(*id, order, hearer),
            Subject::Product(product, id) => json!({
                "product_id": id,
                "version": product.version(),
                "status": product.status().map(product::Status::as_str),
            }),
            Subject::Stock(stock, id) => json!({
                "product_id": id,
                "version": stock.version(),
                "on_hand": stock.on_hand(),
                "reserved": stock.reserved(),
                "available": stock.available(),
            }),
        };
        Some(json!({ "type": self.kind, "timestamp": timestamp, "data": data }).to_string())
    }
}

/// An order as an admin may know it, or one of its sellers, to whom it has no lines but their own.
fn order_data(id: domain::OrderId, order: &Loaded<Order>, hearer: Hearer) -> Value {
    let status = order.status().map(order::Status::as_str);
    let mut data = json!({ "order_id": id, "version": order.version(), "status": status });
    let lines = order.lines().iter();
    match hearer {
        Hearer::Seller(seller) => {
            data["lines"] = lines.filter(|line| line.seller == seller).map(line_data).collect();
        }
        Hearer::Admin => {
            let with_seller = |line: &Line| {
                let mut data = line_data(line);
                data["seller_id"] = json!(line.seller);
                data
            };
            data["lines"] = lines.map(with_seller).collect();
            data["total"] = json!(order.total().map(money));
        }
    }
    data
}

fn line_data(line: &Line) -> Value {
    json!({ "product_id": line.product, "quantity": line.quantity, "unit_price": money(line.unit_price) })
}

fn money(Money { amount, currency }: Money) -> Value {
    json!({ "amount": amount, "currency": currency.to_string() })
}
