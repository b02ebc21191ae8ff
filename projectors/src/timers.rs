//! The carrier of timers: when one is due, it looks up what the command needs, and sends it.
//!
//! The partitions are shared out like feeds, with leases of a consumer that reads none. The command takes its timer along,
//! so a timer fires until its command has been decided, after a crash and a restart too. Whatever it sends is idempotent
//! and carries the end of the lease.

use std::{collections::BTreeSet, panic::AssertUnwindSafe, sync::Arc};

use domain::{
    Aggregate, ClaimId,
    claim::{self, Claim},
    order::{self, Order},
    timers::Due,
    user::User,
};
use event_store::{Changes, CommandId, Context, Decision, DueTimer, Error, Feed, Request, Store, Stream};
use futures_util::{FutureExt, StreamExt, stream};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use traces::Trace;
use tracing::{Instrument, Span, error, error_span, info, warn};

mod asking;

use asking::Answer;
pub(crate) use asking::Asking;

use crate::{
    Fault,
    runtime::{Leases, Measures, Status, pause, paused, renew},
};

/// Names the consumer, and the category of the feeds that its leases stand for.
pub(crate) const GROUP: &str = "timers";
pub(crate) const CATEGORIES: &[&str] = &[GROUP];

/// How many timers are looked up at once.
const COUNT: usize = 500;
/// How many are dealt with at the same time.
const PARALLEL: usize = 64;

/// Works for timers until it is told to stop.
pub(crate) struct Timers {
    pool: PgPool,
    store: Store,
    asking: Asking,
    leases: Leases,
    status: Arc<Status>,
    /// Timers that stay because nothing can be done about them, each named once.
    named: BTreeSet<String>,
}

impl Timers {
    pub(crate) const fn new(pool: PgPool, store: Store, asking: Asking, leases: Leases, status: Arc<Status>) -> Self {
        Self { pool, store, asking, leases, status, named: BTreeSet::new() }
    }

    /// Never gives up: whatever fails is tried again, with growing pauses.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        async {
            let measures = Measures::of(GROUP);
            let mut failures = 0;
            while !stop.is_cancelled() {
                let session = AssertUnwindSafe(self.session(&stop, &mut failures)).catch_unwind();
                let Err(fault) = session.await.unwrap_or(Err(Fault::Panicked)) else { break };
                failures += 1;
                measures.failed();
                self.status.failed(GROUP, &fault);
                warn!(%fault, "timers are tried again");
                self.leases.lapse().await;
                // Best effort: leases that cannot be let go end by themselves.
                let _ = self.leases.release().await;
                let _ = tokio::time::timeout(pause(failures), stop.cancelled()).await;
            }
            if let Err(fault) = self.leases.release().await {
                warn!(%fault, "leases are left to end by themselves");
            }
            info!("stopped");
        }
        .instrument(error_span!("consumer", group = GROUP))
        .await;
    }

    /// Holds leases and works, until told to stop (`Ok`) or until anything is in doubt.
    async fn session(&mut self, stop: &CancellationToken, failures: &mut u32) -> Result<(), Fault> {
        self.leases.register().await?;
        let Self { pool, store, asking, leases, status, named } = self;
        let work = async {
            while !stop.is_cancelled() {
                leases.confirm().await?;
                leases.take().await?;
                if let Some(reason) = paused(pool, GROUP).await? {
                    status.failed(GROUP, &Fault::Paused(reason));
                } else {
                    asking.hope();
                    for (feed, _) in leases.feeds() {
                        carry_due((store, asking), leases, feed, named, stop).await?;
                    }
                    status.works(GROUP);
                    *failures = 0;
                }
                let _ = tokio::time::timeout(leases.timing().tick, stop.cancelled()).await;
            }
            Ok(())
        };
        tokio::select! {
            fault = renew(leases) => Err(fault),
            end = work => end,
        }
    }
}

/// Deals with everything that is due in one partition. What fails by itself stays, and is passed over.
async fn carry_due(
    (store, asking): (&Store, &Asking),
    leases: &Leases,
    feed: Feed,
    named: &mut BTreeSet<String>,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let (now, mut left) = (OffsetDateTime::now_utc(), 0);
    while !stop.is_cancelled() {
        let due = store.due(feed.partition, now, left, COUNT).await?;
        let is_last = due.len() < COUNT;
        let mut carried = stream::iter(due.into_iter().map(|timer| carry((store, asking), leases, feed, timer)))
            .buffer_unordered(PARALLEL);
        while let Some(result) = carried.next().await {
            let (span, carried) = result?;
            if let Err(stays) = carried {
                left += 1;
                let Some(stays) = stays else { continue };
                if !named.contains(&stays) {
                    span.in_scope(|| error!(timer = stays, "stays, since nothing can be done about it"));
                    named.insert(stays);
                }
            }
        }
        if is_last {
            break;
        }
    }
    Ok(())
}

