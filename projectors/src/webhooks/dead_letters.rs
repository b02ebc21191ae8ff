//! Messages that were sent in vain as often as they may: they wait for a person, among the dead letters of other consumers.

use domain::Partition;
use event_store::Store;
use sqlx::{PgConnection, PgPool};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::GROUP;
use crate::{Fault, HeldAggregate, Which};

/// Puts a copy of every new one into the stream that people look at. At least once.
pub(super) async fn report(pool: &PgPool, store: &Store) -> Result<(), Fault> {
    let dead = sqlx::query!(
        r#"select id, subscription, category, aggregate, version, kind, attempts, response, error, first_failed_at, last_at
           from deliveries where state = 'dead' and not reported limit 100"#
    );
    for letter in dead.fetch_all(pool).await? {
        let fields = [
            ("delivery", letter.id.clone()),
            ("subscription", letter.subscription.to_string()),
            ("category", letter.category),
            ("id", letter.aggregate.to_string()),
            ("version", letter.version.to_string()),
            ("type", letter.kind),
            ("error", said(letter.response, letter.error.as_deref())),
            ("attempts", letter.attempts.to_string()),
            ("first_failed_at", written(letter.first_failed_at)),
            ("last_failed_at", written(letter.last_at)),
        ];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        store.report_dead(GROUP, Partition::of(letter.aggregate), &fields).await?;
        metrics::counter!("consumer_dead_letters_total", "group" => GROUP).increment(1);
        sqlx::query!("update deliveries set reported = true where id = $1", letter.id).execute(pool).await?;
    }
    Ok(())
}

/// How many there are, and when the oldest failed first.
pub(crate) async fn dead(connection: &mut PgConnection) -> Result<(i64, Option<OffsetDateTime>), Fault> {
    let dead = sqlx::query!(
        r#"select count(*) as "count!", min(coalesce(first_failed_at, made_at)) as oldest
           from webhooks.deliveries where state = 'dead'"#
    );
    let dead = dead.fetch_one(connection).await?;
    Ok((dead.count, dead.oldest))
}

/// All of them, as dead letters are shown.
pub(crate) async fn all(connection: &mut PgConnection) -> Result<Vec<HeldAggregate>, Fault> {
    let rows = sqlx::query!(
        r#"select category, aggregate, version, position, kind, response, error, attempts, body,
                  coalesce(first_failed_at, made_at) as "first_failed_at!", coalesce(last_at, made_at) as "last_at!"
           from webhooks.deliveries where state = 'dead' order by made_at, id"#
    );
    let letters = rows.fetch_all(connection).await?.into_iter().map(|row| HeldAggregate {
        consumer: GROUP.to_owned(),
        category: row.category,
        id: row.aggregate,
        version: row.version,
        position: row.position,
        kind: row.kind,
        error: said(row.response, row.error.as_deref()),
        attempts: row.attempts,
        retry_at: None,
        first_failed_at: row.first_failed_at,
        last_failed_at: row.last_at,
        is_asked: false,
        waiting: 1,
        data: row.body,
    });
    Ok(letters.collect())
}

/// Has some of them sent again, as if for the first time: those about an aggregate, of a kind, or all. Those about the
/// webhooks of a user are all of that user's.
pub(crate) async fn retry(connection: &mut PgConnection, which: &Which) -> Result<u64, Fault> {
    let (category, id, kind) = match which {
        Which::All => (None, None, None),
        Which::Aggregate(category, id) => (Some(category.as_str()), Some(*id), None),
        Which::Type(kind) => (None, None, Some(kind.as_str())),
    };
    let again = sqlx::query!(
        "update webhooks.deliveries set state = 'due', attempts = 0, next_at = now(), reported = false
         where state = 'dead' and kind = coalesce($3, kind)
           and (category = coalesce($1, category) and aggregate = coalesce($2, aggregate)
                or $1 = 'webhook' and owner = $2)",
        category,
        id,
        kind
    );
    Ok(again.execute(connection).await?.rows_affected())
}

/// Gives up those about one event, and records that and why. A position that is set back does not bring them again.
pub(crate) async fn discard(
    connection: &mut PgConnection,
    (category, id, version): (&str, Uuid, u64),
    actor: &str,
    reason: &str,
) -> Result<u64, Fault> {
    let discard = sqlx::query!(
        "with given_up as (
           delete from webhooks.deliveries where state = 'dead' and category = $1 and aggregate = $2 and version = $3
           returning id
         )
         insert into webhooks.skipped (consumer, category, id, version, reason, actor, at)
         select $4, $1, $2, $3, $5, $6, now() where exists (select from given_up) on conflict do nothing",
        category,
        id,
        version as i64,
        GROUP,
        reason,
        actor
    );
    Ok(discard.execute(connection).await?.rows_affected())
}

/// What became of the last attempt.
fn said(response: Option<i32>, error: Option<&str>) -> String {
    response.map_or_else(|| error.unwrap_or("unknown").to_owned(), |status| format!("answered {status}"))
}

fn written(at: Option<OffsetDateTime>) -> String {
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}
