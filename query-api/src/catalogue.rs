//! The catalogue: the products on offer, filtered and in one of four orders. What a suspended or erased seller has listed is
//! not on offer.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::caller::Caller;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::cursor::At;
use crate::error::Result;
use crate::filter::{Filter, Sort, Wanted};
use crate::page::{Page, Span};
use crate::products::{Product, Row, product_rows};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(products))
}

/// The products on offer that a filter leaves, in the order that `$rest` gives them.
macro_rules! offered {
    ($app:ident, $filter:ident, $span:ident, $after:expr, $rest:literal) => {
        product_rows!(
            "where p.status = 'active' and k.suspended is not true and k.erased is not true
               and ($1::uuid[] is null or p.id = any($1))
               and ($2::text is null or p.category = $2)
               and ($3::uuid is null or p.seller = $3)
               and ($4::uuid is null or p.seller <> $4)
               and ($5::bigint is null or p.price_amount >= $5)
               and ($6::bigint is null or p.price_amount <= $6)
               and (not $7::bool or s.on_hand > s.reserved)
               and not exists (
                 select from unnest($8::text[]) as word
                 where strpos(lower(concat_ws(' ', p.name, p.description) collate \"und-x-icu\"),
                              lower(word collate \"und-x-icu\")) = 0)
               " $rest;
            $filter.ids.as_deref(),
            $filter.category,
            $filter.seller,
            $filter.excluded_seller,
            $filter.min_price,
            $filter.max_price,
            $filter.in_stock,
            &$filter.words,
            $after,
            $span.after_id,
            $span.rows(),
        )
        .fetch_all(&$app.pool)
        .await?
    };
}

/// The products on offer.
#[utoipa::path(get, path = "/api/products", operation_id = "list_products", tag = "products", params(Wanted),
    responses((status = 200, body = Page<Product>)))]
async fn products(
    State(app): State<App>,
    caller: Option<Caller>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Product>>> {
    let filter = wanted.filter(caller.as_ref())?;
    let page = match wanted.sort.unwrap_or_default() {
        Sort::Newest => newest(&app, &filter, &wanted.span("products:newest")?).await?,
        Sort::Price => cheapest(&app, &filter, &wanted.span("products:price")?).await?,
        Sort::PriceDown => dearest(&app, &filter, &wanted.span("products:-price")?).await?,
        Sort::Name => by_name(&app, &filter, &wanted.span("products:name")?).await?,
    };
    Ok(Json(page.map(|row| row.show(caller.as_ref()))))
}

async fn newest(app: &App, filter: &Filter, span: &Span<At>) -> Result<Page<Row>> {
    let after = span.after.map(|at| at.0);
    let rows = offered!(
        app,
        filter,
        span,
        after,
        "and (p.listed_at, p.id) < (coalesce($9, 'infinity'::timestamptz), $10)
         order by p.listed_at desc, p.id desc limit $11"
    );
    Ok(span.page(rows, |row| (At(row.listed_at), row.id)))
}

async fn cheapest(app: &App, filter: &Filter, span: &Span<i64>) -> Result<Page<Row>> {
    let rows = offered!(
        app,
        filter,
        span,
        span.after,
        "and (p.price_amount, p.id) > (coalesce($9, -1::bigint), $10) order by p.price_amount, p.id limit $11"
    );
    Ok(span.page(rows, |row| (row.price_amount, row.id)))
}

async fn dearest(app: &App, filter: &Filter, span: &Span<i64>) -> Result<Page<Row>> {
    let rows = offered!(
        app,
        filter,
        span,
        span.after,
        "and (p.price_amount, p.id) < (coalesce($9, 9223372036854775807::bigint), $10)
         order by p.price_amount desc, p.id desc limit $11"
    );
    Ok(span.page(rows, |row| (row.price_amount, row.id)))
}

async fn by_name(app: &App, filter: &Filter, span: &Span<String>) -> Result<Page<Row>> {
    let rows = offered!(
        app,
        filter,
        span,
        span.after.as_deref(),
        "and (p.name, p.id) > (coalesce($9::text, ''), $10) order by p.name, p.id limit $11"
    );
    Ok(span.page(rows, |row| (row.name.clone(), row.id)))
}
