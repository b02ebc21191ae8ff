//! Orders: as their buyers, the sellers in them and the marketplace's own people see them.

mod answer;
mod rows;
mod wanted;

use axum::extract::State;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::json::Json;
use web::params::{Path, Query};

use self::answer::Order;
pub(crate) use self::rows::{Found, LineRow, Row, find};
use self::rows::{Sight, complete, order_rows};
pub(crate) use self::wanted::Status;
use self::wanted::{AnyWanted, Sort, Wanted};
use crate::app::App;
use crate::cursor::At;
use crate::error::Result;
use crate::freshness::ReadModel;
use crate::messages::{self, Message};
use crate::page::{Page, Span};
use crate::ship_to::{self, ShipTo};

/// An order, with what is written about it and where it goes.
#[derive(Debug, Serialize, ToSchema)]
struct WholeOrder {
    #[serde(flatten)]
    order: Order,
    /// For its buyer and the sellers in it. Null where there is none, and once the buyer is forgotten.
    ship_to: Option<ShipTo>,
    /// The last of them, the newest first, for its buyer, the sellers in it and admins.
    messages: Option<Page<Message>>,
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(order))
        .routes(routes!(own_orders))
        .routes(routes!(sold_orders))
        .routes(routes!(all_orders))
}

/// One order, with the last ten messages about it; a seller in it sees their own lines and their own parcel.
#[utoipa::path(get, path = "/api/orders/{id}", operation_id = "show_order", tag = "orders", params(("id" = Uuid, Path)),
    responses((status = 200, body = WholeOrder)), security(("session" = [])))]
async fn order(State(app): State<App>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<WholeOrder>> {
    let mut snapshot = app.snapshot_by_key(ReadModel::Orders).await?;
    let found = find(&mut snapshot, id, &caller).await?;
    let ship_to = ship_to::of(&mut snapshot, &found.row, &found.lines, &caller).await?;
    let messages = messages::last(&mut snapshot, &found.row, &found.lines, &caller).await?;
    snapshot.commit().await?;
    let messages = match messages {
        Some(messages) => Some(messages::show(&app, messages, &caller).await?),
        None => None,
    };
    Ok(Json(WholeOrder { order: found.show(), ship_to, messages }))
}

/// The orders that the caller placed, newest first.
#[utoipa::path(get, path = "/api/orders", operation_id = "list_orders", tag = "orders", params(Wanted),
    responses((status = 200, body = Page<Order>)), security(("session" = [])))]
async fn own_orders(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Json<Page<Order>>> {
    let span = wanted.span("orders")?;
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let rows = order_rows!(
        "o.buyer = $1 and ($2::text is null or o.status = $2)
           and (o.placed_at, o.id) < (coalesce($3, 'infinity'::timestamptz), $4)
         order by o.placed_at desc, o.id desc limit $5",
        caller.user,
        wanted.status.map(Status::as_str),
        span.after.map(|at| at.0),
        span.after_id,
        span.rows(),
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let page = shown(&mut snapshot, &span, rows, &Sight::whole(&caller)).await?;
    snapshot.commit().await?;
    Ok(Json(page))
}

/// The orders with products of the caller, newest first, and of them the caller's own part; `status` is that part's too, so
/// that `paid` are those to be shipped.
#[utoipa::path(get, path = "/api/seller/orders", operation_id = "list_sold_orders", tag = "sellers", params(Wanted),
    responses((status = 200, body = Page<Order>)), security(("session" = [])))]
async fn sold_orders(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Order>>> {
    caller.require("seller")?;
    let span = wanted.span("seller:orders")?;
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let rows = order_rows!(
        "o.id in (select s.order_id from orders.order_sellers s
                  where s.seller = $1 and ($2::text is null or s.status = $2)
                    and (s.placed_at, s.order_id) < (coalesce($3, 'infinity'::timestamptz), $4)
                  order by s.placed_at desc, s.order_id desc limit $5)
         order by o.placed_at desc, o.id desc",
        caller.user,
        wanted.status.map(Status::as_str),
        span.after.map(|at| at.0),
        span.after_id,
        span.rows(),
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let page = shown(&mut snapshot, &span, rows, &Sight::own_part(&caller)).await?;
    snapshot.commit().await?;
    Ok(Json(page))
}

/// All orders. `status=pending&sort=oldest` shows those first that have waited longest for their stock.
#[utoipa::path(get, path = "/api/admin/orders", operation_id = "list_all_orders", tag = "administration",
    params(AnyWanted), responses((status = 200, body = Page<Order>)), security(("session" = [])))]
async fn all_orders(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<AnyWanted>,
) -> Result<Json<Page<Order>>> {
    caller.require_staff()?;
    let AnyWanted { status, sort, limit, cursor } = wanted;
    let (status, sort) = (status.map(Status::as_str), sort.unwrap_or_default());
    let list = match sort {
        Sort::Newest => "admin:orders:newest",
        Sort::Oldest => "admin:orders:oldest",
    };
    let span = Span::<At>::new(list, limit, cursor.as_deref())?;
    let (after, after_id, limit) = (span.after.map(|at| at.0), span.after_id, span.rows());
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let rows = match sort {
        Sort::Newest => {
            order_rows!(
                "($1::text is null or o.status = $1)
                   and (o.placed_at, o.id) < (coalesce($2, 'infinity'::timestamptz), $3)
                 order by o.placed_at desc, o.id desc limit $4",
                status,
                after,
                after_id,
                limit,
            )
            .fetch_all(&mut *snapshot)
            .await?
        }
        Sort::Oldest => {
            order_rows!(
                "($1::text is null or o.status = $1)
                   and (o.placed_at, o.id) > (coalesce($2, '-infinity'::timestamptz), $3)
                 order by o.placed_at, o.id limit $4",
                status,
                after,
                after_id,
                limit,
            )
            .fetch_all(&mut *snapshot)
            .await?
        }
    };
    let page = shown(&mut snapshot, &span, rows, &Sight::whole(&caller)).await?;
    snapshot.commit().await?;
    Ok(Json(page))
}

/// The page of these rows, with what belongs to each.
async fn shown(snapshot: &mut PgConnection, span: &Span<At>, rows: Vec<Row>, sight: &Sight) -> Result<Page<Order>> {
    let Page { items, next_cursor } = span.page(rows, |row| (At(row.placed_at), row.id));
    let items = complete(snapshot, items, sight).await?;
    Ok(Page { items: items.into_iter().map(Found::show).collect(), next_cursor })
}
