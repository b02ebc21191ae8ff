//! Tries again what is held, when its time has come or an operator asks for it.
//!
//! One event at a time, each in a transaction that stands on the lease: it is dealt with, and leaves the queue. What comes
//! behind it follows, until the queue is empty and the aggregate flows again.

use event_store::{Feed, Positioned, Recorded, Store};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Leases, held::names, worker::Sink};
use crate::Fault;

/// How often an event is tried before it is a dead letter.
const ATTEMPTS: i32 = 5;
/// How many events are tried between two turns, so that the feeds flow on meanwhile.
const AT_ONCE: usize = 200;

/// One held aggregate whose time has come.
struct Due {
    feed: Feed,
    id: Uuid,
    discard: Option<Skip>,
}

/// An operator's word that an event is to be passed over: the one that they saw fail, and no other.
struct Skip {
    version: u64,
    reason: String,
    actor: String,
}

/// Tries what is due of the feeds that are held under these leases.
pub(super) async fn due(leases: &Leases, store: &Store, sink: &impl Sink) -> Result<(), Fault> {
    let mut left = AT_ONCE;
    for due in due_now(leases).await? {
        left -= go_on(leases, sink, &due, left).await?;
    }
    report(leases, store).await
}

async fn due_now(leases: &Leases) -> Result<Vec<Due>, Fault> {
    let feeds: Vec<Feed> = leases.feeds().into_iter().map(|(feed, _)| feed).collect();
    let (categories, partitions) = names(feeds.iter().copied());
    let rows = sqlx::query!(
        "select category, partition, id, version, request, reason, actor
         from held join unnest($2::text[], $3::smallint[]) as f (category, partition) using (category, partition)
         where consumer = $1 and (retry_at <= now() or request is not null)
         order by position limit 100",
        leases.consumer(),
        &categories,
        &partitions
    )
    .fetch_all(leases.pool())
    .await?;
    let due = rows.into_iter().filter_map(|row| {
        let named = |feed: &&Feed| feed.category == row.category && i16::from(feed.partition.number()) == row.partition;
        let feed = *feeds.iter().find(named)?;
        let discard = row.request.filter(|request| request == "discard").map(|_| Skip {
            version: row.version.unsigned_abs(),
            reason: row.reason.unwrap_or_default(),
            actor: row.actor.unwrap_or_default(),
        });
        Some(Due { feed, id: row.id, discard })
    });
    Ok(due.collect())
}

/// Works on one aggregate's queue until it is empty, an event fails, or `most` events are done. Returns how many were.
async fn go_on(leases: &Leases, sink: &impl Sink, due: &Due, most: usize) -> Result<usize, Fault> {
    let mut discard = due.discard.as_ref();
    for done in 0..most {
        let Some(event) = first(leases, due).await? else { return Ok(done) };
        match discard.take().filter(|skip| skip.version == event.event.version) {
            Some(skip) => pass_over(leases, sink, due.feed, &event, skip).await?,
            None => match try_again(leases, sink, due.feed, &event).await {
                Ok(()) => {}
                Err(fault) if fault.is_about_events() => {
                    fails(leases, due.feed, &event, &fault).await?;
                    return Ok(done + 1);
                }
                Err(fault) => return Err(fault),
            },
        }
    }
    Ok(most)
}

async fn try_again(leases: &Leases, sink: &impl Sink, feed: Feed, event: &Positioned) -> Result<(), Fault> {
    sink.deal_with(leases, feed, event).await?;
    let mut transaction = leases.pool().begin().await?;
    leases.stand_on(&mut transaction, feed).await?;
    sink.fold(&mut transaction, event).await?;
    leave_queue(&mut transaction, leases.consumer(), feed, event).await?;
    Ok(transaction.commit().await?)
}

/// Records that an event is passed over, for every fold of the log from now on.
async fn pass_over<S: Sink>(
    leases: &Leases,
    sink: &S,
    feed: Feed,
    event: &Positioned,
    skip: &Skip,
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
        skip.reason,
        skip.actor
    )
    .execute(&mut *transaction)
    .await?;
    sink.pass_over(&mut transaction, event).await?;
    leave_queue(&mut transaction, leases.consumer(), feed, event).await?;
    Ok(transaction.commit().await?)
}

