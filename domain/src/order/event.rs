//! What has happened to an order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, serde::rfc3339};

use super::{Answer, Charges, Line, Party, Refund, Repayment, Shipment, Short, Status, Units};
use crate::{
    Money, ProductId, UserId,
    text::{Reason, Tracking},
};

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
        /// What is asked beside the prices.
        #[serde(skip_serializing_if = "Charges::are_none", default)]
        charges: Charges,
        /// What all of it costs.
        total: Money,
        /// Whether there is an address that it goes to, as a private record.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        address: bool,
    },
    /// All its lines are reserved.
    #[serde(rename = "order.confirmed")]
    Confirmed {
        /// By when it is to be paid. `None` where there was no deadline: before schema 2.
        #[serde(with = "rfc3339::option")]
        pay_by: Option<OffsetDateTime>,
    },
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
        /// The money that is to go back, when it was paid.
        #[serde(skip_serializing_if = "Option::is_none")]
        refund: Option<Repayment>,
    },
    /// Nobody paid in time.
    #[serde(rename = "order.expired")]
    Expired {
        /// All products of the order, for whoever gives back what was reserved.
        products: Vec<ProductId>,
    },
    /// The buyer begins to pay.
    #[serde(rename = "order.payment_started")]
    PaymentStarted {
        /// The number of the attempt, from 1.
        attempt: u32,
        /// What the provider is asked for.
        amount: Money,
        /// When the provider is asked what became of it, if it has not answered before.
        #[serde(with = "rfc3339")]
        ask_at: OffsetDateTime,
    },
    /// The provider has been asked about an attempt, and does not know yet.
    #[serde(rename = "order.payment_pending")]
    PaymentPending {
        /// Which attempt.
        attempt: u32,
        /// When it is asked again.
        #[serde(with = "rfc3339")]
        ask_at: OffsetDateTime,
    },
    /// It is paid.
    #[serde(rename = "order.paid")]
    Paid {
        /// By which attempt.
        attempt: u32,
        /// How much.
        amount: Money,
    },
    /// Money came that the order cannot take. It goes back.
    #[serde(rename = "order.paid_late")]
    PaidLate {
        /// By which attempt.
        attempt: u32,
        /// How much.
        amount: Money,
        /// The number of the refund it goes back by.
        refund: u32,
    },
    /// The provider refuses an attempt.
    #[serde(rename = "order.payment_declined")]
    PaymentDeclined {
        /// Which.
        attempt: u32,
        /// What the provider says.
        reason: Reason,
    },
    /// A seller's lines are on their way.
    #[serde(rename = "order.shipped")]
    Shipped {
        /// Whose.
        seller: UserId,
        /// Where they can be followed.
        #[serde(skip_serializing_if = "Option::is_none")]
        tracking: Option<Tracking>,
        /// All that the seller sells in the order.
        lines: Vec<Units>,
    },
    /// A seller's lines have arrived.
    #[serde(rename = "order.delivered")]
    Delivered {
        /// Whose.
        seller: UserId,
        /// When the order is complete. There when everything has arrived.
        #[serde(with = "rfc3339::option", skip_serializing_if = "Option::is_none", default)]
        complete_by: Option<OffsetDateTime>,
    },
    /// It arrived a while ago, and is done with.
    #[serde(rename = "order.completed")]
    Completed {},
    /// Goods came back.
    #[serde(rename = "order.returned")]
    Returned {
        /// The number of the return, from 1.
        number: u32,
        /// To which seller.
        seller: UserId,
        /// Which goods.
        lines: Vec<Units>,
        /// Why.
        reason: Reason,
        /// The money that is to go back for them.
        refund: Repayment,
    },
    /// Money went back.
    #[serde(rename = "order.refunded")]
    Refunded {
        /// Which refund.
        number: u32,
        /// How much.
        amount: Money,
    },
    /// The address that it goes to was deleted: the buyer is erased.
    #[serde(rename = "order.address_forgotten")]
    AddressForgotten {},
    /// The books were closed: this is how it stands.
    #[serde(rename = "order.carried_forward")]
    CarriedForward {
        /// How far it has come.
        status: Status,
        /// Who placed it.
        buyer: UserId,
        /// What was ordered.
        lines: Vec<Line>,
        /// What is asked beside the prices.
        #[serde(skip_serializing_if = "Charges::are_none", default)]
        charges: Charges,
        /// What all of it costs.
        total: Money,
        /// By when it is to be paid, if there is a deadline.
        #[serde(with = "rfc3339::option", skip_serializing_if = "Option::is_none", default)]
        pay_by: Option<OffsetDateTime>,
        /// What became of each attempt to pay.
        attempts: Vec<Answer>,
        /// How far the lines of each seller are who has shipped.
        shipments: BTreeMap<UserId, Shipment>,
        /// When it is complete, once everything has arrived.
        #[serde(with = "rfc3339::option", skip_serializing_if = "Option::is_none", default)]
        complete_by: Option<OffsetDateTime>,
        /// How many returns there were.
        returns: u32,
        /// Units that came back, of each product of which any did.
        returned: BTreeMap<ProductId, u32>,
        /// Money that went back or is to go back.
        refunds: Vec<Refund>,
        /// Whether there is an address that it goes to, as a private record.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        address: bool,
    },
}
