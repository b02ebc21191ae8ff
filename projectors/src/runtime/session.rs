//! The loop of every consumer: take feeds, read, hand on, settle.

use std::{collections::BTreeSet, time::Duration};

use event_store::{Error, Feed, Positioned, Reader, Store};
use futures_util::future::try_join_all;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use traces::Trace;
use tracing::{Instrument, Span, debug, error_span};

use super::{
    measures::Measures,
    paused,
    positions::{Lease, Leases, is_settled, settled_name},
    retry,
    status::Status,
    timing::Timing,
    urgency::Urgency,
    worker::Sink,
};
use crate::{Fault, log::Log};

/// The most events of one feed that are read at once.
const COUNT: usize = 500;
/// The rest after a turn for which nobody had to wait, as the one before. A turn costs nearly the same with few events as
/// with many, so where events come faster than turns end, fewer and larger ones leave time for everything else.
const REST: Duration = Duration::from_millis(10);
/// Events that come within this time had been there.
const AT_ONCE: Duration = Duration::from_millis(2);
/// One order after the other, each with nobody beside it, are no load to rest from: turns of fewer events than this.
const SMALL: usize = 4;
/// In how many ticks it is looked once at each feed whether the group stands where it should: a look at all of them costs more than
/// everything else a tick does.
const LOOKS: usize = 8;
/// After how long a reader that no longer reads disappears from `XINFO CONSUMERS`.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);

/// Work under leases, from taking the first until anything is in doubt.
pub(super) struct Session<'a, S> {
    pub(super) group: &'a str,
    pub(super) store: &'a Store,
    pub(super) log: &'a Log,
    pub(super) leases: &'a Leases,
    pub(super) sink: &'a S,
    pub(super) status: &'a Status,
    pub(super) measures: &'a Measures,
    /// The feeds of the turn under way.
    pub(super) turn: &'a mut String,
    /// Feeds that no longer have what comes next: the archive is asked first.
    pub(super) behind: BTreeSet<Feed>,
    /// How many ticks there were.
    pub(super) ticks: usize,
}

