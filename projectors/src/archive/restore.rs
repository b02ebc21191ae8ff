//! Filling an empty Redis from the archive.
//!
//! Every aggregate comes back from its last event on that carries it forward, every feed with its last entry: so all
//! versions and positions go on where they were, and whoever was not that far reads the archive first.

use std::collections::BTreeMap;

use domain::Aggregate;
use event_store::{DueTimer, Feed, Positioned, Record, Recorded, Restoring, Store};
use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::{
    CATEGORIES,
    events::Row,
    heal::{connect, policies},
    positions::positions,
    records, upkeep,
};
use crate::{Fault, schema};

/// What came back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// How many aggregates.
    pub aggregates: u64,
    /// How many of their events. Those before stay in the archive.
    pub events: u64,
    /// How many private records and credentials.
    pub records: u64,
    /// How many timers.
    pub timers: u64,
    /// How many positions of consumers lie behind what was archived: they have made something of events that are gone.
    pub ahead: usize,
}

/// Fills an empty Redis with everything that the archive has. Until it has finished, nobody can append anything.
///
/// # Errors
/// When a store does not answer, or Redis already holds a log.
pub async fn restore(store: &Store, database: &PgConnectOptions) -> Result<Restored, Fault> {
    let mut connection = connect(database, schema::ARCHIVE).await?;
    let mut archive = connection.begin_with("begin isolation level repeatable read").await?;
    // Two at once would each take the other's work for an interrupted attempt.
    let alone = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtext('millrace restore')) as "alone!""#);
    if !alone.fetch_one(&mut *archive).await? {
        return Err(event_store::Error::Restoring.into());
    }
    let mut redis = store.restoring().await?;
    let mut done = Restored::default();
    macro_rules! all {
        ($($aggregate:ty,)+) => { $(aggregates::<$aggregate>(&mut archive, &mut redis, &mut done).await?;)+ };
    }
    domain::each_aggregate!(all);
    let settled = positions(&mut archive).await?;
    for feed in CATEGORIES.iter().flat_map(|category| Feed::all(category)) {
        let archived = last_entry(&mut archive, &mut redis, feed).await?;
        let ahead = settled.iter().filter(|(of, position)| *of == feed && *position > archived).count();
        remember(&mut archive, feed, archived, ahead > 0).await?;
        done.ahead += ahead;
    }
    people(&mut archive, &mut redis, &mut done).await?;
    archive.commit().await?;
    look_back(database).await?;
    redis.finish().await?;
    Ok(done)
}

