//! Whether the rows are what a plain fold of the log makes: one event at a time, in order, from nothing.
//!
//! It can be asked while the shop runs. One snapshot of Postgres says how far the rows are, and the log is folded exactly as
//! far, into tables that only this connection sees. Private records are copied as they are now, which may be newer than the
//! snapshot; so aggregates that differ are looked at again.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    time::Duration,
};

use domain::Partition;
use event_store::{Feed, Positioned, Store};
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use crate::{
    Fault,
    copy::Copies,
    fold::{Fold, Taken},
    generations::{self, Generation},
    log::Log,
    projection::{Projection, private_records},
    read_models::of_name,
    schema,
};

/// How many events are read at a time.
const PAGE: usize = 1_000;
/// How many bytes of rows wait before they are written.
const WRITTEN_AT: usize = 1 << 20;
/// How many rows of a table are named.
const NAMED: usize = 10;
/// How often an aggregate that differs is looked at.
const LOOKS: usize = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// How many aggregates are looked at again at most; more than that differ for another reason than the moment.
const LOOKED_AT: usize = 1_000;

/// What was found in one read model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The read model.
    pub read_model: &'static str,
    /// The tables that differ.
    pub differences: Vec<Difference>,
    /// How many aggregates stand before an event that fails by itself. Compared as far as they are.
    pub held: usize,
}

/// Rows of one table that the live read model and the fold do not share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The read model and its table, such as `orders.timeline`.
    pub table: String,
    /// How many rows differ.
    pub count: usize,
    /// Some of them.
    pub rows: Vec<DifferentRow>,
}

/// A row that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DifferentRow {
    /// Its key.
    pub key: String,
    /// What is live, if anything.
    pub live: Option<String>,
    /// What the fold has, if anything.
    pub folded: Option<String>,
    /// The aggregate that it belongs to.
    aggregate: Uuid,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} rows differ", self.table, self.count)?;
        for row in &self.rows {
            let of = |row: &Option<String>| row.clone().unwrap_or_else(|| "nothing".to_owned());
            write!(f, "\n  {}\n    live    {}\n    folded  {}", row.key, of(&row.live), of(&row.folded))?;
        }
        Ok(())
    }
}

/// Folds the whole log and compares every read model with it.
///
/// # Errors
/// When a store does not answer, or the code breaks over an event.
pub async fn verify(store: &Store, database: &PgConnectOptions) -> Result<Vec<Difference>, Fault> {
    let mut differences = Vec::new();
    for read_model in schema::READ_MODELS {
        let verified = verify_read_model(store, database, read_model.name).await?;
        differences.extend(verified.into_iter().flat_map(|verified| verified.differences));
    }
    Ok(differences)
}

/// Folds the log and compares the live rows of one read model with it; `None` when there is no such read model.
///
/// # Errors
/// When a store does not answer, or the code breaks over an event.
pub async fn verify_read_model(
    store: &Store,
    database: &PgConnectOptions,
    read_model: &str,
) -> Result<Option<Verified>, Fault> {
    let mut connection = PgConnection::connect_with(database).await?;
    let verified = of_name!(read_model, P => {
        let live = generations::live(&mut connection, P::NAME).await?;
        verify_generation::<P>(store, database, &live).await?
    });
    Ok(verified)
}

/// Folds the log and compares the rows of one generation with it.
pub(crate) async fn verify_generation<P: Projection>(
    store: &Store,
    database: &PgConnectOptions,
    generation: &Generation,
) -> Result<Verified, Fault> {
    let log = Log::new(store.clone(), database);
    let verification = Verification { store, log, database, generation: generation.schema() };
    let Found { mut different, held } = verification.look::<P>(None).await?;
    for _ in 1..LOOKS {
        // Nothing but private records may have changed between the snapshot and the fold.
        let suspects: BTreeSet<_> = different.values().flatten().map(|row| row.aggregate).collect();
        if P::PRIVATE.is_empty() || suspects.is_empty() || suspects.len() > LOOKED_AT {
            break;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
        different = verification.look::<P>(Some(&suspects)).await?.different;
    }
    let differences = different.into_iter().filter(|(_, rows)| !rows.is_empty()).map(|(table, mut rows)| {
        let (table, count) = (format!("{}.{table}", P::NAME), rows.len());
        rows.truncate(NAMED);
        Difference { table, count, rows }
    });
    Ok(Verified { read_model: P::NAME, differences: differences.collect(), held })
}

struct Verification<'a> {
    store: &'a Store,
    log: Log,
    database: &'a PgConnectOptions,
    generation: String,
}

