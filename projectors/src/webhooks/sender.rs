//! Sends what is written down: whatever is due, under a lease for each, until told to stop.
//!
//! Right before it sends, it asks the log whether the subscription is still there and its owner still may hear of anything.
//! What it sends and could not note as sent is sent again, under the same id, once the lease has ended.

use std::{sync::Arc, time::Duration};

use domain::{
    Aggregate, Partition, SubscriptionId, UserId,
    user::User,
    webhook::{Cause, Command, Webhooks, secret_field, url_field},
};
use event_store::{CommandId, Context, ExecuteError, Store};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use traces::Trace;
use tracing::{Instrument, debug, error_span, info, warn};

use super::{
    Message, Telling, dead_letters,
    deliveries::{self, Again, Claimed},
    line::{Line, Outcome},
    sink::hearer,
};
use crate::Fault;

/// How many messages one process sends at the same time.
const MOST: usize = 256;
/// How much longer than a receiver may take a lease lasts.
const MARGIN: Duration = Duration::from_secs(20);
/// How often it is looked for what can be forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// Sends what is due.
#[derive(Clone)]
pub(crate) struct Sender(Arc<Shared>);

struct Shared {
    pool: PgPool,
    store: Store,
    telling: Telling,
    line: Line,
    tick: Duration,
}

/// Where a message goes, and what signs it.
struct Target {
    url: String,
    sealed: String,
}

impl Sender {
    /// Will look for what is due every `tick`.
    pub(crate) fn new(pool: PgPool, store: Store, telling: Telling, tick: Duration) -> Self {
        let line = Line::new(&telling);
        Self(Arc::new(Shared { pool, store, telling, line, tick }))
    }

    /// Works until told to stop, and then finishes what it has begun.
    pub(crate) async fn run(self, stop: CancellationToken) {
        self.work(stop).instrument(error_span!("consumer", group = super::GROUP)).await;
    }

    async fn work(self, stop: CancellationToken) {
        let mut going = JoinSet::new();
        let mut forgotten = None::<Instant>;
        while !stop.is_cancelled() {
            if forgotten.is_none_or(|at| at.elapsed() >= FORGET_EVERY) {
                report("forget", deliveries::forget(&self.0.pool, self.0.telling.kept).await);
                forgotten = Some(Instant::now());
            }
            report("report dead letters", dead_letters::report(&self.0.pool, &self.0.store).await);
            let lease = self.0.telling.patience + MARGIN;
            match deliveries::claim(&self.0.pool, MOST - going.len(), lease).await {
                Ok(claimed) => claimed.into_iter().for_each(|claimed| {
                    let shared = self.0.clone();
                    going.spawn(shared.deal_with(claimed));
                }),
                Err(fault) => report("look for what is due", Err(fault)),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.0.tick) => {}
                Some(_) = going.join_next() => while going.try_join_next().is_some() {},
            }
        }
        while going.join_next().await.is_some() {}
    }
}

fn report(what: &str, outcome: Result<(), Fault>) {
    if let Err(fault) = outcome {
        warn!(%fault, "could not {what}; trying again");
    }
}

impl Shared {
    /// Sends one message, in the trace of the event that it is about.
    async fn deal_with(self: Arc<Self>, claimed: Claimed) {
        let trace = Trace::continuing(&claimed.trace);
        let span = error_span!(
            "webhook",
            group = super::GROUP,
            category = claimed.category,
            partition = %Partition::of(claimed.aggregate),
            id = %claimed.aggregate,
            version = claimed.version,
            "type" = claimed.kind,
            subscription = %claimed.subscription,
            trace_id = trace.id()
        );
        trace.mark(&span);
        async { report("send", self.send(&claimed, trace).await) }.instrument(span).await;
    }

    async fn send(&self, claimed: &Claimed, trace: Trace) -> Result<(), Fault> {
        let (owner, subscription) = (UserId::from(claimed.owner), SubscriptionId::from(claimed.subscription));
        let Some(target) = self.target(owner, subscription).await? else {
            return claimed.dropped(&self.pool).await;
        };
        let timestamp = OffsetDateTime::now_utc().unix_timestamp();
        let message = Message { id: &claimed.id, timestamp, body: claimed.body.as_bytes() };
        let outcome = match self.telling.authority.sign(claimed.subscription, &target.sealed, message) {
            Some(signature) => self.line.post(&target.url, message, &signature, trace).await,
            None => Outcome::broken("not_signed"),
        };
        if let Some(response) = outcome.taken() {
            debug!(response, "a message was taken");
            metrics::counter!("webhook_deliveries_total", "outcome" => "delivered").increment(1);
            return claimed.delivered(&self.pool, response).await;
        }
        info!(response = outcome.response, error = outcome.error, "a message was not taken");
        metrics::counter!("webhook_deliveries_total", "outcome" => "failed").increment(1);
        let again = Again { attempts: self.telling.attempts, after: self.telling.retry_after };
        let failing_since = claimed.failed(&self.pool, outcome, again).await?;
        let for_long =
            failing_since.is_some_and(|since| OffsetDateTime::now_utc() - since >= self.telling.disable_after);
        match (outcome.is_gone(), for_long) {
            (true, _) => self.disable(owner, subscription, Cause::Gone, trace).await,
            (false, true) => self.disable(owner, subscription, Cause::Failing, trace).await,
            (false, false) => Ok(()),
        }
    }

    /// Where a subscription is told anything; `None` when it is not any more.
    async fn target(&self, owner: UserId, id: SubscriptionId) -> Result<Option<Target>, Fault> {
        let webhooks = self.store.load::<Webhooks>(owner).await?;
        let user = self.store.load::<User>(owner).await?;
        let subscription = webhooks.get(id).filter(|subscription| subscription.disabled.is_none());
        if subscription.and_then(|subscription| hearer(owner, &user, subscription.scope)).is_none() {
            return Ok(None);
        }
        let record = self.store.private(Webhooks::CATEGORY, &[owner.into()]).await?.pop().unwrap_or_default();
        let field = |name: String| record.get(&name).filter(|value| !value.is_empty()).map(str::to_owned);
        let target = field(url_field(id)).zip(field(secret_field(id)));
        Ok(target.map(|(url, sealed)| Target { url, sealed }))
    }

    async fn disable(&self, owner: UserId, id: SubscriptionId, cause: Cause, trace: Trace) -> Result<(), Fault> {
        let (actor, trace) = (format!("policy:{}", super::GROUP), trace.to_string());
        let context = Context { actor, command: CommandId::random(), at: OffsetDateTime::now_utc(), trace };
        match self.store.execute::<Webhooks>(context, owner, Command::Disable { id, cause }).await {
            Ok(_) => info!(cause = cause.as_str(), "a webhook is disabled"),
            // No rule keeps it from being disabled.
            Err(ExecuteError::Rejected(error)) => warn!(%error, "a webhook is not disabled"),
            Err(ExecuteError::Failed(failure)) => return Err(failure.into()),
        }
        Ok(())
    }
}
