//! What happened to stock: the rows of the ledger.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::news::{Concerns, News, json};
use super::places::{Category, Stand};
use super::rows::{Span, index, what_is_known};
use crate::products::{Stock, StockNumbers};

/// What is told of a stock.
#[derive(Serialize)]
struct StockNews {
    product_id: Uuid,
    stock: Stock,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock_exact: Option<StockNumbers>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// Whose a product is, and whether the public may see it.
struct Shown {
    seller: Uuid,
    public: bool,
}

/// What the catalogue says of products.
async fn shown(pool: &PgPool, products: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Shown>> {
    let rows = sqlx::query!(
        r#"select p.id as "id!", p.seller as "seller!",
                  (p.status = 'active' and k.suspended is not true and k.erased is not true) as "public!"
           from products.products p left join products.sellers k on k.id = p.seller
           where p.id = any($1)"#,
        products
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Shown { seller: row.seller, public: row.public })).collect())
}

/// The products that a listener sells.
async fn sold_by(pool: &PgPool, user: Option<Uuid>) -> sqlx::Result<Vec<Uuid>> {
    let Some(user) = user else { return Ok(Vec::new()) };
    sqlx::query_scalar!(r#"select id as "id!" from products.products where seller = $1"#, user).fetch_all(pool).await
}

/// A row of the ledger.
pub(super) struct Movement {
    pub(super) stand: Stand,
    product: Uuid,
    version: i64,
    at: OffsetDateTime,
    on_hand: i64,
    reserved: i64,
    threshold: i64,
    threshold_change: i64,
    available_before: i64,
}

/// What happened to stock. Of a listener: to their own products, and to the bands of those that they ask about.
pub(super) async fn movements(pool: &PgPool, span: &Span<'_>) -> sqlx::Result<Vec<Movement>> {
    let own = match span.of {
        Some(listener) => sold_by(pool, listener.user).await?,
        None => Vec::new(),
    };
    let asked = span.of.and_then(|listener| listener.products.as_deref());
    let rows = sqlx::query!(
        r#"select m.partition as "partition!", m.position as "position!", m.late, m.product_id as "product_id!",
                  m.version as "version!", m.at as "at!", m.on_hand as "on_hand!", m.reserved as "reserved!",
                  m.on_hand_change as "on_hand_change!", m.reserved_change as "reserved_change!", m.threshold as "threshold!",
                  m.threshold_change as "threshold_change!"
           from unnest($1::smallint[], $2::bigint[], $3::bigint[], $7::bigint[], $8::bigint[])
             as k (partition, after, until, late_after, late_until)
           cross join lateral (
             (select null::bigint as late, r.* from inventory.movements r
              where r.partition = k.partition and r.position > k.after and r.position <= k.until and not exists (
                select from inventory.late l where l.category = 'inventory' and l.partition = r.partition
                  and l.position = r.position and l.number > k.late_until)
              order by r.position limit $4)
             union all
             select l.number, r.* from inventory.late l join inventory.movements r using (partition, position)
             where l.category = 'inventory' and l.partition = k.partition and l.number > k.late_after
               and l.number <= k.late_until
           ) m
           where $5 or m.product_id = any($6) or $9::uuid[] is null or m.product_id = any($9)
           order by m.partition, m.late, m.position"#,
        &Span::partitions(),
        span.after(Category::Stock),
        &span.until(Category::Stock),
        span.most,
        span.of.is_none(),
        &own,
        span.after(Category::LateStock),
        &span.until(Category::LateStock),
        asked
    )
    .fetch_all(pool)
    .await?;
    let movements = rows.into_iter().map(|row| Movement {
        stand: Stand::new(Category::Stock, index(row.partition), row.position, row.late),
        product: row.product_id,
        version: row.version,
        at: row.at,
        on_hand: row.on_hand,
        reserved: row.reserved,
        threshold: row.threshold,
        threshold_change: row.threshold_change,
        available_before: (row.on_hand - row.on_hand_change) - (row.reserved - row.reserved_change),
    });
    Ok(movements.collect())
}

impl Movement {
    /// What it is to those whom the catalogue lets know; nothing where the catalogue has no such product.
    fn told(&self, shown: &HashMap<Uuid, Shown>) -> Option<News> {
        let Shown { seller, public } = shown.get(&self.product)?;
        let stock = Stock::of(self.on_hand - self.reserved, self.threshold);
        let exact = StockNumbers::new(self.on_hand, self.reserved, self.threshold, self.version);
        let told = |stock_exact| json(&StockNews { product_id: self.product, stock, stock_exact, at: self.at });
        let changed = stock != Stock::of(self.available_before, self.threshold - self.threshold_change);
        let (numbers, band) = (told(Some(exact)), (*public && changed).then(|| told(None)));
        let concerns = Concerns::Stock { product: self.product, seller: *seller, numbers, band };
        Some(News { stand: Some(self.stand), event: "stock", concerns })
    }
}

/// What movements are to whom. The catalogue may be a moment behind with a new product.
pub(super) async fn news(pool: &PgPool, movements: &[Movement]) -> sqlx::Result<Vec<News>> {
    if movements.is_empty() {
        return Ok(Vec::new());
    }
    let products: Vec<_> = movements.iter().map(|movement| movement.product).collect();
    let shown = what_is_known(&products, || shown(pool, &products)).await?;
    Ok(movements.iter().filter_map(|movement| movement.told(&shown)).collect())
}
