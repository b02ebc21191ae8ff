//! How sellers count what they have.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::inventory::{self, Inventory, MAX_MOVEMENT};
use domain::product::Product;
use domain::text::{Reason, Reference};
use domain::{Aggregate, ProductId};
use event_store::Stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use super::Changed;
use crate::app::{App, require_seller};
use crate::call::Call;
use crate::command::Command;
use crate::money::units;
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// Goods that came in.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Delivery {
    #[schema(minimum = 1, maximum = 1_000_000)]
    quantity: i64,
    /// What they came with: a delivery note, a purchase order.
    #[schema(min_length = 1, max_length = 100)]
    reference: Option<String>,
}

/// Takes in goods.
#[utoipa::path(
    post, path = "/api/inventory/{product_id}/receipts", tag = "inventory", params(("product_id" = Uuid, Path)),
    security(("session" = [])),
    responses((status = 200, description = "They are counted", body = Changed), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn receive_stock(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<Delivery>,
) -> Result<Response, Problem> {
    require_seller(&*app.user(&call).await?)?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let quantity = units("/quantity", body.quantity, MAX_MOVEMENT, &mut fields);
    let reference = fields.parse_some("/reference", body.reference, Reference::try_from);
    let (quantity, reference) = fields.finish(|| Some((quantity?, reference?)))?;
    count(command, &call, id.into(), inventory::Command::Receive { quantity, reference }, "/quantity").await
}

/// A count that was wrong.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Correction {
    /// By how many units: not 0.
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    delta: i64,
    /// Why it was wrong.
    #[schema(min_length = 1, max_length = 500, example = "Broken in the warehouse")]
    reason: String,
}

/// Corrects the count, never below what is reserved for orders.
#[utoipa::path(
    post, path = "/api/inventory/{product_id}/adjustments", tag = "inventory", params(("product_id" = Uuid, Path)),
    security(("session" = [])),
    responses((status = 200, description = "It is corrected", body = Changed), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn adjust_stock(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<Correction>,
) -> Result<Response, Problem> {
    require_seller(&*app.user(&call).await?)?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let reason = fields.parse("/reason", body.reason, Reason::try_from);
    let reason = fields.finish(|| reason)?;
    count(command, &call, id.into(), inventory::Command::Adjust { delta: body.delta, reason }, "/delta").await
}

/// When a stock is low.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Threshold {
    /// As soon as fewer units can be ordered, the seller is told once. 0 for never.
    #[schema(minimum = 0, maximum = 1_000_000, example = 5)]
    quantity: i64,
}

/// Says when a stock is low: buyers see it then, and the seller gets a mail each time that orders or corrections bring it there.
#[utoipa::path(
    put, path = "/api/inventory/{product_id}/threshold", tag = "inventory", params(("product_id" = Uuid, Path)),
    security(("session" = [])),
    responses((status = 200, description = "It is kept", body = Changed), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn set_threshold(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<Threshold>,
) -> Result<Response, Problem> {
    require_seller(&*app.user(&call).await?)?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let quantity = match body.quantity {
        0 => Some(0),
        quantity => units("/quantity", quantity, MAX_MOVEMENT, &mut fields),
    };
    let quantity = fields.finish(|| quantity)?;
    count(command, &call, id.into(), inventory::Command::SetThreshold { quantity }, "/quantity").await
}

async fn count(
    command: Command<'_>,
    call: &Call,
    id: ProductId,
    decide: inventory::Command,
    pointer: &'static str,
) -> Result<Response, Problem> {
    let seller = call.user();
    command
        .run([Stream::of::<Product>(id), Stream::of::<Inventory>(id)], move |draft| {
            draft.accessible::<Product>(id, |product| product.seller() == Some(seller))?;
            draft.check_version::<Inventory>(id)?;
            let events = draft.state::<Inventory>(id).decide(decide.clone());
            let version = draft.add::<Inventory>(id, events.map_err(|error| rules::of_inventory(error, pointer))?);
            Ok(Reply::ok(&Changed { id: id.into(), version }))
        })
        .await
}
