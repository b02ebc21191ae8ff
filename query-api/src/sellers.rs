//! Sellers: a shop and its products, as everybody and as its seller sees them.

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
use crate::filter::{Own, Status};
use crate::freshness::ReadModel;
use crate::page::{Page, Paging, Span};
use crate::products::{Product, Row, product_rows};
use crate::users::name_of;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(shop)).routes(routes!(own_products))
}

/// A shop.
#[derive(Debug, Serialize, ToSchema)]
struct ShopWindow {
    /// Of its seller.
    id: Uuid,
    /// `deleted user` when the seller has left.
    shop_name: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    opened_at: OffsetDateTime,
    /// What it offers, newest first.
    products: Page<Product>,
}

struct ShopRow {
    shop_name: Option<String>,
    erased: bool,
    opened_at: OffsetDateTime,
}

/// A shop and what it offers; `limit` and `cursor` are of its products.
#[utoipa::path(get, path = "/api/sellers/{id}", operation_id = "show_seller", tag = "sellers",
    params(("id" = Uuid, Path), Paging), responses((status = 200, body = ShopWindow)))]
async fn shop(
    State(app): State<App>,
    caller: Option<Caller>,
    Path(id): Path<Uuid>,
    Query(paging): Query<Paging>,
) -> Result<Json<ShopWindow>> {
    let span = paging.span("sellers:products")?;
    let mut snapshot = app.snapshot(ReadModel::Products).await?;
    let shop = sqlx::query_as!(
        ShopRow,
        r#"select shop_name, erased as "erased!", opened_at as "opened_at!" from products.sellers where id = $1"#,
        id
    )
    .fetch_optional(&mut *snapshot)
    .await?
    .ok_or_else(Problem::not_found)?;
    let products = products(&mut snapshot, id, &Which::OnOffer, &span).await?.map(|row| row.show(caller.as_ref()));
    snapshot.commit().await?;
    let shop_name = name_of(shop.shop_name, shop.erased);
    Ok(Json(ShopWindow { id, shop_name, opened_at: shop.opened_at, products }))
}

/// Which products of a seller are read.
enum Which {
    OnOffer,
    Own(Option<Status>),
}

/// The caller's own products, those that are not on offer too, newest first.
#[utoipa::path(get, path = "/api/seller/products", operation_id = "list_own_products", tag = "sellers", params(Own),
    responses((status = 200, body = Page<Product>)), security(("session" = [])))]
async fn own_products(State(app): State<App>, caller: Caller, Query(own): Query<Own>) -> Result<Json<Page<Product>>> {
    caller.require("seller")?;
    let span = own.span("seller:products")?;
    let which = Which::Own(own.status);
    let products = products(&mut *app.pool.acquire().await?, caller.user, &which, &span).await?;
    Ok(Json(products.map(|row| row.show(Some(&caller)))))
}

async fn products(connection: &mut PgConnection, seller: Uuid, which: &Which, span: &Span<At>) -> Result<Page<Row>> {
    let (own, status) = match which {
        Which::OnOffer => (false, Some(Status::Active)),
        Which::Own(status) => (true, *status),
    };
    let rows = product_rows!(
        ["0::bigint"]
        "where p.seller = $1 and ($2::bool or k.suspended is not true and k.erased is not true)
           and ($6::text is null or p.status = $6)
           and (p.listed_at, p.id) < (coalesce($3, 'infinity'::timestamptz), $4)
         order by p.listed_at desc, p.id desc limit $5";
        seller,
        own,
        span.after.map(|at| at.0),
        span.after_id,
        span.rows(),
        status.map(Status::as_str),
    )
    .fetch_all(connection)
    .await?;
    Ok(span.page(rows, |row| (At(row.listed_at), row.id)))
}
