//! How buyers order, and change their minds.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::order::{self, Charges, MAX_QUANTITY, Offer, Order, Party, Wanted};
use domain::product::Product;
use domain::text::Reason;
use domain::user::User;
use domain::{Aggregate, Money, OrderId, ProductId};
use event_store::{Record, Stream};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use crate::app::{App, require_verified};
use crate::call::Call;
use crate::failure::unread;
use crate::money::{Amount, units};
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;
use crate::ship_to::ShipTo;

/// What somebody wants to have.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrder {
    /// Each product once.
    #[schema(min_items = 1, max_items = 200)]
    lines: Vec<NewLine>,
    /// What the buyer was told it costs. The order is refused when it costs something else by now.
    expected_total: Option<Amount>,
    /// Where it goes. Kept apart from the order, and forgotten with its buyer.
    ship_to: Option<ShipTo>,
}

/// So many units of one product.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLine {
    product_id: Uuid,
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: i64,
}

/// Products, and how many units of each.
type Lines = Vec<(ProductId, u32)>;

impl NewOrder {
    fn parse(self) -> Result<(Lines, Option<Money>, Option<Record>), Problem> {
        let mut fields = Fields::new();
        if !(1..=order::MAX_LINES).contains(&self.lines.len()) {
            return Err(rules::of_order(order::Error::Lines { count: self.lines.len() }));
        }
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, NewLine { product_id, quantity }) in self.lines.into_iter().enumerate() {
            let quantity = units(format_args!("/lines/{index}/quantity"), quantity, MAX_QUANTITY, &mut fields);
            lines.push(quantity.map(|quantity| (product_id.into(), quantity)));
        }
        let expected_total = match self.expected_total {
            None => Some(None),
            Some(total) => total.money("/expected_total", &mut fields).map(Some),
        };
        let ship_to = match self.ship_to {
            None => Some(None),
            Some(ship_to) => ship_to.parse("/ship_to", &mut fields).map(Some),
        };
        fields.finish(|| Some((lines.into_iter().collect::<Option<_>>()?, expected_total?, ship_to?)))
    }
}

/// An order that was taken. Whether its lines are in stock shows within moments.
#[derive(Serialize, ToSchema)]
pub(super) struct PlacedOrder {
    id: Uuid,
    #[schema(example = "pending")]
    status: &'static str,
    total: Amount,
    version: u64,
}

/// Orders products, at the prices they have now.
#[utoipa::path(
    post, path = "/api/orders", tag = "orders", security(("session" = [])),
    responses((status = 201, description = "It is taken", body = PlacedOrder, headers(("Location" = String, description = "Where it is"))), Session, Always, Body, Forbidden)
)]
pub(super) async fn place_order(
    State(app): State<Arc<App>>,
    call: Call,
    Json(body): Json<NewOrder>,
) -> Result<Response, Problem> {
    call.require_key()?;
    require_verified(&*app.user(&call).await?)?;
    let command = app.command(&call, &body)?;
    let (lines, expected_total, ship_to) = body.parse()?;
    let address = ship_to.is_some();
    let lines = look_up(&app, lines).await?;
    let (id, buyer): (OrderId, _) = (command.new_id(), call.user());
    command
        .run([Stream::of::<Order>(id)], move |draft| {
            let place = order::Command::Place {
                buyer,
                lines: lines.clone(),
                charges: Charges::default(),
                expected_total,
                address,
            };
            let events = draft.state::<Order>(id).decide(place).map_err(rules::of_order)?;
            let order = Order::replay(&events);
            let version = draft.add::<Order>(id, events);
            if let Some(ship_to) = &ship_to {
                draft.set_private::<Order>(id, ship_to.clone());
            }
            let (Some(status), Some(total)) = (order.status(), order.total()) else {
                return Err(Problem::internal("an order that was placed has neither status nor total"));
            };
            let location = Some(format!("/api/orders/{id}"));
            let (status, total) = (status.as_str(), total.into());
            Ok(Reply::created(location, &PlacedOrder { id: id.into(), status, total, version }))
        })
        .await
}

/// What is on offer at this moment. Of a seller who is suspended or gone, nothing is.
async fn look_up(app: &App, lines: Lines) -> Result<Vec<Wanted>, Problem> {
    let wanted = try_join_all(lines.into_iter().map(async |(id, quantity)| {
        let product = app.store.load::<Product>(id).await.map_err(unread)?;
        Ok(Wanted { product: id, quantity, offer: offer(&product) })
    }));
    let mut wanted: Vec<Wanted> = wanted.await?;
    let sellers: BTreeSet<_> = wanted.iter().filter_map(|line| Some(line.offer.as_ref()?.seller)).collect();
    let out = try_join_all(sellers.into_iter().map(async |id| {
        let seller = app.store.load::<User>(id).await.map_err(unread)?;
        Ok((!seller.has_account() || seller.is_suspended()).then_some(id))
    }));
    let out: BTreeSet<_> = out.await?.into_iter().flatten().collect();
    for line in &mut wanted {
        line.offer.take_if(|offer| out.contains(&offer.seller));
    }
    Ok(wanted)
}

fn offer(product: &Product) -> Option<Offer> {
    if !product.for_sale() {
        return None;
    }
    Some(Offer { seller: product.seller()?, name: product.name()?.clone(), price: product.price()? })
}

/// Why an order is no longer wanted.
#[derive(Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cancellation {
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// An order that is not wanted any more.
#[derive(Serialize, ToSchema)]
pub(super) struct CancelledOrder {
    id: Uuid,
    #[schema(example = "cancelled")]
    status: &'static str,
    version: u64,
}

/// Cancels an order, which gives back what was reserved for it.
#[utoipa::path(
    post, path = "/api/orders/{id}/cancellation", tag = "orders", params(("id" = Uuid, Path)), security(("session" = [])),
    responses(
        (status = 200, description = "It is cancelled", body = CancelledOrder),
        Session, Always, Body, Existing, Forbidden
    )
)]
pub(super) async fn cancel_order(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    body: Option<Json<Cancellation>>,
) -> Result<Response, Problem> {
    let admin = app.user(&call).await?.is_admin() && call.caller.staff;
    let Json(body) = body.unwrap_or(Json(Cancellation::default()));
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let reason = fields.parse_some("/reason", body.reason, Reason::try_from);
    let reason = fields.finish(|| reason)?;
    let (id, caller) = (OrderId::from(id), call.user());
    command
        .run([Stream::of::<Order>(id)], move |draft| {
            let order = draft.accessible::<Order>(id, |order| admin || order.buyer() == Some(caller))?;
            draft.check_version::<Order>(id)?;
            let by = if order.buyer() == Some(caller) { Party::Buyer } else { Party::Support };
            let cancel = order::Command::Cancel { reason: reason.clone(), by };
            let events = order.decide(cancel).map_err(rules::of_order)?;
            let version = draft.add::<Order>(id, events);
            let status = order::Status::Cancelled.as_str();
            Ok(Reply::ok(&CancelledOrder { id: id.into(), status, version }))
        })
        .await
}
