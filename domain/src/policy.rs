//! Policies: what one aggregate's event makes others do.
//!
//! A policy decides, a carrier in `projectors` carries: it loads the aggregate that the event belongs to, takes the
//! policy's requests to other aggregates, and its commands back. Every request and every command may be carried more
//! than once, so all of them are idempotent.

use time::{Duration, OffsetDateTime};

use crate::{
    Aggregate, ClaimId, Money, OrderId, ProductId, UserId,
    order::{self, Short},
};

mod claims;
mod order_fulfilment;
mod payments;

pub use claims::Claims;
pub use order_fulfilment::OrderFulfilment;
pub use payments::Payments;

/// What a policy has to know beside events and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What time it is.
    pub at: OffsetDateTime,
    /// How long buyers have to pay once everything is reserved.
    pub pay_within: Duration,
}

/// What a policy wants from other aggregates, each one append, all or nothing, in one partition; or from the payment
/// provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Reserve each of these products for an order, or none.
    ///
    /// After the first refusal nothing more is reserved for that event: of the requests that follow, the carrier only
    /// finds out what else is short.
    Reserve {
        /// For which order.
        order: OrderId,
        /// Products of one partition, with how many units.
        lines: Vec<(ProductId, u32)>,
    },
    /// Give back whatever these products hold for an order.
    Release {
        /// From which order.
        order: OrderId,
        /// Products of one partition.
        products: Vec<ProductId>,
    },
    /// Take what these products hold for an order out of stock: it is on its way.
    Commit {
        /// For which order.
        order: OrderId,
        /// Products of one partition.
        products: Vec<ProductId>,
    },
    /// Take goods of an order back into stock. They came back when the event happened.
    Restock {
        /// Of which order.
        order: OrderId,
        /// The number of the return.
        number: u32,
        /// Products of one partition, with how many units.
        lines: Vec<(ProductId, u32)>,
    },
    /// Have the provider collect the money of an attempt to pay. Order and attempt name it: a second time changes nothing.
    Capture {
        /// Of which order.
        order: OrderId,
        /// Which attempt.
        attempt: u32,
        /// How much.
        amount: Money,
    },
    /// Have the provider let go of the money of an attempt, which was never collected.
    Void {
        /// Of which order.
        order: OrderId,
        /// Which attempt.
        attempt: u32,
    },
    /// Have the provider give money back. Order and number name it: a second time changes nothing.
    Refund {
        /// Of which order.
        order: OrderId,
        /// The attempt that brought the money.
        attempt: u32,
        /// The number of the refund.
        number: u32,
        /// How much.
        amount: Money,
    },
    /// Give back a claim, if it is still this owner's.
    ReleaseClaim {
        /// Which.
        claim: ClaimId,
        /// From whom.
        owner: UserId,
    },
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Every line is reserved.
    Reserved,
    /// These lines are short, and none of the request is reserved.
    Short(Vec<Short>),
    /// It is done, or, after a refusal, there was nothing more to do.
    Done,
}

impl Answer {
    fn short(&self) -> Option<&[Short]> {
        match self {
            Self::Short(lines) => Some(lines),
            Self::Reserved | Self::Done => None,
        }
    }
}

/// What a policy makes of the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// For an order.
    Order(OrderId, order::Command),
}

/// Reacts to the events of one aggregate, in their order.
pub trait Policy {
    /// Names the consumer group. Renaming it makes it begin anew.
    const GROUP: &'static str;

    /// Whose events it reacts to.
    type Follows: Aggregate;

    /// Whether an event of this kind ever calls for anything. Of one that does not, nothing is asked and nothing concluded.
    fn concerns(event: &<Self::Follows as Aggregate>::Event) -> bool;

    /// Asks other aggregates for what an event calls for.
    ///
    /// `state` is the aggregate as it is now, which may be further than the event: what is already settled is not asked.
    fn ask(
        id: <Self::Follows as Aggregate>::Id,
        state: &Self::Follows,
        event: &<Self::Follows as Aggregate>::Event,
    ) -> Vec<Request>;

    /// Concludes from the answers, one per request and in their order, what is to be done.
    fn conclude(
        id: <Self::Follows as Aggregate>::Id,
        event: &<Self::Follows as Aggregate>::Event,
        answers: &[Answer],
        terms: &Terms,
    ) -> Vec<Command>;
}
