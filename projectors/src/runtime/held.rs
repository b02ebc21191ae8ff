//! Aggregates that wait because one of their events fails by itself.
//!
//! They are written down in the transaction that settles the turn they were found in, so that whoever owns the feed next
//! knows them. Everything here happens under the token of a lease.

use std::{collections::HashSet, time::Duration};

use event_store::{Feed, Positioned};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Leases,
    turn::{Run, Turn},
};
use crate::{Fault, around};

/// The aggregates of some feeds that are held.
#[derive(Default)]
pub(crate) struct Held(HashSet<(String, Uuid)>);

impl Held {
    pub(crate) fn contains(&self, feed: Feed, id: Uuid) -> bool {
        !self.0.is_empty() && self.0.contains(&(feed.category.to_owned(), id))
    }

    /// Those of the feeds of a turn.
    pub(crate) async fn of(connection: &mut PgConnection, leases: &Leases, turn: &Turn) -> Result<Self, Fault> {
        if leases.are_quiet(turn) {
            return Ok(Self::default());
        }
        let (categories, partitions) = names(turn.iter().map(|(feed, _)| *feed));
        let rows = sqlx::query!(
            "select category, id from held join unnest($2::text[], $3::smallint[]) as f (category, partition)
             using (category, partition) where consumer = $1",
            leases.consumer(),
            &categories,
            &partitions
        )
        .fetch_all(connection)
        .await?;
        leases.keep_quiet(turn.iter().map(|(feed, _)| *feed), rows.is_empty());
        Ok(Self(rows.into_iter().map(|row| (row.category, row.id)).collect()))
    }
}

/// Events that an operator discarded.
#[derive(Default)]
pub(crate) struct Skipped(HashSet<(Uuid, u64)>);

impl Skipped {
    pub(crate) fn contains(&self, event: &Positioned) -> bool {
        !self.0.is_empty() && self.0.contains(&(event.event.id, event.event.version))
    }
}

/// What of a turn is not to be dealt with: the aggregates of its feeds that are held, and those of its events that were
/// discarded. It may have been dealt with before, when the position was set back since.
pub(crate) async fn set_aside(leases: &Leases, subject: &str, turn: &Turn) -> Result<(Held, Skipped), Fault> {
    if leases.are_quiet(turn) {
        return Ok(Default::default());
    }
    let (categories, partitions) = names(turn.iter().map(|(feed, _)| *feed));
    let rows = sqlx::query!(
        r#"select category as "category!", id as "id!", null::bigint as discarded
           from held join unnest($2::text[], $3::smallint[]) as f (category, partition) using (category, partition)
           where consumer = $1
           union all
           select category, id, version from skipped where consumer = $4 and category = any($2)"#,
        leases.consumer(),
        &categories,
        &partitions,
        subject
    )
    .fetch_all(leases.pool())
    .await?;
    leases.keep_quiet(turn.iter().map(|(feed, _)| *feed), rows.is_empty());
    let (mut held, mut skipped) = (Held::default(), Skipped::default());
    for row in rows {
        match row.discarded {
            None => drop(held.0.insert((row.category, row.id))),
            Some(version) => drop(skipped.0.insert((row.id, version.unsigned_abs()))),
        }
    }
    Ok((held, skipped))
}

/// A run that stopped at an event which fails by itself.
pub(crate) struct Stopped<'a> {
    pub(crate) run: Run<'a>,
    /// Where in the run.
    pub(crate) at: usize,
    pub(crate) fault: Fault,
}

