//! How far a consumer has got in each feed, and who may say so.
//!
//! Postgres keeps both, in the database of the consumer's rows. A worker takes a lease on feeds that nobody works on and
//! renews it while it lives. Every lease has a token that rises with its owner; whatever a worker settles, it settles
//! under its token, so that an owner who was paused for longer than its lease can change nothing when it wakes up.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::Partition;
use event_store::{Feed, Positioned};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::{share, timing::Timing};
use crate::Fault;

/// How much the clocks of Redis and this process may differ.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(1);

/// A feed that this worker may settle.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) position: u64,
    /// The event there, as `<id>:<version>:<command>`.
    pub(crate) last_event: Option<String>,
    token: i64,
    until: OffsetDateTime,
    /// Nothing of the feed that is still to come is held or discarded. Only whoever has the lease changes that.
    is_quiet: bool,
}

/// What a turn makes of the positions, as columns.
pub(crate) struct Settling {
    pub(crate) lease_seconds: f64,
    pub(crate) categories: Vec<String>,
    pub(crate) partitions: Vec<i16>,
    pub(crate) tokens: Vec<i64>,
    pub(crate) before: Vec<i64>,
    pub(crate) positions: Vec<i64>,
    pub(crate) events: Vec<Option<String>>,
    first: Option<Feed>,
}

impl Settling {
    /// Whether every position was moved; if not, a lease is lost.
    pub(crate) fn check(&self, moved: u64) -> Result<(), Fault> {
        match self.first {
            Some(feed) if moved != self.tokens.len() as u64 => Err(Fault::LeaseLost(feed)),
            _ => Ok(()),
        }
    }
}

/// The feeds that one worker of a consumer holds.
pub(crate) struct Leases {
    pool: PgPool,
    consumer: String,
    owner: String,
    categories: &'static [&'static str],
    timing: Timing,
    held: Mutex<BTreeMap<Feed, Lease>>,
}

