//! The catalogue: the products on offer, filtered and in one of five orders, and how many each category has. What a suspended
//! or erased seller has listed is not on offer.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::caller::Caller;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::cursor::At;
use crate::error::Result;
use crate::filter::{Filter, Order, Sort, Wanted};
use crate::page::{Page, Span};
use crate::products::{Product, Row, product_rows};
use crate::search::{Found, Misspelt, Search};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(products))
}

/// Reads a page of products, in an order: first which they are, then all of those few. Whole rows are long, with every word that
/// they are found by, and no join or sort of all that a search finds should carry them.
macro_rules! page_rows {
    ([$rank:literal, $order:literal] $($rest:literal)+ ; $($argument:expr),* $(,)?) => {
        product_rows!(
            ["page.rank"]
            "join (select p.id, " $rank " as rank
                   from products.products p
                   left join products.stock s on s.id = p.id
                   left join products.sellers k on k.id = p.seller
                   " $($rest)+ " order by " $order " limit $13) page on page.id = p.id
             order by " $order;
            $($argument),*
        )
    };
}

/// The rows that `$rows` makes of what is on offer and a filter and a search leave; `$rest` comes after, with its arguments
/// from `$11` on.
macro_rules! on_offer {
    ($rows:ident![$($how:literal),*], $app:ident, $filter:ident, $search:ident, $rest:literal, $($argument:expr),+) => {
        $rows!(
            [$($how),*]
            "where p.status = 'active' and k.suspended is not true and k.erased is not true
               and ($1::uuid[] is null or p.id = any($1))
               and ($2::text is null or p.category = $2)
               and ($3::uuid is null or p.seller = $3)
               and ($4::uuid is null or p.seller <> $4)
               and ($5::bigint is null or p.price_amount >= $5)
               and ($6::bigint is null or p.price_amount <= $6)
               and (not $7::bool or s.on_hand > s.reserved)
               and ($8::text is null or p.search @@ $8::text::tsquery)
               and ($9::text is null or true) and ($10::text is null or true)
               " $rest;
            $filter.ids.as_deref(),
            $filter.category,
            $filter.seller,
            $filter.excluded_seller,
            $filter.min_price,
            $filter.max_price,
            $filter.in_stock,
            $search.as_ref().map(|search| search.condition.as_str()),
            $search.as_ref().map(|search| search.forms.as_str()),
            $search.as_ref().map(|search| search.exact.as_str()),
            $($argument),+
        )
        .fetch_all(&$app.pool)
        .await?
    };
}
pub(crate) use on_offer;

impl Filter {
    /// What is searched for, read as the pages before have read it.
    pub(crate) async fn search<K>(&self, app: &App, span: &Span<Found<K>>) -> Result<Option<Search>> {
        let before = span.after.as_ref().map(|(misspelt, _)| *misspelt);
        match &self.q {
            Some(q) => Ok(Some(Search::read(&app.pool, q, before).await?)),
            None => Ok(None),
        }
    }
}

/// How the words of a search were read, for the next page.
pub(crate) fn reading(search: Option<&Search>) -> Misspelt {
    search.map(|search| search.misspelt).unwrap_or_default()
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
    let page = match wanted.order(&filter) {
        Order::By(Sort::Newest) => newest(&app, &filter, &wanted.span("products:newest")?).await?,
        Order::By(Sort::Price) => cheapest(&app, &filter, &wanted.span("products:price")?).await?,
        Order::By(Sort::PriceDown) => dearest(&app, &filter, &wanted.span("products:-price")?).await?,
        Order::By(Sort::Name) => by_name(&app, &filter, &wanted.span("products:name")?).await?,
        Order::By(Sort::Relevance) => best(&app, &filter, &wanted.span("products:relevance")?).await?,
        Order::Of(ids) => {
            let mut page = newest(&app, &filter, &wanted.whole("products:ids")?).await?;
            page.items.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
            page
        }
    };
    Ok(Json(page.map(|row| row.show(caller.as_ref()))))
}

async fn newest(app: &App, filter: &Filter, span: &Span<Found<At>>) -> Result<Page<Row>> {
    let search = filter.search(app, span).await?;
    let rows = on_offer!(
        page_rows!["0::bigint", "p.offered_at desc, p.id desc"],
        app,
        filter,
        search,
        "and (p.offered_at, p.id) < (coalesce($11, 'infinity'::timestamptz), $12)",
        span.after.map(|(_, at)| at.0),
        span.after_id,
        span.rows()
    );
    Ok(span.page(rows, |row| ((reading(search.as_ref()), At(row.offered_at)), row.id)))
}

async fn cheapest(app: &App, filter: &Filter, span: &Span<Found<i64>>) -> Result<Page<Row>> {
    let search = filter.search(app, span).await?;
    let rows = on_offer!(
        page_rows!["0::bigint", "p.price_amount, p.id"],
        app,
        filter,
        search,
        "and (p.price_amount, p.id) > (coalesce($11, -1::bigint), $12)",
        span.after.map(|(_, price)| price),
        span.after_id,
        span.rows()
    );
    Ok(span.page(rows, |row| ((reading(search.as_ref()), row.price_amount), row.id)))
}

async fn dearest(app: &App, filter: &Filter, span: &Span<Found<i64>>) -> Result<Page<Row>> {
    let search = filter.search(app, span).await?;
    let rows = on_offer!(
        page_rows!["0::bigint", "p.price_amount desc, p.id desc"],
        app,
        filter,
        search,
        "and (p.price_amount, p.id) < (coalesce($11, 9223372036854775807::bigint), $12)",
        span.after.map(|(_, price)| price),
        span.after_id,
        span.rows()
    );
    Ok(span.page(rows, |row| ((reading(search.as_ref()), row.price_amount), row.id)))
}

async fn by_name(app: &App, filter: &Filter, span: &Span<Found<String>>) -> Result<Page<Row>> {
    let search = filter.search(app, span).await?;
    let rows = on_offer!(
        page_rows!["0::bigint", "p.sort_name, p.id"],
        app,
        filter,
        search,
        "and (p.sort_name, p.id) > (coalesce($11::text, ''), $12)",
        span.after.as_ref().map(|(_, name)| name.as_str()),
        span.after_id,
        span.rows()
    );
    Ok(span.page(rows, |row| ((reading(search.as_ref()), row.sort_name.clone()), row.id)))
}

/// What matches best first, by a number that depends on the product and the search alone; the newest among equals.
async fn best(app: &App, filter: &Filter, span: &Span<Found<i64>>) -> Result<Page<Row>> {
    let search = filter.search(app, span).await?;
    let rows = on_offer!(
        page_rows![
            "((ts_rank('{0.1, 0.2, 0.4, 1}', p.search, $9::text::tsquery)
            + ts_rank('{0.1, 0.2, 0.4, 1}', p.search, $10::text::tsquery)) * 1000000)::bigint",
            "rank desc, p.id desc"
        ],
        app,
        filter,
        search,
        "and ($11::bigint is null or (((ts_rank('{0.1, 0.2, 0.4, 1}', p.search, $9::text::tsquery)
            + ts_rank('{0.1, 0.2, 0.4, 1}', p.search, $10::text::tsquery)) * 1000000)::bigint, p.id) < ($11, $12))",
        span.after.map(|(_, rank)| rank),
        span.after_id,
        span.rows()
    );
    Ok(span.page(rows, |row| ((reading(search.as_ref()), row.rank), row.id)))
}
