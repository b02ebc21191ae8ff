//! What can be asked of an order.

use time::{Duration, OffsetDateTime};

use super::{Charges, Party, Short, Units, Wanted};
use crate::{
    Money, UserId,
    text::{Reason, Tracking},
};

/// What can be asked of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Order products.
    Place {
        /// Who orders.
        buyer: UserId,
        /// What, 1 to [`MAX_LINES`](super::MAX_LINES), each product once.
        lines: Vec<Wanted>,
        /// What is asked beside the prices.
        charges: Charges,
        /// What the buyer was told it would cost. Compared, never used.
        expected_total: Option<Money>,
        /// Whether there is an address that it goes to, as a private record.
        address: bool,
    },
    /// All lines are reserved.
    Confirm {
        /// By when it is to be paid.
        pay_by: OffsetDateTime,
    },
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
    /// Give it up if nobody has paid by the deadline.
    Expire {
        /// When that was found out.
        at: OffsetDateTime,
    },
    /// Begin to pay: noted before the provider is asked for the money, so that none is ever taken that nobody knows of.
    StartPayment {
        /// When.
        at: OffsetDateTime,
        /// How long after that the provider is asked what became of it.
        ask_after: Duration,
    },
    /// The provider has the money.
    RecordPayment {
        /// By which attempt.
        attempt: u32,
        /// How much.
        amount: Money,
    },
    /// The provider does not have the money, and will not.
    DeclinePayment {
        /// By which attempt.
        attempt: u32,
        /// What the provider says.
        reason: Reason,
    },
    /// The provider was asked, and does not know yet: ask again later, each time twice as long after.
    AwaitPayment {
        /// About which attempt.
        attempt: u32,
        /// When it was asked.
        at: OffsetDateTime,
        /// How long after its beginning an attempt is asked about for the first time.
        ask_after: Duration,
    },
    /// A seller's lines are on their way.
    Ship {
        /// Whose.
        seller: UserId,
        /// Where they can be followed.
        tracking: Option<Tracking>,
    },
    /// A seller's lines have arrived.
    Deliver {
        /// Whose.
        seller: UserId,
        /// When the order is complete, if these were the last lines to arrive.
        complete_by: OffsetDateTime,
    },
    /// Close it, if its time has come.
    Complete {
        /// When that was found out.
        at: OffsetDateTime,
    },
    /// Goods came back.
    Return {
        /// To which seller.
        seller: UserId,
        /// Which, each product once.
        lines: Vec<Units>,
        /// Why.
        reason: Reason,
    },
    /// Money has gone back.
    RecordRefund {
        /// Which refund.
        number: u32,
    },
    /// Delete the address that it goes to: the buyer is erased.
    ForgetAddress,
}
