//! Tries again what is held, when its time has come or an operator asks for it.
//!
//! The events of one aggregate's queue in their order, some at a time, each time in a transaction that stands on the lease:
//! they are dealt with, and leave the queue. When it is empty, the aggregate flows again.

use event_store::{Feed, Positioned, Recorded, Store};
use sqlx::PgConnection;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    Leases, dead,
    held::{names, without_nul},
    worker::Sink,
};
use crate::{Fault, around};

/// How many events of one aggregate are tried together.
const TOGETHER: usize = 100;

/// One held aggregate whose time has come.
struct Due {
    feed: Feed,
    id: Uuid,
    discard: Option<Discard>,
}

/// An operator's word that an event is to be passed over: the one that they saw fail, and no other.
struct Discard {
    version: u64,
    reason: String,
    actor: String,
}

/// Tries what is due of the feeds that are held under these leases. For half a tick at most: the feeds flow on meanwhile.
pub(super) async fn due<S: Sink>(leases: &Leases, store: &Store, sink: &S) -> Result<(), Fault> {
    let until = Instant::now() + leases.timing().tick / 2;
    for due in due_now(leases).await? {
        if Instant::now() >= until {
            break;
        }
        match go_on(leases, sink, &due, until).await {
            Ok(()) => {}
            Err(fault @ Fault::LeaseLost(_)) => return Err(fault),
            // Whether a store is away for everybody shows in the next turn. If it is this aggregate alone, it is put off.
            Err(fault) => put_off(leases, &due, &fault).await?,
        }
    }
    dead::report(leases, store).await
}

async fn due_now(leases: &Leases) -> Result<Vec<Due>, Fault> {
    let feeds: Vec<Feed> = leases.feeds().into_iter().map(|(feed, _)| feed).collect();
    let (categories, partitions) = names(feeds.iter().copied());
    let rows = sqlx::query!(
        "select category, partition, id, discard, reason, actor
         from held join unnest($2::text[], $3::smallint[]) as f (category, partition) using (category, partition)
         where consumer = $1 and (retry_at <= now() or retry_asked or discard is not null)
         order by retry_at nulls first limit 100",
        leases.consumer(),
        &categories,
        &partitions
    )
    .fetch_all(leases.pool())
    .await?;
    let due = rows.into_iter().filter_map(|row| {
        let named = |feed: &&Feed| feed.category == row.category && i16::from(feed.partition.number()) == row.partition;
        let feed = *feeds.iter().find(named)?;
        let discard = row.discard.map(|version| Discard {
            version: version.unsigned_abs(),
            reason: row.reason.unwrap_or_default(),
            actor: row.actor.unwrap_or_default(),
        });
        Some(Due { feed, id: row.id, discard })
    });
    Ok(due.collect())
}

