//! Orders as each side sees them, the timeline that explains how they got where they are, and what is written about them.
//!
//! The state of an order is the domain's own, folded by the domain, and kept with the row. So status, sums and what each side
//! may do are never worked out a second time.

mod moments;
mod save;
mod sellers;

use std::collections::BTreeMap;

use domain::{
    Aggregate, Partition, event,
    message::Conversation,
    order::{Acting, Action, Answer, Event, Line, Order},
};
use event_store::{Positioned, Record, Recorded};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use self::{
    moments::{Moment, detail},
    sellers::Sellers,
};
use super::{addresses::Addresses, messages::Messages};
use crate::{
    copy::{self, Copied, Copies},
    projection::{Projection, Touched, Unfoldable},
};

/// The read model `orders`.
pub enum Orders {}

/// The orders of a turn, with the lines, returns, moments, addresses and messages that are new.
#[derive(Default)]
pub struct Rows {
    orders: BTreeMap<Uuid, Row>,
    lines: Vec<OrderLine>,
    returned: Vec<ReturnedLine>,
    moments: Vec<Moment>,
    addresses: Addresses,
    messages: Messages,
}

struct Row {
    id: Uuid,
    version: i64,
    order: Order,
    sellers: Sellers,
    placed_at: OffsetDateTime,
    changed_at: OffsetDateTime,
    paid_at: Option<OffsetDateTime>,
}

struct OrderLine {
    order: Uuid,
    number: i16,
    line: Line,
}

struct ReturnedLine {
    order: Uuid,
    number: i64,
    product: Uuid,
    seller: Uuid,
    quantity: i64,
}

impl Projection for Orders {
    const NAME: &'static str = "orders";
    const CATEGORIES: &'static [&'static str] = &[Order::CATEGORY, Conversation::CATEGORY];
    const PRIVATE: &'static [&'static str] = &[Order::CATEGORY, Conversation::CATEGORY];
    const TABLES: &'static [(&'static str, &'static str, &'static str)] = &[
        ("orders", Order::CATEGORY, "id"),
        ("order_lines", Order::CATEGORY, "order_id"),
        ("order_sellers", Order::CATEGORY, "order_id"),
        ("returned_lines", Order::CATEGORY, "order_id"),
        ("timeline", Order::CATEGORY, "order_id"),
        ("addresses", Order::CATEGORY, "order_id"),
        ("messages", Conversation::CATEGORY, "order_id"),
    ];
    type Rows = Rows;

    fn copies(event: &Recorded) -> bool {
        // An address is copied once.
        event.category() != Order::CATEGORY || event.kind == "order.placed"
    }

    async fn load(connection: &mut PgConnection, touched: &Touched) -> sqlx::Result<Rows> {
        let ids = touched.of(Order::CATEGORY);
        let mut sellers = Sellers::load(connection, &ids).await?;
        let rows = sqlx::query!(
            r#"select id, version, state::text as "state!", state_schema, placed_at, changed_at, paid_at
               from orders where id = any($1)"#,
            &ids
        )
        .fetch_all(connection)
        .await?;
        let mut orders = BTreeMap::new();
        for row in rows {
            let row = Row {
                id: row.id,
                version: row.version,
                order: stored(row.state_schema, &row.state)?,
                sellers: sellers.remove(&row.id).unwrap_or_default(),
                placed_at: row.placed_at,
                changed_at: row.changed_at,
                paid_at: row.paid_at,
            };
            orders.insert(row.id, row);
        }
        Ok(Rows { orders, ..Rows::default() })
    }

    fn fold(rows: &mut Rows, positioned: &Positioned, private: &Record) -> Result<(), Unfoldable> {
        let Positioned { event, position } = positioned;
        if event.category() == Conversation::CATEGORY {
            return rows.messages.fold(positioned, private);
        }
        let (what, at) = (event.event::<Order>()?, event.time()?);
        if let Event::Placed { lines, .. } = &what {
            let (order, sellers) = (Order::default(), Sellers::of(lines, at));
            let row = Row { id: event.id, version: 0, order, sellers, placed_at: at, changed_at: at, paid_at: None };
            rows.orders.insert(event.id, row);
            let lines = (1..).zip(lines.clone());
            rows.lines.extend(lines.map(|(number, line)| OrderLine { order: event.id, number, line }));
        }
        let row = rows.orders.get_mut(&event.id).ok_or(Unfoldable::NoRow)?;
        row.version = event.version as i64;
        row.order.evolve(&what);
        if let Event::CarriedForward { .. } = what {
            return Ok(());
        }
        row.changed_at = at;
        if let Event::Paid { .. } = what {
            row.paid_at = Some(at);
        }
        if let Event::Returned { number, seller, lines, .. } = &what {
            rows.returned.extend(lines.iter().map(|units| ReturnedLine {
                order: event.id,
                number: i64::from(*number),
                product: units.product.into(),
                seller: (*seller).into(),
                quantity: i64::from(units.quantity),
            }));
        }
        rows.addresses.follow(event.id, &what, private);
        let concerned = row.sellers.follow(&what, row.order.status(), at);
        rows.moments.push(Moment {
            order: event.id,
            version: row.version,
            kind: event.kind.clone(),
            actor: event.actor.clone(),
            at,
            detail: detail(&what, event),
            partition: Partition::of(event.id).number().into(),
            position: *position as i64,
            status: row.status(),
            sellers_status: concerned.first().and_then(|seller| row.sellers.status(*seller)),
            sellers: concerned,
        });
        Ok(())
    }

    async fn save(rows: Rows, connection: &mut PgConnection) -> sqlx::Result<()> {
        let orders: Vec<_> = rows.orders.into_values().collect();
        save::orders(&orders, connection).await?;
        save::sellers(&orders, connection).await?;
        save::lines(&rows.lines, connection).await?;
        save::returned_lines(&rows.returned, connection).await?;
        save::moments(&rows.moments, connection).await?;
        rows.addresses.save(connection).await?;
        rows.messages.save(connection).await
    }

    fn drain(rows: &mut Rows, copies: &mut Copies) {
        rows.lines.drain(..).for_each(|line| copies.add(&line));
        rows.returned.drain(..).for_each(|line| copies.add(&line));
        rows.moments.drain(..).for_each(|moment| copies.add(&moment));
        rows.addresses.drain(copies);
        rows.messages.drain(copies);
    }

    fn copy(mut rows: Rows, copies: &mut Copies) {
        Self::drain(&mut rows, copies);
        for row in rows.orders.values() {
            copies.add(row);
            row.parts().for_each(|part| copies.add(&part));
        }
    }
}

