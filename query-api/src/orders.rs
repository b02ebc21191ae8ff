//! Orders: as their buyers, the sellers in them and the marketplace's own people see them.

use std::collections::HashMap;

use axum::extract::State;
use serde::Serialize;
use sqlx::PgConnection;
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
use crate::cursor::At;
use crate::error::Result;
use crate::freshness::ReadModel;
use crate::messages::{self, Message};
use crate::money::Money;
use crate::page::{Page, Paging};
use crate::ship_to::{self, ShipTo};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(order)).routes(routes!(own_orders)).routes(routes!(sold_orders))
}

/// An order, or the part of it that a seller may see.
#[derive(Debug, Serialize, ToSchema)]
struct Order {
    id: Uuid,
    /// `pending`, `confirmed`, `rejected` or `cancelled`.
    #[schema(example = "confirmed")]
    status: String,
    /// Of the lines that are shown.
    total: Money,
    lines: Vec<Line>,
    #[serde(with = "time::serde::rfc3339")]
    placed_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    changed_at: OffsetDateTime,
    version: i64,
    /// What the caller can do about it now.
    actions: Vec<Action>,
}

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

/// A line of an order: name and price are those of when it was placed.
#[derive(Debug, Serialize, ToSchema)]
struct Line {
    product_id: Uuid,
    seller_id: Uuid,
    name: String,
    quantity: i64,
    unit_price: Money,
}

/// What can be done about an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    Cancel,
}

pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) buyer: Uuid,
    version: i64,
    status: String,
    total_amount: i64,
    currency: String,
    placed_at: OffsetDateTime,
    changed_at: OffsetDateTime,
}

/// Reads [`Row`]s: what follows `where`, and the arguments.
macro_rules! order_rows {
    ($condition:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"select o.id as "id!", o.buyer as "buyer!", o.version as "version!", o.status as "status!",
                      o.total_amount as "total_amount!", o.currency as "currency!", o.placed_at as "placed_at!",
                      o.changed_at as "changed_at!"
               from orders.orders o where "# + $condition,
            $($argument),*
        )
    };
}

pub(crate) struct LineRow {
    order_id: Uuid,
    pub(crate) product_id: Uuid,
    pub(crate) seller: Uuid,
    name: String,
    quantity: i64,
    unit_price: i64,
}

/// How much of an order somebody may see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All of it, as the marketplace's support does.
    Whole,
    /// All of it, and may cancel it: its buyer, and admins.
    Own,
    /// The lines of this seller, and nothing that tells of the others.
    LinesOf(Uuid),
}

impl Sight {
    /// Nothing at all to whom the order does not concern.
    fn of(row: &Row, lines: &[LineRow], caller: &Caller) -> Option<Self> {
        if row.buyer == caller.user || caller.has("admin") {
            Some(Self::Own)
        } else if caller.has("support") {
            Some(Self::Whole)
        } else {
            lines.iter().any(|line| line.seller == caller.user).then_some(Self::LinesOf(caller.user))
        }
    }

    /// Whether a line is in sight.
    pub(crate) fn shows(self, line: &LineRow) -> bool {
        match self {
            Self::Whole | Self::Own => true,
            Self::LinesOf(seller) => line.seller == seller,
        }
    }

    fn actions(self, status: &str) -> Vec<Action> {
        match (self, status) {
            (Self::Own, "pending" | "confirmed" | "paid") => vec![Action::Cancel],
            _ => Vec::new(),
        }
    }
}

impl Row {
    fn show(self, lines: Vec<LineRow>, sight: Sight) -> Order {
        let money = |amount| Money { amount, currency: self.currency.clone() };
        let lines: Vec<_> = lines.into_iter().filter(|line| sight.shows(line)).collect();
        let total = match sight {
            Sight::Whole | Sight::Own => self.total_amount,
            Sight::LinesOf(_) => lines.iter().map(|line| line.unit_price * line.quantity).sum(),
        };
        let show = |line: LineRow| Line {
            product_id: line.product_id,
            seller_id: line.seller,
            name: line.name,
            quantity: line.quantity,
            unit_price: money(line.unit_price),
        };
        Order {
            id: self.id,
            total: money(total),
            lines: lines.into_iter().map(show).collect(),
            placed_at: self.placed_at,
            changed_at: self.changed_at,
            version: self.version,
            actions: sight.actions(&self.status),
            status: self.status,
        }
    }
}

