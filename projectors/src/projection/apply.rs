//! Events folded into the rows that are there, inside a transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use event_store::{Positioned, Record, Recorded, Store};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Projection, Touched, Unfoldable};
use crate::{
    Fault,
    runtime::{Leases, Turn},
};

/// Private records by category and aggregate: an order and its conversation have the same id.
pub(crate) struct PrivateRecords {
    records: HashMap<&'static str, HashMap<Uuid, Record>>,
    nothing: Record,
}

impl PrivateRecords {
    /// What an event may copy from.
    pub(crate) fn of(&self, event: &Recorded) -> &Record {
        self.records.get(event.category()).and_then(|records| records.get(&event.id)).unwrap_or(&self.nothing)
    }
}

/// The private records that these events may copy from, as they are now.
pub(crate) async fn private_records<'a, P: Projection>(
    store: &Store,
    events: impl Iterator<Item = &'a Recorded> + Clone,
) -> Result<PrivateRecords, Fault> {
    let mut records = HashMap::new();
    for category in P::PRIVATE {
        let of_category = events.clone().filter(|event| event.category() == *category && P::copies(event));
        let ids: Vec<_> = of_category.map(|event| event.id).collect::<BTreeSet<_>>().into_iter().collect();
        let found = store.private(category, &ids).await?;
        records.insert(*category, ids.into_iter().zip(found).collect());
    }
    Ok(PrivateRecords { records, nothing: Record::default() })
}

/// Folds those of the events that the rows do not contain yet, inside the caller's transaction.
pub(crate) async fn apply<P: Projection>(
    connection: &mut PgConnection,
    events: &[&Positioned],
    private: &PrivateRecords,
) -> Result<(), Fault> {
    let contained = Contents::read::<P>(connection, events.iter().copied()).await?;
    apply_to::<P>(connection, contained, events, private).await
}

/// The same where it is known what the rows contain.
pub(super) async fn apply_to<P: Projection>(
    connection: &mut PgConnection,
    Contents(mut contained): Contents,
    events: &[&Positioned],
    private: &PrivateRecords,
) -> Result<(), Fault> {
    let (mut fresh, mut touched, mut newest) = (Vec::new(), Touched::default(), BTreeMap::new());
    for positioned in events.iter().copied() {
        let event = &positioned.event;
        let category = category_of::<P>(event)?;
        let known = contained.entry((category, event.id)).or_default();
        if event.version <= known.version {
            continue;
        }
        if event.version != known.version + 1 {
            let version = known.version;
            return Err(Fault::event(event, &format_args!("the rows contain version {version} as the last")));
        }
        known.version = event.version;
        newest.insert((category, event.id), positioned);
        if !known.skipped.contains(&event.version) {
            if known.has_rows {
                touched.add(category, event.id);
            }
            fresh.push(positioned);
        }
    }
    if !fresh.is_empty() {
        // Of aggregates that are new there is nothing to be loaded.
        let mut rows = if touched.is_empty() { P::Rows::default() } else { P::load(connection, &touched).await? };
        for positioned in fresh {
            let event = &positioned.event;
            P::fold(&mut rows, positioned, private.of(event)).map_err(|reason| Fault::event(event, &reason))?;
        }
        P::save(rows, connection).await?;
    }
    save_applied::<P>(connection, &newest).await
}

/// Makes the rows count as containing this event without folding it.
pub(crate) async fn pass_over<P: Projection>(
    connection: &mut PgConnection,
    category: &'static str,
    event: &Positioned,
) -> Result<(), Fault> {
    save_applied::<P>(connection, &BTreeMap::from([((category, event.event.id), event)])).await
}

/// What the rows of one aggregate contain.
#[derive(Default)]
struct Contained {
    /// Its last event.
    version: u64,
    /// Whether there was one before this turn.
    has_rows: bool,
    /// The events that an operator discarded: they count as contained without having been folded.
    skipped: Vec<u64>,
}

