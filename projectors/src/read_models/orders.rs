//! Orders with their lines, the timeline that explains how they got where they are, and what is written about them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Aggregate,
    message::Conversation,
    order::{Event, Line, Order, Status},
};
use event_store::{Record, Recorded};
use serde_json::json;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{addresses::Addresses, messages::Messages};
use crate::{
    copy::{self, Copied, Copies},
    projection::{Projection, Touched, Unfoldable},
};

/// The read model `orders`.
pub enum Orders {}

/// The orders of a turn, with the lines, moments, addresses and messages that are new.
#[derive(Default)]
pub struct Rows {
    orders: BTreeMap<Uuid, Row>,
    lines: Vec<OrderLine>,
    moments: Vec<Moment>,
    addresses: Addresses,
    messages: Messages,
}

struct Row {
    id: Uuid,
    version: i64,
    buyer: Uuid,
    status: String,
    total_amount: i64,
    currency: String,
    to_ship: i64,
    paid: bool,
    captured_amount: i64,
    refunded_amount: i64,
    placed_at: OffsetDateTime,
    changed_at: OffsetDateTime,
}

struct OrderLine {
    order: Uuid,
    number: i16,
    line: Line,
}

struct Moment {
    order: Uuid,
    version: i64,
    kind: String,
    actor: String,
    at: OffsetDateTime,
    detail: Option<String>,
}

impl Projection for Orders {
    const NAME: &'static str = "orders";
    const CATEGORIES: &'static [&'static str] = &[Order::CATEGORY, Conversation::CATEGORY];
    const PRIVATE: &'static [&'static str] = &[Order::CATEGORY, Conversation::CATEGORY];
    const TABLES: &'static [(&'static str, &'static str, &'static str)] = &[
        ("orders", Order::CATEGORY, "id"),
        ("order_lines", Order::CATEGORY, "order_id"),
        ("timeline", Order::CATEGORY, "order_id"),
        ("addresses", Order::CATEGORY, "order_id"),
        ("messages", Conversation::CATEGORY, "order_id"),
    ];
    type Rows = Rows;

    async fn load(connection: &mut PgConnection, touched: &Touched) -> sqlx::Result<Rows> {
        let orders = sqlx::query_as!(
            Row,
            "select id, version, buyer, status, total_amount, currency, to_ship, paid, captured_amount, refunded_amount,
                    placed_at, changed_at
             from orders where id = any($1)",
            &touched.of(Order::CATEGORY)
        )
        .fetch_all(connection)
        .await?;
        let orders = orders.into_iter().map(|row| (row.id, row)).collect();
        Ok(Rows { orders, ..Rows::default() })
    }

    fn fold(rows: &mut Rows, event: &Recorded, private: &Record) -> Result<(), Unfoldable> {
        if event.category() == Conversation::CATEGORY {
            return rows.messages.fold(event, private);
        }
        let (what, at) = (event.event::<Order>()?, event.time()?);
        if let Event::CarriedForward { .. } = what {
            return rows.carry_forward(event);
        }
        let detail = detail(&what, event);
        if let Event::Placed { buyer, lines, total, .. } = &what {
            let row = Row {
                id: event.id,
                version: 0,
                buyer: (*buyer).into(),
                status: String::new(),
                total_amount: total.amount as i64,
                currency: total.currency.into(),
                to_ship: lines.iter().map(|line| line.seller).collect::<BTreeSet<_>>().len() as i64,
                paid: false,
                captured_amount: 0,
                refunded_amount: 0,
                placed_at: at,
                changed_at: at,
            };
            rows.orders.insert(event.id, row);
            let lines = (1..).zip(lines.clone());
            rows.lines.extend(lines.map(|(number, line)| OrderLine { order: event.id, number, line }));
        }
        let row = rows.orders.get_mut(&event.id).ok_or(Unfoldable::NoRow)?;
        row.version = event.version as i64;
        row.changed_at = at;
        rows.addresses.follow(event.id, &what, private);
        if let Some(status) = row.follow(&what) {
            row.status = status.as_str().to_owned();
        }
        let (kind, actor) = (event.kind.clone(), event.actor.clone());
        rows.moments.push(Moment { order: event.id, version: row.version, kind, actor, at, detail });
        Ok(())
    }

    async fn save(rows: Rows, connection: &mut PgConnection) -> sqlx::Result<()> {
        save_orders(rows.orders.into_values().collect(), connection).await?;
        save_lines(&rows.lines, connection).await?;
        save_moments(&rows.moments, connection).await?;
        rows.addresses.save(connection).await?;
        rows.messages.save(connection).await
    }

    fn drain(rows: &mut Rows, copies: &mut Copies) {
        rows.lines.drain(..).for_each(|line| copies.add(&line));
        rows.moments.drain(..).for_each(|moment| copies.add(&moment));
        rows.addresses.drain(copies);
        rows.messages.drain(copies);
    }

    fn copy(mut rows: Rows, copies: &mut Copies) {
        Self::drain(&mut rows, copies);
        rows.orders.values().for_each(|row| copies.add(row));
    }
}

