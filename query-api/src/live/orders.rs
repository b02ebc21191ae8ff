//! What happened to orders: the rows of the timeline.

use serde::Serialize;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::news::{Concerns, News, json};
use super::places::{Category, Stand};
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
        r#"select t.partition as "partition!", t.position as "position!", t.late, t.order_id as "order_id!",
                  t.version as "version!", t.kind as "kind!", t.at as "at!", t.status as "status!", t.sellers_status,
                  t.sellers as "sellers!", o.buyer as "buyer!"
           from unnest($1::smallint[], $2::bigint[], $3::bigint[], $7::bigint[], $8::bigint[])
             as k (partition, after, until, late_after, late_until)
           cross join lateral (
             (select null::bigint as late, r.* from orders.timeline r
              where r.partition = k.partition and r.position > k.after and r.position <= k.until and not exists (
                select from orders.late l where l.category = 'order' and l.partition = r.partition
                  and l.position = r.position and l.number > k.late_until)
              order by r.position limit $4)
             union all
             select l.number, r.* from orders.late l join orders.timeline r using (partition, position)
             where l.category = 'order' and l.partition = k.partition and l.number > k.late_after
               and l.number <= k.late_until
           ) t
           join orders.orders o on o.id = t.order_id
           where $5 or o.buyer = $6 or $6 = any (t.sellers)
           order by t.partition, t.late, t.position"#,
        &Span::partitions(),
        span.after(Category::Orders),
        &span.until(Category::Orders),
        span.most,
        everybody,
        user,
        span.after(Category::LateOrders),
        &span.until(Category::LateOrders),
    )
    .fetch_all(connection)
    .await?;
    let news = rows.into_iter().map(|row| {
        let told = |status: &str| {
            json(&OrderNews { id: row.order_id, version: row.version, kind: &row.kind, status, at: row.at })
        };
        let whole = told(&row.status);
        let part = told(row.sellers_status.as_deref().unwrap_or(&row.status));
        let concerns = Concerns::Order { buyer: row.buyer, sellers: row.sellers, whole, part };
        let stand = Stand::new(Category::Orders, index(row.partition), row.position, row.late);
        News { stand: Some(stand), event: "order", concerns }
    });
    Ok(news.collect())
}
