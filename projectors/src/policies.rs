//! The carrier of policies: takes their requests to other aggregates and their commands back.
//!
//! It decides nothing. Events of one aggregate are dealt with in feed order, different aggregates in parallel. Whatever
//! it sends is idempotent and carries the end of the lease, so that a carrier which was paused for longer cannot have a
//! late command accepted.

use std::{
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use domain::{
    Aggregate, OrderId, ProductId,
    claim::{self, Claim},
    inventory::{self, Inventory},
    order::{Order, Short},
    policy::{Answer, Claims, Command, OrderFulfilment, Payments, Policy, Request, Terms},
};
use event_store::{
    Changes, CommandId, Context, Decision, Feed, Outcome, Positioned, Recorded, Request as Commit, States, Store,
    Stream,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use payments::{Attempt, Provider, Refund};
use time::OffsetDateTime;
use traces::Trace;

use crate::{
    Fault,
    runtime::{Duty, Leases, Urgency},
};

/// The groups of all policies.
pub(crate) const GROUPS: [&str; 3] = [OrderFulfilment::GROUP, Payments::GROUP, Claims::GROUP];

/// How many aggregates are dealt with at the same time.
const PARALLEL: usize = 256;

/// Carries for one policy.
pub(crate) struct Carrying<P> {
    store: Store,
    provider: Option<Arc<dyn Provider>>,
    pay_within: time::Duration,
    policy: PhantomData<P>,
}

impl<P: Policy + Send + Sync + 'static> Carrying<P> {
    pub(crate) fn new(store: Store, provider: Option<Arc<dyn Provider>>, pay_within: Duration) -> Self {
        let pay_within = pay_within.try_into().unwrap_or(time::Duration::MAX);
        Self { store, provider, pay_within, policy: PhantomData }
    }
}

impl<P: Policy + Send + Sync + 'static> Duty for Carrying<P> {
    const GROUP: &'static str = P::GROUP;
    const SENDS_COMMANDS: bool = true;
    const URGENCY: Urgency = Urgency::Now;

    fn parallel(&self) -> usize {
        PARALLEL
    }

    fn urgency(event: &Recorded) -> Urgency {
        // What breaks over an event finds its owner when the event is dealt with.
        let calls_for_nothing = || event.event::<P::Follows>().is_ok_and(|event| !P::concerns(&event));
        match catch_unwind(AssertUnwindSafe(calls_for_nothing)) {
            Ok(true) => Urgency::Later,
            Ok(false) | Err(_) => Urgency::Now,
        }
    }

    async fn deal_with(&self, leases: &Leases, feed: Feed, event: &Positioned, trace: Trace) -> Result<(), Fault> {
        let recorded = &event.event;
        let event = recorded.event::<P::Follows>().map_err(|error| Fault::event(recorded, &error))?;
        if !P::concerns(&event) {
            return Ok(());
        }
        let id = recorded.id.into();
        let state = self.store.load::<P::Follows>(id).await?;
        let provider = self.provider.as_deref();
        let carrier = Carrier { store: &self.store, provider, group: P::GROUP, cause: recorded, trace, leases, feed };
        let mut answers = Vec::new();
        for request in P::ask(id, &state, &event) {
            let refused = answers.iter().any(|answer| matches!(answer, Answer::Short(_)));
            answers.push(carrier.carry(request, refused).await?);
        }
        let terms = Terms { at: OffsetDateTime::now_utc(), pay_within: self.pay_within };
        for command in P::conclude(id, &event, &answers, &terms) {
            carrier.command(command).await?;
        }
        Ok(())
    }
}

/// One event's way to other aggregates.
struct Carrier<'a> {
    store: &'a Store,
    provider: Option<&'a dyn Provider>,
    group: &'static str,
    cause: &'a Recorded,
    trace: Trace,
    leases: &'a Leases,
    feed: Feed,
}

