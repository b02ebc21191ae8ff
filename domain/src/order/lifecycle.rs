//! From placing to the end, as far as it is neither about money nor about parcels.

use time::OffsetDateTime;

use super::{Error, Event, Order, Party, Repayment, Short, Status, Wanted};
use crate::{ProductId, UserId, text::Reason};

impl Status {
    /// Whether it may still be called off: nothing is on its way.
    pub(super) const fn is_cancellable(self) -> bool {
        matches!(self, Self::Pending | Self::Confirmed | Self::Paid)
    }

    /// Whether sellers may send what they have not sent yet.
    pub(super) const fn is_shippable(self) -> bool {
        matches!(self, Self::Paid | Self::PartlyShipped)
    }

    /// Why something cannot be done in this state: there is a way there still, or none.
    pub(super) const fn forbids(self) -> Error {
        match self {
            Self::Pending | Self::Confirmed | Self::Paid | Self::PartlyShipped | Self::Shipped => {
                Error::TooEarly { status: self }
            }
            Self::Delivered | Self::Completed | Self::Rejected | Self::Expired | Self::Cancelled | Self::Refunded => {
                Error::AlreadyDecided { status: self }
            }
        }
    }
}

impl Order {
    /// Whether this is what was ordered, at whatever prices.
    fn is_for(&self, buyer: UserId, wanted: &[Wanted]) -> bool {
        let ordered = self.lines.iter().map(|line| (line.product, line.quantity));
        self.buyer == Some(buyer) && ordered.eq(wanted.iter().map(|line| (line.product, line.quantity)))
    }

    fn products(&self) -> Vec<ProductId> {
        self.lines.iter().map(|line| line.product).collect()
    }

    pub(super) fn place_again(&self, buyer: UserId, lines: &[Wanted]) -> Result<Vec<Event>, Error> {
        if self.is_for(buyer, lines) { Ok(vec![]) } else { Err(Error::AlreadyPlaced) }
    }

    pub(super) fn confirm(status: Status, pay_by: OffsetDateTime) -> Result<Vec<Event>, Error> {
        match status {
            Status::Pending => Ok(vec![Event::Confirmed { pay_by: Some(pay_by) }]),
            Status::Confirmed
            | Status::Paid
            | Status::PartlyShipped
            | Status::Shipped
            | Status::Delivered
            | Status::Completed => Ok(vec![]),
            Status::Rejected | Status::Expired | Status::Cancelled | Status::Refunded => {
                Err(Error::AlreadyDecided { status })
            }
        }
    }

    pub(super) fn reject(&self, status: Status, short: Vec<Short>) -> Result<Vec<Event>, Error> {
        match status {
            Status::Pending => Ok(vec![Event::Rejected { short, products: self.products() }]),
            Status::Rejected => Ok(vec![]),
            Status::Confirmed
            | Status::Paid
            | Status::PartlyShipped
            | Status::Shipped
            | Status::Delivered
            | Status::Completed
            | Status::Expired
            | Status::Cancelled
            | Status::Refunded => Err(Error::AlreadyDecided { status }),
        }
    }

    pub(super) fn cancel(&self, status: Status, reason: Option<Reason>, by: Party) -> Result<Vec<Event>, Error> {
        if status == Status::Cancelled {
            return Ok(vec![]);
        }
        if !status.is_cancellable() {
            return Err(Error::AlreadyDecided { status });
        }
        let paid = self.paid_by().and(self.total);
        let refund = paid.map(|amount| Repayment { number: self.next_refund(), amount });
        Ok(vec![Event::Cancelled { reason, by: Some(by), products: self.products(), refund }])
    }

    /// Nothing where nothing is due any more: whoever looks at deadlines may look twice.
    pub(super) fn expire(&self, status: Status, at: OffsetDateTime) -> Vec<Event> {
        let due = status == Status::Confirmed && self.pay_by.is_some_and(|pay_by| pay_by <= at);
        due.then(|| Event::Expired { products: self.products() }).into_iter().collect()
    }

    /// Nothing where nothing is due any more.
    pub(super) fn complete(&self, status: Status, at: OffsetDateTime) -> Vec<Event> {
        let due = status == Status::Delivered && self.complete_by.is_some_and(|complete_by| complete_by <= at);
        due.then_some(Event::Completed {}).into_iter().collect()
    }
}