impl<S: Sink> Session<'_, S> {
    /// Works until told to stop (`Ok`) or until anything is in doubt.
    pub(super) async fn run(mut self, reader: &mut Reader, stop: &CancellationToken) -> Result<(), Fault> {
        let tick = self.leases.timing().tick;
        let (mut ticked, mut busy, mut ahead) = (None::<Instant>, 0_u32, None);
        while !stop.is_cancelled() {
            // Not while the group was given more than is settled, since that is what it looks for.
            if ahead.is_none() && ticked.is_none_or(|ticked| ticked.elapsed() >= tick) {
                self.take_leases().await?;
                if let Some(reason) = paused::reason(self.leases.pool(), self.group).await? {
                    self.status.failed(self.group, &Fault::Paused(reason));
                    let _ = tokio::time::timeout(tick, stop.cancelled()).await;
                    continue;
                }
                retry::due(self.leases, self.store, self.sink).await?;
                ticked = Some(Instant::now());
            }
            let held = self.leases.feeds();
            if held.is_empty() {
                self.status.works(self.group);
                let _ = tokio::time::timeout(tick, stop.cancelled()).await;
                continue;
            }
            let asked = Instant::now();
            let feeds: Vec<Feed> = held.iter().map(|(feed, _)| *feed).collect();
            let left = tick.saturating_sub(ticked.map_or(Duration::ZERO, |ticked| ticked.elapsed()));
            let turn = match ahead.take() {
                Some(turn) => turn,
                None if self.behind.is_empty() => tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    turn = gather::<S>(reader, &feeds, left, self.leases.timing()) => turn?,
                },
                None => self.catch_up(&held).await?,
            };
            if is_full(&turn) && self.behind.is_empty() && left > tick / 2 {
                let (settled, next) =
                    tokio::join!(self.settle(&held, &turn), reader.next(&feeds, COUNT, Duration::ZERO));
                settled?;
                ahead = Some(next?).filter(|next| !next.is_empty());
            } else if !turn.is_empty() {
                busy = if asked.elapsed() < AT_ONCE && !is_small(&turn) { busy + 1 } else { 0 };
                self.settle(&held, &turn).await?;
                if busy > 1 && !is_full(&turn) {
                    let _ = tokio::time::timeout(REST, stop.cancelled()).await;
                }
            }
            self.status.works(self.group);
        }
        Ok(())
    }

    async fn settle(&mut self, held: &[(Feed, Lease)], turn: &[(Feed, Vec<Positioned>)]) -> Result<(), Fault> {
        for (feed, events) in turn {
            let position = held.iter().find(|(known, _)| known == feed).map_or(0, |(_, lease)| lease.position);
            in_sequence(*feed, position, events)?;
        }
        *self.turn = turn.iter().map(|(feed, _)| feed.to_string()).collect::<Vec<_>>().join(" ");
        let (began, count) = (Instant::now(), turn.iter().map(|(_, events)| events.len() as u64).sum());
        self.sink.take(self.leases, turn).instrument(around(self.group, turn, count)).await?;
        self.turn.clear();
        self.leases.advance(turn);
        self.measures.settled(turn, began.elapsed());
        if tracing::enabled!(tracing::Level::DEBUG) {
            say_settled(turn);
        }
        Ok(())
    }

    /// Comes to this worker's share of the feeds, and begins wherever anything may have moved.
    async fn take_leases(&mut self) -> Result<(), Fault> {
        self.leases.confirm().await?;
        for feed in self.leases.take().await? {
            self.begin(feed).await?;
        }
        let held = self.leases.feeds();
        self.behind.retain(|feed| held.iter().any(|(known, _)| known == feed));
        for feed in self.astray(held).await? {
            self.begin(feed).await?;
        }
        Ok(())
    }

    /// The feeds of which the group was given something else than what was settled: by another reader of the group, or by
    /// an operator. Between two turns there is no other reason, and without this the next event alone would show it. Looks at some
    /// of them each time.
    async fn astray(&mut self, mut held: Vec<(Feed, Lease)>) -> Result<Vec<Feed>, Fault> {
        self.ticks += 1;
        let mut at = self.ticks;
        held.retain(|(feed, _)| {
            at += 1;
            at.is_multiple_of(LOOKS) && !self.behind.contains(feed)
        });
        let given = try_join_all(held.iter().map(|(feed, _)| self.store.given(self.group, *feed))).await?;
        let given = held.into_iter().zip(given);
        Ok(given.filter(|((_, lease), given)| *given != Some(lease.position)).map(|((feed, _), _)| feed).collect())
    }

    /// Sets the group to the position of a feed, once the log still has there what was settled.
    async fn begin(&mut self, feed: Feed) -> Result<(), Fault> {
        let Some((_, lease)) = self.leases.feeds().into_iter().find(|(known, _)| *known == feed) else {
            return Ok(());
        };
        if let Some(settled) = &lease.last_event {
            let there = self.log.read(feed, lease.position, 1).await?;
            let found = there.first().map_or_else(|| "nothing".to_owned(), settled_name);
            if !is_settled(settled, &found) {
                return Err(Fault::Diverged { feed, position: lease.position, settled: settled.clone(), found });
            }
        }
        self.store.set_group(self.group, feed, lease.position).await?;
        if self.is_behind(feed, lease.position).await? {
            self.behind.insert(feed);
        }
        Ok(self.store.forget_idle(self.group, feed, FORGOTTEN_AFTER).await?)
    }

    /// The next events of the feeds that lie behind, as the archive has them.
    async fn catch_up(&mut self, held: &[(Feed, Lease)]) -> Result<Vec<(Feed, Vec<Positioned>)>, Fault> {
        let mut turn = Vec::new();
        for (feed, lease) in held.iter().filter(|(feed, _)| self.behind.contains(feed)) {
            if self.is_behind(*feed, lease.position).await? {
                turn.push((*feed, self.log.read(*feed, lease.position + 1, COUNT).await?));
            } else {
                self.store.set_group(self.group, *feed, lease.position).await?;
                turn.push((*feed, Vec::new()));
            }
        }
        let (caught_up, turn): (Vec<_>, _) = turn.into_iter().partition(|(_, events)| events.is_empty());
        for (feed, _) in caught_up {
            self.behind.remove(&feed);
        }
        Ok(turn)
    }

    /// Whether a feed no longer has the event behind this position.
    async fn is_behind(&self, feed: Feed, position: u64) -> Result<bool, Fault> {
        Ok(match self.store.first(feed).await? {
            Some(first) => first > position + 1,
            None => self.store.head(feed).await? > position,
        })
    }
}

