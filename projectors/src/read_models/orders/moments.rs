//! The timeline: what happened to an order, where in its feed that stands, and whom it concerns.

use domain::order::Event;
use event_store::Recorded;
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::copy::{self, Copied};

/// Something that happened.
pub(super) struct Moment {
    pub(super) order: Uuid,
    pub(super) version: i64,
    pub(super) kind: String,
    pub(super) actor: String,
    pub(super) at: OffsetDateTime,
    pub(super) detail: Option<String>,
    pub(super) partition: i16,
    pub(super) position: i64,
    pub(super) status: String,
    pub(super) sellers_status: Option<String>,
    pub(super) sellers: Vec<Uuid>,
}

impl Moment {
    /// The sellers as Postgres reads an array.
    pub(super) fn sellers(&self) -> Vec<String> {
        self.sellers.iter().map(ToString::to_string).collect()
    }
}

impl Copied for Moment {
    const TABLE: &'static str = "timeline";

    fn put(&self, row: &mut copy::Line<'_>) {
        row.put("order_id", &self.order).put("version", &self.version).put("kind", &self.kind);
        row.put("actor", &self.actor).put("at", &self.at).put("detail", &self.detail);
        row.put("partition", &self.partition).put("position", &self.position).put("status", &self.status);
        row.put("sellers_status", &self.sellers_status).put("sellers", &self.sellers());
    }
}

/// What the timeline keeps of an event beside the lines of the order.
pub(super) fn detail(what: &Event, event: &Recorded) -> Option<String> {
    match what {
        Event::Confirmed { pay_by } => {
            let pay_by = pay_by.as_ref()?.format(&Rfc3339).expect("what was read from RFC 3339 can be written so");
            Some(json!({ "pay_by": pay_by }).to_string())
        }
        Event::Rejected { short, .. } => Some(json!({ "short": short }).to_string()),
        Event::Cancelled { reason, by, refund, .. } => {
            let said = json!({ "reason": reason, "by": by, "refund": refund });
            let said: serde_json::Map<_, _> = said.as_object().cloned().unwrap_or_default();
            let said: serde_json::Map<_, _> = said.into_iter().filter(|(_, value)| !value.is_null()).collect();
            (!said.is_empty()).then(|| json!(said).to_string())
        }
        Event::PaymentStarted { .. }
        | Event::PaymentPending { .. }
        | Event::PaymentDeclined { .. }
        | Event::Paid { .. }
        | Event::PaidLate { .. }
        | Event::Shipped { .. }
        | Event::Delivered { .. }
        | Event::Returned { .. }
        | Event::Refunded { .. } => Some(event.data.clone()),
        Event::Placed { .. }
        | Event::Expired { .. }
        | Event::AddressForgotten {}
        | Event::Completed {}
        | Event::CarriedForward { .. } => None,
    }
}
