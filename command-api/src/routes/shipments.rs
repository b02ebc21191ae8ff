//! How sellers send what was ordered of them, and take back what comes back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::order::{self, MAX_QUANTITY, Order, Units};
use domain::text::{Reason, Tracking};
use domain::{Aggregate, OrderId};
use event_store::Stream;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use crate::app::App;
use crate::call::Call;
use crate::command::Command;
use crate::money::{Amount, units};
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// An order that has come further.
#[derive(Serialize, ToSchema)]
pub(super) struct MovedOrder {
    id: Uuid,
    /// How far.
    #[schema(example = "shipped")]
    status: &'static str,
    #[schema(minimum = 1)]
    version: u64,
}

/// The caller's lines, on their way.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ShipmentOfLines)]
pub(super) struct Shipment {
    /// What the parcel can be followed by.
    #[schema(min_length = 1, max_length = 100, example = "DHL 00340434161094042557")]
    tracking: Option<String>,
}

/// Ships the caller's lines of an order, all of them.
#[utoipa::path(
    post, path = "/api/orders/{id}/shipments", tag = "orders", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "They are on their way", body = MovedOrder), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn ship_order(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    body: Option<Json<Shipment>>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    let Json(body) = body.unwrap_or(Json(Shipment::default()));
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let tracking = fields.parse_some("/tracking", body.tracking, Tracking::try_from);
    let (tracking, seller) = (fields.finish(|| tracking)?, call.user());
    tell(command, &call, id.into(), order::Command::Ship { seller, tracking }, moved).await
}

/// Says that the caller's lines of an order have arrived.
#[utoipa::path(
    post, path = "/api/orders/{id}/delivery", tag = "orders", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "They have arrived", body = MovedOrder), Session, Always, Existing, Forbidden)
)]
pub(super) async fn deliver_order(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    let command = app.command(&call, &())?;
    let complete_by = OffsetDateTime::now_utc().saturating_add(app.paying.complete_after);
    tell(command, &call, id.into(), order::Command::Deliver { seller: call.user(), complete_by }, moved).await
}

/// Goods that came back.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewReturn {
    /// Each product once.
    #[schema(min_items = 1, max_items = 200)]
    lines: Vec<ReturnedLine>,
    /// Why they came back.
    #[schema(min_length = 1, max_length = 500, example = "Too small")]
    reason: String,
}

/// So many units of one product.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnedLine {
    product_id: Uuid,
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
}

impl NewReturn {
    fn parse(self) -> Result<(Vec<Units>, Reason), Problem> {
        let mut fields = Fields::new();
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, ReturnedLine { product_id, quantity }) in self.lines.into_iter().enumerate() {
            let quantity = units(format_args!("/lines/{index}/quantity"), quantity, MAX_QUANTITY, &mut fields);
            lines.push(quantity.map(|quantity| Units { product: product_id.into(), quantity }));
        }
        let reason = fields.parse("/reason", self.reason, Reason::try_from);
        fields.finish(|| Some((lines.into_iter().collect::<Option<_>>()?, reason?)))
    }
}

/// A return: the goods are in stock again, and the money for them goes back.
#[derive(Serialize, ToSchema)]
pub(super) struct Return {
    id: Uuid,
    #[schema(example = "delivered")]
    status: &'static str,
    /// The number of the return.
    #[schema(minimum = 1)]
    number: u32,
    /// What goes back to the buyer.
    refund: Amount,
    #[schema(minimum = 1)]
    version: u64,
}

/// Takes back goods of the caller's that were delivered; their price goes back to the buyer.
#[utoipa::path(
    post, path = "/api/orders/{id}/returns", tag = "orders", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "They are taken back", body = Return), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn return_goods(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<NewReturn>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    let command = app.command(&call, &body)?;
    let (lines, reason) = body.parse()?;
    let take_back = order::Command::Return { seller: call.user(), lines, reason };
    tell(command, &call, id.into(), take_back, |id, status, version, events| {
        let [order::Event::Returned { number, refund, .. }] = events else {
            return Err(Problem::internal("a return is one event"));
        };
        Ok(Reply::ok(&Return { id, status, number: *number, refund: refund.amount.into(), version }))
    })
    .await
}

fn moved(id: Uuid, status: &'static str, version: u64, _: &[order::Event]) -> Result<Reply, Problem> {
    Ok(Reply::ok(&MovedOrder { id, status, version }))
}

/// Puts a command of one of its sellers to an order. It is not there for anybody else.
async fn tell(
    command: Command<'_>,
    call: &Call,
    id: OrderId,
    wanted: order::Command,
    answer: impl Fn(Uuid, &'static str, u64, &[order::Event]) -> Result<Reply, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let seller = call.user();
    command
        .run([Stream::of::<Order>(id)], move |draft| {
            let order = draft.accessible::<Order>(id, |order| order.sellers().contains(&seller))?;
            draft.check_version::<Order>(id)?;
            let events = order.decide(wanted.clone()).map_err(rules::of_order)?;
            let mut order = order.clone();
            events.iter().for_each(|event| order.evolve(event));
            let version = draft.add::<Order>(id, events.clone());
            let status = order.status().ok_or_else(|| Problem::internal("an order that was placed has no status"))?;
            answer(id.into(), status.as_str(), version, &events)
        })
        .await
}
