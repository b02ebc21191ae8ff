//! Stock as its seller sees it: the numbers, and the ledger that explains them.

use axum::extract::State;
use serde::Serialize;
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
use crate::page::{Page, Paging};
use crate::products::StockNumbers;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(inventory)).routes(routes!(movements))
}

/// What changed a stock, and how it stood then.
#[derive(Debug, Serialize, ToSchema)]
struct Movement {
    /// Of the inventory, after the change.
    version: i64,
    /// `received`, `adjusted`, `reserved` or `released`.
    #[schema(example = "reserved")]
    kind: String,
    on_hand_change: i64,
    reserved_change: i64,
    on_hand: i64,
    reserved: i64,
    /// The order it was done for.
    order_id: Option<Uuid>,
    /// Why it was adjusted, or what it was received with.
    note: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// Lets in the product's seller, admins and support; to anybody else there is no such inventory.
async fn admit(app: &App, caller: &Caller, product: Uuid) -> Result<()> {
    let seller = sqlx::query_scalar!(r#"select seller as "seller!" from products.products where id = $1"#, product)
        .fetch_optional(&app.pool)
        .await?;
    match seller {
        Some(seller) if seller == caller.user || caller.is_staff() => Ok(()),
        _ => Err(Problem::not_found().into()),
    }
}

/// How many units there are of a product; none before the first were received.
#[utoipa::path(get, path = "/api/inventory/{product_id}", operation_id = "show_inventory", tag = "inventory",
    params(("product_id" = Uuid, Path)), responses((status = 200, body = StockNumbers)), security(("session" = [])))]
async fn inventory(State(app): State<App>, caller: Caller, Path(product): Path<Uuid>) -> Result<Json<StockNumbers>> {
    admit(&app, &caller, product).await?;
    let row = sqlx::query!(
        r#"select on_hand as "on_hand!", reserved as "reserved!", version as "version!"
           from inventory.inventory where id = $1"#,
        product
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(Json(row.map_or(StockNumbers::new(0, 0, 0), |row| StockNumbers::new(row.on_hand, row.reserved, row.version))))
}

/// What changed a product's stock, latest first.
#[utoipa::path(get, path = "/api/inventory/{product_id}/movements", operation_id = "list_movements", tag = "inventory",
    params(("product_id" = Uuid, Path), Paging), responses((status = 200, body = Page<Movement>)),
    security(("session" = [])))]
async fn movements(
    State(app): State<App>,
    caller: Caller,
    Path(product): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Movement>>> {
    let span = paging.span::<i64>("movements")?;
    admit(&app, &caller, product).await?;
    let rows = sqlx::query_as!(
        Movement,
        r#"select version as "version!", kind as "kind!", on_hand_change as "on_hand_change!",
                  reserved_change as "reserved_change!", on_hand as "on_hand!", reserved as "reserved!", order_id, note,
                  at as "at!"
           from inventory.movements
           where product_id = $1 and version < coalesce($2, 9223372036854775807::bigint)
           order by version desc limit $3"#,
        product,
        span.after,
        span.rows()
    )
    .fetch_all(&app.pool)
    .await?;
    Ok(Json(span.page(rows, |row| (row.version, product))))
}