impl Leases {
    pub(crate) fn new(
        pool: PgPool,
        consumer: String,
        owner: String,
        categories: &'static [&'static str],
        timing: Timing,
    ) -> Self {
        Self { pool, consumer, owner, categories, timing, held: Mutex::default() }
    }

    pub(crate) fn consumer(&self) -> &str {
        &self.consumer
    }

    pub(crate) const fn timing(&self) -> &Timing {
        &self.timing
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Makes sure that every feed of the consumer has a position.
    pub(crate) async fn register(&self) -> Result<(), Fault> {
        let feeds = self.categories.iter().flat_map(|category| Feed::all(category));
        let (categories, partitions): (Vec<_>, Vec<_>) =
            feeds.map(|feed| (feed.category.to_owned(), i16::from(feed.partition.number()))).unzip();
        sqlx::query!(
            "insert into positions (consumer, category, partition)
             select $1, * from unnest($2::text[], $3::smallint[]) on conflict do nothing",
            self.consumer,
            &categories,
            &partitions
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Comes to this worker's share: lets go what is too much, takes what nobody holds any more, and returns the latter.
    pub(crate) async fn take(&self) -> Result<Vec<Feed>, Fault> {
        let feeds = self.categories.len() * usize::from(Partition::COUNT);
        let share = share::of(&self.pool, &self.consumer, &self.owner, self.timing.lease, feeds).await?;
        let held = self.feeds();
        if share < held.len() {
            self.let_go(&held[share..]).await?;
        }
        let missing = share.saturating_sub(held.len());
        if missing == 0 {
            return Ok(Vec::new());
        }
        let until = self.lease_from_now();
        let rows = sqlx::query!(
            r#"with free as (
                 select category, partition from positions
                 where consumer = $1 and (owner is null or expires_at < now() - make_interval(secs => $4))
                 limit $5 for update skip locked
               )
               update positions p
               set owner = $2, token = token + 1, expires_at = now() + make_interval(secs => $3)
               from free where p.consumer = $1 and p.category = free.category and p.partition = free.partition
               returning p.category, p.partition, position, last_event, token"#,
            self.consumer,
            self.owner,
            self.timing.lease.as_secs_f64(),
            self.timing.grace.as_secs_f64(),
            missing as i64
        )
        .fetch_all(&self.pool)
        .await?;
        let mut held = self.held();
        let leases = rows.into_iter().filter_map(|row| {
            let feed = self.feed(&row.category, row.partition)?;
            let position = u64::try_from(row.position).unwrap_or_default();
            Some((feed, Lease { position, last_event: row.last_event, token: row.token, until, is_quiet: false }))
        });
        Ok(leases.map(|(feed, lease)| (held.insert(feed, lease), feed).1).collect())
    }

    /// Keeps what is held, and nothing else: a lease that was taken unnoticed or could not be let go must end. A feed
    /// that is being settled at this moment is renewed by that.
    pub(crate) async fn renew(&self) -> Result<(), Fault> {
        let until = self.lease_from_now();
        let (categories, partitions, tokens) = columns(&self.feeds());
        let rows = sqlx::query!(
            "with mine as (
               select category, partition, token
               from positions join unnest($3::text[], $4::smallint[], $5::bigint[]) as h (category, partition, token)
                 using (category, partition, token)
               where consumer = $1 for update of positions skip locked
             )
             update positions p set expires_at = now() + make_interval(secs => $2)
             from mine where p.consumer = $1 and p.category = mine.category and p.partition = mine.partition
             returning p.category, p.partition, p.token",
            self.consumer,
            self.timing.lease.as_secs_f64(),
            &categories,
            &partitions,
            &tokens
        )
        .fetch_all(&self.pool)
        .await?;
        let mut held = self.held();
        for row in rows {
            if let Some(lease) = self.feed(&row.category, row.partition).and_then(|feed| held.get_mut(&feed))
                && lease.token == row.token
            {
                lease.until = until;
            }
        }
        Ok(())
    }

    /// Notices a lease that somebody else has taken, also when there is nothing to settle under it.
    pub(crate) async fn confirm(&self) -> Result<(), Fault> {
        let held = self.feeds();
        let (categories, partitions, tokens) = columns(&held);
        let rows = sqlx::query!(
            "select category, partition
             from positions join unnest($2::text[], $3::smallint[], $4::bigint[]) as h (category, partition, token)
               using (category, partition, token)
             where consumer = $1",
            self.consumer,
            &categories,
            &partitions,
            &tokens
        )
        .fetch_all(&self.pool)
        .await?;
        let mine: Vec<_> = rows.iter().filter_map(|row| self.feed(&row.category, row.partition)).collect();
        let lost = held.iter().find(|(feed, _)| !mine.contains(feed));
        lost.map_or(Ok(()), |(feed, _)| Err(Fault::LeaseLost(*feed)))
    }

    /// Hands feeds over to others. Between two turns alone, when nothing is under way for them.
    async fn let_go(&self, leases: &[(Feed, Lease)]) -> Result<(), Fault> {
        self.held().retain(|feed, _| leases.iter().all(|(given, _)| given != feed));
        let (categories, partitions, tokens) = columns(leases);
        sqlx::query!(
            "update positions p set owner = null, expires_at = null
             from unnest($2::text[], $3::smallint[], $4::bigint[]) as h (category, partition, token)
             where p.consumer = $1 and p.category = h.category and p.partition = h.partition and p.token = h.token",
            self.consumer,
            &categories,
            &partitions,
            &tokens
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Lets everything go, so that others need not wait for the end of the leases.
    pub(crate) async fn release(&self) -> Result<(), Fault> {
        self.held().clear();
        share::leave(&self.pool, &self.consumer, &self.owner).await?;
        sqlx::query!(
            "update positions set owner = null, expires_at = null where consumer = $1 and owner = $2",
            self.consumer,
            self.owner
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Moves the positions behind these events, under the tokens of their leases. The first statement of a transaction:
    /// it locks the rows, so that nobody can take over before the transaction ends.
    pub(crate) async fn settle(
        &self,
        connection: &mut PgConnection,
        turn: &[(Feed, Vec<Positioned>)],
    ) -> Result<(), Fault> {
        let settling = self.settling(turn)?;
        let moved = sqlx::query!(
            "update positions p
             set position = s.position, last_event = s.last_event,
                 expires_at = clock_timestamp() + make_interval(secs => $2)
             from unnest($3::text[], $4::smallint[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
               as s (category, partition, token, position, last_event, before)
             where p.consumer = $1 and p.category = s.category and p.partition = s.partition and p.token = s.token
               and p.position = s.before",
            self.consumer,
            settling.lease_seconds,
            &settling.categories,
            &settling.partitions,
            &settling.tokens,
            &settling.positions,
            &settling.events as &[Option<String>],
            &settling.before
        )
        .execute(connection)
        .await?
        .rows_affected();
        settling.check(moved)
    }

    /// What these events make of the positions.
    pub(crate) fn settling(&self, turn: &[(Feed, Vec<Positioned>)]) -> Result<Settling, Fault> {
        let steps = self.steps(turn)?;
        let (categories, partitions, tokens) = columns(&steps);
        let firsts = turn.iter().filter_map(|(_, events)| events.first());
        Ok(Settling {
            lease_seconds: self.timing.lease.as_secs_f64(),
            categories,
            partitions,
            tokens,
            before: firsts.map(|first| first.position as i64 - 1).collect(),
            positions: steps.iter().map(|(_, lease)| lease.position as i64).collect(),
            first: steps.first().map(|(feed, _)| *feed),
            events: steps.into_iter().map(|(_, lease)| lease.last_event).collect(),
        })
    }

    /// Whether nothing of these feeds is to be set aside, so that nobody need ask.
    pub(crate) fn are_quiet(&self, turn: &[(Feed, Vec<Positioned>)]) -> bool {
        let held = self.held();
        turn.iter().all(|(feed, _)| held.get(feed).is_some_and(|lease| lease.is_quiet))
    }

    /// Remembers whether anything of these feeds is to be set aside.
    pub(super) fn keep_quiet(&self, feeds: impl Iterator<Item = Feed>, is_quiet: bool) {
        let mut held = self.held();
        for feed in feeds {
            if let Some(lease) = held.get_mut(&feed) {
                lease.is_quiet = is_quiet;
            }
        }
    }

    /// Takes the position row of one feed under its token, and leaves the position where it is: for what is settled
    /// beside the flow. Where `settle` stands otherwise, this is the first statement.
    pub(crate) async fn stand_on(&self, connection: &mut PgConnection, feed: Feed) -> Result<(), Fault> {
        let token = self.held().get(&feed).map(|lease| lease.token).ok_or(Fault::LeaseLost(feed))?;
        let mine = sqlx::query!(
            "select position from positions
             where consumer = $1 and category = $2 and partition = $3 and token = $4 for update",
            self.consumer,
            feed.category,
            i16::from(feed.partition.number()),
            token
        )
        .fetch_optional(connection)
        .await?;
        mine.map_or(Err(Fault::LeaseLost(feed)), |_| Ok(()))
    }

    /// Remembers what a committed transaction has settled.
    pub(crate) fn advance(&self, turn: &[(Feed, Vec<Positioned>)]) {
        if let Ok(steps) = self.steps(turn) {
            self.held().extend(steps);
        }
    }

    /// The feeds held, and the position of each.
    pub(crate) fn feeds(&self) -> Vec<(Feed, Lease)> {
        self.held().iter().map(|(feed, lease)| (*feed, lease.clone())).collect()
    }

    /// Until when commands for a feed may happen.
    pub(crate) fn until(&self, feed: Feed) -> Result<OffsetDateTime, Fault> {
        self.held().get(&feed).map(|lease| lease.until).ok_or(Fault::LeaseLost(feed))
    }

    /// Waits until the last lease has ended, and with it the time of every command that was sent under one.
    pub(crate) async fn lapse(&self) {
        let until = self.held().values().map(|lease| lease.until).max();
        let left = until.map(|until| until + CLOCK_TOLERANCE - OffsetDateTime::now_utc()).unwrap_or_default();
        tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    }

    fn steps(&self, turn: &[(Feed, Vec<Positioned>)]) -> Result<Vec<(Feed, Lease)>, Fault> {
        let held = self.held();
        turn.iter()
            .filter_map(|(feed, events)| Some((feed, events.last()?)))
            .map(|(feed, last)| {
                let lease = held.get(feed).ok_or(Fault::LeaseLost(*feed))?.clone();
                let last_event = Some(settled_name(last));
                Ok((*feed, Lease { position: last.position, last_event, ..lease }))
            })
            .collect()
    }

    fn feed(&self, category: &str, partition: i16) -> Option<Feed> {
        let category = self.categories.iter().find(|known| **known == category)?;
        Some(Feed { category, partition: Partition::new(u8::try_from(partition).ok()?)? })
    }

    /// The end of a lease that is asked for now, by the clock of this process: it never ends earlier in Postgres.
    fn lease_from_now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + self.timing.lease
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<Feed, Lease>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What names leases in a statement: categories, partitions and tokens.
fn columns(leases: &[(Feed, Lease)]) -> (Vec<String>, Vec<i16>, Vec<i64>) {
    let columns = leases.iter();
    columns.map(|(feed, lease)| (feed.category.to_owned(), i16::from(feed.partition.number()), lease.token)).collect()
}

/// How an event is remembered as the last one settled. The command tells it from another event that took its place in a
/// log which has lost its tail.
pub(crate) fn settled_name(Positioned { event, .. }: &Positioned) -> String {
    format!("{}:{}:{}", event.id, event.version, event.command)
}

/// Whether what was settled last is what is there. A name without a command was written by an earlier version.
pub(crate) fn is_settled(settled: &str, there: &str) -> bool {
    there.strip_prefix(settled).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}