/// Whether there is more where it came from.
fn is_full(turn: &[(Feed, Vec<Positioned>)]) -> bool {
    turn.iter().any(|(_, events)| events.len() >= COUNT)
}

fn is_small(turn: &[(Feed, Vec<Positioned>)]) -> bool {
    turn.iter().map(|(_, events)| events.len()).sum::<usize>() < SMALL
}

/// The next events of these feeds, waiting up to `left` for the first, and then for others as long as none is urgent.
async fn gather<S: Sink>(
    reader: &mut Reader,
    feeds: &[Feed],
    left: Duration,
    timing: &Timing,
) -> Result<Vec<(Feed, Vec<Positioned>)>, Error> {
    let mut turn = reader.next(feeds, COUNT, left).await?;
    let begun = Instant::now();
    let latest = |events: &[(Feed, Vec<Positioned>)]| {
        let waits = events.iter().flat_map(|(_, events)| events).map(|event| S::urgency(&event.event).may_wait(timing));
        begun + waits.min().unwrap_or(timing.linger)
    };
    let mut until = latest(&turn);
    while !turn.is_empty() && !is_full(&turn) && Instant::now() < until {
        let mut block = until - Instant::now();
        if S::URGENCY == Urgency::Later {
            tokio::time::sleep(std::mem::take(&mut block)).await;
        }
        let more = reader.next(feeds, COUNT, block).await?;
        until = until.min(latest(&more));
        if !more.is_empty() {
            // Where they keep coming, not each is read by itself.
            tokio::time::sleep_until(until.min(Instant::now() + REST)).await;
        }
        for (feed, events) in more {
            match turn.iter_mut().find(|(known, _)| *known == feed) {
                Some((_, gathered)) => gathered.extend(events),
                None => turn.push((feed, events)),
            }
        }
    }
    Ok(turn)
}

/// The span of a turn: a trace of its own, linked to those of its events.
fn around(group: &str, turn: &[(Feed, Vec<Positioned>)], events: u64) -> Span {
    let span = error_span!("turn", group, events);
    Trace::start().mark(&span);
    for (_, events) in turn {
        events.iter().filter_map(|event| Trace::parse(&event.event.trace)).for_each(|trace| trace.link(&span));
    }
    span
}

fn say_settled(turn: &[(Feed, Vec<Positioned>)]) {
    for (feed, Positioned { position, event }) in
        turn.iter().flat_map(|(feed, events)| events.iter().map(move |event| (feed, event)))
    {
        let trace_id = Trace::parse(&event.trace).map(|trace| trace.id());
        debug!(
            category = feed.category,
            partition = %feed.partition,
            position,
            id = %event.id,
            version = event.version,
            "type" = event.kind,
            trace_id,
            "settled"
        );
    }
}

fn in_sequence(feed: Feed, position: u64, events: &[Positioned]) -> Result<(), Fault> {
    let hole = events.iter().zip(position + 1..).find(|(event, expected)| event.position != *expected);
    hole.map_or(Ok(()), |(event, expected)| Err(Fault::Hole { feed, expected, found: event.position }))
}
