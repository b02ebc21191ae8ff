//! What a buyer wants from one or several sellers, at the prices and names of the moment it was placed.
//!
//! An order waits as pending until the [policy](crate::policy::OrderFulfilment) has reserved all its lines, and is
//! rejected when one of them falls short.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    Aggregate, Currency, Money, OrderId, ProductId, UserId,
    text::{ProductName, Reason},
};

mod basket;

pub use basket::{MAX_LINES, MAX_QUANTITY, Offer, Wanted};

/// An order, once it is placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    status: Option<Status>,
    buyer: Option<UserId>,
    lines: Vec<Line>,
    total: Option<Money>,
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its lines are being reserved.
    Pending,
    /// All its lines are reserved.
    Confirmed,
    /// A line fell short.
    Rejected,
    /// The buyer no longer wants it.
    Cancelled,
}

impl Status {
    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Order {
    /// How far it has come. `None` when it was never placed.
    #[must_use]
    pub const fn status(&self) -> Option<Status> {
        self.status
    }

    /// Who placed it.
    #[must_use]
    pub const fn buyer(&self) -> Option<UserId> {
        self.buyer
    }

    /// What was ordered, in the buyer's order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What all of it costs.
    #[must_use]
    pub const fn total(&self) -> Option<Money> {
        self.total
    }

    /// Whose products are in it.
    #[must_use]
    pub fn sellers(&self) -> BTreeSet<UserId> {
        self.lines.iter().map(|line| line.seller).collect()
    }
}

/// A product in an order, as it was when the order was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which.
    pub product: ProductId,
    /// Who sells it.
    pub seller: UserId,
    /// What it was called.
    pub name: ProductName,
    /// How many units.
    pub quantity: u32,
    /// What one unit cost.
    pub unit_price: Money,
}

/// A side of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who placed it.
    Buyer,
    /// Who sells something in it.
    Seller,
    /// Those who run the marketplace and look after its people.
    Support,
}

/// A line that the inventory could not meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    /// Which product.
    pub product: ProductId,
    /// How many units were wanted.
    pub requested: u32,
    /// How many there were.
    pub available: u64,
}

/// What can be asked of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Order products.
    Place {
        /// Who orders.
        buyer: UserId,
        /// What, 1 to [`MAX_LINES`], each product once.
        lines: Vec<Wanted>,
        /// What the buyer was told it would cost. Compared, never used.
        expected_total: Option<Money>,
    },
    /// All lines are reserved.
    Confirm,
    /// Some lines fell short.
    Reject {
        /// Which, and by how much.
        short: Vec<Short>,
    },
    /// It is no longer wanted.
    Cancel {
        /// Why.
        reason: Option<Reason>,
        /// Who asks.
        by: Party,
    },
}

/// What has happened to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It was placed.
    #[serde(rename = "order.placed")]
    Placed {
        /// By whom.
        buyer: UserId,
        /// What was ordered.
        lines: Vec<Line>,
        /// What all of it costs.
        total: Money,
    },
    /// All its lines are reserved.
    #[serde(rename = "order.confirmed")]
    Confirmed {},
    /// Some of its lines fell short.
    #[serde(rename = "order.rejected")]
    Rejected {
        /// Which, and by how much.
        short: Vec<Short>,
        /// All products of the order, for whoever gives back what was reserved.
        products: Vec<ProductId>,
    },
    /// It is no longer wanted.
    #[serde(rename = "order.cancelled")]
    Cancelled {
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// Who cancelled it. `None` where that was not recorded: before schema 2.
        #[serde(deserialize_with = "Option::deserialize")]
        by: Option<Party>,
        /// All products of the order, for whoever gives back what was reserved.
        products: Vec<ProductId>,
    },
    /// The books were closed: this is how it stands.
    #[serde(rename = "order.carried_forward")]
    CarriedForward {
        /// How far it has come.
        status: Status,
        /// Who placed it.
        buyer: UserId,
        /// What was ordered.
        lines: Vec<Line>,
        /// What all of it costs.
        total: Money,
    },
}

