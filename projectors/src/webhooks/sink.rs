//! What the consumer does with a turn: writes down what is to be told to whom, and settles it.

use domain::{
    Aggregate, UserId,
    user::User,
    webhook::{Scope, Webhooks},
};
use event_store::{Positioned, Store};
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::{PgConnection, PgPool};

use super::{
    GROUP,
    deliveries::{self, Delivery},
    news::{self, Hearer, News},
    subscribers::{self, Subscribers},
};
use crate::{
    Fault,
    fault::caught,
    runtime::{Leases, Run, Sink, Skipped, Stopped, Turn, Urgency, keep, runs, set_aside, too_many},
};

/// How many aggregates are looked at at the same time.
const PARALLEL: usize = 64;

/// Writes down what is to be told.
pub(crate) struct WebhooksSink {
    pool: PgPool,
    store: Store,
}

/// What there is to write down about one aggregate's events, up to the first that fails by itself.
#[derive(Default)]
struct Told<'a> {
    deliveries: Vec<Delivery>,
    changes: Vec<&'a Positioned>,
    stopped: Option<Stopped<'a>>,
}

impl WebhooksSink {
    pub(crate) const fn new(pool: PgPool, store: Store) -> Self {
        Self { pool, store }
    }

    async fn go_through<'a>(
        &self,
        run: Run<'a>,
        subscribers: &Subscribers,
        skipped: &Skipped,
    ) -> Result<Told<'a>, Fault> {
        let mut told = Told::default();
        for (at, event) in run.events.iter().enumerate().filter(|(_, event)| !skipped.contains(event)) {
            match caught(self.tell(event, subscribers)).await {
                Ok(deliveries) => told.deliveries.extend(deliveries),
                Err(fault) if fault.is_about_events() => {
                    told.stopped = Some(Stopped { run, at, fault });
                    return Ok(told);
                }
                Err(fault) => return Err(fault),
            }
            if event.event.category() == Webhooks::CATEGORY {
                told.changes.push(event);
            }
        }
        Ok(told)
    }

    /// What is to be told about one event.
    async fn tell(&self, positioned: &Positioned, subscribers: &Subscribers) -> Result<Vec<Delivery>, Fault> {
        let event = &positioned.event;
        if event.category() == Webhooks::CATEGORY {
            event.event::<Webhooks>().map_err(|error| Fault::event(event, &error))?;
            return Ok(Vec::new());
        }
        if subscribers.are_none() {
            return Ok(Vec::new());
        }
        let Some(news) = news::about(&self.store, event).await? else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for owner in subscribers.of(&news.sellers) {
            self.tell_owner(positioned, &news, owner, &mut all).await?;
        }
        Ok(all)
    }

    /// What one user's subscriptions are told, as the log has the user and the subscriptions now.
    async fn tell_owner(
        &self,
        event: &Positioned,
        news: &News,
        owner: UserId,
        all: &mut Vec<Delivery>,
    ) -> Result<(), Fault> {
        let webhooks = self.store.load::<Webhooks>(owner).await?;
        let user = self.store.load::<User>(owner).await?;
        for (id, subscription) in webhooks.active() {
            if news.at < subscription.since || !subscription.kinds.contains(&news.kind) {
                continue;
            }
            let Some(hearer) = hearer(owner, &user, subscription.scope) else { continue };
            if let Some(body) = news.body(hearer) {
                all.push(Delivery::new(event, id, owner, news.kind, body));
            }
        }
        Ok(())
    }
}

/// As whom the owner of a subscription may hear anything by now, if at all.
pub(super) fn hearer(owner: UserId, user: &User, scope: Scope) -> Option<Hearer> {
    match scope {
        _ if !user.has_account() || user.is_suspended() => None,
        Scope::All => user.is_admin().then_some(Hearer::Admin),
        Scope::Own => Some(Hearer::Seller(owner)),
    }
}

impl Sink for WebhooksSink {
    const SUBJECT: &'static str = GROUP;
    const SENDS_COMMANDS: bool = false;
    const URGENCY: Urgency = Urgency::Later;

    async fn take(&self, leases: &Leases, turn: &Turn) -> Result<(), Fault> {
        let (held, skipped) = set_aside(leases, GROUP, turn).await?;
        let mut subscribers = Subscribers::read(&mut *self.pool.acquire().await?).await?;
        let (flowing, waiting) = runs(turn, &held);
        for run in flowing.iter().filter(|run| run.feed.category == Webhooks::CATEGORY) {
            run.events.iter().for_each(|event| subscribers.learn(&event.event));
        }
        let mut going = Vec::with_capacity(flowing.len());
        for run in flowing {
            going.push(self.go_through(run, &subscribers, &skipped));
        }
        let told: Vec<_> = stream::iter(going).buffer_unordered(PARALLEL).try_collect().await?;
        let (mut deliveries, mut changes, mut stopped) = (Vec::new(), Vec::new(), Vec::new());
        for told in told {
            deliveries.extend(told.deliveries);
            changes.extend(told.changes);
            stopped.extend(told.stopped);
        }
        too_many(&stopped, leases.timing().most_failing)?;
        let mut transaction = self.pool.begin().await?;
        leases.settle(&mut transaction, turn).await?;
        keep(&mut transaction, leases, &waiting, &stopped).await?;
        deliveries::insert(&mut transaction, &deliveries).await?;
        for change in changes {
            subscribers::follow(&mut transaction, &change.event).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn fold(&self, connection: &mut PgConnection, events: &[Positioned]) -> Result<(), Fault> {
        let subscribers = Subscribers::read(connection).await?;
        for event in events {
            deliveries::insert(connection, &caught(self.tell(event, &subscribers)).await?).await?;
            if event.event.category() == Webhooks::CATEGORY {
                subscribers::follow(connection, &event.event).await?;
            }
        }
        Ok(())
    }
}
