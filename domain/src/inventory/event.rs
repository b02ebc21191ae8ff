//! What has happened to an inventory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Restock, Totals};
use crate::{
    OrderId,
    text::{Reason, Reference},
};

/// What has happened to an inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Goods came in.
    #[serde(rename = "inventory.received")]
    Received {
        /// How many units.
        quantity: u32,
        /// What they came with.
        #[serde(skip_serializing_if = "Option::is_none")]
        reference: Option<Reference>,
    },
    /// The count was corrected.
    #[serde(rename = "inventory.adjusted")]
    Adjusted {
        /// By how many units.
        delta: i64,
        /// Why it was wrong.
        reason: Reason,
    },
    /// Units were promised to an order.
    #[serde(rename = "inventory.reserved")]
    Reserved {
        /// To which.
        order: OrderId,
        /// How many units.
        quantity: u32,
    },
    /// The promise was taken back.
    #[serde(rename = "inventory.released")]
    Released {
        /// From which order.
        order: OrderId,
        /// How many units.
        quantity: u32,
    },
    /// The promised units have left the warehouse.
    #[serde(rename = "inventory.committed")]
    Committed {
        /// To which order.
        order: OrderId,
        /// How many units.
        quantity: u32,
    },
    /// Goods of an order came back.
    #[serde(rename = "inventory.restocked")]
    Restocked {
        /// Of which.
        order: OrderId,
        /// The number of the return.
        number: u32,
        /// How many units.
        quantity: u32,
        /// When they came back.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It is told when fewer units than that can still be promised.
    #[serde(rename = "inventory.threshold_set")]
    ThresholdSet {
        /// How many units. 0 never tells.
        quantity: u32,
    },
    /// Fewer units than the threshold can still be promised, for the first time since there were more.
    #[serde(rename = "inventory.ran_low")]
    RanLow {
        /// How many can.
        available: u64,
        /// The threshold.
        threshold: u32,
    },
    /// The books were closed: this is how it stands.
    #[serde(rename = "inventory.carried_forward")]
    CarriedForward {
        /// Units in the warehouse, promised or not.
        on_hand: u64,
        /// All that ever came and went.
        totals: Totals,
        /// Units promised to each order.
        reservations: BTreeMap<OrderId, u32>,
        /// Below how many available units it is told.
        threshold: u32,
        /// Returns that are remembered.
        restocks: Vec<Restock>,
    },
}