/// Which rule of orders a command would break. An `index` is the line's, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was never placed.
    #[error("there is no such order")]
    Unknown,
    /// It was placed with another buyer or other lines.
    #[error("the order is already placed with other content")]
    AlreadyPlaced,
    /// It has come too far for that.
    #[error("the order is already {status}")]
    AlreadyDecided {
        /// How far.
        status: Status,
    },
    /// Not 1 to [`MAX_LINES`] lines.
    #[error("an order has 1 to {MAX_LINES} lines, not {count}")]
    Lines {
        /// How many came.
        count: usize,
    },
    /// Not 1 to [`MAX_QUANTITY`] units.
    #[error("line {index}: a quantity is 1 to {MAX_QUANTITY}, not {quantity}")]
    Quantity {
        /// Which line.
        index: usize,
        /// How many units came.
        quantity: u32,
    },
    /// A product is in an order once.
    #[error("line {index}: product {product} is already in the order")]
    Repeated {
        /// Which line is the second.
        index: usize,
        /// Which product.
        product: ProductId,
    },
    /// The product does not exist or is archived.
    #[error("line {index}: product {product} is not for sale")]
    NotForSale {
        /// Which line.
        index: usize,
        /// Which product.
        product: ProductId,
    },
    /// Nobody orders from themselves.
    #[error("line {index}: product {product} is the buyer's own")]
    OwnProduct {
        /// Which line.
        index: usize,
        /// Which product.
        product: ProductId,
    },
    /// An order is paid in one currency.
    #[error("line {index}: product {product} is priced in {currency}, the first line in {first}")]
    MixedCurrencies {
        /// Which line.
        index: usize,
        /// Which product.
        product: ProductId,
        /// What it is priced in.
        currency: Currency,
        /// What the first line is priced in.
        first: Currency,
    },
    /// It costs something else than the buyer was told.
    #[error("the order costs {} {} now", .total.amount, .total.currency)]
    PriceChanged {
        /// What it costs.
        total: Money,
    },
}

impl Order {
    /// Whether this is what was ordered, at whatever prices.
    fn is_for(&self, buyer: UserId, wanted: &[Wanted]) -> bool {
        let ordered = self.lines.iter().map(|line| (line.product, line.quantity));
        self.buyer == Some(buyer) && ordered.eq(wanted.iter().map(|line| (line.product, line.quantity)))
    }
}

impl Aggregate for Order {
    const CATEGORY: &'static str = "order";

    type Id = OrderId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let Some(status) = self.status else {
            return match command {
                Command::Place { buyer, lines, expected_total } => {
                    let (lines, total) = basket::price(buyer, lines, expected_total)?;
                    Ok(vec![Event::Placed { buyer, lines, total }])
                }
                Command::Confirm | Command::Reject { .. } | Command::Cancel { .. } => Err(Error::Unknown),
            };
        };
        let products = || self.lines.iter().map(|line| line.product).collect();
        match (command, status) {
            (Command::Place { buyer, lines, .. }, _) if self.is_for(buyer, &lines) => Ok(vec![]),
            (Command::Place { .. }, _) => Err(Error::AlreadyPlaced),

            (Command::Confirm, Status::Pending) => Ok(vec![Event::Confirmed {}]),
            (Command::Reject { short }, Status::Pending) => Ok(vec![Event::Rejected { short, products: products() }]),
            (Command::Cancel { reason, by }, Status::Pending | Status::Confirmed) => {
                Ok(vec![Event::Cancelled { reason, by: Some(by), products: products() }])
            }

            (Command::Confirm, Status::Confirmed)
            | (Command::Reject { .. }, Status::Rejected)
            | (Command::Cancel { .. }, Status::Cancelled) => Ok(vec![]),

            (Command::Confirm, Status::Rejected | Status::Cancelled)
            | (Command::Reject { .. }, Status::Confirmed | Status::Cancelled)
            | (Command::Cancel { .. }, Status::Rejected) => Err(Error::AlreadyDecided { status }),
        }
    }

    fn evolve(&mut self, event: &Event) {
        self.status = Some(match event {
            Event::Placed { buyer, lines, total } => {
                self.buyer = Some(*buyer);
                self.lines.clone_from(lines);
                self.total = Some(*total);
                Status::Pending
            }
            Event::Confirmed {} => Status::Confirmed,
            Event::Rejected { .. } => Status::Rejected,
            Event::Cancelled { .. } => Status::Cancelled,
            Event::CarriedForward { status, buyer, lines, total } => {
                self.buyer = Some(*buyer);
                self.lines.clone_from(lines);
                self.total = Some(*total);
                *status
            }
        });
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self { status, buyer, ref lines, total } = *self;
        Some(Event::CarriedForward { status: status?, buyer: buyer?, lines: lines.clone(), total: total? })
    }

    fn is_finished(&self) -> bool {
        matches!(self.status, Some(Status::Rejected | Status::Cancelled))
    }
}

#[cfg(test)]
mod tests;
