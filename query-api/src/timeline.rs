//! The timeline of an order: what happened to it, when, and by whose doing.

use std::collections::HashSet;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::json::Json;
use web::params::{Path, Query};
use web::problem::Problem;

use crate::app::App;
use crate::error::Result;
use crate::freshness::ReadModel;
use crate::money::Money;
use crate::orders::{self, Found, LineRow};
use crate::page::{Page, Paging};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(timeline))
}

/// Something that happened to an order. What does not belong to its type is not there.
#[derive(Debug, Serialize, ToSchema)]
struct Moment {
    /// Of the order, since then.
    version: i64,
    /// `order.placed`, `order.confirmed`, `order.rejected`, `order.payment_started`, `order.payment_pending`,
    /// `order.payment_declined`, `order.paid`, `order.paid_late`, `order.expired`, `order.cancelled`, `order.shipped`,
    /// `order.delivered`, `order.completed`, `order.returned` or `order.refunded`.
    #[serde(rename = "type")]
    #[schema(example = "order.placed")]
    kind: String,
    by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// What was ordered, reserved, sent or came back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    lines: Vec<Units>,
    /// When it was rejected: what there was too little of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    short: Vec<Short>,
    /// Why it was cancelled, goods came back or a payment was declined, if the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// By when it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    pay_by: Option<String>,
    /// The number of the attempt to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attempt: Option<i64>,
    /// The money that was asked for, came or went back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    amount: Option<Money>,
    /// The number of the refund that this leads to, or that went back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refund: Option<i64>,
    /// Whose lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    seller_id: Option<Uuid>,
    /// Where the parcel can be followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tracking: Option<String>,
    /// When the order is complete, now that everything has arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    complete_by: Option<String>,
}

/// By whose doing: the buyer's, a seller's, the shop's own rules', or that of its people.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Actor {
    Buyer,
    Seller,
    System,
    Staff,
}

impl Actor {
    /// Actors are stored as `user:<id>` or `policy:<name>`.
    fn of(stored: &str, party: Option<&str>, found: &Found) -> Self {
        match (stored.strip_prefix("user:"), party) {
            (None, _) => Self::System,
            (_, Some("buyer")) => Self::Buyer,
            (_, Some("seller")) => Self::Seller,
            (_, Some(_)) => Self::Staff,
            (Some(id), None) => match id.parse::<Uuid>() {
                Ok(id) if id == found.row.buyer => Self::Buyer,
                Ok(id) if found.lines.iter().any(|line| line.seller == id) => Self::Seller,
                _ => Self::Staff,
            },
        }
    }
}

/// Units of a product.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Units {
    #[serde(alias = "product")]
    product_id: Uuid,
    quantity: i64,
}

impl Units {
    fn of(line: &LineRow) -> Self {
        Self { product_id: line.product_id, quantity: line.quantity }
    }
}

/// A line that was too much for the stock.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Short {
    #[serde(alias = "product")]
    product_id: Uuid,
    requested: i64,
    available: i64,
}

struct Row {
    version: i64,
    kind: String,
    actor: String,
    at: OffsetDateTime,
    detail: Option<String>,
}

/// What the read model keeps of an event beside the lines of the order.
#[derive(Default, Deserialize)]
struct Detail {
    #[serde(default)]
    short: Vec<Short>,
    #[serde(default)]
    lines: Vec<Units>,
    reason: Option<String>,
    by: Option<String>,
    pay_by: Option<String>,
    attempt: Option<i64>,
    amount: Option<Money>,
    refund: Option<Refund>,
    number: Option<i64>,
    seller: Option<Uuid>,
    tracking: Option<String>,
    complete_by: Option<String>,
}

/// The refund that an event leads to: how much, or its number alone where the amount stands beside it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Refund {
    Whole { number: i64, amount: Money },
    Number(i64),
}

impl Row {
    fn show(self, found: &Found) -> Result<Moment> {
        let stored = self.detail.as_deref().map_or(Ok(Detail::default()), serde_json::from_str);
        let mut detail: Detail = stored.map_err(Problem::internal)?;
        let whole = found.sight.seller.is_none();
        let in_sight: Vec<_> = found.lines.iter().filter(|line| found.sight.shows(line.seller)).collect();
        let products: HashSet<_> = in_sight.iter().map(|line| line.product_id).collect();
        detail.short.retain(|short| products.contains(&short.product_id));
        let lines = match self.kind.as_str() {
            "order.placed" | "order.confirmed" => in_sight.iter().map(|line| Units::of(line)).collect(),
            _ => detail.lines,
        };
        let (refund, refunded) = match detail.refund {
            Some(Refund::Whole { number, amount }) => (Some(number), Some(amount)),
            Some(Refund::Number(number)) => (Some(number), None),
            // A return has a number too, which is its own.
            None if self.kind == "order.refunded" => (detail.number, None),
            None => (None, None),
        };
        // A seller hears of the buyer's money no more than that it came or went, and of what the buyer writes to the shop
        // nothing: it is not for each seller in the order.
        let to_buyer = self.kind == "order.cancelled";
        Ok(Moment {
            by: Actor::of(&self.actor, detail.by.as_deref(), found),
            version: self.version,
            kind: self.kind,
            at: self.at,
            lines,
            short: detail.short,
            reason: detail.reason.filter(|_| whole || !to_buyer),
            pay_by: detail.pay_by.filter(|_| whole),
            attempt: detail.attempt.filter(|_| whole),
            amount: detail.amount.or(refunded).filter(|_| whole),
            refund: refund.filter(|_| whole),
            seller_id: detail.seller,
            tracking: detail.tracking,
            complete_by: detail.complete_by.filter(|_| whole),
        })
    }
}

/// What happened to an order, earliest first; a seller in it learns nothing of the others' lines, parcels and returns.
#[utoipa::path(get, path = "/api/orders/{id}/timeline", operation_id = "list_timeline", tag = "orders",
    params(("id" = Uuid, Path), Paging), responses((status = 200, body = Page<Moment>)), security(("session" = [])))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Moment>>> {
    let span = paging.span::<i64>("timeline")?;
    let mut snapshot = app.snapshot_by_key(ReadModel::Orders).await?;
    let found = orders::find(&mut snapshot, id, &caller).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select version as "version!", kind as "kind!", actor as "actor!", at as "at!", detail::text
           from orders.timeline
           where order_id = $1 and version > coalesce($2, 0::bigint) and ($3::uuid is null or $3 = any (sellers))
           order by version limit $4"#,
        id,
        span.after,
        found.sight.seller,
        span.rows()
    )
    .fetch_all(&mut *snapshot)
    .await?;
    snapshot.commit().await?;
    let Page { items, next_cursor } = span.page(rows, |row| (row.version, id));
    let items: Result<_> = items.into_iter().map(|row| row.show(&found)).collect();
    Ok(Json(Page { items: items?, next_cursor }))
}
