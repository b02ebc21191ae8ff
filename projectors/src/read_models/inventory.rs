//! Stock as its seller sees it: the numbers, and the ledger that explains them.

use std::collections::BTreeMap;

use domain::{
    Aggregate, Partition,
    inventory::{Event, Inventory},
};
use event_store::{Positioned, Record, Recorded};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::stock::{self, Stock};
use crate::{
    copy::{Copied, Copies, Line},
    projection::{Projection, Touched, Unfoldable},
    runtime::Urgency,
};

/// The read model `inventory`.
pub enum Inventories {}

/// The inventories of a turn, and their new movements.
#[derive(Default)]
pub struct Rows {
    stock: BTreeMap<Uuid, (Stock, OffsetDateTime)>,
    movements: Vec<Movement>,
}

struct Movement {
    after: Stock,
    before: Stock,
    kind: String,
    order: Option<Uuid>,
    note: Option<String>,
    actor: String,
    at: OffsetDateTime,
    partition: i16,
    position: i64,
}

impl Projection for Inventories {
    const NAME: &'static str = "inventory";
    const CATEGORIES: &'static [&'static str] = &[Inventory::CATEGORY];
    const TABLES: &'static [(&'static str, &'static str, &'static str)] =
        &[("inventory", Inventory::CATEGORY, "id"), ("movements", Inventory::CATEGORY, "product_id")];
    type Rows = Rows;

    fn urgency(event: &Recorded) -> Urgency {
        stock::urgency(event)
    }

    async fn load(connection: &mut PgConnection, touched: &Touched) -> sqlx::Result<Rows> {
        let rows = sqlx::query!(
            "select id, version, on_hand, reserved, threshold, changed_at from inventory where id = any($1)",
            &touched.of(Inventory::CATEGORY)
        )
        .fetch_all(connection)
        .await?;
        let stock = rows.into_iter().map(|row| {
            let (on_hand, reserved, threshold) = (row.on_hand, row.reserved, row.threshold);
            let stock = Stock { id: row.id, version: row.version, on_hand, reserved, threshold };
            (row.id, (stock, row.changed_at))
        });
        Ok(Rows { stock: stock.collect(), movements: Vec::new() })
    }

    fn fold(rows: &mut Rows, positioned: &Positioned, _: &Record) -> Result<(), Unfoldable> {
        let Positioned { event, position } = positioned;
        let (what, at) = (event.event::<Inventory>()?, event.time()?);
        let (stock, changed_at) = rows.stock.entry(event.id).or_insert_with(|| (Stock::none(event.id), at));
        let before = *stock;
        stock.fold(event.version, &what);
        let (order, note) = match what {
            Event::Received { reference, .. } => (None, reference.map(Into::into)),
            Event::Adjusted { reason, .. } => (None, Some(reason.into())),
            Event::Reserved { order, .. }
            | Event::Released { order, .. }
            | Event::Committed { order, .. }
            | Event::Restocked { order, .. } => (Some(order.into()), None),
            // Nothing moves, but whether it is low may change.
            Event::ThresholdSet { .. } => (None, None),
            Event::RanLow { .. } | Event::CarriedForward { .. } => return Ok(()),
        };
        *changed_at = at;
        let kind = event.kind.trim_start_matches("inventory.").to_owned();
        let (actor, partition) = (event.actor.clone(), Partition::of(event.id).number().into());
        let position = *position as i64;
        rows.movements.push(Movement { after: *stock, before, kind, order, note, actor, at, partition, position });
        Ok(())
    }

    async fn save(rows: Rows, connection: &mut PgConnection) -> sqlx::Result<()> {
        save_stock(rows.stock.into_values().collect(), connection).await?;
        save_movements(&rows.movements, connection).await
    }

    fn drain(rows: &mut Rows, copies: &mut Copies) {
        rows.movements.drain(..).for_each(|movement| copies.add(&movement));
    }

    fn copy(mut rows: Rows, copies: &mut Copies) {
        Self::drain(&mut rows, copies);
        rows.stock.values().for_each(|row| copies.add(row));
    }
}

impl Copied for (Stock, OffsetDateTime) {
    const TABLE: &'static str = "inventory";

    fn put(&self, line: &mut Line<'_>) {
        let (stock, changed_at) = self;
        stock.put(line);
        line.put("changed_at", changed_at);
    }
}

impl Copied for Movement {
    const TABLE: &'static str = "movements";

    fn put(&self, line: &mut Line<'_>) {
        let Self { after, before, .. } = self;
        line.put("product_id", &after.id).put("version", &after.version).put("kind", &self.kind);
        line.put("on_hand_change", &(after.on_hand - before.on_hand));
        line.put("reserved_change", &(after.reserved - before.reserved));
        line.put("on_hand", &after.on_hand).put("reserved", &after.reserved);
        line.put("order_id", &self.order).put("note", &self.note).put("actor", &self.actor).put("at", &self.at);
        line.put("threshold", &after.threshold).put("threshold_change", &(after.threshold - before.threshold));
        line.put("partition", &self.partition).put("position", &self.position);
    }
}

async fn save_stock(rows: Vec<(Stock, OffsetDateTime)>, connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into inventory (id, version, on_hand, reserved, threshold, changed_at)
         select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[])
         on conflict (id) do update set
           version = excluded.version, on_hand = excluded.on_hand, reserved = excluded.reserved,
           threshold = excluded.threshold, changed_at = excluded.changed_at",
        &rows.iter().map(|(stock, _)| stock.id).collect::<Vec<_>>(),
        &rows.iter().map(|(stock, _)| stock.version).collect::<Vec<_>>(),
        &rows.iter().map(|(stock, _)| stock.on_hand).collect::<Vec<_>>(),
        &rows.iter().map(|(stock, _)| stock.reserved).collect::<Vec<_>>(),
        &rows.iter().map(|(stock, _)| stock.threshold).collect::<Vec<_>>(),
        &rows.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_movements(rows: &[Movement], connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into movements (product_id, version, kind, on_hand_change, reserved_change, on_hand, reserved, order_id,
                                note, actor, at, threshold, partition, position, threshold_change)
         select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
                              $7::bigint[], $8::uuid[], $9::text[], $10::text[], $11::timestamptz[], $12::bigint[],
                              $13::smallint[], $14::bigint[], $15::bigint[])",
        &rows.iter().map(|row| row.after.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.after.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.kind.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.after.on_hand - row.before.on_hand).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.after.reserved - row.before.reserved).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.after.on_hand).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.after.reserved).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.order).collect::<Vec<_>>() as &[Option<Uuid>],
        &rows.iter().map(|row| row.note.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.actor.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.after.threshold).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.partition).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.position).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.after.threshold - row.before.threshold).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
