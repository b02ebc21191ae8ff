//! Webhooks as their owners see them, with the addresses copied from the private records. No secret.

use std::collections::BTreeMap;

use domain::{
    Aggregate,
    webhook::{Event, Webhooks, url_field},
};
use event_store::{Positioned, Record};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    copy::{Copied, Copies, Line},
    projection::{Projection, Touched, Unfoldable},
};

/// The read model `subscriptions`.
pub enum Subscriptions {}

/// The subscriptions of the users of a turn, by owner and id.
#[derive(Default)]
pub struct Rows(BTreeMap<Uuid, BTreeMap<Uuid, Row>>);

struct Row {
    id: Uuid,
    owner: Uuid,
    url: Option<String>,
    kinds: Vec<String>,
    subscribed_at: OffsetDateTime,
    disabled_at: Option<OffsetDateTime>,
    cause: Option<String>,
    removed_at: Option<OffsetDateTime>,
}

impl Projection for Subscriptions {
    const NAME: &'static str = "subscriptions";
    const CATEGORIES: &'static [&'static str] = &[Webhooks::CATEGORY];
    const PRIVATE: &'static [&'static str] = &[Webhooks::CATEGORY];
    const TABLES: &'static [(&'static str, &'static str, &'static str)] =
        &[("subscriptions", Webhooks::CATEGORY, "owner")];
    type Rows = Rows;

    async fn load(connection: &mut PgConnection, touched: &Touched) -> sqlx::Result<Rows> {
        let found = sqlx::query_as!(
            Row,
            "select id, owner, url, kinds, subscribed_at, disabled_at, cause, removed_at from subscriptions
             where owner = any($1)",
            &touched.of(Webhooks::CATEGORY)
        )
        .fetch_all(connection)
        .await?;
        let mut rows = Rows::default();
        for row in found {
            rows.0.entry(row.owner).or_default().insert(row.id, row);
        }
        Ok(rows)
    }

    fn fold(rows: &mut Rows, Positioned { event, .. }: &Positioned, private: &Record) -> Result<(), Unfoldable> {
        let (what, at) = (event.event::<Webhooks>()?, event.time()?);
        let rows = rows.0.entry(event.id).or_default();
        match what {
            Event::Subscribed { id, kinds, .. } => {
                let kinds = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
                rows.insert(id.into(), Row::subscribed(id.into(), event.id, kinds, at));
            }
            Event::Removed { id } => rows.get_mut(&id.into()).ok_or(Unfoldable::NoRow)?.removed_at = Some(at),
            Event::Disabled { id, cause } => {
                let row = rows.get_mut(&id.into()).ok_or(Unfoldable::NoRow)?;
                (row.disabled_at, row.cause) = (Some(at), Some(cause.as_str().to_owned()));
            }
            Event::CarriedForward { .. } => {}
        }
        for row in rows.values_mut() {
            let url = private.get(&url_field(row.id.into())).filter(|url| !url.is_empty());
            row.url = url.map(str::to_owned);
        }
        Ok(())
    }

    async fn save(rows: Rows, connection: &mut PgConnection) -> sqlx::Result<()> {
        save(rows.0.into_values().flat_map(BTreeMap::into_values).collect(), connection).await
    }

    fn drain(_: &mut Rows, _: &mut Copies) {}

    fn copy(rows: Rows, copies: &mut Copies) {
        rows.0.values().flat_map(BTreeMap::values).for_each(|row| copies.add(row));
    }
}

impl Row {
    fn subscribed(id: Uuid, owner: Uuid, kinds: Vec<String>, at: OffsetDateTime) -> Self {
        let (url, disabled_at, cause, removed_at) = (None, None, None, None);
        Self { id, owner, url, kinds, subscribed_at: at, disabled_at, cause, removed_at }
    }
}

impl Copied for Row {
    const TABLE: &'static str = "subscriptions";

    fn put(&self, line: &mut Line<'_>) {
        line.put("id", &self.id).put("owner", &self.owner).put("url", &self.url).put("kinds", &self.kinds);
        line.put("subscribed_at", &self.subscribed_at).put("disabled_at", &self.disabled_at);
        line.put("cause", &self.cause).put("removed_at", &self.removed_at);
    }
}

async fn save(rows: Vec<Row>, connection: &mut PgConnection) -> sqlx::Result<()> {
    // An array of arrays would have to be rectangular: the kinds travel as one text each.
    sqlx::query!(
        "insert into subscriptions (id, owner, url, kinds, subscribed_at, disabled_at, cause, removed_at)
         select id, owner, url, string_to_array(kinds, ' '), subscribed_at, disabled_at, cause, removed_at
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[],
                     $8::timestamptz[])
           as r (id, owner, url, kinds, subscribed_at, disabled_at, cause, removed_at)
         on conflict (id) do update set
           url = excluded.url, disabled_at = excluded.disabled_at, cause = excluded.cause,
           removed_at = excluded.removed_at",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.owner).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.url.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.kinds.join(" ")).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.subscribed_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.disabled_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &rows.iter().map(|row| row.cause.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.removed_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
    )
    .execute(connection)
    .await?;
    Ok(())
}