/// What the timeline keeps of an event beside the lines of the order.
fn detail(what: &Event, event: &Recorded) -> Option<String> {
    match what {
        Event::Rejected { short, .. } => Some(json!({ "short": short }).to_string()),
        Event::Cancelled { reason, .. } => reason.as_ref().map(|reason| json!({ "reason": reason }).to_string()),
        Event::PaymentStarted { .. }
        | Event::PaymentDeclined { .. }
        | Event::Paid { .. }
        | Event::PaidLate { .. }
        | Event::Shipped { .. }
        | Event::Delivered { .. }
        | Event::Returned { .. }
        | Event::Refunded { .. } => Some(event.data.clone()),
        Event::Placed { .. }
        | Event::Confirmed { .. }
        | Event::Expired { .. }
        | Event::PaymentPending { .. }
        | Event::Completed {}
        | Event::AddressForgotten {}
        | Event::CarriedForward { .. } => None,
    }
}

impl Row {
    /// The sums after one more event, and the status if it is another one.
    fn follow(&mut self, what: &Event) -> Option<Status> {
        match what {
            Event::Placed { .. } => Some(Status::Pending),
            Event::Confirmed { .. } => Some(Status::Confirmed),
            Event::Rejected { .. } => Some(Status::Rejected),
            Event::Cancelled { .. } => Some(Status::Cancelled),
            Event::Expired { .. } => Some(Status::Expired),
            Event::Paid { amount, .. } => {
                self.paid = true;
                self.captured_amount += amount.amount as i64;
                Some(Status::Paid)
            }
            Event::PaidLate { amount, .. } => {
                self.captured_amount += amount.amount as i64;
                None
            }
            Event::Shipped { .. } => {
                self.to_ship -= 1;
                Some(if self.to_ship == 0 { Status::Shipped } else { Status::PartlyShipped })
            }
            Event::Delivered { complete_by, .. } => complete_by.map(|_| Status::Delivered),
            Event::Completed {} => Some(Status::Completed),
            Event::Refunded { amount, .. } => {
                self.refunded_amount += amount.amount as i64;
                (self.paid && self.refunded_amount == self.captured_amount).then_some(Status::Refunded)
            }
            Event::PaymentStarted { .. }
            | Event::PaymentPending { .. }
            | Event::PaymentDeclined { .. }
            | Event::Returned { .. }
            | Event::AddressForgotten {}
            | Event::CarriedForward { .. } => None,
        }
    }
}

impl Copied for Row {
    const TABLE: &'static str = "orders";

    fn put(&self, row: &mut copy::Line<'_>) {
        row.put("id", &self.id).put("version", &self.version).put("buyer", &self.buyer).put("status", &self.status);
        row.put("total_amount", &self.total_amount).put("currency", &self.currency);
        row.put("to_ship", &self.to_ship).put("paid", &self.paid);
        row.put("captured_amount", &self.captured_amount).put("refunded_amount", &self.refunded_amount);
        row.put("placed_at", &self.placed_at).put("changed_at", &self.changed_at);
    }
}

impl Copied for OrderLine {
    const TABLE: &'static str = "order_lines";

    fn put(&self, row: &mut copy::Line<'_>) {
        let Self { order, number, line } = self;
        row.put("order_id", order).put("line", number);
        row.put("product_id", &Uuid::from(line.product)).put("seller", &Uuid::from(line.seller));
        row.put("name", line.name.as_str()).put("quantity", &i64::from(line.quantity));
        row.put("unit_price", &(line.unit_price.amount as i64));
    }
}

impl Copied for Moment {
    const TABLE: &'static str = "timeline";

    fn put(&self, row: &mut copy::Line<'_>) {
        row.put("order_id", &self.order).put("version", &self.version).put("kind", &self.kind);
        row.put("actor", &self.actor).put("at", &self.at).put("detail", &self.detail);
    }
}

impl Rows {
    /// Nothing has happened to the order: its row takes the version alone.
    fn carry_forward(&mut self, event: &Recorded) -> Result<(), Unfoldable> {
        self.orders.get_mut(&event.id).ok_or(Unfoldable::NoRow)?.version = event.version as i64;
        Ok(())
    }
}

async fn save_orders(rows: Vec<Row>, connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into orders (id, version, buyer, status, total_amount, currency, to_ship, paid, captured_amount,
                             refunded_amount, placed_at, changed_at)
         select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
                              $8::bool[], $9::bigint[], $10::bigint[], $11::timestamptz[], $12::timestamptz[])
         on conflict (id) do update set
           version = excluded.version, status = excluded.status, to_ship = excluded.to_ship, paid = excluded.paid,
           captured_amount = excluded.captured_amount, refunded_amount = excluded.refunded_amount,
           changed_at = excluded.changed_at",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.buyer).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.status.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.total_amount).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.currency.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.to_ship).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.paid).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.captured_amount).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.refunded_amount).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.placed_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.changed_at).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_lines(rows: &[OrderLine], connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into order_lines (order_id, line, product_id, seller, name, quantity, unit_price)
         select * from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[],
                              $7::bigint[])",
        &rows.iter().map(|row| row.order).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.line.product.into()).collect::<Vec<Uuid>>(),
        &rows.iter().map(|row| row.line.seller.into()).collect::<Vec<Uuid>>(),
        &rows.iter().map(|row| row.line.name.as_str().to_owned()).collect::<Vec<_>>(),
        &rows.iter().map(|row| i64::from(row.line.quantity)).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.line.unit_price.amount as i64).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_moments(rows: &[Moment], connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into timeline (order_id, version, kind, actor, at, detail)
         select order_id, version, kind, actor, at, detail::jsonb
         from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])
           as m (order_id, version, kind, actor, at, detail)",
        &rows.iter().map(|row| row.order).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.kind.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.actor.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.detail.clone()).collect::<Vec<_>>() as &[Option<String>],
    )
    .execute(connection)
    .await?;
    Ok(())
}
