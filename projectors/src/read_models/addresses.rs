//! Where orders go, copied from the private records.

use std::collections::BTreeMap;

use domain::order::Event;
use event_store::Record;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::copy::{Copied, Copies, Line};

/// The addresses of a turn.
#[derive(Default)]
pub(super) struct Addresses {
    /// Those that are new, by order.
    placed: BTreeMap<Uuid, Row>,
    /// The orders of before whose addresses are gone.
    forgotten: Vec<Uuid>,
}

struct Row {
    order: Uuid,
    ship_to: Option<String>,
}

impl Addresses {
    /// Follows one event of an order. An address is copied once: only its end changes it, and that is an event.
    pub(super) fn follow(&mut self, order: Uuid, event: &Event, private: &Record) {
        if let Event::Placed { address: true, .. } = event {
            let ship_to = private.get("ship_to").map(str::to_owned);
            self.placed.insert(order, Row { order, ship_to });
        }
        if let Event::AddressForgotten {} = event {
            match self.placed.get_mut(&order) {
                Some(row) => row.ship_to = None,
                None => self.forgotten.push(order),
            }
        }
    }

    pub(super) async fn save(self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let rows: Vec<_> = self.placed.into_values().collect();
        if !rows.is_empty() {
            sqlx::query!(
                "insert into addresses (order_id, ship_to)
                 select order_id, ship_to::jsonb from unnest($1::uuid[], $2::text[]) as a (order_id, ship_to)",
                &rows.iter().map(|row| row.order).collect::<Vec<_>>(),
                &rows.iter().map(|row| row.ship_to.clone()).collect::<Vec<_>>() as &[Option<String>],
            )
            .execute(&mut *connection)
            .await?;
        }
        if !self.forgotten.is_empty() {
            sqlx::query!("update addresses set ship_to = null where order_id = any($1)", &self.forgotten)
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    /// Hands over all of them. Of those that were handed over before, what is gone by now was not copied.
    pub(super) fn drain(&mut self, copies: &mut Copies) {
        std::mem::take(&mut self.placed).into_values().for_each(|row| copies.add(&row));
        self.forgotten.clear();
    }
}

impl Copied for Row {
    const TABLE: &'static str = "addresses";

    fn put(&self, line: &mut Line<'_>) {
        line.put("order_id", &self.order).put("ship_to", &self.ship_to);
    }
}
