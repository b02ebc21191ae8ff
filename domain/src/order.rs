//! What a buyer wants from one or several sellers, at the prices and names of the moment it was placed.
//!
//! An order waits as pending until the [policy](crate::policy::OrderFulfilment) has reserved all its lines, and is
//! rejected when one of them falls short. It is to be paid by a deadline; then each seller ships their own lines. What
//! arrived may come back, line by line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Aggregate, Money, OrderId, ProductId, Timer, UserId};

mod actions;
mod basket;
mod command;
mod error;
mod event;
mod lifecycle;
mod payment;
mod returns;
mod shipping;
#[cfg(test)]
mod tests;

pub use actions::{Acting, Action};
pub use basket::{Charges, Line, MAX_LINES, MAX_QUANTITY, Offer, Short, Units, Wanted};
pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use payment::{Answer, Refund, Repayment};
pub use shipping::Shipment;

/// The kind of timer that is due when an order has to be paid.
pub const PAYMENT_DEADLINE: &str = "payment-deadline";

/// The kind of timer that is due when the provider is asked what became of an attempt to pay.
pub const UNANSWERED_PAYMENT: &str = "unanswered-payment";

/// The kind of timer that is due when an order that has arrived is done with.
pub const COMPLETION: &str = "completion";

/// An order, once it is placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    status: Option<Status>,
    buyer: Option<UserId>,
    lines: Vec<Line>,
    charges: Charges,
    total: Option<Money>,
    pay_by: Option<OffsetDateTime>,
    attempts: Vec<Answer>,
    shipments: BTreeMap<UserId, Shipment>,
    complete_by: Option<OffsetDateTime>,
    returns: u32,
    returned: BTreeMap<ProductId, u32>,
    refunds: Vec<Refund>,
    address: bool,
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its lines are being reserved.
    Pending,
    /// All its lines are reserved.
    Confirmed,
    /// The provider has the money.
    Paid,
    /// Some of its sellers have sent their lines.
    PartlyShipped,
    /// All its lines are on their way, or there.
    Shipped,
    /// All its lines have arrived.
    Delivered,
    /// It arrived a while ago, and is done with.
    Completed,
    /// A line fell short.
    Rejected,
    /// Nobody paid in time.
    Expired,
    /// It was called off.
    Cancelled,
    /// All that was paid has gone back.
    Refunded,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Pending,
        Self::Confirmed,
        Self::Paid,
        Self::PartlyShipped,
        Self::Shipped,
        Self::Delivered,
        Self::Completed,
        Self::Rejected,
        Self::Expired,
        Self::Cancelled,
        Self::Refunded,
    ];

    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Paid => "paid",
            Self::PartlyShipped => "partly_shipped",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }

    /// Whether nobody has anything to do any more, as far as the goods go.
    const fn is_end(self) -> bool {
        matches!(self, Self::Completed | Self::Rejected | Self::Expired | Self::Cancelled | Self::Refunded)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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

impl Party {
    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Support => "support",
        }
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

    /// On which side of it somebody takes part, if they do.
    #[must_use]
    pub fn party(&self, user: UserId) -> Option<Party> {
        match self.buyer == Some(user) {
            true => Some(Party::Buyer),
            false => self.lines.iter().any(|line| line.seller == user).then_some(Party::Seller),
        }
    }

    /// What is asked beside the prices.
    #[must_use]
    pub const fn charges(&self) -> Charges {
        self.charges
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

    /// Whether there is an address that it goes to. It is a private record beside the log.
    #[must_use]
    pub const fn has_address(&self) -> bool {
        self.address
    }

    /// By when it is to be paid, once it is confirmed.
    #[must_use]
    pub const fn pay_by(&self) -> Option<OffsetDateTime> {
        self.pay_by
    }

    /// When it is complete, once everything has arrived.
    #[must_use]
    pub const fn complete_by(&self) -> Option<OffsetDateTime> {
        self.complete_by
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
            let Command::Place { buyer, lines, charges, expected_total, address } = command else {
                return Err(Error::Unknown);
            };
            let (lines, total) = basket::price(buyer, lines, charges, expected_total)?;
            return Ok(vec![Event::Placed { buyer, lines, charges, total, address }]);
        };
        match command {
            Command::Place { buyer, lines, .. } => self.place_again(buyer, &lines),
            Command::Confirm { pay_by } => Self::confirm(status, pay_by),
            Command::Reject { short } => self.reject(status, short),
            Command::Cancel { reason, by } => self.cancel(status, reason, by),
            Command::Expire { at } => Ok(self.expire(status, at)),
            Command::StartPayment { at, ask_after } => self.start_payment(status, at, ask_after),
            Command::RecordPayment { attempt, amount } => self.record_payment(status, attempt, amount),
            Command::DeclinePayment { attempt, reason } => self.decline_payment(attempt, reason),
            Command::AwaitPayment { attempt, at, ask_after } => self.await_payment(attempt, at, ask_after),
            Command::Ship { seller, tracking } => self.ship(status, seller, tracking),
            Command::Deliver { seller, complete_by } => self.deliver(status, seller, complete_by),
            Command::Complete { at } => Ok(self.complete(status, at)),
            Command::Return { seller, lines, reason } => self.take_back(status, seller, lines, reason),
            Command::RecordRefund { number } => self.record_refund(number),
            Command::ForgetAddress => Ok(self.address.then_some(Event::AddressForgotten {}).into_iter().collect()),
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Placed { buyer, lines, charges, total, address } => {
                self.status = Some(Status::Pending);
                self.buyer = Some(*buyer);
                self.lines.clone_from(lines);
                self.charges = *charges;
                self.total = Some(*total);
                self.address = *address;
            }
            Event::Confirmed { pay_by } => {
                self.status = Some(Status::Confirmed);
                self.pay_by = *pay_by;
            }
            Event::Rejected { .. } => self.status = Some(Status::Rejected),
            Event::Cancelled { refund, .. } => {
                self.status = Some(Status::Cancelled);
                if let Some((attempt, refund)) = self.paid_by().zip(*refund) {
                    self.owe(attempt, refund.amount);
                }
            }
            Event::Expired { .. } => self.status = Some(Status::Expired),
            Event::PaymentStarted { ask_at, .. } => self.payment_started(*ask_at),
            Event::PaymentPending { attempt, ask_at } => self.payment_pending(*attempt, *ask_at),
            Event::Paid { attempt, .. } => {
                self.status = Some(Status::Paid);
                self.answered(*attempt, Answer::Paid);
            }
            Event::PaidLate { attempt, amount, .. } => {
                self.answered(*attempt, Answer::PaidLate);
                self.owe(*attempt, *amount);
            }
            Event::PaymentDeclined { attempt, .. } => self.answered(*attempt, Answer::Declined),
            Event::Shipped { seller, .. } => self.shipped(*seller),
            Event::Delivered { seller, complete_by } => self.delivered(*seller, *complete_by),
            Event::Completed {} => self.status = Some(Status::Completed),
            Event::Returned { number, lines, refund, .. } => {
                self.came_back(*number, lines);
                if let Some(attempt) = self.paid_by() {
                    self.owe(attempt, refund.amount);
                }
            }
            Event::Refunded { number, .. } => self.gone_back(*number),
            Event::AddressForgotten {} => self.address = false,
            Event::CarriedForward {
                status,
                buyer,
                lines,
                charges,
                total,
                pay_by,
                attempts,
                shipments,
                complete_by,
                returns,
                returned,
                refunds,
                address,
            } => {
                *self = Self {
                    status: Some(*status),
                    buyer: Some(*buyer),
                    lines: lines.clone(),
                    charges: *charges,
                    total: Some(*total),
                    pay_by: *pay_by,
                    attempts: attempts.clone(),
                    shipments: shipments.clone(),
                    complete_by: *complete_by,
                    returns: *returns,
                    returned: returned.clone(),
                    refunds: refunds.clone(),
                    address: *address,
                };
            }
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self {
            status,
            buyer,
            lines,
            charges,
            total,
            pay_by,
            attempts,
            shipments,
            complete_by,
            returns,
            returned,
            refunds,
            address,
        } = self.clone();
        Some(Event::CarriedForward {
            status: status?,
            buyer: buyer?,
            lines,
            charges,
            total: total?,
            pay_by,
            attempts,
            shipments,
            complete_by,
            returns,
            returned,
            refunds,
            address,
        })
    }

    /// Whoever waits for the provider, or for money, is not finished.
    fn is_finished(&self) -> bool {
        let waits = self.unanswered().is_some() || self.open_refunds().next().is_some();
        self.status.is_some_and(Status::is_end) && !waits
    }

    fn timers(&self) -> Vec<Timer> {
        let deadline = self.pay_by.filter(|_| self.status == Some(Status::Confirmed));
        let completion = self.complete_by.filter(|_| self.status == Some(Status::Delivered));
        let timers = [(PAYMENT_DEADLINE, deadline), (UNANSWERED_PAYMENT, self.ask_at()), (COMPLETION, completion)];
        timers.into_iter().filter_map(|(kind, due)| due.map(|due| Timer { kind, due })).collect()
    }
}
