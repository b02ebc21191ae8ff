//! The timeline of an order: what happened to it, when, and by whose doing.

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
use crate::orders::{self, LineRow, Sight};
use crate::page::{Page, Paging};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(timeline))
}

/// Something that happened to an order.
#[derive(Debug, Serialize, ToSchema)]
struct Moment {
    /// Of the order, since then.
    version: i64,
    /// `order.placed`, `order.confirmed`, `order.rejected` or `order.cancelled`.
    #[serde(rename = "type")]
    #[schema(example = "order.placed")]
    kind: String,
    by: Actor,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// When it was rejected: what there was too little of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    short: Vec<Short>,
    /// When it was cancelled: why, if the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
}

/// By whose doing: the buyer's, the shop's own rules', or that of its people.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Actor {
    Buyer,
    System,
    Staff,
}

impl Actor {
    /// Actors are stored as `user:<id>` or `policy:<name>`.
    fn of(stored: &str, buyer: Uuid) -> Self {
        match stored.strip_prefix("user:") {
            None => Self::System,
            Some(id) if id.parse() == Ok(buyer) => Self::Buyer,
            Some(_) => Self::Staff,
        }
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

/// What the read model keeps of an event beside its lines.
#[derive(Default, Deserialize)]
struct Detail {
    #[serde(default)]
    short: Vec<Short>,
    reason: Option<String>,
}

impl Row {
    fn show(self, buyer: Uuid, lines: &[LineRow], sight: Sight) -> Result<Moment> {
        let stored = self.detail.as_deref().map_or(Ok(Detail::default()), serde_json::from_str);
        let Detail { mut short, reason } = stored.map_err(Problem::internal)?;
        let in_sight =
            |short: &Short| lines.iter().any(|line| line.product_id == short.product_id && sight.shows(line));
        short.retain(in_sight);
        let (version, kind, at) = (self.version, self.kind, self.at);
        // What a buyer writes to the shop is not for each seller in the order.
        let reason = reason.filter(|_| !matches!(sight, Sight::LinesOf(_)));
        Ok(Moment { version, kind, by: Actor::of(&self.actor, buyer), at, short, reason })
    }
}

/// What happened to an order, earliest first; a seller in it learns nothing of the other lines.
#[utoipa::path(get, path = "/api/orders/{id}/timeline", operation_id = "list_timeline", tag = "orders",
    params(("id" = Uuid, Path), Paging), responses((status = 200, body = Page<Moment>)), security(("session" = [])))]
async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Moment>>> {
    let span = paging.span::<i64>("timeline")?;
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let (order, lines, sight) = orders::find(&mut snapshot, id, &caller).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select version as "version!", kind as "kind!", actor as "actor!", at as "at!", detail::text
           from orders.timeline where order_id = $1 and version > coalesce($2, 0::bigint)
           order by version limit $3"#,
        id,
        span.after,
        span.rows()
    )
    .fetch_all(&mut *snapshot)
    .await?;
    snapshot.commit().await?;
    let Page { items, next_cursor } = span.page(rows, |row| (row.version, id));
    let items: Result<_> = items.into_iter().map(|row| row.show(order.buyer, &lines, sight)).collect();
    Ok(Json(Page { items: items?, next_cursor }))
}