/// Lets policies look again at what came last: what they have done because of it may not have been archived any more.
async fn look_back(database: &PgConnectOptions) -> Result<(), Fault> {
    let mut archive = connect(database, schema::ARCHIVE).await?;
    let last = sqlx::query!("select category, partition, max(position) as position from events group by 1, 2");
    let last = last.fetch_all(&mut archive).await?.into_iter();
    let last: Vec<_> = last
        .filter_map(|row| Some((upkeep::feed(&row.category, row.partition)?, row.position?.unsigned_abs())))
        .collect();
    for (group, schema) in policies::all() {
        let mut policies = connect(database, schema).await?;
        let mut transaction = policies.begin().await?;
        policies::look_back(&mut transaction, &mut archive, group, &last).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Whether Redis has nothing of the log that the archive holds.
///
/// # Errors
/// When a store does not answer.
pub async fn is_lost(store: &Store, database: &PgConnectOptions) -> Result<bool, Fault> {
    let mut archive = connect(database, schema::ARCHIVE).await?;
    if !sqlx::query_scalar!(r#"select exists (select from events) as "some!""#).fetch_one(&mut archive).await? {
        return Ok(false);
    }
    for feed in CATEGORIES.iter().flat_map(|category| Feed::all(category)) {
        if store.head(feed).await? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The streams of one category, and the timers that their aggregates want.
async fn aggregates<A: Aggregate>(
    archive: &mut PgConnection,
    redis: &mut Restoring,
    done: &mut Restored,
) -> Result<(), Fault> {
    let mut rows = sqlx::query_as!(
        Row,
        "select e.position, e.id, e.version, e.type as kind, e.schema, e.at, e.actor, e.command, e.trace, e.data
         from events e join aggregates a using (category, id)
         where category = $1 and e.version >= a.carried order by id, e.version",
        A::CATEGORY
    )
    .fetch(archive);
    let mut stream = Vec::<Recorded>::new();
    while let Some(row) = rows.try_next().await? {
        let event = Positioned::from(row).event;
        if stream.first().is_some_and(|first| first.id != event.id) {
            aggregate::<A>(&stream, redis, done).await?;
            stream.clear();
        }
        stream.push(event);
    }
    if !stream.is_empty() {
        aggregate::<A>(&stream, redis, done).await?;
    }
    Ok(())
}

async fn aggregate<A: Aggregate>(stream: &[Recorded], redis: &mut Restoring, done: &mut Restored) -> Result<(), Fault> {
    let id = stream[0].id;
    redis.restore_stream(A::CATEGORY, id, stream).await?;
    match stream.iter().map(Recorded::event::<A>).collect::<Result<Vec<_>, _>>() {
        Ok(events) => {
            let timers: Vec<_> = DueTimer::of::<A>(id.into(), &A::replay(&events)).collect();
            redis.restore_timers(&timers).await?;
            done.timers += timers.len() as u64;
        }
        // It comes back as it was: nobody can load it, and so it has no timers.
        Err(error) => tracing::warn!(category = A::CATEGORY, %id, %error, "an aggregate cannot be folded"),
    }
    done.aggregates += 1;
    done.events += stream.len() as u64;
    Ok(())
}

/// The last entry of a feed, and its position.
async fn last_entry(archive: &mut PgConnection, redis: &mut Restoring, feed: Feed) -> Result<u64, Fault> {
    let partition = i16::from(feed.partition.number());
    let last = sqlx::query_as!(
        Row,
        "select position, id, version, type as kind, schema, at, actor, command, trace, data
         from events where category = $1 and partition = $2 order by position desc limit 1",
        feed.category,
        partition
    )
    .fetch_optional(archive)
    .await?
    .map(Positioned::from);
    redis.restore_feed(feed, last.as_slice()).await?;
    Ok(last.map_or(0, |last| last.position))
}

/// Records up to where a feed was restored; where no consumer had been further, nobody has to come to terms with it.
pub(super) async fn remember(archive: &mut PgConnection, feed: Feed, position: u64, ahead: bool) -> Result<(), Fault> {
    sqlx::query!(
        "insert into restored (category, partition, position, at, healed_at)
         values ($1, $2, $3, now(), case when not $4 then now() end)",
        feed.category,
        i16::from(feed.partition.number()),
        position as i64,
        ahead
    )
    .execute(archive)
    .await?;
    Ok(())
}

/// Private records and credentials.
async fn people(archive: &mut PgConnection, redis: &mut Restoring, done: &mut Restored) -> Result<(), Fault> {
    records::take_on_role(archive).await?;
    let mut rows =
        sqlx::query!(r#"select category, id, fields::text as "fields!" from records.private"#).fetch(&mut *archive);
    while let Some(row) = rows.try_next().await? {
        redis.restore_private(&row.category, row.id, &record(&row.fields)?).await?;
        done.records += 1;
    }
    drop(rows);
    let mut rows =
        sqlx::query!(r#"select user_id, fields::text as "fields!" from records.credentials"#).fetch(&mut *archive);
    while let Some(row) = rows.try_next().await? {
        redis.restore_credential(row.user_id, &record(&row.fields)?).await?;
        done.records += 1;
    }
    drop(rows);
    records::lay_down_role(archive).await
}

fn record(fields: &str) -> Result<Record, Fault> {
    let fields: BTreeMap<String, String> =
        serde_json::from_str(fields).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Record(fields))
}
