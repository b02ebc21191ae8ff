//! Dead letters, as people see them in Redis. What counts is the row.

use domain::Partition;
use event_store::{Feed, Store};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use traces::Trace;

use super::{Leases, held::names};
use crate::Fault;

/// Puts a copy of every new dead letter into the stream that people look at. At least once.
pub(super) async fn report(leases: &Leases, store: &Store) -> Result<(), Fault> {
    let feeds: Vec<Feed> = leases.feeds().into_iter().map(|(feed, _)| feed).collect();
    let (categories, partitions) = names(feeds.iter().copied());
    let dead = sqlx::query!(
        r#"select category, id, version, position, type as kind, error, attempts, first_failed_at, last_failed_at,
                  (select trace from held_events e where e.consumer = $1 and e.category = held.category and e.id = held.id
                     and e.version = held.version) as trace
         from held join unnest($2::text[], $3::smallint[]) as f (category, partition) using (category, partition)
         where consumer = $1 and retry_at is null and not reported order by position limit 100"#,
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
        if let Err(error) = store.report_dead(leases.consumer(), Partition::of(letter.id), &fields).await {
            let (category, id, version) = (letter.category, letter.id, letter.version);
            tracing::warn!(category, %id, version, %error, "a dead letter is not in its stream yet");
            return Ok(());
        }
        tracing::error!(
            category = letter.category,
            partition = %Partition::of(letter.id),
            id = %letter.id,
            version = letter.version,
            "type" = letter.kind,
            trace_id = letter.trace.and_then(|trace| Trace::parse(&trace)).map(|trace| trace.id()),
            error = letter.error,
            "dead letter"
        );
        metrics::counter!("consumer_dead_letters_total", "group" => leases.consumer().to_owned()).increment(1);
        sqlx::query!(
            "update held set reported = true
             where consumer = $1 and category = $2 and id = $3 and version = $4 and attempts = $5",
            leases.consumer(),
            letter.category,
            letter.id,
            letter.version,
            letter.attempts
        )
        .execute(leases.pool())
        .await?;
    }
    Ok(())
}

fn written(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).expect("a time of this era can be written")
}