/// The event that everything of this aggregate waits for.
async fn first(leases: &Leases, due: &Due) -> Result<Option<Positioned>, Fault> {
    let row = sqlx::query!(
        "select version, position, type as kind, schema, at, actor, command, trace, data
         from held_events where consumer = $1 and category = $2 and id = $3 order by version limit 1",
        leases.consumer(),
        due.feed.category,
        due.id
    )
    .fetch_optional(leases.pool())
    .await?;
    Ok(row.map(|row| Positioned {
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
    }))
}

/// The event waits no more. Behind the last one the aggregate flows again; else the next one's turn has come.
async fn leave_queue(
    connection: &mut PgConnection,
    consumer: &str,
    feed: Feed,
    event: &Positioned,
) -> Result<(), Fault> {
    let (category, id, version) = (feed.category, event.event.id, event.event.version as i64);
    sqlx::query!(
        "delete from held_events where consumer = $1 and category = $2 and id = $3 and version = $4",
        consumer,
        category,
        id,
        version
    )
    .execute(&mut *connection)
    .await?;
    let waiting = sqlx::query!(
        "update held set retry_at = now(), request = null, reason = null, actor = null
         where consumer = $1 and category = $2 and id = $3
           and exists (select from held_events e where e.consumer = $1 and e.category = $2 and e.id = $3)",
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
        tracing::info!(consumer, category, %id, "the aggregate flows again");
    }
    Ok(())
}

/// Counts a failure: of the same event as before, or of the one behind it.
async fn fails(leases: &Leases, feed: Feed, event: &Positioned, fault: &Fault) -> Result<(), Fault> {
    let mut transaction = leases.pool().begin().await?;
    leases.stand_on(&mut transaction, feed).await?;
    sqlx::query!(
        "update held set
           attempts = case when version = $4 then attempts + 1 else 1 end,
           first_failed_at = case when version = $4 then first_failed_at else now() end,
           last_failed_at = now(), version = $4, position = $5, type = $6, error = $7,
           retry_at = case when (case when version = $4 then attempts + 1 else 1 end) < $8
             then now() + make_interval(secs => $9::float8 * power(5::float8, case when version = $4 then attempts else 0 end)) end,
           reported = false, request = null, reason = null, actor = null
         where consumer = $1 and category = $2 and id = $3",
        leases.consumer(),
        feed.category,
        event.event.id,
        event.event.version as i64,
        event.position as i64,
        event.event.kind,
        fault.to_string(),
        ATTEMPTS,
        leases.timing().retry_after.as_secs_f64()
    )
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

/// Puts a copy of every new dead letter into the stream that people look at. At least once.
async fn report(leases: &Leases, store: &Store) -> Result<(), Fault> {
    let feeds: Vec<Feed> = leases.feeds().into_iter().map(|(feed, _)| feed).collect();
    let (categories, partitions) = names(feeds.iter().copied());
    let dead = sqlx::query!(
        "select category, id, version, position, type as kind, error, attempts, first_failed_at, last_failed_at
         from held join unnest($2::text[], $3::smallint[]) as f (category, partition) using (category, partition)
         where consumer = $1 and retry_at is null and not reported order by position limit 100",
        leases.consumer(),
        &categories,
        &partitions
    )
    .fetch_all(leases.pool())
    .await?;
    for letter in dead {
        let fields = [
            ("category", letter.category.as_str()),
            ("id", &letter.id.to_string()),
            ("version", &letter.version.to_string()),
            ("position", &letter.position.to_string()),
            ("type", &letter.kind),
            ("error", &letter.error),
            ("attempts", &letter.attempts.to_string()),
            ("first_failed_at", &written(letter.first_failed_at)),
            ("last_failed_at", &written(letter.last_failed_at)),
        ];
        store.report_dead(leases.consumer(), domain::Partition::of(letter.id), &fields).await?;
        tracing::error!(consumer = leases.consumer(), id = %letter.id, error = letter.error, "dead letter");
        metrics::counter!("consumer_dead_letters_total", "group" => leases.consumer().to_owned()).increment(1);
        sqlx::query!(
            "update held set reported = true where consumer = $1 and category = $2 and id = $3 and version = $4",
            leases.consumer(),
            letter.category,
            letter.id,
            letter.version
        )
        .execute(leases.pool())
        .await?;
    }
    Ok(())
}

fn written(at: time::OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339).expect("a time of this era can be written")
}
