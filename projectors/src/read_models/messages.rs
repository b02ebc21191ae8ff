//! What is written about orders, with the texts copied from the private records.

use std::collections::BTreeMap;

use domain::{
    Partition,
    message::{Conversation, Event},
    order::Party,
};
use event_store::{Positioned, Record};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    copy::{Copied, Copies, Line},
    projection::Unfoldable,
};

/// The messages of a turn.
#[derive(Default)]
pub(super) struct Messages {
    /// Those that are new, by order and number.
    posted: BTreeMap<(Uuid, i64), Row>,
    /// Those of before whose texts are gone.
    forgotten: Vec<(Uuid, i64)>,
}

struct Row {
    order: Uuid,
    number: i64,
    author: Uuid,
    party: Party,
    text: Option<String>,
    at: OffsetDateTime,
    partition: i16,
    position: i64,
}

impl Messages {
    /// Folds one event. A text is copied once: only its end changes it, and that is an event.
    pub(super) fn fold(&mut self, positioned: &Positioned, private: &Record) -> Result<(), Unfoldable> {
        let Positioned { event, position } = positioned;
        let (what, at, order) = (event.event::<Conversation>()?, event.time()?, event.id);
        match what {
            Event::Posted { number, author, party } => {
                let text = private.get(&number.to_string()).filter(|text| !text.is_empty()).map(str::to_owned);
                let number = i64::from(number);
                let (partition, position) = (Partition::of(order).number().into(), *position as i64);
                let row = Row { order, number, author: author.into(), party, text, at, partition, position };
                self.posted.insert((order, number), row);
            }
            Event::Forgotten { numbers, .. } => {
                for key in numbers.into_iter().map(|number| (order, i64::from(number))) {
                    match self.posted.get_mut(&key) {
                        Some(row) => row.text = None,
                        None => self.forgotten.push(key),
                    }
                }
            }
            Event::CarriedForward { .. } => {}
        }
        Ok(())
    }

    pub(super) async fn save(self, connection: &mut PgConnection) -> sqlx::Result<()> {
        insert(self.posted.into_values().collect(), connection).await?;
        forget(self.forgotten, connection).await
    }

    /// Hands over all of them. Of those that were handed over before, a text that is gone by now was not copied.
    pub(super) fn drain(&mut self, copies: &mut Copies) {
        std::mem::take(&mut self.posted).into_values().for_each(|row| copies.add(&row));
        self.forgotten.clear();
    }
}

impl Copied for Row {
    const TABLE: &'static str = "messages";

    fn put(&self, line: &mut Line<'_>) {
        line.put("order_id", &self.order).put("number", &self.number).put("author", &self.author);
        line.put("party", self.party.as_str()).put("text", &self.text).put("at", &self.at);
        line.put("partition", &self.partition).put("position", &self.position);
    }
}

async fn insert(rows: Vec<Row>, connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into messages (order_id, number, author, party, text, at, partition, position)
         select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[],
                              $7::smallint[], $8::bigint[])",
        &rows.iter().map(|row| row.order).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.author).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.party.as_str().to_owned()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.text.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.partition).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.position).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn forget(rows: Vec<(Uuid, i64)>, connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (orders, numbers): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    sqlx::query!(
        "update messages m set text = null from unnest($1::uuid[], $2::bigint[]) as f (order_id, number)
         where m.order_id = f.order_id and m.number = f.number",
        &orders,
        &numbers
    )
    .execute(connection)
    .await?;
    Ok(())
}