struct Found {
    /// By table.
    different: BTreeMap<String, Vec<DifferentRow>>,
    held: usize,
}

impl Verification<'_> {
    /// Compares all rows, or those of some aggregates, in one snapshot.
    async fn look<P: Projection>(&self, only: Option<&BTreeSet<Uuid>>) -> Result<Found, Fault> {
        let path = format!("{},{}", self.generation, P::NAME);
        let options = self.database.clone().options([("search_path", path.as_str())]);
        let mut connection = PgConnection::connect_with(&options).await?;
        let mut snapshot = connection.begin_with("begin isolation level repeatable read").await?;
        let tables = schema::tables(&mut snapshot, &self.generation).await?;
        let positions = positions::<P>(&mut snapshot, &self.generation).await?;
        let held = held(&mut snapshot, &self.generation).await?;
        for table in &tables {
            // In front of everything else that an unqualified name could mean, and gone with the connection.
            let create = format!(
                "create temporary table {table} (like {}.{table} including generated) on commit drop",
                self.generation
            );
            sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut *snapshot).await?;
        }
        match only {
            None => {
                for (feed, position) in positions {
                    self.fold::<P>(&mut snapshot, feed, position, &held).await?;
                }
            }
            Some(only) => self.fold_again::<P>(&mut snapshot, &positions, &held, only).await?,
        }
        let mut different = BTreeMap::new();
        for table in tables {
            let rows = self.compare(&mut snapshot, &table, only).await?;
            different.insert(table, rows);
        }
        snapshot.rollback().await?;
        Ok(Found { different, held: held.len() })
    }

    /// Folds a feed up to where the snapshot is.
    async fn fold<P: Projection>(
        &self,
        connection: &mut PgConnection,
        feed: Feed,
        position: u64,
        held: &Held,
    ) -> Result<(), Fault> {
        let (mut fold, mut copies) = (self.start::<P>(connection, feed, held).await?, Copies::default());
        let mut next = 1;
        while next <= position {
            let count = usize::try_from(position + 1 - next).unwrap_or(PAGE).min(PAGE);
            let page = self.log.read(feed, next, count).await?;
            next = page.last().ok_or(Fault::Hole { feed, expected: next, found: position })?.position + 1;
            self.take(&mut fold, &page).await?;
            fold.drain(&mut copies);
            if copies.size() >= WRITTEN_AT {
                copies.write(connection).await?;
            }
        }
        fold.copy(&mut copies);
        Ok(copies.write(connection).await?)
    }

    /// Folds some aggregates alone, as far as the snapshot has them.
    async fn fold_again<P: Projection>(
        &self,
        connection: &mut PgConnection,
        feeds: &[(Feed, u64)],
        held: &Held,
        only: &BTreeSet<Uuid>,
    ) -> Result<(), Fault> {
        let mut copies = Copies::default();
        for (feed, position) in feeds {
            let mut fold = self.start::<P>(connection, *feed, held).await?;
            let ids: Vec<_> = only.iter().copied().filter(|id| Partition::of(*id) == feed.partition).collect();
            let events = self.log.of_aggregates(*feed, &ids, *position).await?;
            self.take(&mut fold, &events).await?;
            fold.copy(&mut copies);
        }
        Ok(copies.write(connection).await?)
    }

    async fn start<P: Projection>(
        &self,
        connection: &mut PgConnection,
        feed: Feed,
        held: &Held,
    ) -> Result<Fold<P>, Fault> {
        let mut fold = Fold::<P>::new(connection, feed).await?;
        for ((_, id), version) in held.iter().filter(|((category, _), _)| category == feed.category) {
            fold.hold(*id, *version);
        }
        Ok(fold)
    }

    /// An event that fails here and is not held there shows as a difference: the rows stand before it.
    async fn take<P: Projection>(&self, fold: &mut Fold<P>, events: &[Positioned]) -> Result<(), Fault> {
        let private = private_records::<P>(self.store, events.iter().map(|event| &event.event)).await?;
        for event in events {
            if let Taken::Fails(fault) = fold.take(event, private.of(&event.event))? {
                tracing::warn!(%fault, "the event cannot be folded");
            }
        }
        Ok(())
    }

    async fn compare(
        &self,
        connection: &mut PgConnection,
        table: &str,
        only: Option<&BTreeSet<Uuid>>,
    ) -> Result<Vec<DifferentRow>, Fault> {
        let live = format!("{}.{table}", self.generation);
        let key = key(connection, &self.generation, table).await?;
        let on = key.iter().map(|column| format!("l.{column} = f.{column}")).collect::<Vec<_>>().join(" and ");
        let named = key.iter().map(|column| format!("'{column} ', coalesce(l.{column}, f.{column})"));
        let named = named.collect::<Vec<_>>().join(", ', ', ");
        let aggregate = key.iter().find(|column| *column != "category").map_or("id", String::as_str);
        let compare = format!(
            "select concat({named}) as key, l::text as live, f::text as folded,
                    coalesce(l.{aggregate}, f.{aggregate}) as aggregate
             from {live} l full join pg_temp.{table} f on {on}
             where l::text is distinct from f::text
               and ($1::uuid[] is null or coalesce(l.{aggregate}, f.{aggregate}) = any($1))
             order by 1"
        );
        let only = only.map(|only| only.iter().copied().collect::<Vec<_>>());
        Ok(sqlx::query_as(AssertSqlSafe(compare)).bind(only).fetch_all(connection).await?)
    }
}

