//! What the buyer and the sellers of an order write to one another.
//!
//! All of them share one conversation. A message says on which side its author is, and of a seller whose shop it is: who the
//! buyer is and what others sell in the order, nobody learns from it.

use std::collections::HashMap;
use std::fmt;

use axum::extract::State;
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
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
use crate::orders::{self, LineRow, Row as OrderRow};
use crate::page::{Older, Page, Span};
use crate::users::name_of;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(messages))
}

const LIST: &str = "messages";

/// A message in an order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    /// The how-manieth of the order it is.
    #[schema(minimum = 1)]
    number: i64,
    /// On which side its author is: `buyer` or `seller`.
    #[schema(example = "seller")]
    party: String,
    /// Whether the caller wrote it.
    pub(crate) own: bool,
    /// The seller who wrote it; null where it was the buyer.
    seller_id: Option<Uuid>,
    /// What that seller's shop is called; `deleted user` when the seller has left.
    shop_name: Option<String>,
    /// Plain text, whatever it looks like; null once its author is forgotten.
    #[schema(example = "Could you leave it with the neighbour?")]
    text: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl fmt::Debug for Message {
    /// Without what it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("number", &self.number).finish_non_exhaustive()
    }
}

pub(crate) struct Row {
    pub(crate) number: i64,
    pub(crate) author: Uuid,
    pub(crate) party: String,
    pub(crate) text: Option<String>,
    pub(crate) at: OffsetDateTime,
}

impl Row {
    fn is_of_seller(&self) -> bool {
        self.party == "seller"
    }

    /// As a reader is shown it.
    pub(crate) fn show(self, reader: Option<Uuid>, shops: &Shops) -> Message {
        let seller = self.is_of_seller().then_some(self.author);
        Message {
            own: Some(self.author) == reader,
            seller_id: seller,
            shop_name: seller.and_then(|seller| shops.get(&seller).cloned().flatten()),
            number: self.number,
            party: self.party,
            text: self.text,
            at: self.at,
        }
    }
}

/// Whether somebody takes part in an order: its buyer, and the sellers in it.
pub(crate) fn takes_part(order: &OrderRow, lines: &[LineRow], caller: &Caller) -> bool {
    order.buyer == caller.user || lines.iter().any(|line| line.seller == caller.user)
}

/// Whether somebody reads what is written about an order: who takes part in it, and admins.
fn reads(order: &OrderRow, lines: &[LineRow], caller: &Caller) -> bool {
    takes_part(order, lines, caller) || caller.has("admin")
}

/// What is written about an order, the newest first.
///
/// For its buyer, the sellers in it and admins.
#[utoipa::path(get, path = "/api/orders/{id}/messages", operation_id = "list_messages", tag = "orders",
    params(("id" = Uuid, Path), Older), responses((status = 200, body = Page<Message>)), security(("session" = [])))]
async fn messages(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(older): Query<Older>,
) -> Result<Json<Page<Message>>> {
    let span = older.span(LIST)?;
    let mut snapshot = app.snapshot_by_key(ReadModel::Orders).await?;
    let orders::Found { row: order, lines, .. } = orders::find(&mut snapshot, id, &caller).await?;
    if !reads(&order, &lines, &caller) {
        return Err(Problem::not_found().into());
    }
    let rows = rows(&mut snapshot, id, &span).await?;
    snapshot.commit().await?;
    Ok(Json(show(&app, rows, &caller).await?))
}

/// The last messages of an order, for whoever reads them; none for anybody else.
pub(crate) async fn last(
    snapshot: &mut PgConnection,
    order: &OrderRow,
    lines: &[LineRow],
    caller: &Caller,
) -> Result<Option<Page<Row>>> {
    if !reads(order, lines, caller) {
        return Ok(None);
    }
    let span = Older::default().span(LIST)?;
    rows(snapshot, order.id, &span).await.map(Some)
}

async fn rows(snapshot: &mut PgConnection, order: Uuid, span: &Span<i64>) -> Result<Page<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select number as "number!", author as "author!", party as "party!", text, at as "at!"
           from orders.messages where order_id = $1 and ($2::bigint is null or number < $2)
           order by number desc limit $3"#,
        order,
        span.after,
        span.rows(),
    )
    .fetch_all(snapshot)
    .await?;
    Ok(span.page(rows, |row| (row.number, order)))
}

/// Messages as the caller is shown them.
pub(crate) async fn show(app: &App, page: Page<Row>, caller: &Caller) -> Result<Page<Message>> {
    let shops = shops_of(&app.pool, page.items.iter()).await?;
    Ok(page.map(|row| row.show(Some(caller.user), &shops)))
}

/// What the shops of sellers are called.
pub(crate) type Shops = HashMap<Uuid, Option<String>>;

/// What the shops of those are called who wrote these messages: the catalogue knows.
pub(crate) async fn shops_of(pool: &PgPool, rows: impl Iterator<Item = &Row>) -> sqlx::Result<Shops> {
    let mut sellers: Vec<_> = rows.filter(|row| row.is_of_seller()).map(|row| row.author).collect();
    sellers.sort_unstable();
    sellers.dedup();
    if sellers.is_empty() {
        return Ok(Shops::new());
    }
    let shops = sqlx::query!(
        r#"select id as "id!", shop_name, erased as "erased!" from products.sellers where id = any($1)"#,
        &sellers
    );
    let shops = shops.fetch_all(pool).await?;
    Ok(shops.into_iter().map(|shop| (shop.id, name_of(shop.shop_name, shop.erased))).collect())
}