/// Reads a state as it was stored, by whatever version.
fn stored(schema: i32, state: &str) -> sqlx::Result<Order> {
    let carried = event::decode("order.carried_forward", schema.cast_unsigned(), state);
    let carried: Event = carried.map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Order::replay(&[carried]))
}

fn spelled(actions: &[Action]) -> Vec<String> {
    actions.iter().map(ToString::to_string).collect()
}

impl Row {
    fn status(&self) -> String {
        self.order.status().map(|status| status.to_string()).unwrap_or_default()
    }

    /// The state as it is stored: its schema and its data.
    fn state(&self) -> (i32, String) {
        let carried = event::encode(&self.order.carried_forward().expect("there is a row once an order is placed"));
        (carried.schema.cast_signed(), carried.data)
    }

    fn currency(&self) -> String {
        self.order.total().map(|total| total.currency.into()).unwrap_or_default()
    }

    fn amounts(&self) -> Amounts {
        let (order, charges) = (&self.order, self.order.charges());
        let amount = |money: Option<domain::Money>| money.map_or(0, |money| money.amount as i64);
        Amounts {
            total: amount(order.total()),
            shipping: amount(charges.shipping),
            tax: amount(charges.tax),
            captured: amount(order.captured()),
            refunded: amount(order.refunded()),
        }
    }

    /// How many sellers have yet to send their lines.
    fn to_ship(&self) -> i64 {
        self.order.sellers().iter().filter(|seller| self.order.shipment(**seller).is_none()).count() as i64
    }

    fn last_answer(&self) -> Option<String> {
        self.order.last_answer().map(|answer| match answer {
            Answer::Awaited { .. } => "awaited".to_owned(),
            Answer::Declined => "declined".to_owned(),
            Answer::Paid => "paid".to_owned(),
            Answer::PaidLate => "paid_late".to_owned(),
        })
    }

    fn actions(&self, acting: Acting) -> Vec<String> {
        spelled(&self.order.actions(acting))
    }
}

struct Amounts {
    total: i64,
    shipping: i64,
    tax: i64,
    captured: i64,
    refunded: i64,
}

impl Copied for Row {
    const TABLE: &'static str = "orders";

    fn put(&self, row: &mut copy::Line<'_>) {
        let Amounts { total, shipping, tax, captured, refunded } = self.amounts();
        let buyer: Uuid = self.order.buyer().expect("whoever placed it").into();
        let (state_schema, state) = self.state();
        row.put("id", &self.id).put("version", &self.version).put("buyer", &buyer).put("status", &self.status());
        row.put("total_amount", &total).put("shipping_amount", &shipping).put("tax_amount", &tax);
        row.put("currency", &self.currency()).put("to_ship", &self.to_ship());
        row.put("paid", &self.order.paid_by().is_some()).put("captured_amount", &captured);
        row.put("refunded_amount", &refunded).put("placed_at", &self.placed_at).put("changed_at", &self.changed_at);
        row.put("pay_by", &self.order.pay_by()).put("paid_at", &self.paid_at);
        row.put("complete_by", &self.order.complete_by()).put("attempts", &i64::from(self.order.attempts()));
        row.put("last_answer", &self.last_answer()).put("buyer_actions", &self.actions(Acting::Buyer));
        row.put("support_actions", &self.actions(Acting::Support));
        row.put("state", &state).put("state_schema", &state_schema);
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

impl Copied for ReturnedLine {
    const TABLE: &'static str = "returned_lines";

    fn put(&self, row: &mut copy::Line<'_>) {
        row.put("order_id", &self.order).put("number", &self.number).put("product_id", &self.product);
        row.put("seller", &self.seller).put("quantity", &self.quantity);
    }
}
