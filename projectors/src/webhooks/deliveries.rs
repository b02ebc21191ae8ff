//! What is to be told, and what became of it: rows that are written with a turn, sent by others, and kept for a while.

use std::time::Duration;

use domain::{SubscriptionId, UserId, webhook::Kind};
use event_store::Positioned;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::line::Outcome;
use crate::Fault;

/// How many are being sent to one subscription at the same time, and to one that takes nothing.
const AT_ONCE: i64 = 4;
const AT_ONCE_FAILING: i64 = 1;
/// How many rows are forgotten in one statement.
const FORGOTTEN_AT_ONCE: i64 = 1_000;

/// Something that is to be told to one subscription.
pub(super) struct Delivery {
    id: String,
    subscription: Uuid,
    owner: Uuid,
    category: String,
    aggregate: Uuid,
    version: i64,
    position: i64,
    kind: &'static str,
    body: String,
    trace: String,
}

impl Delivery {
    pub(super) fn new(
        event: &Positioned,
        subscription: SubscriptionId,
        owner: UserId,
        kind: Kind,
        body: String,
    ) -> Self {
        let Positioned { position, event } = event;
        let subscription = Uuid::from(subscription);
        // The command tells it from another event that took its place in a log which has lost its tail.
        let command: String = event.command.chars().filter(char::is_ascii_alphanumeric).collect();
        let (category, aggregate) = (event.category().to_owned(), event.id.simple());
        Self {
            id: format!("{category}_{aggregate}_{}_{command}_{}", event.version, subscription.simple()),
            subscription,
            owner: owner.into(),
            category,
            aggregate: event.id,
            version: event.version as i64,
            position: *position as i64,
            kind: kind.as_str(),
            body,
            trace: event.trace.clone(),
        }
    }
}

/// Writes down what is to be told. What is written down already stays as it is.
pub(super) async fn insert(connection: &mut PgConnection, all: &[Delivery]) -> Result<(), Fault> {
    if all.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into deliveries (id, subscription, owner, category, aggregate, version, position, kind, body, trace)
         select * from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::bigint[], $7::bigint[],
                              $8::text[], $9::text[], $10::text[])
         on conflict do nothing",
        &all.iter().map(|row| row.id.clone()).collect::<Vec<_>>(),
        &all.iter().map(|row| row.subscription).collect::<Vec<_>>(),
        &all.iter().map(|row| row.owner).collect::<Vec<_>>(),
        &all.iter().map(|row| row.category.clone()).collect::<Vec<_>>(),
        &all.iter().map(|row| row.aggregate).collect::<Vec<_>>(),
        &all.iter().map(|row| row.version).collect::<Vec<_>>(),
        &all.iter().map(|row| row.position).collect::<Vec<_>>(),
        &all.iter().map(|row| row.kind.to_owned()).collect::<Vec<_>>(),
        &all.iter().map(|row| row.body.clone()).collect::<Vec<_>>(),
        &all.iter().map(|row| row.trace.clone()).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One delivery, taken over to be sent.
pub(super) struct Claimed {
    pub(super) id: String,
    pub(super) subscription: Uuid,
    pub(super) owner: Uuid,
    pub(super) body: String,
    /// The event that it is about, and its trace.
    pub(super) category: String,
    pub(super) aggregate: Uuid,
    pub(super) version: i64,
    pub(super) kind: String,
    pub(super) trace: String,
    lease: Uuid,
}

