//! Rows as the projectors leave them.

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

const OPENED: OffsetDateTime = datetime!(2026-11-02 09:00 UTC);

/// So many seconds after the shop opened.
pub(crate) fn at(seconds: i64) -> OffsetDateTime {
    OPENED + Duration::seconds(seconds)
}

/// The partition of an aggregate.
pub(crate) fn partition(id: Uuid) -> i16 {
    i16::from(id.as_bytes()[15] & 0x0f)
}

/// A product to be listed.
#[derive(Clone)]
pub(crate) struct Goods {
    pub(crate) seller: Uuid,
    pub(crate) name: String,
    pub(crate) description: Option<&'static str>,
    pub(crate) category: Option<&'static str>,
    pub(crate) price: i64,
    pub(crate) status: &'static str,
    pub(crate) listed_at: OffsetDateTime,
    /// On hand and reserved.
    pub(crate) stock: (i64, i64),
    /// Below how many available units the stock is low.
    pub(crate) threshold: i64,
}

impl Goods {
    pub(crate) fn of(seller: Uuid) -> Self {
        Self {
            seller,
            name: "Teapot".to_owned(),
            description: None,
            category: None,
            price: 1999,
            status: "active",
            listed_at: OPENED,
            stock: (10, 0),
            threshold: 0,
        }
    }

    /// Version 3 of the product, version 2 of its stock.
    pub(crate) async fn list(self, rows: &PgPool) -> Uuid {
        let id = Uuid::now_v7();
        sqlx::query(
            "insert into products_g1.products (id, version, seller, name, description, category, price_amount,
               price_currency, images, status, listed_at, offered_at, changed_at)
             values ($1, 3, $2, $3, $4, $5, $6, 'EUR', '{}', $7, $8, case when $7 <> 'draft' then $8 end, $8)",
        )
        .bind(id)
        .bind(self.seller)
        .bind(self.name)
        .bind(self.description)
        .bind(self.category)
        .bind(self.price)
        .bind(self.status)
        .bind(self.listed_at)
        .execute(rows)
        .await
        .unwrap();
        for table in [
            "insert into products_g1.stock (id, version, on_hand, reserved, threshold) values ($1, 2, $2, $3, $4)",
            "insert into inventory_g1.inventory (id, version, on_hand, reserved, threshold, changed_at)
             values ($1, 2, $2, $3, $4, now())",
        ] {
            let insert = sqlx::query(table).bind(id).bind(self.stock.0).bind(self.stock.1).bind(self.threshold);
            insert.execute(rows).await.unwrap();
        }
        id
    }
}

pub(crate) async fn open_shop(rows: &PgPool, seller: Uuid, name: &str) {
    sqlx::query("insert into products_g1.sellers (id, version, shop_name, opened_at) values ($1, 2, $2, $3)")
        .bind(seller)
        .bind(name)
        .bind(OPENED)
        .execute(rows)
        .await
        .unwrap();
}

/// Keeps a seller out or forgets them, or undoes it.
pub(crate) async fn take_out(rows: &PgPool, seller: Uuid, suspended: bool, erased: bool) {
    let update = "update products_g1.sellers set suspended = $2, erased = $3,
                    shop_name = case when $3 then null else shop_name end where id = $1";
    sqlx::query(update).bind(seller).bind(suspended).bind(erased).execute(rows).await.unwrap();
}

pub(crate) async fn register(rows: &PgPool, user: Uuid, username: &str) {
    sqlx::query(
        "insert into users_g1.users (id, version, email, username, roles, registered_at)
         values ($1, 1, 'ann@example.com', $2, '{buyer}', $3)",
    )
    .bind(user)
    .bind(username)
    .bind(OPENED)
    .execute(rows)
    .await
    .unwrap();
}

/// An account, for lists of several.
pub(crate) struct Member {
    pub(crate) id: Uuid,
    pub(crate) email: Option<&'static str>,
    pub(crate) username: Option<&'static str>,
    pub(crate) roles: &'static [&'static str],
    pub(crate) registered_at: OffsetDateTime,
    pub(crate) suspended_at: Option<OffsetDateTime>,
    pub(crate) erased_at: Option<OffsetDateTime>,
}

impl Member {
    pub(crate) fn new(username: &'static str, registered_at: OffsetDateTime) -> Self {
        let (id, username, roles) = (Uuid::now_v7(), Some(username), &["buyer"][..]);
        Self { id, email: None, username, roles, registered_at, suspended_at: None, erased_at: None }
    }

    pub(crate) async fn join(self, rows: &PgPool) -> Uuid {
        sqlx::query(
            "insert into users_g1.users (id, version, email, username, roles, registered_at, verified, suspended_at,
               suspension_reason, erased_at)
             values ($1, 3, $2, $3, $4, $5, true, $6, case when $6 is null then null else 'Sold nothing.' end, $7)",
        )
        .bind(self.id)
        .bind(self.email)
        .bind(self.username)
        .bind(self.roles)
        .bind(self.registered_at)
        .bind(self.suspended_at)
        .bind(self.erased_at)
        .execute(rows)
        .await
        .unwrap();
        self.id
    }
}

