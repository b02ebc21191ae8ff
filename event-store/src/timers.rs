//! Timers: moments at which aggregates are to be looked at again, set and removed by the appends that make them
//! necessary or not.

use domain::{Aggregate, Partition, Timer};
use redis::AsyncCommands;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{Error, Store, keys};

/// A timer of one aggregate, as it is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTimer {
    /// The family of the aggregate.
    pub category: String,
    /// The aggregate.
    pub id: Uuid,
    /// What is due, such as `take-over`.
    pub kind: String,
    /// When, to the millisecond.
    pub due: OffsetDateTime,
}

impl DueTimer {
    /// The timers that an aggregate in this state wants.
    pub fn of<A: Aggregate>(id: A::Id, state: &A) -> impl Iterator<Item = Self> {
        let (category, id) = (A::CATEGORY.to_owned(), id.into());
        let timers = state.timers().into_iter();
        timers.map(move |Timer { kind, due }| Self { category: category.clone(), id, kind: kind.to_owned(), due })
    }

    fn read(member: &str, due: u64) -> Option<Self> {
        let (category, rest) = member.split_once(':')?;
        let (id, kind) = rest.split_once(':')?;
        let due = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(due.try_into().ok()?);
        Some(Self { category: category.to_owned(), id: id.parse().ok()?, kind: kind.to_owned(), due })
    }

    pub(crate) fn member(&self) -> String {
        member(&self.category, self.id, &self.kind)
    }

    pub(crate) fn score(&self) -> u64 {
        in_ms(self.due)
    }
}

impl Store {
    /// The timers of a partition that are due now, the earliest first, without those that come before `skip`. One that
    /// is none of ours is an error in its place, and concerns no other.
    ///
    /// A timer stays until a command removes it: see [`Request::fired`](crate::Request::fired).
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn due(
        &self,
        partition: Partition,
        now: OffsetDateTime,
        skip: usize,
        count: usize,
    ) -> Result<Vec<Result<DueTimer, Error>>, Error> {
        let (key, now) = (keys::timers(partition), now.unix_timestamp_nanos() / 1_000_000);
        let (skip, count) = (skip as isize, count as isize);
        let due: Vec<(String, u64)> =
            self.redis().zrangebyscore_limit_withscores(&key, 0, now as i64, skip, count).await?;
        let read = |(member, score): (String, _)| {
            DueTimer::read(&member, score).ok_or_else(|| Error::Foreign { key: key.clone(), entry: member })
        };
        Ok(due.into_iter().map(read).collect())
    }
}

/// What an append changes about timers.
#[derive(Default)]
pub(crate) struct TimerChanges {
    pub(crate) set: Vec<(String, u64)>,
    pub(crate) removed: Vec<String>,
}

impl TimerChanges {
    pub(crate) const fn is_empty(&self) -> bool {
        self.set.is_empty() && self.removed.is_empty()
    }

    /// Compares what an aggregate wants before and after.
    pub(crate) fn compare(&mut self, category: &str, id: Uuid, before: &[Timer], after: &[Timer]) {
        for timer in after {
            if due_of(before, timer.kind) != Some(in_ms(timer.due)) {
                self.set.push((member(category, id, timer.kind), in_ms(timer.due)));
            }
        }
        let gone = before.iter().filter(|timer| due_of(after, timer.kind).is_none());
        self.removed.extend(gone.map(|timer| member(category, id, timer.kind)));
    }

    /// Removes a timer that has fired. Where the aggregate wants it at another time by now, that is when it is set to,
    /// whatever it was set to before.
    pub(crate) fn remove_fired(&mut self, fired: &DueTimer, after: &[Timer]) {
        let member = fired.member();
        self.set.retain(|(set, _)| *set != member);
        match due_of(after, &fired.kind) {
            Some(due) if due != fired.score() => self.set.push((member, due)),
            Some(_) | None => self.removed.push(member),
        }
    }
}

fn due_of(timers: &[Timer], kind: &str) -> Option<u64> {
    timers.iter().find(|timer| timer.kind == kind).map(|timer| in_ms(timer.due))
}

fn member(category: &str, id: Uuid, kind: &str) -> String {
    format!("{category}:{id}:{kind}")
}

/// Milliseconds since 1970, never earlier than the time itself.
fn in_ms(time: OffsetDateTime) -> u64 {
    let ns = u64::try_from(time.unix_timestamp_nanos()).unwrap_or(0);
    ns.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_never_due_before_its_time() {
        assert_eq!(in_ms(OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(7)), 7);
        assert_eq!(in_ms(OffsetDateTime::UNIX_EPOCH + Duration::nanoseconds(7_000_001)), 8);
    }
}
