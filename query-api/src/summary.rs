//! A seller's trade at a glance. Sums are made here, of the rows of single orders, each time somebody asks.

use axum::extract::State;
use serde::Serialize;
use sqlx::PgPool;
use time::Date;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::error::Result;
use crate::freshness::ReadModel;
use crate::money::Money;
use crate::period::Period;

time::serde::format_description!(iso_day, Date, "[year]-[month]-[day]");

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(summary))
}

/// A seller's trade at a glance.
#[derive(Debug, Serialize, ToSchema)]
struct Summary {
    /// By day (UTC) and currency, earliest first; days without any are left out.
    revenue: Vec<Revenue>,
    /// How many orders wait for the caller's parcel.
    to_ship: i64,
    low_stock: LowStock,
}

/// What of the caller's products on offer there is less of than their threshold says.
#[derive(Debug, Serialize, ToSchema)]
struct LowStock {
    /// How many products.
    count: i64,
    /// Those of which there is least; 20 at most.
    products: Vec<LowProduct>,
}

/// A product that runs low.
#[derive(Debug, Serialize, ToSchema)]
struct LowProduct {
    product_id: Uuid,
    name: String,
    available: i64,
    threshold: i64,
}

/// What a day's orders bring: the caller's lines of those that were paid on that day, less what came back of them since.
/// Orders that were cancelled bring nothing.
#[derive(Debug, Serialize, ToSchema)]
struct Revenue {
    #[serde(with = "iso_day")]
    #[schema(value_type = String, format = Date, example = "2026-11-02")]
    day: Date,
    /// How many orders.
    orders: i64,
    amount: Money,
}

struct Row {
    day: Date,
    currency: String,
    orders: i64,
    amount: i64,
}

/// The caller's products that run low: all of them counted, and the first of them.
async fn low_stock(pool: &PgPool, seller: Uuid) -> sqlx::Result<LowStock> {
    let rows = sqlx::query!(
        r#"select p.id as "product_id!", p.name as "name!", (s.on_hand - s.reserved) as "available!",
                  s.threshold as "threshold!", count(*) over () as "count!"
           from products.products p join products.stock s on s.id = p.id
           where p.seller = $1 and p.status = 'active' and s.on_hand - s.reserved < s.threshold
           order by 3, p.id limit 20"#,
        seller
    )
    .fetch_all(pool)
    .await?;
    let count = rows.first().map_or(0, |row| row.count);
    let products = rows.into_iter().map(|row| LowProduct {
        product_id: row.product_id,
        name: row.name,
        available: row.available,
        threshold: row.threshold,
    });
    Ok(LowStock { count, products: products.collect() })
}

/// Revenue by day, orders to ship, and what runs low.
#[utoipa::path(get, path = "/api/seller/summary", operation_id = "show_summary", tag = "sellers", params(Period),
    responses((status = 200, body = Summary)), security(("session" = [])))]
async fn summary(State(app): State<App>, caller: Caller, Query(period): Query<Period>) -> Result<Json<Summary>> {
    caller.require("seller")?;
    let days = period.days()?;
    let mut snapshot = app.snapshot(ReadModel::Orders).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select (s.paid_at at time zone 'utc')::date as "day!", s.currency as "currency!", count(*) as "orders!",
                  sum(s.amount - coalesce(back.amount, 0))::bigint as "amount!"
           from orders.order_sellers s
           left join lateral (
             select sum(r.quantity * l.unit_price) as amount
             from orders.returned_lines r
             join orders.order_lines l on l.order_id = r.order_id and l.product_id = r.product_id
             where r.order_id = s.order_id and r.seller = s.seller
           ) back on true
           where s.seller = $1 and s.status not in ('cancelled', 'refunded')
             and s.paid_at >= (date_trunc('day', now() at time zone 'utc') - make_interval(days => $2)) at time zone 'utc'
           group by 1, 2 order by 1, 2"#,
        caller.user,
        days - 1
    )
    .fetch_all(&mut *snapshot)
    .await?;
    let to_ship = sqlx::query_scalar!(
        r#"select count(*) as "count!" from orders.order_sellers where seller = $1 and 'ship' = any (actions)"#,
        caller.user
    )
    .fetch_one(&mut *snapshot)
    .await?;
    snapshot.commit().await?;
    let revenue = |row: Row| Revenue {
        day: row.day,
        orders: row.orders,
        amount: Money { amount: row.amount, currency: row.currency },
    };
    let low_stock = low_stock(&app.pool, caller.user).await?;
    Ok(Json(Summary { revenue: rows.into_iter().map(revenue).collect(), to_ship, low_stock }))
}
