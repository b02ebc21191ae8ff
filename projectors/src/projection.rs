//! Read models: events folded into rows.
//!
//! A turn is one transaction. It takes the position rows under their tokens, loads what it builds on, folds in memory
//! and writes each table with one statement; positions, applied versions and rows change together or not at all.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    future::Future,
};

use domain::event;
use event_store::{Feed, Positioned, Record, Recorded, Store};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    Fault,
    copy::Copies,
    runtime::{Leases, Sink},
};

/// How the events of some categories become rows.
///
/// A row belongs to one aggregate and holds nothing but what events (and the private records as they are now) say, so
/// that a live projection, a replay and a plain fold of the log end up with the same rows.
pub trait Projection: Send + Sync + 'static {
    /// The read model.
    const NAME: &'static str;
    /// The categories whose events it folds.
    const CATEGORIES: &'static [&'static str];
    /// The categories whose private records it copies from.
    const PRIVATE: &'static [&'static str] = &[];

    /// The rows that a turn touches, or all those of a feed.
    type Rows: Default + Send + Sync;

    /// Reads the rows of the aggregates that have new events.
    fn load(connection: &mut PgConnection, touched: &Touched) -> impl Future<Output = sqlx::Result<Self::Rows>> + Send;

    /// Folds one event.
    ///
    /// # Errors
    /// When the event cannot be folded, however often it is tried. The rows are then as they were before.
    fn fold(rows: &mut Self::Rows, event: &Recorded, private: &Record) -> Result<(), Unfoldable>;

    /// Writes the rows back, one statement per table.
    fn save(rows: Self::Rows, connection: &mut PgConnection) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Hands over the rows that no later event changes, so that a fold of a whole feed need not keep them in memory.
    fn drain(rows: &mut Self::Rows, copies: &mut Copies);

    /// Hands over all rows, at the end of a feed.
    fn copy(rows: Self::Rows, copies: &mut Copies);
}

