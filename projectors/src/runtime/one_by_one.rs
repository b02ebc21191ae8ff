//! The sink of consumers that act outside of Postgres: events of one aggregate are dealt with in the order of the feed, one by one,
//! different aggregates in parallel.
//!
//! Whatever is done stays done, also when the turn is broken off and begun again: a duty says for itself how it bears that.

use std::{
    future::ready,
    sync::atomic::{AtomicBool, Ordering},
};

use event_store::{Feed, Positioned, Recorded};
use futures_util::{StreamExt, stream};
use sqlx::{PgConnection, PgPool};
use traces::Trace;
use tracing::{Instrument, debug};

use super::{
    Leases,
    held::{Skipped, Stopped, keep, set_aside, too_many},
    turn::{Run, Turn, runs},
    urgency::Urgency,
    worker::Sink,
};
use crate::{Fault, around, fault::caught};

/// What a consumer does about events.
pub(crate) trait Duty: Send + Sync + 'static {
    /// Names the consumer group.
    const GROUP: &'static str;
    /// Whether what it does is to send commands.
    const SENDS_COMMANDS: bool;
    /// How soon the most urgent of events is dealt with.
    const URGENCY: Urgency;

    /// How soon this one is.
    fn urgency(_event: &Recorded) -> Urgency {
        Self::URGENCY
    }

    /// How many aggregates are dealt with at the same time.
    fn parallel(&self) -> usize;

    /// Does what has to be done before any of these events is dealt with. Leaves those aside that cannot be read.
    fn prepare(&self, _events: &[&Recorded]) -> impl Future<Output = Result<(), Fault>> + Send {
        ready(Ok(()))
    }

    /// Deals with one event. What follows from it goes on in this trace.
    fn deal_with(
        &self,
        leases: &Leases,
        feed: Feed,
        event: &Positioned,
        trace: Trace,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Whether anything belongs into the transaction that settles a turn.
    const SETTLES: bool = false;

    /// Does that.
    fn settle(&self, _connection: &mut PgConnection, _turn: &Turn) -> impl Future<Output = Result<(), Fault>> + Send {
        ready(Ok(()))
    }
}

/// Does a duty.
pub(crate) struct OneByOne<D> {
    pool: PgPool,
    duty: D,
}

impl<D: Duty> OneByOne<D> {
    pub(crate) const fn new(pool: PgPool, duty: D) -> Self {
        Self { pool, duty }
    }

    async fn deal(&self, leases: &Leases, feed: Feed, event: &Positioned) -> Result<(), Fault> {
        let (span, trace) = around::event(leases.consumer(), &event.event);
        async {
            // A panic of the code that deals with an event is a fault of the event.
            let dealt = caught(self.duty.deal_with(leases, feed, event, trace)).await;
            match &dealt {
                Ok(()) => debug!("dealt with"),
                Err(fault) => debug!(%fault, "not dealt with"),
            }
            dealt
        }
        .instrument(span)
        .await
    }

    /// One aggregate's events, up to the first that fails by itself. Begins nothing more once anything else is away.
    async fn go_through<'a>(
        &self,
        leases: &Leases,
        run: Run<'a>,
        skipped: &Skipped,
        away: &AtomicBool,
    ) -> Result<Option<Stopped<'a>>, Fault> {
        for (at, event) in run.events.iter().enumerate().filter(|(_, event)| !skipped.contains(event)) {
            if away.load(Ordering::Relaxed) {
                return Ok(None);
            }
            match self.deal(leases, run.feed, event).await {
                Ok(()) => {}
                Err(fault) if fault.is_about_events() => return Ok(Some(Stopped { run, at, fault })),
                Err(fault) => {
                    away.store(true, Ordering::Relaxed);
                    return Err(fault);
                }
            }
        }
        Ok(None)
    }
}

impl<D: Duty> Sink for OneByOne<D> {
    const SUBJECT: &'static str = D::GROUP;
    const SENDS_COMMANDS: bool = D::SENDS_COMMANDS;
    const URGENCY: Urgency = D::URGENCY;

    fn urgency(event: &Recorded) -> Urgency {
        D::urgency(event)
    }

    async fn take(&self, leases: &Leases, turn: &Turn) -> Result<(), Fault> {
        let (held, skipped) = set_aside(leases, D::GROUP, turn).await?;
        let events: Vec<_> = turn.iter().flat_map(|(_, events)| events).map(|event| &event.event).collect();
        self.duty.prepare(&events).await?;
        let (flowing, waiting) = runs(turn, &held);
        let (away, mut going) = (AtomicBool::new(false), Vec::with_capacity(flowing.len()));
        for run in flowing {
            going.push(self.go_through(leases, run, &skipped, &away));
        }
        // To the end also when one fails: what is broken off half way may have been done, and would be done again.
        let outcomes: Vec<_> = stream::iter(going).buffer_unordered(self.duty.parallel()).collect().await;
        let stopped = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
        let stopped: Vec<_> = stopped.into_iter().flatten().collect();
        too_many(&stopped, leases.timing().most_failing)?;
        if waiting.is_empty() && stopped.is_empty() && !D::SETTLES {
            // One statement is a transaction of its own. Where a lease of several is lost, the others are settled rightly.
            return leases.settle(&mut *self.pool.acquire().await?, turn).await;
        }
        let mut transaction = self.pool.begin().await?;
        leases.settle(&mut transaction, turn).await?;
        keep(&mut transaction, leases, &waiting, &stopped).await?;
        self.duty.settle(&mut transaction, turn).await?;
        Ok(transaction.commit().await?)
    }

    async fn deal_with(&self, leases: &Leases, feed: Feed, event: &Positioned) -> Result<(), Fault> {
        self.duty.prepare(&[&event.event]).await?;
        self.deal(leases, feed, event).await
    }
}
