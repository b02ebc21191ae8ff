//! Which rule of inventories a command would break.

use time::OffsetDateTime;

use super::{MAX_MOVEMENT, MAX_ON_HAND};

/// Which rule of inventories a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a number of units that can be moved.
    #[error("a quantity is 1 to {MAX_MOVEMENT}, not {quantity}")]
    Quantity {
        /// What was asked.
        quantity: u32,
    },
    /// Not a correction that can be made.
    #[error("a correction is 1 to {MAX_MOVEMENT} units either way, not {delta}")]
    Delta {
        /// What was asked.
        delta: i64,
    },
    /// More than [`MAX_ON_HAND`] together.
    #[error("{on_hand} on hand and {added} more exceed {MAX_ON_HAND}")]
    TooMuch {
        /// Units there are.
        on_hand: u64,
        /// Units that would be added.
        added: u64,
    },
    /// Units that are promised cannot be corrected away.
    #[error("{on_hand} on hand corrected by {delta} is less than the {reserved} reserved")]
    BelowReserved {
        /// Units there are.
        on_hand: u64,
        /// Units promised to orders.
        reserved: u64,
        /// The correction asked.
        delta: i64,
    },
    /// More was asked than can be promised.
    #[error("{requested} units requested, {available} available")]
    Insufficient {
        /// Units asked for.
        requested: u32,
        /// Units that can still be promised.
        available: u64,
    },
    /// Nobody remembers any more whether that return was counted.
    #[error("a return is counted within 30 days, and this one is of {at}")]
    TooLate {
        /// When the goods came back.
        at: OffsetDateTime,
    },
}
