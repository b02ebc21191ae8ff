//! Orders as the read model has them, and how much of one somebody may see.

use std::collections::HashMap;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use web::caller::Caller;
use web::problem::Problem;

use crate::error::Result;

pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) buyer: Uuid,
    pub(super) version: i64,
    pub(super) status: String,
    pub(super) total_amount: i64,
    pub(super) shipping_amount: i64,
    pub(super) tax_amount: i64,
    pub(super) captured_amount: i64,
    pub(super) refunded_amount: i64,
    pub(super) currency: String,
    pub(super) placed_at: OffsetDateTime,
    pub(super) changed_at: OffsetDateTime,
    pub(super) pay_by: Option<OffsetDateTime>,
    pub(super) paid_at: Option<OffsetDateTime>,
    pub(super) complete_by: Option<OffsetDateTime>,
    pub(super) attempts: i64,
    pub(super) last_answer: Option<String>,
    pub(super) buyer_actions: Vec<String>,
    pub(super) support_actions: Vec<String>,
}

/// Reads [`Row`]s: what follows `where`, and the arguments.
macro_rules! order_rows {
    ($condition:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            $crate::orders::rows::Row,
            r#"select o.id as "id!", o.buyer as "buyer!", o.version as "version!", o.status as "status!",
                      o.total_amount as "total_amount!", o.shipping_amount as "shipping_amount!",
                      o.tax_amount as "tax_amount!", o.captured_amount as "captured_amount!",
                      o.refunded_amount as "refunded_amount!", o.currency as "currency!", o.placed_at as "placed_at!",
                      o.changed_at as "changed_at!", o.pay_by, o.paid_at, o.complete_by, o.attempts as "attempts!",
                      o.last_answer, o.buyer_actions as "buyer_actions!", o.support_actions as "support_actions!"
               from orders.orders o where "# + $condition,
            $($argument),*
        )
    };
}
pub(super) use order_rows;

pub(crate) struct LineRow {
    pub(super) order_id: Uuid,
    pub(crate) product_id: Uuid,
    pub(crate) seller: Uuid,
    pub(super) name: String,
    pub(crate) quantity: i64,
    pub(super) unit_price: i64,
    pub(super) returned: i64,
}

/// The part of a seller.
pub(super) struct SellerRow {
    pub(super) order_id: Uuid,
    pub(super) seller: Uuid,
    pub(super) status: String,
    pub(super) changed_at: OffsetDateTime,
    pub(super) tracking: Option<String>,
    pub(super) shipped_at: Option<OffsetDateTime>,
    pub(super) delivered_at: Option<OffsetDateTime>,
    pub(super) actions: Vec<String>,
}

/// How much of an order the caller may see.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub(super) caller: Uuid,
    /// Whether the caller may do what admins may.
    pub(super) admin: bool,
    /// The lines and the parcel of this seller, and nothing that tells of the others. `None` is all of it.
    pub(crate) seller: Option<Uuid>,
}

impl Sight {
    /// All of it.
    pub(super) fn whole(caller: &Caller) -> Self {
        Self { caller: caller.user, admin: caller.has("admin"), seller: None }
    }

    /// The caller's own part as a seller.
    pub(super) fn own_part(caller: &Caller) -> Self {
        Self { seller: Some(caller.user), ..Self::whole(caller) }
    }

    /// Nothing at all to whom the order does not concern.
    fn of(row: &Row, sellers: &[SellerRow], caller: &Caller) -> Option<Self> {
        if row.buyer == caller.user || caller.is_staff() {
            return Some(Self::whole(caller));
        }
        sellers.iter().any(|seller| seller.seller == caller.user).then(|| Self::own_part(caller))
    }

    /// Whether what is of this seller is in sight.
    pub(crate) fn shows(&self, seller: Uuid) -> bool {
        self.seller.is_none_or(|own| own == seller)
    }
}

/// An order, its parts, and how much of it is to be shown.
pub(crate) struct Found {
    pub(crate) row: Row,
    pub(crate) lines: Vec<LineRow>,
    pub(super) sellers: Vec<SellerRow>,
    pub(crate) sight: Sight,
}

/// The order with its parts, and how much of it the caller may see; a 404 when that is nothing.
pub(crate) async fn find(snapshot: &mut PgConnection, id: Uuid, caller: &Caller) -> Result<Found> {
    let row = order_rows!("o.id = $1", id).fetch_optional(&mut *snapshot).await?.ok_or_else(Problem::not_found)?;
    let sellers = sellers(snapshot, &[id]).await?;
    let sight = Sight::of(&row, &sellers, caller).ok_or_else(Problem::not_found)?;
    let lines = lines(snapshot, &[id]).await?;
    Ok(Found { row, lines, sellers, sight })
}

/// Orders with their parts, all of them seen alike.
pub(super) async fn complete(snapshot: &mut PgConnection, rows: Vec<Row>, sight: &Sight) -> Result<Vec<Found>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut lines_of: HashMap<Uuid, Vec<LineRow>> = HashMap::new();
    for line in lines(snapshot, &ids).await? {
        lines_of.entry(line.order_id).or_default().push(line);
    }
    let mut sellers_of: HashMap<Uuid, Vec<SellerRow>> = HashMap::new();
    for seller in sellers(snapshot, &ids).await? {
        sellers_of.entry(seller.order_id).or_default().push(seller);
    }
    let found = |row: Row| Found {
        lines: lines_of.remove(&row.id).unwrap_or_default(),
        sellers: sellers_of.remove(&row.id).unwrap_or_default(),
        sight: sight.clone(),
        row,
    };
    Ok(rows.into_iter().map(found).collect())
}

async fn lines(snapshot: &mut PgConnection, orders: &[Uuid]) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select l.order_id as "order_id!", l.product_id as "product_id!", l.seller as "seller!", l.name as "name!",
                  l.quantity as "quantity!", l.unit_price as "unit_price!",
                  coalesce((select sum(r.quantity) from orders.returned_lines r
                            where r.order_id = l.order_id and r.product_id = l.product_id), 0)::bigint as "returned!"
           from orders.order_lines l where l.order_id = any($1) order by l.order_id, l.line"#,
        orders
    )
    .fetch_all(snapshot)
    .await
}

async fn sellers(snapshot: &mut PgConnection, orders: &[Uuid]) -> sqlx::Result<Vec<SellerRow>> {
    sqlx::query_as!(
        SellerRow,
        r#"select order_id as "order_id!", seller as "seller!", status as "status!", changed_at as "changed_at!", tracking,
                  shipped_at, delivered_at, actions as "actions!"
           from orders.order_sellers where order_id = any($1) order by order_id, shipped_at, seller"#,
        orders
    )
    .fetch_all(snapshot)
    .await
}
