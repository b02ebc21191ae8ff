//! What can be asked of an inventory.

use time::OffsetDateTime;

use crate::{
    OrderId,
    text::{Reason, Reference},
};

/// What can be asked of an inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Take in goods.
    Receive {
        /// How many units, 1 to [`MAX_MOVEMENT`](super::MAX_MOVEMENT).
        quantity: u32,
        /// What they came with.
        reference: Option<Reference>,
    },
    /// Correct the count.
    Adjust {
        /// By how many units, up to [`MAX_MOVEMENT`](super::MAX_MOVEMENT) either way, not 0.
        delta: i64,
        /// Why it was wrong.
        reason: Reason,
    },
    /// Promise units to an order. An order holds at most one reservation here.
    Reserve {
        /// To which.
        order: OrderId,
        /// How many units, 1 to [`MAX_MOVEMENT`](super::MAX_MOVEMENT).
        quantity: u32,
    },
    /// Take the promise back.
    Release {
        /// From which order.
        order: OrderId,
    },
    /// The promised units have left the warehouse.
    Commit {
        /// To which order.
        order: OrderId,
    },
    /// Goods of an order came back.
    Restock {
        /// Of which.
        order: OrderId,
        /// The number of the return: the same one counts once.
        number: u32,
        /// How many units, 1 to [`MAX_MOVEMENT`](super::MAX_MOVEMENT).
        quantity: u32,
        /// When they came back.
        at: OffsetDateTime,
    },
    /// Tell when fewer units than that can still be promised.
    SetThreshold {
        /// How many units. 0 never tells.
        quantity: u32,
    },
}