/// A session of a user, who has not begun another in the same second.
pub(crate) async fn log_in(
    rows: &PgPool,
    user: Uuid,
    session: Uuid,
    [started_at, until]: [OffsetDateTime; 2],
    ended_at: Option<OffsetDateTime>,
) {
    sqlx::query(
        "insert into users_g1.sessions (user_id, version, id, started_at, until, ended_at, reason)
         values ($1, extract(epoch from $3), $2, $3, $4, $5, case when $5 is null then null else 'logged_out' end)",
    )
    .bind(user)
    .bind(session)
    .bind(started_at)
    .bind(until)
    .bind(ended_at)
    .execute(rows)
    .await
    .unwrap();
}

/// A line to be ordered: what of whom, how many, at which price.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) product: Uuid,
    pub(crate) seller: Uuid,
    pub(crate) quantity: i64,
    pub(crate) unit_price: i64,
}

pub(crate) async fn place(rows: &PgPool, buyer: Uuid, status: &str, placed_at: OffsetDateTime, lines: &[Line]) -> Uuid {
    let id = Uuid::now_v7();
    let total: i64 = lines.iter().map(|line| line.quantity * line.unit_price).sum();
    sqlx::query(
        "insert into orders_g1.orders (id, version, buyer, status, total_amount, currency, placed_at, changed_at)
         values ($1, 2, $2, $3, $4, 'EUR', $5, $5)",
    )
    .bind(id)
    .bind(buyer)
    .bind(status)
    .bind(total)
    .bind(placed_at)
    .execute(rows)
    .await
    .unwrap();
    for (number, line) in (1_i16..).zip(lines) {
        sqlx::query(
            "insert into orders_g1.order_lines (order_id, line, product_id, seller, name, quantity, unit_price)
             values ($1, $2, $3, $4, 'Teapot', $5, $6)",
        )
        .bind(id)
        .bind(number)
        .bind(line.product)
        .bind(line.seller)
        .bind(line.quantity)
        .bind(line.unit_price)
        .execute(rows)
        .await
        .unwrap();
    }
    sqlx::query(
        "insert into orders_g1.order_sellers (order_id, seller, placed_at, changed_at, status, amount, currency)
         select $1, seller, $2, $2, $3, sum(quantity * unit_price)::bigint, 'EUR'
         from orders_g1.order_lines where order_id = $1 group by seller",
    )
    .bind(id)
    .bind(placed_at)
    .bind(status)
    .execute(rows)
    .await
    .unwrap();
    id
}

/// Writes about an order, at the next place of its feed; a text that is none was forgotten.
pub(crate) async fn write(rows: &PgPool, order: Uuid, number: i64, author: Uuid, party: &str, text: Option<&str>) {
    sqlx::query(
        "insert into orders_g1.messages (order_id, number, author, party, text, at, partition, position)
         select $1, $2, $3, $4, $5, $6, $7,
                coalesce((select max(position) from orders_g1.messages where partition = $7), 0) + 1",
    )
    .bind(order)
    .bind(number)
    .bind(author)
    .bind(party)
    .bind(text)
    .bind(at(number))
    .bind(partition(order))
    .execute(rows)
    .await
    .unwrap();
}

/// Says where an order goes.
pub(crate) async fn ship_to(rows: &PgPool, order: Uuid, address: Option<Value>) {
    sqlx::query("insert into orders_g1.addresses (order_id, ship_to) values ($1, $2::text::jsonb)")
        .bind(order)
        .bind(address.map(|address| address.to_string()))
        .execute(rows)
        .await
        .unwrap();
}

/// Says what the buyer, the marketplace's people and the sellers may do about an order.
pub(crate) async fn allow(rows: &PgPool, order: Uuid, [buyer, support, sellers]: [&[&str]; 3]) {
    for update in [
        "update orders_g1.orders set buyer_actions = $2, support_actions = $3 where id = $1 and $4::text[] is not null",
        "update orders_g1.order_sellers set actions = $4
         where order_id = $1 and $2::text[] is not null and $3::text[] is not null",
    ] {
        sqlx::query(update).bind(order).bind(buyer).bind(support).bind(sellers).execute(rows).await.unwrap();
    }
}

