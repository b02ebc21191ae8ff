//! A consumer at work: one session after the other, each begun again at the position when anything was in doubt.

use std::{
    collections::BTreeSet,
    future::{Future, ready},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use event_store::{Feed, Positioned, Reader, Recorded, Store};
use futures_util::FutureExt;
use sqlx::PgConnection;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, error_span, info, warn};

use super::{
    measures::Measures, paused, positions::Leases, session::Session, status::Status, turn::Turn, urgency::Urgency,
};
use crate::{Fault, log::Log};

/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What is made of events. One turn is what was read at once, feed by feed.
pub(crate) trait Sink: Send + Sync + 'static {
    /// What the events that an operator discards are recorded under: the same for every generation.
    const SUBJECT: &'static str;
    /// Whether a turn that was broken off may have commands on their way, which can arrive until its leases end.
    const SENDS_COMMANDS: bool;
    /// How soon the most urgent of events is dealt with.
    const URGENCY: Urgency;

    /// How soon this one is.
    fn urgency(_event: &Recorded) -> Urgency {
        Self::URGENCY
    }

    /// Deals with every event of a turn, and settles it. An event that fails by itself, and those that wait behind it,
    /// are kept for later.
    fn take(&self, leases: &Leases, turn: &Turn) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Deals with one event that was kept: what happens outside of any transaction.
    fn deal_with(
        &self,
        _leases: &Leases,
        _feed: Feed,
        _event: &Positioned,
    ) -> impl Future<Output = Result<(), Fault>> + Send {
        ready(Ok(()))
    }

    /// Deals with events of one aggregate that were kept: what happens in the transaction that lets go of them.
    fn fold(
        &self,
        _connection: &mut PgConnection,
        _events: &[Positioned],
    ) -> impl Future<Output = Result<(), Fault>> + Send {
        ready(Ok(()))
    }

    /// Counts one event that was kept as dealt with, without doing anything about it.
    fn pass_over(
        &self,
        _connection: &mut PgConnection,
        _feed: Feed,
        _event: &Positioned,
    ) -> impl Future<Output = Result<(), Fault>> + Send {
        ready(Ok(()))
    }
}

/// Works for one consumer until it is told to stop.
pub(crate) struct Worker<S> {
    pub(crate) group: String,
    pub(crate) store: Store,
    pub(crate) log: Log,
    pub(crate) leases: Leases,
    pub(crate) reader: Reader,
    pub(crate) sink: S,
    pub(crate) status: Arc<Status>,
    pub(crate) measures: Measures,
    /// The feeds of the turn under way.
    pub(crate) turn: String,
}

impl<S: Sink> Worker<S> {
    /// Never gives up: whatever fails is tried again from the position, with growing pauses.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let span = error_span!("consumer", group = %self.group);
        async {
            let mut failures = 0;
            while !stop.is_cancelled() {
                let began = Instant::now();
                // A panic must not end the consumer unseen.
                let session = AssertUnwindSafe(self.session(&stop)).catch_unwind();
                let Err(fault) = session.await.unwrap_or(Err(Fault::Panicked)) else { break };
                failures = if began.elapsed() > LONGEST_PAUSE { 1 } else { failures + 1 };
                self.report(&fault);
                if let Fault::ManyFail { .. } = &fault {
                    self.trip(&fault).await;
                }
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
        self.measures.failed();
        // The shop serves without its mail server and its payment provider: mails and money wait, and nobody else has to.
        if !matches!(fault, Fault::Mail(_) | Fault::Provider(_)) {
            self.status.failed(&self.group, fault);
        }
        let feeds = Some(&*self.turn).filter(|feeds| !feeds.is_empty());
        if fault.is_infrastructure() {
            warn!(feeds, %fault, "retrying from the position");
        } else {
            error!(feeds, %fault, "the group stands still until this is mended");
        }
    }

    /// Pauses the consumer. When that fails too, the next turn comes here again.
    async fn trip(&self, fault: &Fault) {
        if let Err(fault) = paused::pause(self.leases.pool(), &self.group, &fault.to_string(), "circuit breaker").await
        {
            warn!(%fault, "could not be paused");
        }
    }

    /// Holds leases and works, until told to stop (`Ok`) or until anything is in doubt.
    async fn session(&mut self, stop: &CancellationToken) -> Result<(), Fault> {
        self.leases.register().await?;
        let Self { group, store, log, leases, reader, sink, status, measures, turn } = self;
        turn.clear();
        let behind = BTreeSet::new();
        let session = Session { group, store, log, leases, sink, status, measures, turn, behind, ticks: 0 };
        tokio::select! {
            fault = renew(leases) => Err(fault),
            end = session.run(reader, stop) => end,
        }
    }
}

/// Keeps leases for as long as it is polled, and ends only with what came between.
pub(crate) async fn renew(leases: &Leases) -> Fault {
    loop {
        tokio::time::sleep(leases.timing().tick).await;
        if let Err(fault) = leases.renew().await {
            return fault;
        }
    }
}

/// Doubles from 50 ms, with jitter, so that many consumers do not come back at the same moment.
pub(crate) fn pause(failures: u32) -> Duration {
    let longest = Duration::from_millis(50).saturating_mul(2_u32.saturating_pow(failures.min(10))).min(LONGEST_PAUSE);
    longest.mul_f64(rand::random_range(0.5..1.0))
}