type Aggregate = (&'static str, Uuid);

/// What the rows of the aggregates of some events contain.
pub(super) struct Contents(BTreeMap<Aggregate, Contained>);

/// What Postgres knows of one aggregate.
struct Row {
    category: String,
    id: Uuid,
    version: i64,
    skipped: Vec<i64>,
}

impl Contents {
    async fn read<'a, P: Projection>(
        connection: &mut PgConnection,
        events: impl Iterator<Item = &'a Positioned>,
    ) -> Result<Self, Fault> {
        let aggregates = aggregates_of::<P>(events)?;
        let (categories, ids) = columns(&aggregates);
        let rows = sqlx::query_as!(
            Row,
            r#"select k.category as "category!", k.id as "id!", coalesce(applied.version, 0) as "version!",
                      array(select s.version from skipped s
                            where s.consumer = $3 and s.category = k.category and s.id = k.id) as "skipped!"
               from unnest($1::text[], $2::uuid[]) as k (category, id) left join applied using (category, id)"#,
            &categories,
            &ids,
            P::NAME
        )
        .fetch_all(connection)
        .await?;
        Ok(Self::of::<P>(rows))
    }

    /// Moves the positions behind a turn, as [`Leases::settle`] does, and reads what the rows contain, in one statement.
    ///
    /// That sees the rows as they were before it had the positions. Nobody can have changed them meanwhile: whoever had the lease
    /// before could not be in the middle of that when it was taken over, and nobody settles under a token that is not theirs.
    pub(super) async fn settle_and_read<P: Projection>(
        connection: &mut PgConnection,
        leases: &Leases,
        turn: &Turn,
    ) -> Result<Self, Fault> {
        let settling = leases.settling(turn)?;
        let aggregates = aggregates_of::<P>(turn.iter().flat_map(|(_, events)| events))?;
        let (categories, ids) = columns(&aggregates);
        let rows = sqlx::query!(
            r#"with mine as (
                 update positions p
                 set position = s.position, last_event = s.last_event,
                     expires_at = clock_timestamp() + make_interval(secs => $2)
                 from unnest($3::text[], $4::smallint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
                   as s (category, partition, token, position, last_event, before)
                 where p.consumer = $1 and p.category = s.category and p.partition = s.partition and p.token = s.token
                   and p.position = s.before
                 returning 1
               )
               select (select count(*) from mine) as "moved!", k.category as "category!", k.id as "id!",
                      coalesce(applied.version, 0) as "version!",
                      array(select s.version from skipped s
                            where s.consumer = $11 and s.category = k.category and s.id = k.id) as "skipped!"
               from unnest($9::text[], $10::uuid[]) as k (category, id) left join applied using (category, id)"#,
            leases.consumer(),
            settling.lease_seconds,
            &settling.categories,
            &settling.partitions,
            &settling.tokens,
            &settling.positions,
            &settling.events as &[Option<String>],
            &settling.before,
            &categories,
            &ids,
            P::NAME
        )
        .fetch_all(connection)
        .await?;
        settling.check(rows.first().map_or(0, |row| row.moved.unsigned_abs()))?;
        let rows = rows.into_iter().map(|row| Row {
            category: row.category,
            id: row.id,
            version: row.version,
            skipped: row.skipped,
        });
        Ok(Self::of::<P>(rows))
    }

    fn of<P: Projection>(rows: impl IntoIterator<Item = Row>) -> Self {
        let contained = rows.into_iter().filter_map(|row| {
            let version = row.version.unsigned_abs();
            let skipped = row.skipped.into_iter().map(i64::unsigned_abs).collect();
            Some(((known::<P>(&row.category)?, row.id), Contained { version, has_rows: version > 0, skipped }))
        });
        Self(contained.collect())
    }
}

fn aggregates_of<'a, P: Projection>(
    events: impl Iterator<Item = &'a Positioned>,
) -> Result<BTreeSet<Aggregate>, Fault> {
    events.map(|Positioned { event, .. }| Ok((category_of::<P>(event)?, event.id))).collect()
}

fn columns(aggregates: &BTreeSet<Aggregate>) -> (Vec<String>, Vec<Uuid>) {
    aggregates.iter().map(|(category, id)| ((*category).to_owned(), *id)).unzip()
}

/// Remembers what the rows contain, and tells whoever waits for it.
async fn save_applied<P: Projection>(
    connection: &mut PgConnection,
    newest: &BTreeMap<Aggregate, &Positioned>,
) -> Result<(), Fault> {
    if newest.is_empty() {
        return Ok(());
    }
    let events = || newest.values();
    sqlx::query!(
        "with applied as (
           insert into applied (category, id, version, position, command)
           select * from unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[])
           on conflict (category, id) do update set
             version = excluded.version, position = excluded.position, command = excluded.command
         )
         select pg_notify('millrace', $6)",
        &newest.keys().map(|(category, _)| (*category).to_owned()).collect::<Vec<_>>(),
        &newest.keys().map(|(_, id)| *id).collect::<Vec<_>>(),
        &events().map(|event| event.event.version as i64).collect::<Vec<_>>(),
        &events().map(|event| event.position as i64).collect::<Vec<_>>(),
        &events().map(|event| event.event.command.clone()).collect::<Vec<_>>(),
        P::NAME,
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn known<P: Projection>(category: &str) -> Option<&'static str> {
    P::CATEGORIES.iter().copied().find(|known| *known == category)
}

fn category_of<P: Projection>(event: &Recorded) -> Result<&'static str, Fault> {
    let category = event.category();
    known::<P>(category).ok_or_else(|| Fault::event(event, &Unfoldable::Category(category.to_owned())))
}
