//! What happened to orders: the rows of the timeline.

use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::news::{Concerns, News, json};
use super::places::{Category, Place};
use super::rows::{Span, index};

/// What is told of an order.
#[derive(Serialize)]
struct OrderNews<'a> {
    id: Uuid,
    version: i64,
    #[serde(rename = "type")]
    kind: &'a str,
    status: &'a str,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// What happened to orders.
pub(super) async fn news(connection: &mut PgConnection, span: &Span<'_>) -> sqlx::Result<Vec<News>> {
    let everybody = span.of.is_none_or(|listener| listener.staff);
    let user = span.of.and_then(|listener| listener.user);
    if !everybody && user.is_none() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select t.partition as "partition!", t.position as "position!", t.order_id as "order_id!",
                  t.version as "version!", t.kind as "kind!", t.at as "at!", t.status as "status!", t.sellers_status,
                  t.sellers as "sellers!", o.buyer as "buyer!"
           from unnest($1::smallint[], $2::bigint[], $3::bigint[]) as k (partition, after, until)
           cross join lateral (
             select * from orders.timeline r
             where r.partition = k.partition and r.position > k.after and r.position <= k.until
             order by r.position limit $4
           ) t
           join orders.orders o on o.id = t.order_id
           where $5 or o.buyer = $6 or $6 = any (t.sellers)
           order by t.partition, t.position"#,
        &Span::partitions(),
        &span.after.of(Category::Orders)[..],
        &span.until(Category::Orders),
        span.most,
        everybody,
        user
    )
    .fetch_all(connection)
    .await?;
    let news = rows.into_iter().map(|row| {
        let (partition, position) = (index(row.partition), row.position);
        let told = |status: &str| {
            json(&OrderNews { id: row.order_id, version: row.version, kind: &row.kind, status, at: row.at })
        };
        let whole = told(&row.status);
        let part = told(row.sellers_status.as_deref().unwrap_or(&row.status));
        let concerns = Concerns::Order { buyer: row.buyer, sellers: row.sellers, whole, part };
        News { place: Some(Place { category: Category::Orders, partition, position }), event: "order", concerns }
    });
    Ok(news.collect())
}