/// Works on one aggregate's queue until it is empty, an event fails, or the time is over.
async fn go_on<S: Sink>(leases: &Leases, sink: &S, due: &Due, until: Instant) -> Result<(), Fault> {
    let mut together = TOGETHER;
    while Instant::now() < until {
        let mut events = waiting(leases, due, together).await?;
        let Some(first) = events.first().map(|event| event.event.version) else { return Ok(()) };
        let outcome = match &due.discard {
            Some(discard) if discard.version == first => {
                events.truncate(1);
                pass_over(leases, sink, due.feed, &events[0], discard).await
            }
            discard => {
                // Up to the one that is to be passed over.
                let stop = discard.as_ref().map_or(u64::MAX, |discard| discard.version);
                events.retain(|event| first > stop || event.event.version < stop);
                try_again(leases, sink, due.feed, &events).await
            }
        };
        match outcome {
            Ok(()) => {}
            // One of them is at fault: one by one.
            Err(fault) if fault.is_about_events() && events.len() > 1 => together = 1,
            Err(fault) if fault.is_about_events() => return fails(leases, due.feed, &events[0], &fault).await,
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

async fn try_again<S: Sink>(leases: &Leases, sink: &S, feed: Feed, events: &[Positioned]) -> Result<(), Fault> {
    metrics::counter!("consumer_retries_total", "group" => leases.consumer().to_owned()).increment(1);
    for event in events {
        sink.deal_with(leases, feed, event).await?;
    }
    let mut transaction = leases.pool().begin().await?;
    leases.stand_on(&mut transaction, feed).await?;
    sink.fold(&mut transaction, events).await?;
    leave_queue(&mut transaction, leases.consumer(), feed, events).await?;
    Ok(transaction.commit().await?)
}

/// Records that an event is passed over, for every fold of the log from now on.
async fn pass_over<S: Sink>(
    leases: &Leases,
    sink: &S,
    feed: Feed,
    event: &Positioned,
    discard: &Discard,
) -> Result<(), Fault> {
    let mut transaction = leases.pool().begin().await?;
    leases.stand_on(&mut transaction, feed).await?;
    sqlx::query!(
        "insert into skipped (consumer, category, id, version, reason, actor, at)
         values ($1, $2, $3, $4, $5, $6, now()) on conflict do nothing",
        S::SUBJECT,
        feed.category,
        event.event.id,
        event.event.version as i64,
        discard.reason,
        discard.actor
    )
    .execute(&mut *transaction)
    .await?;
    sink.pass_over(&mut transaction, feed, event).await?;
    leave_queue(&mut transaction, leases.consumer(), feed, std::slice::from_ref(event)).await?;
    Ok(transaction.commit().await?)
}

/// The next events of the queue.
async fn waiting(leases: &Leases, due: &Due, count: usize) -> Result<Vec<Positioned>, Fault> {
    let rows = sqlx::query!(
        "select version, position, type as kind, schema, at, actor, command, trace, data
         from held_events where consumer = $1 and category = $2 and id = $3 order by version limit $4",
        leases.consumer(),
        due.feed.category,
        due.id,
        count as i64
    )
    .fetch_all(leases.pool())
    .await?;
    let events = rows.into_iter().map(|row| Positioned {
        position: row.position.unsigned_abs(),
        event: Recorded {
            id: due.id,
            version: row.version.unsigned_abs(),
            kind: row.kind,
            schema: row.schema.cast_unsigned(),
            at: row.at,
            actor: row.actor,
            command: row.command,
            trace: row.trace,
            data: row.data,
        },
    });
    Ok(events.collect())
}

/// These events wait no more. Behind the last one the aggregate flows again; else the next one's turn has come.
async fn leave_queue(
    connection: &mut PgConnection,
    consumer: &str,
    feed: Feed,
    events: &[Positioned],
) -> Result<(), Fault> {
    let Some(last) = events.last().map(|event| &event.event) else { return Ok(()) };
    let (category, id) = (feed.category, last.id);
    sqlx::query!(
        "delete from held_events where consumer = $1 and category = $2 and id = $3 and version <= $4",
        consumer,
        category,
        id,
        last.version as i64
    )
    .execute(&mut *connection)
    .await?;
    let waiting = sqlx::query!(
        "update held h
         set version = e.version, position = e.position, type = e.type, error = 'not tried yet', attempts = 0,
             retry_at = now(), reported = false, discard = case when discard >= e.version then discard end
         from (select version, position, type from held_events
               where consumer = $1 and category = $2 and id = $3 order by version limit 1) e
         where h.consumer = $1 and h.category = $2 and h.id = $3",
        consumer,
        category,
        id
    )
    .execute(&mut *connection)
    .await?
    .rows_affected();
    if waiting == 0 {
        sqlx::query!("delete from held where consumer = $1 and category = $2 and id = $3", consumer, category, id)
            .execute(connection)
            .await?;
        let (partition, version) = (feed.partition, last.version);
        tracing::info!(category, %partition, %id, version, "the aggregate flows again");
    }
    Ok(())
}

/// Counts a failure: of the same event as before, or of the one behind it.
async fn fails(leases: &Leases, feed: Feed, event: &Positioned, fault: &Fault) -> Result<(), Fault> {
    let mut transaction = leases.pool().begin().await?;
    leases.stand_on(&mut transaction, feed).await?;
    sqlx::query!(
        "update held h
         set attempts = n.attempts, version = $4, position = $5, type = $6, error = $7, last_failed_at = now(),
             first_failed_at = case when n.attempts = 1 then now() else first_failed_at end,
             retry_at = case when n.attempts < $8
               then now() + make_interval(secs => $9::float8 * power(5::float8, n.attempts - 1)) end,
             reported = false, retry_asked = false, discard = case when discard >= $4 then discard end
         from (select case when version = $4 then attempts + 1 else 1 end as attempts
               from held where consumer = $1 and category = $2 and id = $3) n
         where h.consumer = $1 and h.category = $2 and h.id = $3",
        leases.consumer(),
        feed.category,
        event.event.id,
        event.event.version as i64,
        event.position as i64,
        event.event.kind,
        without_nul(fault),
        i32::from(leases.timing().attempts),
        leases.timing().retry_after.as_secs_f64()
    )
    .execute(&mut *transaction)
    .await?;
    let (span, _) = around::event(leases.consumer(), &event.event);
    span.in_scope(|| tracing::warn!(%fault, "a held event fails again"));
    Ok(transaction.commit().await?)
}

/// Nothing is counted: what failed was on the way to the event.
async fn put_off(leases: &Leases, due: &Due, fault: &Fault) -> Result<(), Fault> {
    let Due { feed, id, .. } = due;
    tracing::warn!(category = feed.category, partition = %feed.partition, %id, %fault, "a held aggregate is put off");
    sqlx::query!(
        "update held set retry_at = now() + make_interval(secs => $4)
         where consumer = $1 and category = $2 and id = $3 and retry_at is not null",
        leases.consumer(),
        due.feed.category,
        due.id,
        leases.timing().lease.as_secs_f64()
    )
    .execute(leases.pool())
    .await?;
    Ok(())
}
