//! What is said of an order: all of it, or the part that a seller may see.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::rows::{Found, LineRow, Row, SellerRow, Sight};
use crate::money::Money;

/// An order, or the part of it that a seller may see.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Order {
    id: Uuid,
    /// Who placed it; a seller is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    buyer_id: Option<Uuid>,
    /// `pending`, `confirmed`, `paid`, `partly_shipped`, `shipped`, `delivered`, `completed`, `rejected`, `expired`, `cancelled`
    /// or `refunded`. Of a seller's own part, which is never `partly_shipped`, where a seller asks.
    #[schema(example = "confirmed")]
    status: String,
    /// Of what is shown.
    total: Money,
    totals: Totals,
    /// How far the money is; a seller is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    payment: Option<Payment>,
    lines: Vec<Line>,
    /// The parcels that were sent, one of each seller.
    shipments: Vec<Shipment>,
    #[serde(with = "time::serde::rfc3339")]
    placed_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    changed_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    paid_at: Option<OffsetDateTime>,
    /// When it is complete: there once everything has arrived.
    #[serde(with = "time::serde::rfc3339::option")]
    complete_by: Option<OffsetDateTime>,
    version: i64,
    /// What the caller can do about it now: `pay`, `cancel`, `ship`, `deliver` or `return`.
    #[schema(example = json!(["pay", "cancel"]))]
    actions: Vec<String>,
}

/// What an order costs.
#[derive(Debug, Serialize, ToSchema)]
struct Totals {
    /// The lines that are shown.
    lines: Money,
    /// Null for a seller.
    shipping: Option<Money>,
    /// Null for a seller.
    tax: Option<Money>,
    total: Money,
}

/// How far the money is.
#[derive(Debug, Serialize, ToSchema)]
struct Payment {
    /// By when it is to be paid: there once it is confirmed.
    #[serde(with = "time::serde::rfc3339::option")]
    pay_by: Option<OffsetDateTime>,
    /// How often the buyer began to pay.
    attempts: i64,
    /// What became of the last time: `awaited`, `declined`, `paid` or `paid_late`. Null before the first.
    #[schema(example = "paid")]
    last_attempt: Option<String>,
    /// All that was ever taken, late money too.
    captured: Money,
    /// All that went back.
    refunded: Money,
}

/// A line of an order: name and price are those of when it was placed.
#[derive(Debug, Serialize, ToSchema)]
struct Line {
    product_id: Uuid,
    seller_id: Uuid,
    name: String,
    quantity: i64,
    unit_price: Money,
    /// How many units came back.
    returned: i64,
}

/// A seller's parcel.
#[derive(Debug, Serialize, ToSchema)]
struct Shipment {
    seller_id: Uuid,
    /// Where it can be followed.
    tracking: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    shipped_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    delivered_at: Option<OffsetDateTime>,
}

impl Found {
    /// What somebody is told who may see this much.
    pub(super) fn show(self) -> Order {
        let Self { row, lines, sellers, sight } = self;
        let money = |amount| Money { amount, currency: row.currency.clone() };
        let actions = actions(&row, &sellers, &sight);
        let own = sellers.iter().find(|seller| Some(seller.seller) == sight.seller);
        let lines: Vec<_> = lines.into_iter().filter(|line| sight.shows(line.seller)).collect();
        let of_lines = lines.iter().map(|line| line.unit_price * line.quantity).sum();
        let whole = sight.seller.is_none();
        let total = if whole { row.total_amount } else { of_lines };
        let totals = Totals {
            lines: money(of_lines),
            shipping: whole.then(|| money(row.shipping_amount)),
            tax: whole.then(|| money(row.tax_amount)),
            total: money(total),
        };
        let payment = whole.then(|| Payment {
            pay_by: row.pay_by,
            attempts: row.attempts,
            last_attempt: row.last_answer.clone(),
            captured: money(row.captured_amount),
            refunded: money(row.refunded_amount),
        });
        let line = |line: LineRow| Line {
            product_id: line.product_id,
            seller_id: line.seller,
            name: line.name,
            quantity: line.quantity,
            unit_price: money(line.unit_price),
            returned: line.returned,
        };
        Order {
            id: row.id,
            buyer_id: whole.then_some(row.buyer),
            status: own.map_or(&row.status, |own| &own.status).clone(),
            total: money(total),
            totals,
            payment,
            lines: lines.into_iter().map(line).collect(),
            placed_at: row.placed_at,
            changed_at: own.map_or(row.changed_at, |own| own.changed_at),
            paid_at: row.paid_at,
            // It tells when the last of the others arrived.
            complete_by: row.complete_by.filter(|_| whole),
            version: row.version,
            actions,
            shipments: sellers.into_iter().filter(|seller| sight.shows(seller.seller)).filter_map(shipment).collect(),
        }
    }
}

fn shipment(seller: SellerRow) -> Option<Shipment> {
    let SellerRow { seller: seller_id, tracking, delivered_at, .. } = seller;
    seller.shipped_at.map(|shipped_at| Shipment { seller_id, tracking, shipped_at, delivered_at })
}

/// What every side that the caller is on may do.
fn actions(row: &Row, sellers: &[SellerRow], sight: &Sight) -> Vec<String> {
    let mut actions = Vec::new();
    if row.buyer == sight.caller {
        actions.extend_from_slice(&row.buyer_actions);
    }
    if sight.admin {
        actions.extend_from_slice(&row.support_actions);
    }
    if let Some(own) = sellers.iter().find(|seller| seller.seller == sight.caller) {
        actions.extend_from_slice(&own.actions);
    }
    let mut seen = std::collections::HashSet::new();
    actions.retain(|action| seen.insert(action.clone()));
    actions
}
