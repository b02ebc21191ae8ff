//! What there is to hear of: the rows that are new in the read models, as those are told of them who may know.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::places::{Category, PARTITIONS, Place, Places};
use crate::products::{Stock, StockNumbers};

/// Something to hear of.
#[derive(Debug)]
pub(super) struct News {
    /// Where it stands; nowhere when it is said once and kept by nobody, as that somebody types.
    pub(super) place: Option<Place>,
    /// What it is to clients: `order` or `stock`.
    pub(super) event: &'static str,
    concerns: Concerns,
}

/// Whom it concerns, and what each of them is told.
#[derive(Debug)]
enum Concerns {
    Order { buyer: Uuid, sellers: Vec<Uuid>, whole: String, part: String },
    Stock { product: Uuid, seller: Uuid, numbers: String, band: Option<String> },
}

/// News that were found together, and how far everything is known with them.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) news: Vec<News>,
    pub(super) places: Places,
}

/// Who listens.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub(super) user: Option<Uuid>,
    /// Whether all orders may be seen.
    pub(super) staff: bool,
    /// The products that the public part is about; `None` is all of them.
    pub(super) products: Option<Vec<Uuid>>,
}

impl News {
    /// What a listener is told: nothing where it does not concern them.
    pub(super) fn told<'a>(&'a self, listener: &Listener) -> Option<&'a str> {
        let is = |user: &Uuid| listener.user == Some(*user);
        match &self.concerns {
            Concerns::Order { buyer, sellers, whole, part } => {
                if is(buyer) || listener.staff {
                    Some(whole)
                } else {
                    sellers.iter().any(is).then_some(part)
                }
            }
            Concerns::Stock { product, seller, numbers, band } => {
                if is(seller) {
                    return Some(numbers);
                }
                let asked = listener.products.as_ref().is_none_or(|products| products.contains(product));
                band.as_deref().filter(|_| asked)
            }
        }
    }
}

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

fn json(said: &impl Serialize) -> String {
    serde_json::to_string(said).expect("ids, numbers, text and times of Postgres are JSON")
}

/// Which rows to read: behind these places, up to those, and whose.
pub(super) struct Span<'a> {
    pub(super) after: &'a Places,
    /// `None` is whatever there is.
    pub(super) until: Option<&'a Places>,
    /// The most of each feed; the rest is for the next time.
    pub(super) most: Option<i64>,
    /// Only what concerns this listener.
    pub(super) of: Option<&'a Listener>,
}

impl Span<'_> {
    fn partitions() -> Vec<i16> {
        (0..PARTITIONS as i16).collect()
    }

    fn until(&self, category: Category) -> Vec<i64> {
        self.until.map_or_else(|| vec![i64::MAX; PARTITIONS], |places| places.of(category).to_vec())
    }
}

/// How far the read models are.
pub(super) async fn newest(pool: &PgPool) -> sqlx::Result<Places> {
    let orders = sqlx::query_as!(
        Newest,
        r#"select k as "partition!", coalesce((select max(position) from orders.timeline where partition = k), 0) as "position!"
           from unnest($1::smallint[]) as k"#,
        &Span::partitions()
    );
    let stock = sqlx::query_as!(
        Newest,
        r#"select k as "partition!", coalesce((select max(position) from inventory.movements where partition = k), 0) as "position!"
           from unnest($1::smallint[]) as k"#,
        &Span::partitions()
    );
    let mut places = Places::default();
    for (category, rows) in
        [(Category::Orders, orders.fetch_all(pool).await?), (Category::Stock, stock.fetch_all(pool).await?)]
    {
        for Newest { partition, position } in rows {
            places.pass(Place { category, partition: index(partition), position });
        }
    }
    Ok(places)
}

struct Newest {
    partition: i16,
    position: i64,
}

fn index(partition: impl TryInto<usize>) -> usize {
    partition.try_into().ok().filter(|partition| *partition < PARTITIONS).unwrap_or_default()
}

/// What happened to orders.
pub(super) async fn of_orders(connection: &mut PgConnection, span: &Span<'_>) -> sqlx::Result<Vec<News>> {
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

/// Whose a product is, and whether the public may see it.
pub(super) struct Shown {
    seller: Uuid,
    public: bool,
}

/// What the catalogue says of products.
pub(super) async fn shown(pool: &PgPool, products: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Shown>> {
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
    pub(super) place: Place,
    pub(super) product: Uuid,
    version: i64,
    at: OffsetDateTime,
    on_hand: i64,
    reserved: i64,
    threshold: i64,
    available_before: i64,
}

/// What happened to stock. Of a listener: to their own products, and to the bands of those that they ask about.
pub(super) async fn of_stock(pool: &PgPool, span: &Span<'_>) -> sqlx::Result<Vec<Movement>> {
    let own = match span.of {
        Some(listener) => sold_by(pool, listener.user).await?,
        None => Vec::new(),
    };
    let asked = span.of.and_then(|listener| listener.products.as_deref());
    let rows = sqlx::query!(
        r#"select m.partition as "partition!", m.position as "position!", m.product_id as "product_id!",
                  m.version as "version!", m.at as "at!", m.on_hand as "on_hand!", m.reserved as "reserved!",
                  m.on_hand_change as "on_hand_change!", m.reserved_change as "reserved_change!", m.threshold as "threshold!"
           from unnest($1::smallint[], $2::bigint[], $3::bigint[]) as k (partition, after, until)
           cross join lateral (
             select * from inventory.movements r
             where r.partition = k.partition and r.position > k.after and r.position <= k.until
             order by r.position limit $4
           ) m
           where $5 or m.product_id = any($6) or $7::uuid[] is null or m.product_id = any($7)
           order by m.partition, m.position"#,
        &Span::partitions(),
        &span.after.of(Category::Stock)[..],
        &span.until(Category::Stock),
        span.most,
        span.of.is_none(),
        &own,
        asked
    )
    .fetch_all(pool)
    .await?;
    let movements = rows.into_iter().map(|row| Movement {
        place: Place { category: Category::Stock, partition: index(row.partition), position: row.position },
        product: row.product_id,
        version: row.version,
        at: row.at,
        on_hand: row.on_hand,
        reserved: row.reserved,
        threshold: row.threshold,
        available_before: (row.on_hand - row.on_hand_change) - (row.reserved - row.reserved_change),
    });
    Ok(movements.collect())
}

impl Movement {
    /// What it is to those whom the catalogue lets know; nothing where the catalogue has no such product.
    pub(super) fn told(&self, shown: &HashMap<Uuid, Shown>) -> Option<News> {
        let Shown { seller, public } = shown.get(&self.product)?;
        let stock = Stock::of(self.on_hand - self.reserved, self.threshold);
        let exact = StockNumbers::new(self.on_hand, self.reserved, self.threshold, self.version);
        let told = |stock_exact| json(&StockNews { product_id: self.product, stock, stock_exact, at: self.at });
        let changed = stock != Stock::of(self.available_before, self.threshold);
        let (numbers, band) = (told(Some(exact)), (*public && changed).then(|| told(None)));
        let concerns = Concerns::Stock { product: self.product, seller: *seller, numbers, band };
        Some(News { place: Some(self.place), event: "stock", concerns })
    }
}