/// The order with its lines, and how much of it the caller may see; a 404 when that is nothing.
pub(crate) async fn find(snapshot: &mut PgConnection, id: Uuid, caller: &Caller) -> Result<(Row, Vec<LineRow>, Sight)> {
    let row = order_rows!("o.id = $1", id).fetch_optional(&mut *snapshot).await?.ok_or_else(Problem::not_found)?;
    let lines = lines(snapshot, &[id]).await?;
    let sight = Sight::of(&row, &lines, caller).ok_or_else(Problem::not_found)?;
    Ok((row, lines, sight))
}

async fn lines(snapshot: &mut PgConnection, orders: &[Uuid]) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select order_id as "order_id!", product_id as "product_id!", seller as "seller!", name as "name!",
                  quantity as "quantity!", unit_price as "unit_price!"
           from orders.order_lines where order_id = any($1) order by order_id, line"#,
        orders
    )
    .fetch_all(snapshot)
    .await
}

/// The orders of a page with their lines, as `sight` shows them.
async fn with_lines(snapshot: &mut PgConnection, page: Page<Row>, sight: Sight) -> Result<Page<Order>> {
    let ids: Vec<_> = page.items.iter().map(|row| row.id).collect();
    let mut by_order: HashMap<Uuid, Vec<LineRow>> = HashMap::new();
    for line in lines(snapshot, &ids).await? {
        by_order.entry(line.order_id).or_default().push(line);
    }
    Ok(page.map(|row| {
        let lines = by_order.remove(&row.id).unwrap_or_default();
        row.show(lines, sight)
    }))
}

/// One order, with the last ten messages about it; a seller in it sees their own lines.
#[utoipa::path(get, path = "/api/orders/{id}", operation_id = "show_order", tag = "orders", params(("id" = Uuid, Path)),
    responses((status = 200, body = WholeOrder)), security(("session" = [])))]
async fn order(State(app): State<App>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<WholeOrder>> {
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let (row, lines, sight) = find(&mut snapshot, id, &caller).await?;
    let ship_to = ship_to::of(&mut snapshot, &row, &lines, &caller).await?;
    let messages = messages::last(&mut snapshot, &row, &lines, &caller).await?;
    snapshot.commit().await?;
    let messages = match messages {
        Some(messages) => Some(messages::show(&app, messages, &caller).await?),
        None => None,
    };
    Ok(Json(WholeOrder { order: row.show(lines, sight), ship_to, messages }))
}

/// The orders that the caller placed, newest first.
#[utoipa::path(get, path = "/api/orders", operation_id = "list_orders", tag = "orders", params(Paging),
    responses((status = 200, body = Page<Order>)), security(("session" = [])))]
async fn own_orders(State(app): State<App>, caller: Caller, Query(paging): Query<Paging>) -> Result<Json<Page<Order>>> {
    let span = paging.span::<At>("orders")?;
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let rows = order_rows!(
        "o.buyer = $1 and (o.placed_at, o.id) < (coalesce($2, 'infinity'::timestamptz), $3)
         order by o.placed_at desc, o.id desc limit $4",
        caller.user,
        span.after.map(|at| at.0),
        span.after_id,
        span.rows(),
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let page = span.page(rows, |row| (At(row.placed_at), row.id));
    let page = with_lines(&mut snapshot, page, Sight::Own).await?;
    snapshot.commit().await?;
    Ok(Json(page))
}

/// The orders with products of the caller, newest first, and of them the caller's own lines.
#[utoipa::path(get, path = "/api/seller/orders", operation_id = "list_sold_orders", tag = "sellers", params(Paging),
    responses((status = 200, body = Page<Order>)), security(("session" = [])))]
async fn sold_orders(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Order>>> {
    caller.require("seller")?;
    let span = paging.span::<At>("seller:orders")?;
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let rows = order_rows!(
        "exists (select from orders.order_lines l where l.seller = $1 and l.order_id = o.id)
           and (o.placed_at, o.id) < (coalesce($2, 'infinity'::timestamptz), $3)
         order by o.placed_at desc, o.id desc limit $4",
        caller.user,
        span.after.map(|at| at.0),
        span.after_id,
        span.rows(),
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let page = span.page(rows, |row| (At(row.placed_at), row.id));
    let page = with_lines(&mut snapshot, page, Sight::LinesOf(caller.user)).await?;
    snapshot.commit().await?;
    Ok(Json(page))
}