/// Writes down what of a turn has to wait: later events of aggregates that are held, and aggregates that are from now on.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    leases: &Leases,
    waiting: &[Run<'_>],
    stopped: &[Stopped<'_>],
) -> Result<(), Fault> {
    let consumer = leases.consumer();
    let kept = waiting.iter().chain(stopped.iter().map(|stopped| &stopped.run));
    leases.keep_quiet(kept.map(|run| run.feed), false);
    for run in waiting {
        queue(connection, consumer, run.feed, &run.events).await?;
    }
    for Stopped { run, at, fault } in stopped {
        queue(connection, consumer, run.feed, &run.events[*at..]).await?;
        hold(connection, consumer, run.feed, run.events[*at], fault, leases.timing().retry_after).await?;
    }
    if stopped.is_empty() { Ok(()) } else { check(connection, consumer, leases.timing().most_failing).await }
}

/// Lets events of one feed wait behind those that fail.
pub(crate) async fn queue(
    connection: &mut PgConnection,
    consumer: &str,
    feed: Feed,
    events: &[&Positioned],
) -> Result<(), Fault> {
    let column =
        |field: fn(&Positioned) -> &String| events.iter().map(|event| field(event).clone()).collect::<Vec<_>>();
    sqlx::query!(
        "insert into held_events (consumer, category, id, version, position, type, schema, at, actor, command, trace, data)
         select $1, $2, * from unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::integer[], $8::text[],
                                      $9::text[], $10::text[], $11::text[], $12::text[])
         on conflict do nothing",
        consumer,
        feed.category,
        &events.iter().map(|event| event.event.id).collect::<Vec<_>>(),
        &events.iter().map(|event| event.event.version as i64).collect::<Vec<_>>(),
        &events.iter().map(|event| event.position as i64).collect::<Vec<_>>(),
        &column(|event| &event.event.kind),
        &events.iter().map(|event| event.event.schema.cast_signed()).collect::<Vec<_>>(),
        &column(|event| &event.event.at),
        &column(|event| &event.event.actor),
        &column(|event| &event.event.command),
        &column(|event| &event.event.trace),
        &column(|event| &event.event.data),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Begins to hold an aggregate.
pub(crate) async fn hold(
    connection: &mut PgConnection,
    consumer: &str,
    feed: Feed,
    event: &Positioned,
    fault: &Fault,
    retry_after: Duration,
) -> Result<(), Fault> {
    sqlx::query!(
        "insert into held (consumer, category, id, partition, version, position, type, error, cause, held_since,
                           attempts, retry_at, first_failed_at, last_failed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now(), 1, now() + make_interval(secs => $10), now(), now())",
        consumer,
        feed.category,
        event.event.id,
        i16::from(feed.partition.number()),
        event.event.version as i64,
        event.position as i64,
        event.event.kind,
        without_nul(fault),
        cause(event, fault),
        retry_after.as_secs_f64(),
    )
    .execute(connection)
    .await?;
    let (span, _) = around::event(consumer, &event.event);
    span.in_scope(|| tracing::warn!(%fault, "the aggregate is held"));
    metrics::counter!("consumer_held_total", "group" => consumer.to_owned()).increment(1);
    Ok(())
}

/// The circuit breaker: many causes at once are a bad deploy and not bad data.
async fn check(connection: &mut PgConnection, consumer: &str, most: usize) -> Result<(), Fault> {
    let failing = sqlx::query_scalar!(
        r#"select count(distinct cause) as "count!" from held
           where consumer = $1 and held_since > now() - interval '1 minute'"#,
        consumer
    )
    .fetch_one(connection)
    .await?
    .unsigned_abs() as usize;
    if failing > most { Err(Fault::ManyFail { failing }) } else { Ok(()) }
}

/// What is to blame: another aggregate that cannot be read, which may hold up many, or else the event's own.
fn cause(event: &Positioned, fault: &Fault) -> String {
    let of_another = matches!(fault, Fault::Store(_) | Fault::Command(_));
    if of_another { without_nul(fault) } else { event.event.id.to_string() }
}

/// Whether so many stopped at once that nothing is to be written down.
pub(crate) fn too_many(stopped: &[Stopped<'_>], most: usize) -> Result<(), Fault> {
    let causes: HashSet<_> =
        stopped.iter().map(|stopped| cause(stopped.run.events[stopped.at], &stopped.fault)).collect();
    if causes.len() > most { Err(Fault::ManyFail { failing: causes.len() }) } else { Ok(()) }
}

/// What is wrong, as Postgres takes it.
pub(super) fn without_nul(fault: &Fault) -> String {
    fault.to_string().replace('\0', "")
}

/// Categories and partitions of feeds, as columns.
pub(super) fn names(feeds: impl Iterator<Item = Feed>) -> (Vec<String>, Vec<i16>) {
    feeds.map(|feed| (feed.category.to_owned(), i16::from(feed.partition.number()))).unzip()
}