/// How far a generation is in each feed.
async fn positions<P: Projection>(connection: &mut PgConnection, generation: &str) -> Result<Vec<(Feed, u64)>, Fault> {
    let rows = sqlx::query!(
        "select category, partition, position from positions where consumer = $1 order by 1, 2",
        generation
    )
    .fetch_all(connection)
    .await?;
    let feeds = rows.into_iter().filter_map(|row| {
        let category = P::CATEGORIES.iter().find(|known| **known == row.category)?;
        let partition = Partition::new(u8::try_from(row.partition).ok()?)?;
        Some((Feed { category, partition }, row.position.unsigned_abs()))
    });
    Ok(feeds.collect())
}

/// The aggregates that are held, and from which version on.
type Held = HashMap<(String, Uuid), u64>;

async fn held(connection: &mut PgConnection, generation: &str) -> Result<Held, Fault> {
    let rows = sqlx::query!("select category, id, version from held where consumer = $1", generation)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.category, row.id), row.version.unsigned_abs())).collect())
}

/// The columns of a table's primary key, in their order.
async fn key(connection: &mut PgConnection, schema: &str, table: &str) -> Result<Vec<String>, Fault> {
    Ok(sqlx::query_scalar!(
        r#"select a.attname::text as "name!"
           from pg_index x
           join pg_class t on t.oid = x.indrelid
           join pg_namespace n on n.oid = t.relnamespace
           join pg_attribute a on a.attrelid = t.oid and a.attnum = any(x.indkey)
           where n.nspname = $1 and t.relname = $2 and x.indisprimary
           order by array_position(x.indkey::smallint[], a.attnum)"#,
        schema,
        table
    )
    .fetch_all(connection)
    .await?)
}