/// Takes over what is due, so many at most, and few of each subscription: one that is slow takes no one else's place, and
/// those that take nothing come last.
pub(super) async fn claim(pool: &PgPool, most: usize, lease: Duration) -> Result<Vec<Claimed>, Fault> {
    let by = Uuid::now_v7();
    let rows = sqlx::query!(
        r#"with ready as (
             select r.subscription, s.failing_since,
                    case when s.failing_since is null then $3::bigint else $4::bigint end
                      - (select count(*) from deliveries b where b.subscription = r.subscription and b.state = 'due'
                           and b.lease is not null and b.next_at > now()) as room
             from (select distinct subscription from deliveries where state = 'due' and next_at <= now()) r
             left join subscribers s on s.id = r.subscription
           ), taken as (
             select due.id from ready cross join lateral (
               select id from deliveries d
               where d.subscription = ready.subscription and d.state = 'due' and d.next_at <= now()
               order by d.next_at limit greatest(ready.room, 0) for update skip locked
             ) due
             order by ready.failing_since nulls first limit $2
           )
           update deliveries d set lease = $1, next_at = now() + make_interval(secs => $5)
           from taken where d.id = taken.id
           returning d.id as "id!", d.subscription, d.owner, d.body, d.category, d.aggregate, d.version, d.kind,
             d.trace"#,
        by,
        most as i64,
        AT_ONCE,
        AT_ONCE_FAILING,
        lease.as_secs_f64()
    )
    .fetch_all(pool)
    .await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        id: row.id,
        subscription: row.subscription,
        owner: row.owner,
        body: row.body,
        category: row.category,
        aggregate: row.aggregate,
        version: row.version,
        kind: row.kind,
        trace: row.trace,
        lease: by,
    });
    Ok(claimed.collect())
}

/// When something that failed is tried again, and how often at all.
#[derive(Clone, Copy)]
pub(super) struct Again {
    pub(super) attempts: u16,
    pub(super) after: Duration,
}

impl Claimed {
    /// It was taken.
    pub(super) async fn delivered(&self, pool: &PgPool, response: u16) -> Result<(), Fault> {
        let mut transaction = pool.begin().await?;
        sqlx::query!(
            "update deliveries set state = 'delivered', attempts = attempts + 1, next_at = null, last_at = now(),
                    response = $3, error = null, lease = null
             where id = $1 and lease = $2",
            self.id,
            self.lease,
            i32::from(response)
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!(
            "update subscribers set failing_since = null where id = $1 and failing_since is not null",
            self.subscription
        )
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// It was not. Returns since when the subscription takes nothing.
    pub(super) async fn failed(
        &self,
        pool: &PgPool,
        outcome: Outcome,
        again: Again,
    ) -> Result<Option<OffsetDateTime>, Fault> {
        let mut transaction = pool.begin().await?;
        // Many that failed at once do not come back at once.
        let spread = rand::random_range(0.75..1.25);
        sqlx::query!(
            "update deliveries
             set attempts = attempts + 1, last_at = now(), first_failed_at = coalesce(first_failed_at, now()),
                 response = $3, error = $4, lease = null,
                 state = case when attempts + 1 < $5 then 'due' else 'dead' end,
                 next_at = case when attempts + 1 < $5
                   then now() + make_interval(secs => $6::float8 * power(5::float8, attempts)) end
             where id = $1 and lease = $2",
            self.id,
            self.lease,
            outcome.response.map(i32::from),
            outcome.error,
            i32::from(again.attempts),
            again.after.as_secs_f64() * spread
        )
        .execute(&mut *transaction)
        .await?;
        let since = sqlx::query_scalar!(
            "update subscribers set failing_since = coalesce(failing_since, now()) where id = $1 returning failing_since",
            self.subscription
        )
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(since.flatten())
    }

    /// It is not to be sent any more.
    pub(super) async fn dropped(&self, pool: &PgPool) -> Result<(), Fault> {
        sqlx::query!("delete from deliveries where id = $1 and lease = $2", self.id, self.lease).execute(pool).await?;
        Ok(())
    }
}

/// Forgets what was sent or given up so long ago.
pub(super) async fn forget(pool: &PgPool, kept: Duration) -> Result<(), Fault> {
    let forget = sqlx::query!(
        "delete from deliveries where id in (
           select id from deliveries where state <> 'due' and made_at < now() - make_interval(secs => $1)
             and last_at < now() - make_interval(secs => $1) order by made_at limit $2)",
        kept.as_secs_f64(),
        FORGOTTEN_AT_ONCE
    );
    forget.execute(pool).await?;
    Ok(())
}