/// What is wrong with an event.
#[derive(Debug, thiserror::Error)]
pub enum Unfoldable {
    /// Its type or shape is not known here.
    #[error(transparent)]
    Unreadable(#[from] event::Error),
    /// Its time is none.
    #[error("its time cannot be read: {0}")]
    Time(#[from] time::error::Parse),
    /// It changes a row that no earlier event made.
    #[error("there is no row that it could change")]
    NoRow,
    /// The category is not one that the read model folds.
    #[error("the read model does not fold {0}")]
    Category(String),
}

/// The aggregates that have new events.
#[derive(Debug, Default)]
pub struct Touched(BTreeMap<&'static str, BTreeSet<Uuid>>);

impl Touched {
    /// Those of one category.
    #[must_use]
    pub fn of(&self, category: &str) -> Vec<Uuid> {
        self.0.get(category).into_iter().flatten().copied().collect()
    }
}

/// Writes the rows of one read model.
pub(crate) struct ProjectionSink<P> {
    pool: PgPool,
    store: Store,
    projection: std::marker::PhantomData<P>,
}

impl<P: Projection> ProjectionSink<P> {
    pub(crate) const fn new(pool: PgPool, store: Store) -> Self {
        Self { pool, store, projection: std::marker::PhantomData }
    }
}

impl<P: Projection> Sink for ProjectionSink<P> {
    const SENDS_COMMANDS: bool = false;

    async fn take(&self, leases: &Leases, turn: &[(Feed, Vec<Positioned>)]) -> Result<(), Fault> {
        let events = || turn.iter().flat_map(|(_, events)| events).map(|positioned| &positioned.event);
        // Read after the events: what the records held by then, or newer.
        let private = private_records::<P>(&self.store, events()).await?;
        let mut transaction = self.pool.begin().await?;
        leases.settle(&mut transaction, turn).await?;
        apply::<P>(&mut transaction, events(), &private).await?;
        sqlx::query!("select pg_notify('millrace', $1)", P::NAME).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }
}

/// Private records by aggregate.
pub(crate) type PrivateRecords = HashMap<Uuid, Record>;

/// The private records that these events may copy from, as they are now.
pub(crate) async fn private_records<'a, P: Projection>(
    store: &Store,
    events: impl Iterator<Item = &'a Recorded> + Clone,
) -> Result<PrivateRecords, Fault> {
    let mut records = PrivateRecords::new();
    for category in P::PRIVATE {
        let of_category = events.clone().filter(|event| event.category() == *category);
        let ids: Vec<_> = of_category.map(|event| event.id).collect::<BTreeSet<_>>().into_iter().collect();
        let found = store.private(category, &ids).await?;
        records.extend(ids.into_iter().zip(found));
    }
    Ok(records)
}

/// Folds those of the events that the rows do not contain yet, inside the caller's transaction.
pub(crate) async fn apply<'a, P: Projection>(
    connection: &mut PgConnection,
    events: impl Iterator<Item = &'a Recorded> + Clone,
    private: &PrivateRecords,
) -> Result<(), Fault> {
    let mut applied = Applied::new();
    for event in events.clone() {
        applied.insert((category_of::<P>(event)?, event.id), 0);
    }
    read_applied::<P>(connection, &mut applied).await?;
    let (mut fresh, mut touched) = (Vec::new(), Touched::default());
    for event in events {
        let category = category_of::<P>(event)?;
        let version = applied.entry((category, event.id)).or_default();
        if event.version <= *version {
            continue;
        }
        if event.version != *version + 1 {
            return Err(Fault::event(event, &format_args!("the rows contain version {version} as the last")));
        }
        *version = event.version;
        touched.0.entry(category).or_default().insert(event.id);
        fresh.push(event);
    }
    if fresh.is_empty() {
        return Ok(());
    }
    let mut rows = P::load(connection, &touched).await?;
    let nothing = Record::default();
    for event in fresh {
        let private = private.get(&event.id).unwrap_or(&nothing);
        P::fold(&mut rows, event, private).map_err(|reason| Fault::event(event, &reason))?;
    }
    P::save(rows, connection).await?;
    Ok(save_applied(connection, &applied).await?)
}

/// The last version of each aggregate that the rows contain.
type Applied = BTreeMap<(&'static str, Uuid), u64>;

async fn read_applied<P: Projection>(connection: &mut PgConnection, applied: &mut Applied) -> sqlx::Result<()> {
    let (categories, ids) = columns(applied);
    let rows = sqlx::query!(
        "select category, id, version from applied join unnest($1::text[], $2::uuid[]) as k (category, id)
         using (category, id)",
        &categories,
        &ids
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        if let Some(category) = known::<P>(&row.category) {
            applied.insert((category, row.id), row.version as u64);
        }
    }
    Ok(())
}

async fn save_applied(connection: &mut PgConnection, applied: &Applied) -> sqlx::Result<()> {
    let (categories, ids) = columns(applied);
    let versions: Vec<_> = applied.values().map(|version| *version as i64).collect();
    sqlx::query!(
        "insert into applied (category, id, version)
         select * from unnest($1::text[], $2::uuid[], $3::bigint[])
         on conflict (category, id) do update set version = excluded.version",
        &categories,
        &ids,
        &versions
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn columns(applied: &Applied) -> (Vec<String>, Vec<Uuid>) {
    applied.keys().map(|(category, id)| ((*category).to_owned(), *id)).unzip()
}

fn known<P: Projection>(category: &str) -> Option<&'static str> {
    P::CATEGORIES.iter().copied().find(|known| *known == category)
}

fn category_of<P: Projection>(event: &Recorded) -> Result<&'static str, Fault> {
    let category = event.category();
    known::<P>(category).ok_or_else(|| Fault::event(event, &Unfoldable::Category(category.to_owned())))
}