/// Deals with one timer, in a span and a trace of its own: nothing is kept of the event that has set it.
async fn carry(
    known: (&Store, &Asking),
    leases: &Leases,
    feed: Feed,
    timer: Result<DueTimer, Error>,
) -> Result<(Span, Result<(), Option<String>>), Fault> {
    let timer = match timer {
        Ok(timer) => timer,
        Err(error) => return Ok((Span::current(), Err(Some(error.to_string())))),
    };
    let trace = Trace::start();
    let span = error_span!(
        "timer",
        category = timer.category,
        partition = %feed.partition,
        id = %timer.id,
        "type" = timer.kind,
        trace_id = trace.id()
    );
    trace.mark(&span);
    let carried = carry_one(known, leases, feed, timer, trace).instrument(span.clone()).await?;
    Ok((span, carried))
}

/// What stays of a timer, with the reason, when it fails by itself. One whose provider is away stays without a word: the provider
/// has been named.
async fn carry_one(
    (store, asking): (&Store, &Asking),
    leases: &Leases,
    feed: Feed,
    timer: DueTimer,
    trace: Trace,
) -> Result<Result<(), Option<String>>, Fault> {
    let name = format!("{}:{}:{}", timer.category, timer.id, timer.kind);
    let carrier = Carrier { store, trace, until: leases.until(feed)? };
    let Some(due) = Due::of(&timer.category, &timer.kind, timer.id) else {
        return Ok(Err(Some(format!("{name} is not known to this version"))));
    };
    // A panic of the code that decides is a fault of what it decides on.
    let carried = AssertUnwindSafe(async {
        let at = OffsetDateTime::now_utc();
        match due {
            Due::TakeBackClaim(claim) => carrier.take_back(claim, timer, at).await?,
            Due::PayBy(order) => {
                carrier.execute::<Order>(order, order::Command::Expire { at }, timer, at).await?;
            }
            Due::Complete(order) => {
                carrier.execute::<Order>(order, order::Command::Complete { at }, timer, at).await?;
            }
            Due::AskProvider(order) => {
                let state = store.load::<Order>(order).await?;
                match asking.ask(order, &state, at).await {
                    Answer::Told(command) => carrier.execute::<Order>(order, command, timer, at).await?,
                    Answer::Away => return Ok(Err(None)),
                    Answer::Refused(said) => return Ok(Err(Some(format!("{name}: {said}")))),
                }
            }
        }
        Ok(Ok(()))
    })
    .catch_unwind();
    match carried.await.unwrap_or(Err(Fault::Panicked)) {
        Err(fault) if fault.is_about_events() => Ok(Err(Some(format!("{name}: {fault}")))),
        carried => carried,
    }
}

/// One timer's way to its command.
struct Carrier<'a> {
    store: &'a Store,
    trace: Trace,
    /// The end of the lease that it is sent under.
    until: OffsetDateTime,
}

impl Carrier<'_> {
    /// Frees a claim whose owner has never registered, or is erased.
    async fn take_back(&self, claim: ClaimId, timer: DueTimer, at: OffsetDateTime) -> Result<(), Fault> {
        let holder_appeared = match self.store.load::<Claim>(claim).await?.owner() {
            Some(owner) => self.store.load::<User>(owner).await?.has_account(),
            None => false,
        };
        self.execute::<Claim>(claim, claim::Command::TakeBack { at, holder_appeared }, timer, at).await
    }

    /// A refusal is an answer too, and the timer goes with it.
    async fn execute<A: Aggregate>(
        &self,
        id: A::Id,
        command: A::Command,
        timer: DueTimer,
        at: OffsetDateTime,
    ) -> Result<(), Fault> {
        let actor = format!("policy:{GROUP}");
        let context = Context { actor, command: CommandId::random(), at, trace: self.trace.to_string() };
        let (not_after, fired) = (Some(self.until), Some(timer));
        let request = Request { not_after, fired, settling: true, ..Request::new(context, [Stream::of::<A>(id)]) };
        let commit = self.store.commit(request, move |states| match states.get::<A>(id).decide(command.clone()) {
            Ok(events) => Decision::new(Changes::none().and::<A>(id, events), ()),
            Err(_) => Decision::rejected(()),
        });
        commit.await?;
        Ok(())
    }
}
