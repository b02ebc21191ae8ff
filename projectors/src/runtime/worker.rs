//! The loop of every consumer: take feeds, read, hand on, settle; and begin again at the position when in doubt.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use event_store::{Feed, Positioned, Reader, Store};
use futures_util::{FutureExt, future::try_join_all};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, info_span, warn};

use super::{
    positions::{Leases, RENEW_EVERY, settled_name},
    status::Status,
};
use crate::Fault;

/// The most events of one feed that are read at once.
const COUNT: usize = 500;
/// How long a read waits for the first event.
const BLOCK: Duration = Duration::from_millis(1_000);
/// After how long a reader that no longer reads disappears from `XINFO CONSUMERS`.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(60);
/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What is made of events. One turn is what was read at once, feed by feed.
pub(crate) trait Sink: Send + Sync + 'static {
    /// Whether a turn that was broken off may have commands on their way, which can arrive until its leases end.
    const SENDS_COMMANDS: bool;

    /// Deals with every event of a turn, and settles it.
    fn take(&self, leases: &Leases, turn: &[(Feed, Vec<Positioned>)])
    -> impl Future<Output = Result<(), Fault>> + Send;
}

/// Works for one consumer until it is told to stop.
pub(crate) struct Worker<S> {
    pub(crate) group: String,
    pub(crate) store: Store,
    pub(crate) leases: Leases,
    pub(crate) reader: Reader,
    pub(crate) sink: S,
    pub(crate) status: Arc<Status>,
}

impl<S: Sink> Worker<S> {
    /// Never gives up: whatever fails is tried again from the position, with growing pauses.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let span = info_span!("consumer", group = %self.group);
        async {
            let mut failures = 0;
            while !stop.is_cancelled() {
                let began = Instant::now();
                // A panic must not end the consumer unseen.
                let session = AssertUnwindSafe(self.session(&stop)).catch_unwind();
                let Err(fault) = session.await.unwrap_or(Err(Fault::Panicked)) else { break };
                failures = if began.elapsed() > LONGEST_PAUSE { 1 } else { failures + 1 };
                self.report(&fault);
                if S::SENDS_COMMANDS {
                    self.leases.lapse().await;
                }
                // Best effort: leases that cannot be let go end by themselves.
                let _ = self.leases.release().await;
                let _ = tokio::time::timeout(pause(failures), stop.cancelled()).await;
            }
            if let Err(fault) = self.leases.release().await {
                warn!(%fault, "leases are left to end by themselves");
            }
            info!("stopped");
        }
        .instrument(span)
        .await;
    }

    fn report(&self, fault: &Fault) {
        metrics::counter!("consumer_faults_total", "group" => self.group.clone()).increment(1);
        self.status.failed(&self.group, fault);
        if fault.is_infrastructure() {
            warn!(%fault, "retrying from the position");
        } else {
            error!(%fault, "the group stands still until this is mended");
        }
    }

    /// Holds leases and works, until told to stop (`Ok`) or until anything is in doubt.
    async fn session(&mut self, stop: &CancellationToken) -> Result<(), Fault> {
        self.leases.register().await?;
        let Self { group, store, leases, reader, sink, status } = self;
        tokio::select! {
            fault = renew(leases) => Err(fault),
            end = work(group, store, leases, reader, sink, status, stop) => end,
        }
    }
}

async fn renew(leases: &Leases) -> Fault {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        if let Err(fault) = leases.renew().await {
            return fault;
        }
    }
}

async fn work(
    group: &str,
    store: &Store,
    leases: &Leases,
    reader: &mut Reader,
    sink: &impl Sink,
    status: &Status,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let mut took = None::<Instant>;
    loop {
        if took.is_none_or(|took| took.elapsed() >= RENEW_EVERY) {
            leases.confirm().await?;
            for feed in leases.take().await? {
                begin(group, store, leases, feed).await?;
            }
            for feed in astray(group, store, leases).await? {
                begin(group, store, leases, feed).await?;
            }
            took = Some(Instant::now());
        }
        let held = leases.feeds();
        if held.is_empty() {
            status.works(group);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(RENEW_EVERY) => continue,
            }
        }
        let feeds: Vec<Feed> = held.iter().map(|(feed, _)| *feed).collect();
        let turn = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            turn = reader.next(&feeds, COUNT, BLOCK) => turn?,
        };
        if turn.is_empty() {
            status.works(group);
            continue;
        }
        for (feed, events) in &turn {
            let position = held.iter().find(|(known, _)| known == feed).map_or(0, |(_, lease)| lease.position);
            in_sequence(*feed, position, events)?;
        }
        sink.take(leases, &turn).await?;
        leases.advance(&turn);
        status.works(group);
        let count = turn.iter().map(|(_, events)| events.len() as u64).sum();
        metrics::counter!("consumer_events_total", "group" => group.to_owned()).increment(count);
    }
}

/// The feeds of which the group was given something else than what was settled: by another reader of the group, or by an
/// operator. Between two turns there is no other reason, and without this the next event alone would show it.
async fn astray(group: &str, store: &Store, leases: &Leases) -> Result<Vec<Feed>, Fault> {
    let held = leases.feeds();
    let given = try_join_all(held.iter().map(|(feed, _)| store.given(group, *feed))).await?;
    let given = held.into_iter().zip(given);
    Ok(given.filter(|((_, lease), given)| *given != Some(lease.position)).map(|((feed, _), _)| feed).collect())
}

/// Sets the group to the position of a feed, once the log still has there what was settled.
async fn begin(group: &str, store: &Store, leases: &Leases, feed: Feed) -> Result<(), Fault> {
    let Some((_, lease)) = leases.feeds().into_iter().find(|(known, _)| *known == feed) else {
        return Ok(());
    };
    if let Some(settled) = &lease.last_event {
        let there = store.read_feed(feed, lease.position, 1).await?;
        let found = match there.first() {
            Some(event) if event.position == lease.position => settled_name(event),
            Some(event) => format!("nothing before position {}", event.position),
            None => "nothing".to_owned(),
        };
        if found != *settled {
            return Err(Fault::Diverged { feed, position: lease.position, settled: settled.clone(), found });
        }
    }
    store.set_group(group, feed, lease.position).await?;
    Ok(store.forget_idle(group, feed, FORGOTTEN_AFTER).await?)
}

fn in_sequence(feed: Feed, position: u64, events: &[Positioned]) -> Result<(), Fault> {
    let hole = events.iter().zip(position + 1..).find(|(event, expected)| event.position != *expected);
    hole.map_or(Ok(()), |(event, expected)| Err(Fault::Hole { feed, expected, found: event.position }))
}

/// Doubles from 50 ms, with jitter, so that many consumers do not come back at the same moment.
fn pause(failures: u32) -> Duration {
    let longest = Duration::from_millis(50).saturating_mul(2_u32.saturating_pow(failures.min(10))).min(LONGEST_PAUSE);
    longest.mul_f64(rand::random_range(0.5..1.0))
}
