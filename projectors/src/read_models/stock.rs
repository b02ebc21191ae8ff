//! The numbers of one inventory, as both the catalogue and the ledger count them.

use domain::{
    Aggregate,
    inventory::{Event, Inventory},
};
use event_store::Recorded;
use uuid::Uuid;

use crate::{
    copy::{Copied, Line},
    runtime::Urgency,
};

/// How many units there are, how many are promised, and below how many they are few.
#[derive(Clone, Copy)]
pub(super) struct Stock {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) threshold: i64,
}

impl Stock {
    pub(super) const fn none(id: Uuid) -> Self {
        Self { id, version: 0, on_hand: 0, reserved: 0, threshold: 0 }
    }

    /// The numbers after one more event.
    pub(super) fn fold(&mut self, version: u64, event: &Event) {
        match *event {
            Event::Received { quantity, .. } => self.on_hand += i64::from(quantity),
            Event::Adjusted { delta, .. } => self.on_hand += delta,
            Event::Reserved { quantity, .. } => self.reserved += i64::from(quantity),
            Event::Released { quantity, .. } => self.reserved -= i64::from(quantity),
            Event::Committed { quantity, .. } => {
                self.on_hand -= i64::from(quantity);
                self.reserved -= i64::from(quantity);
            }
            Event::Restocked { quantity, .. } => self.on_hand += i64::from(quantity),
            Event::ThresholdSet { quantity } => self.threshold = i64::from(quantity),
            Event::RanLow { .. } | Event::CarriedForward { .. } => {}
        }
        self.version = version as i64;
    }
}

/// What policies do to stock follows from orders, whose buyers are served first; and closing the books changes no number.
pub(super) fn urgency(event: &Recorded) -> Urgency {
    let follows = event.actor.starts_with("policy:") || event.carries_forward();
    if event.category() == Inventory::CATEGORY && follows { Urgency::Soon } else { Urgency::Now }
}

impl Copied for Stock {
    const TABLE: &'static str = "stock";

    fn put(&self, line: &mut Line<'_>) {
        line.put("id", &self.id).put("version", &self.version);
        line.put("on_hand", &self.on_hand).put("reserved", &self.reserved).put("threshold", &self.threshold);
    }
}
