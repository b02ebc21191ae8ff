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
    /// `received`, `adjusted`, `reserved`, `released`, `committed` (sent to a buyer) or `restocked` (came back).
    #[schema(example = "reserved")]
    kind: String,
    on_hand_change: i64,
    reserved_change: i64,
    on_hand: i64,
    reserved: i64,
    by: Actor,
    /// The order it was done for.
    order_id: Option<Uuid>,
    /// Why it was adjusted, or what it was received with.
    note: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// By whose doing: the product's seller's, the shop's own rules', or that of its people.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StockActor)]
enum Actor {
    Seller,
    System,
    Staff,
}

impl Actor {
    /// Actors are stored as `user:<id>` or `policy:<name>`.
    fn of(stored: &str, seller: Uuid) -> Self {
        match stored.strip_prefix("user:") {
            None => Self::System,
            Some(id) if id.parse() == Ok(seller) => Self::Seller,
            Some(_) => Self::Staff,
        }
    }
}

struct Row {
    version: i64,
    kind: String,
    on_hand_change: i64,
    reserved_change: i64,
    on_hand: i64,
    reserved: i64,
    actor: String,
    order_id: Option<Uuid>,
    note: Option<String>,
    at: OffsetDateTime,
}

impl Row {
    fn show(self, seller: Uuid) -> Movement {
        let Self { version, kind, on_hand_change, reserved_change, on_hand, reserved, order_id, note, at, .. } = self;
        let by = Actor::of(&self.actor, seller);
        Movement { version, kind, on_hand_change, reserved_change, on_hand, reserved, by, order_id, note, at }
    }
}

/// Lets in the product's seller, who is returned, admins and support; to anybody else there is no such inventory.
async fn admit(app: &App, caller: &Caller, product: Uuid) -> Result<Uuid> {
    let seller = sqlx::query_scalar!(r#"select seller as "seller!" from products.products where id = $1"#, product)
        .fetch_optional(&app.keyed)
        .await?;
    match seller {
        Some(seller) if seller == caller.user || caller.is_staff() => Ok(seller),
        _ => Err(Problem::not_found().into()),
    }
}

#[derive(Default)]
struct Numbers {
    on_hand: i64,
    reserved: i64,
    threshold: i64,
    version: i64,
}

/// How many units there are of a product; none before the first were received.
#[utoipa::path(get, path = "/api/inventory/{product_id}", operation_id = "show_inventory", tag = "inventory",
    params(("product_id" = Uuid, Path)), responses((status = 200, body = StockNumbers)), security(("session" = [])))]
async fn inventory(State(app): State<App>, caller: Caller, Path(product): Path<Uuid>) -> Result<Json<StockNumbers>> {
    admit(&app, &caller, product).await?;
    let numbers = sqlx::query_as!(
        Numbers,
        r#"select on_hand as "on_hand!", reserved as "reserved!", threshold as "threshold!", version as "version!"
           from inventory.inventory where id = $1"#,
        product
    )
    .fetch_optional(&app.keyed)
    .await?;
    let Numbers { on_hand, reserved, threshold, version } = numbers.unwrap_or_default();
    Ok(Json(StockNumbers::new(on_hand, reserved, threshold, version)))
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
    let seller = admit(&app, &caller, product).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select version as "version!", kind as "kind!", on_hand_change as "on_hand_change!",
                  reserved_change as "reserved_change!", on_hand as "on_hand!", reserved as "reserved!", actor as "actor!",
                  order_id, note, at as "at!"
           from inventory.movements
           where product_id = $1 and kind <> 'threshold_set' and version < coalesce($2, 9223372036854775807::bigint)
           order by version desc limit $3"#,
        product,
        span.after,
        span.rows()
    )
    .fetch_all(&app.keyed)
    .await?;
    Ok(Json(span.page(rows, |row| (row.version, product)).map(|row| row.show(seller))))
}
