//! The part of each seller in an order: how far it is, and what concerns them.

use std::collections::{BTreeMap, HashMap};

use domain::{
    UserId,
    order::{Acting, Event, Line, Status},
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Row;
use crate::copy::{self, Copied};

/// The sellers in an order.
#[derive(Default)]
pub(super) struct Sellers(BTreeMap<Uuid, Seller>);

/// How far the part of a seller is.
pub(super) struct Seller {
    pub(super) status: String,
    pub(super) changed_at: OffsetDateTime,
    pub(super) amount: i64,
    pub(super) paid_at: Option<OffsetDateTime>,
    pub(super) tracking: Option<String>,
    pub(super) shipped_at: Option<OffsetDateTime>,
    pub(super) delivered_at: Option<OffsetDateTime>,
    refunds: Vec<i64>,
}

impl Sellers {
    /// Those who sell these lines.
    pub(super) fn of(lines: &[Line], at: OffsetDateTime) -> Self {
        let mut sellers = BTreeMap::new();
        for line in lines {
            let seller = sellers.entry(line.seller.into()).or_insert_with(|| Seller {
                status: Status::Pending.to_string(),
                changed_at: at,
                amount: 0,
                paid_at: None,
                tracking: None,
                shipped_at: None,
                delivered_at: None,
                refunds: Vec::new(),
            });
            seller.amount += line.unit_price.amount as i64 * i64::from(line.quantity);
        }
        Self(sellers)
    }

    /// Those of some orders, by order.
    pub(super) async fn load(connection: &mut PgConnection, orders: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Self>> {
        let rows = sqlx::query!(
            "select order_id, seller, status, changed_at, amount, paid_at, tracking, shipped_at, delivered_at, refunds
             from order_sellers where order_id = any($1)",
            orders
        )
        .fetch_all(connection)
        .await?;
        let mut sellers: HashMap<Uuid, Self> = HashMap::new();
        for row in rows {
            let seller = Seller {
                status: row.status,
                changed_at: row.changed_at,
                amount: row.amount,
                paid_at: row.paid_at,
                tracking: row.tracking,
                shipped_at: row.shipped_at,
                delivered_at: row.delivered_at,
                refunds: row.refunds,
            };
            sellers.entry(row.order_id).or_default().0.insert(row.seller, seller);
        }
        Ok(sellers)
    }

    /// How far the part of a seller is.
    pub(super) fn status(&self, seller: Uuid) -> Option<String> {
        self.0.get(&seller).map(|seller| seller.status.clone())
    }

    /// What an event changes for whom: answers the sellers that it concerns. Of the others' parcels and returns a seller hears
    /// nothing, and the buyer's attempts to pay are the buyer's.
    pub(super) fn follow(&mut self, what: &Event, status: Option<Status>, at: OffsetDateTime) -> Vec<Uuid> {
        let concerned = self.concerned(what, status);
        for id in &concerned {
            let Some(seller) = self.0.get_mut(id) else { continue };
            seller.changed_at = at;
            seller.follow(what, status, at);
        }
        concerned
    }

    fn concerned(&self, what: &Event, status: Option<Status>) -> Vec<Uuid> {
        let all = || self.0.keys().copied().collect();
        let only = |seller: &UserId| vec![Uuid::from(*seller)];
        match what {
            Event::Placed { .. }
            | Event::Confirmed { .. }
            | Event::Rejected { .. }
            | Event::Cancelled { .. }
            | Event::Expired { .. }
            | Event::Paid { .. }
            | Event::Completed {} => all(),
            Event::PaymentStarted { .. }
            | Event::PaymentPending { .. }
            | Event::PaymentDeclined { .. }
            | Event::PaidLate { .. }
            | Event::AddressForgotten {}
            | Event::CarriedForward { .. } => vec![],
            Event::Shipped { seller, .. } | Event::Delivered { seller, .. } | Event::Returned { seller, .. } => {
                only(seller)
            }
            // The last money has gone back: that is the end of it for everybody.
            Event::Refunded { .. } if status == Some(Status::Refunded) => all(),
            Event::Refunded { number, .. } => {
                let theirs = |seller: &Seller| seller.refunds.contains(&i64::from(*number));
                self.0.iter().filter(|(_, seller)| theirs(seller)).map(|(id, _)| *id).collect()
            }
        }
    }
}

impl Seller {
    fn follow(&mut self, what: &Event, status: Option<Status>, at: OffsetDateTime) {
        match what {
            Event::Placed { .. } => self.become_(Status::Pending),
            Event::Confirmed { .. } => self.become_(Status::Confirmed),
            Event::Rejected { .. } => self.become_(Status::Rejected),
            Event::Expired { .. } => self.become_(Status::Expired),
            Event::Completed {} => self.become_(Status::Completed),
            Event::Cancelled { refund, .. } => {
                self.become_(Status::Cancelled);
                self.refunds.extend(refund.map(|refund| i64::from(refund.number)));
            }
            Event::Paid { .. } => {
                self.become_(Status::Paid);
                self.paid_at = Some(at);
            }
            Event::Shipped { tracking, .. } => {
                self.become_(Status::Shipped);
                self.shipped_at = Some(at);
                self.tracking = tracking.clone().map(Into::into);
            }
            Event::Delivered { .. } => {
                self.become_(Status::Delivered);
                self.delivered_at = Some(at);
            }
            Event::Returned { refund, .. } => self.refunds.push(i64::from(refund.number)),
            Event::Refunded { .. } => {
                if status == Some(Status::Refunded) {
                    self.become_(Status::Refunded);
                }
            }
            Event::PaymentStarted { .. }
            | Event::PaymentPending { .. }
            | Event::PaymentDeclined { .. }
            | Event::PaidLate { .. }
            | Event::AddressForgotten {}
            | Event::CarriedForward { .. } => {}
        }
    }

    fn become_(&mut self, status: Status) {
        status.as_str().clone_into(&mut self.status);
    }
}

/// The part of one seller, as it is stored.
pub(super) struct Part<'a> {
    pub(super) order: &'a Row,
    pub(super) id: Uuid,
    pub(super) seller: &'a Seller,
}

impl Row {
    /// The parts of its sellers.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.sellers.0.iter().map(|(id, seller)| Part { order: self, id: *id, seller })
    }
}

impl Part<'_> {
    pub(super) fn actions(&self) -> Vec<String> {
        self.order.actions(Acting::Seller(self.id.into()))
    }

    pub(super) fn refunds(&self) -> Vec<String> {
        self.seller.refunds.iter().map(ToString::to_string).collect()
    }
}

impl Copied for Part<'_> {
    const TABLE: &'static str = "order_sellers";

    fn put(&self, row: &mut copy::Line<'_>) {
        let Self { order, id, seller } = self;
        row.put("order_id", &order.id).put("seller", id).put("placed_at", &order.placed_at);
        row.put("changed_at", &seller.changed_at).put("status", &seller.status).put("amount", &seller.amount);
        row.put("currency", &order.currency()).put("paid_at", &seller.paid_at).put("tracking", &seller.tracking);
        row.put("shipped_at", &seller.shipped_at).put("delivered_at", &seller.delivered_at);
        row.put("actions", &self.actions()).put("refunds", &self.refunds());
    }
}