/// A seller's part of an order is paid, and sent so many seconds after the shop opened, or not yet.
pub(crate) async fn ship(rows: &PgPool, order: Uuid, seller: Uuid, shipped_at: Option<OffsetDateTime>) {
    sqlx::query(
        "update orders_g1.order_sellers
         set status = case when $3::timestamptz is null then 'paid' else 'shipped' end, paid_at = now(), shipped_at = $3,
             tracking = case when $3 is null then null else 'PARCEL-1' end,
             actions = case when $3 is null then '{ship}'::text[] else '{deliver}' end
         where order_id = $1 and seller = $2",
    )
    .bind(order)
    .bind(seller)
    .bind(shipped_at)
    .execute(rows)
    .await
    .unwrap();
}

/// Units of a line came back.
pub(crate) async fn come_back(rows: &PgPool, order: Uuid, number: i64, line: Line) {
    sqlx::query(
        "insert into orders_g1.returned_lines (order_id, number, product_id, seller, quantity) values ($1, $2, $3, $4, $5)",
    )
    .bind(order)
    .bind(number)
    .bind(line.product)
    .bind(line.seller)
    .bind(line.quantity)
    .execute(rows)
    .await
    .unwrap();
}

/// Something that concerns everybody in the order.
pub(crate) async fn happen(rows: &PgPool, order: Uuid, version: i64, kind: &str, actor: &str, detail: Option<Value>) {
    let sellers = sqlx::query_scalar("select seller from orders_g1.order_sellers where order_id = $1");
    let sellers: Vec<Uuid> = sellers.bind(order).fetch_all(rows).await.unwrap();
    happen_to(rows, order, version, kind, actor, detail, &sellers).await;
}

/// Something that concerns the buyer and these sellers.
pub(crate) async fn happen_to(
    rows: &PgPool,
    order: Uuid,
    version: i64,
    kind: &str,
    actor: &str,
    detail: Option<Value>,
    sellers: &[Uuid],
) {
    sqlx::query(
        "insert into orders_g1.timeline (order_id, version, kind, actor, at, detail, sellers)
         values ($1, $2, $3, $4, $5, $6::text::jsonb, $7)",
    )
    .bind(order)
    .bind(version)
    .bind(kind)
    .bind(actor)
    .bind(at(version))
    .bind(detail.map(|detail| detail.to_string()))
    .bind(sellers)
    .execute(rows)
    .await
    .unwrap();
}

/// A row of the ledger: its kind, what it changed, how things stood then, and by whose doing.
pub(crate) struct Movement<'a> {
    pub(crate) kind: &'a str,
    /// On hand and reserved.
    pub(crate) change: (i64, i64),
    pub(crate) after: (i64, i64),
    pub(crate) order: Option<Uuid>,
    pub(crate) note: Option<&'a str>,
    pub(crate) actor: String,
}

impl Movement<'_> {
    pub(crate) async fn happen(self, rows: &PgPool, product: Uuid, version: i64) {
        sqlx::query(
            "insert into inventory_g1.movements (product_id, version, kind, on_hand_change, reserved_change, on_hand,
               reserved, order_id, note, actor, at, partition, position)
             select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
                    coalesce((select max(position) from inventory_g1.movements where partition = $12), 0) + 1",
        )
        .bind(product)
        .bind(version)
        .bind(self.kind)
        .bind(self.change.0)
        .bind(self.change.1)
        .bind(self.after.0)
        .bind(self.after.1)
        .bind(self.order)
        .bind(self.note)
        .bind(self.actor)
        .bind(at(version))
        .bind(partition(product))
        .execute(rows)
        .await
        .unwrap();
    }
}

pub(crate) async fn receive(rows: &PgPool, product: Uuid, version: i64, quantity: i64, on_hand: i64) {
    let (change, after, actor) = ((quantity, 0), (on_hand, 0), "user:x".to_owned());
    let movement = Movement { kind: "received", change, after, order: None, note: Some("PO-7"), actor };
    movement.happen(rows, product, version).await;
}

/// Says that a read model has applied an aggregate's version, as a projector's transaction does.
pub(crate) async fn apply(rows: &PgPool, read_model: &str, category: &str, id: Uuid, version: i64) {
    let mut transaction = rows.begin().await.unwrap();
    let insert = AssertSqlSafe(format!("insert into {read_model}_g1.applied values ($1, $2, $3)"));
    sqlx::query(insert).bind(category).bind(id).bind(version).execute(&mut *transaction).await.unwrap();
    sqlx::query("select pg_notify('millrace', $1)").bind(read_model).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Gives a consumer all feeds of these categories, of which it has settled nothing yet; one worker has all of them.
pub(crate) async fn read_feeds(rows: &PgPool, schema: &str, consumer: &str, categories: &[&str]) {
    let statement = format!(
        "insert into {schema}.positions (consumer, category, partition, owner, expires_at)
         select $1, category, partition, 'w1', now() + interval '1 hour'
         from unnest($2::text[]) category cross join generate_series(0, 15) partition"
    );
    sqlx::query(AssertSqlSafe(statement)).bind(consumer).bind(categories).execute(rows).await.unwrap();
}