impl Carrier<'_> {
    async fn carry(&self, request: Request, refused: bool) -> Result<Answer, Fault> {
        match request {
            Request::Reserve { order, lines } if refused => self.look_up(order, &lines).await,
            Request::Reserve { order, lines } => self.reserve(order, lines).await,
            Request::Release { order, products } => {
                let release = |product| (product, inventory::Command::Release { order });
                self.count(products.into_iter().map(release).collect()).await
            }
            Request::Commit { order, products } => {
                let commit = |product| (product, inventory::Command::Commit { order });
                self.count(products.into_iter().map(commit).collect()).await
            }
            Request::Restock { order, number, lines } => {
                let at = self.happened_at()?;
                let restock =
                    |(product, quantity)| (product, inventory::Command::Restock { order, number, quantity, at });
                self.count(lines.into_iter().map(restock).collect()).await
            }
            Request::Capture { order, attempt, amount } => {
                let attempt = Attempt { order, number: attempt };
                self.done(self.provider()?.capture(attempt, amount).await)
            }
            Request::Void { order, attempt } => {
                self.done(self.provider()?.void(Attempt { order, number: attempt }).await)
            }
            Request::Refund { order, attempt, number, amount } => {
                let attempt = Attempt { order, number: attempt };
                self.done(self.provider()?.refund(Refund { attempt, number, amount }).await)
            }
            Request::ReleaseClaim { claim, owner } => {
                let unneeded_at = self.happened_at()?;
                self.execute::<Claim>(claim, claim::Command::Release { owner, unneeded_at }).await?;
                Ok(Answer::Done)
            }
        }
    }

    async fn command(&self, command: Command) -> Result<(), Fault> {
        match command {
            Command::Order(id, command) => self.execute::<Order>(id, command).await,
        }
    }

    /// A refusal is an answer too: the aggregate has meanwhile decided otherwise, and its own event tells what follows.
    async fn execute<A: Aggregate>(&self, id: A::Id, command: A::Command) -> Result<(), Fault> {
        let decide = move |states: &States<'_>| match states.get::<A>(id).decide(command.clone()) {
            Ok(events) => Decision::new(Changes::none().and::<A>(id, events), Ok(())),
            Err(rule) => Decision::rejected(Err(rule)),
        };
        if let Err(rule) = self.commit(vec![Stream::of::<A>(id)], decide).await? {
            tracing::debug!(of = A::CATEGORY, of_id = %id.into(), %rule, "already decided otherwise");
        }
        Ok(())
    }

    /// Reserves all of these lines, or none.
    async fn reserve(&self, order: OrderId, lines: Vec<(ProductId, u32)>) -> Result<Answer, Fault> {
        let streams: Vec<_> = lines.iter().map(|(product, _)| Stream::of::<Inventory>(*product)).collect();
        self.commit(streams, move |states| {
            let mut decided = Decided::default();
            for (product, quantity) in &lines {
                decided.add(*product, *quantity, states.get::<Inventory>(*product), order);
            }
            decided.conclude()
        })
        .await?
        .map_err(|rule| self.broken(rule))
    }

    /// What would be short, without reserving anything.
    async fn look_up(&self, order: OrderId, lines: &[(ProductId, u32)]) -> Result<Answer, Fault> {
        let load = async |(product, quantity)| {
            Ok::<_, Fault>((product, quantity, self.store.load::<Inventory>(product).await?))
        };
        let loaded: Vec<_> = stream::iter(lines.iter().copied()).map(load).buffered(PARALLEL).try_collect().await?;
        let mut decided = Decided::default();
        for (product, quantity, inventory) in &loaded {
            decided.add(*product, *quantity, inventory, order);
        }
        Ok(if decided.short.is_empty() { Answer::Done } else { Answer::Short(decided.short) })
    }

    /// One command for each inventory of a partition, all of them or none.
    async fn count(&self, commands: Vec<(ProductId, inventory::Command)>) -> Result<Answer, Fault> {
        let streams: Vec<_> = commands.iter().map(|(product, _)| Stream::of::<Inventory>(*product)).collect();
        self.commit(streams, move |states| {
            let changes = commands.iter().try_fold(Changes::none(), |changes, (product, command)| {
                Ok(changes.and::<Inventory>(*product, states.get::<Inventory>(*product).decide(command.clone())?))
            });
            match changes {
                Ok(changes) => Decision::new(changes, Ok(Answer::Done)),
                Err(rule) => Decision::rejected(Err(rule)),
            }
        })
        .await?
        .map_err(|rule| self.broken(rule))
    }

    /// Goes on against others who are faster, until the lease ends.
    async fn commit<T: Send + 'static>(
        &self,
        streams: Vec<Stream>,
        decide: impl FnMut(&States<'_>) -> Decision<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let not_after = Some(self.leases.until(self.feed)?);
        let request = Commit { not_after, settling: true, ..Commit::new(self.context(), streams) };
        match self.store.commit(request, decide).await? {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }

    /// Without a provider, whatever waits for one waits for a person to name it.
    fn provider(&self) -> Result<&dyn Provider, Fault> {
        self.provider.ok_or_else(|| Fault::Provider("there is none, see MILLRACE_PAYMENT_PROVIDER".to_owned()))
    }

    /// A provider that is away is nobody's fault; what it refuses is about this event.
    fn done(&self, answer: Result<(), payments::Error>) -> Result<Answer, Fault> {
        match answer {
            Ok(()) => Ok(Answer::Done),
            Err(payments::Error::Away(said)) => Err(Fault::Provider(said)),
            Err(refused @ payments::Error::Refused(_)) => Err(Fault::event(self.cause, &refused)),
        }
    }

    fn happened_at(&self) -> Result<OffsetDateTime, Fault> {
        self.cause.time().map_err(|error| Fault::event(self.cause, &error))
    }

    fn broken(&self, rule: inventory::Error) -> Fault {
        Fault::event(self.cause, &rule)
    }

    fn context(&self) -> Context {
        Context {
            actor: format!("policy:{}", self.group),
            command: CommandId::random(),
            at: OffsetDateTime::now_utc(),
            trace: self.trace.to_string(),
        }
    }
}

/// Reservations of one partition, decided line by line.
#[derive(Default)]
struct Decided {
    changes: Changes,
    short: Vec<Short>,
    broken: Option<inventory::Error>,
}

impl Decided {
    fn add(&mut self, product: ProductId, quantity: u32, inventory: &Inventory, order: OrderId) {
        match inventory.decide(inventory::Command::Reserve { order, quantity }) {
            Ok(events) => self.changes = std::mem::take(&mut self.changes).and::<Inventory>(product, events),
            Err(inventory::Error::Insufficient { requested, available }) => {
                self.short.push(Short { product, requested, available });
            }
            Err(rule) => self.broken = Some(rule),
        }
    }

    fn conclude(self) -> Decision<Result<Answer, inventory::Error>> {
        match self.broken {
            Some(rule) => Decision::rejected(Err(rule)),
            None if self.short.is_empty() => Decision::new(self.changes, Ok(Answer::Reserved)),
            None => Decision::new(Changes::none(), Ok(Answer::Short(self.short))),
        }
    }
}
