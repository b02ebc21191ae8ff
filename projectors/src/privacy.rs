//! The consumer that forgets what is kept of a user beside their account: addresses of orders, texts of messages.
//!
//! Those are private records of other aggregates, in other partitions than the user. So an index in Postgres says where
//! there are any. Its row is committed before anybody looks whether that user is erased, and whoever is erased is looked
//! up in the index: whichever of the two comes first in the log, one of them finds the other. Every command may be sent
//! again, so nothing is lost by a crash; and rows stay, since a log that was restored may have again what was forgotten.

use domain::{
    Aggregate, OrderId, UserId,
    message::{self, Conversation},
    order::{self, Order},
    user::{self, User},
};
use event_store::{Changes, CommandId, Context, Decision, Feed, Positioned, Record, Recorded, Request, Store, Stream};
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::PgPool;
use time::OffsetDateTime;
use traces::Trace;

use crate::{
    Fault,
    runtime::{Duty, Leases, Urgency},
};

mod index;

use index::{Kept, What};

/// Names the consumer group, and the events it reads.
pub(crate) const GROUP: &str = "privacy";
pub(crate) const CATEGORIES: &[&str] = &[User::CATEGORY, Order::CATEGORY, Conversation::CATEGORY];

/// How many aggregates are dealt with at the same time, and how much of one user.
const PARALLEL: usize = 64;

/// Forgets.
pub(crate) struct Privacy {
    pool: PgPool,
    store: Store,
}

/// What an event calls for.
enum Calls {
    /// Something of a user is kept there from now on.
    Keeps(Kept),
    /// A user is to be forgotten.
    Forgets(UserId),
    Nothing,
}

impl Privacy {
    pub(crate) const fn new(pool: PgPool, store: Store) -> Self {
        Self { pool, store }
    }

    /// Forgets what is to be forgotten because of an event. What it keeps is in the index by now.
    async fn forget(&self, leases: &Leases, feed: Feed, event: &Recorded, trace: Trace) -> Result<(), Fault> {
        let forgetting = Forgetting { store: &self.store, leases, feed, trace };
        match calls_for(event)? {
            Calls::Nothing => Ok(()),
            Calls::Keeps(kept) => match self.store.load::<User>(kept.user).await?.is_erased() {
                true => forgetting.carry(kept).await,
                false => Ok(()),
            },
            Calls::Forgets(user) => {
                let kept = index::of(&self.pool, user).await?;
                let carried = stream::iter(kept).map(|kept| forgetting.carry(kept));
                carried.buffer_unordered(PARALLEL).try_collect().await
            }
        }
    }
}

impl Duty for Privacy {
    const GROUP: &'static str = GROUP;
    const SENDS_COMMANDS: bool = true;
    const URGENCY: Urgency = Urgency::Later;

    fn parallel(&self) -> usize {
        PARALLEL
    }

    /// Before anybody is looked up.
    async fn prepare(&self, events: &[&Recorded]) -> Result<(), Fault> {
        let calls = events.iter().filter_map(|event| calls_for(event).ok());
        let kept = calls.filter_map(|calls| if let Calls::Keeps(kept) = calls { Some(kept) } else { None });
        index::add(&self.pool, kept.collect()).await
    }

    async fn deal_with(&self, leases: &Leases, feed: Feed, event: &Positioned, trace: Trace) -> Result<(), Fault> {
        self.forget(leases, feed, &event.event, trace).await
    }
}

fn calls_for(event: &Recorded) -> Result<Calls, Fault> {
    let unreadable = |error| Fault::event(event, &error);
    let keeps = |user, what| Calls::Keeps(Kept { user, what, id: event.id.into() });
    let calls = match event.category() {
        User::CATEGORY => {
            let event_of_user = event.event::<User>().map_err(unreadable)?;
            matches!(event_of_user, user::Event::Erased { .. }).then(|| Calls::Forgets(event.id.into()))
        }
        Order::CATEGORY => {
            let event_of_order = event.event::<Order>().map_err(unreadable)?;
            if let order::Event::Placed { buyer, address: true, .. } = event_of_order {
                Some(keeps(buyer, What::Address))
            } else {
                None
            }
        }
        _ => match event.event::<Conversation>().map_err(unreadable)? {
            message::Event::Posted { author, .. } => Some(keeps(author, What::Texts)),
            message::Event::Forgotten { .. } | message::Event::CarriedForward { .. } => None,
        },
    };
    Ok(calls.unwrap_or(Calls::Nothing))
}

/// One event's way to what is forgotten because of it.
#[derive(Clone, Copy)]
struct Forgetting<'a> {
    store: &'a Store,
    leases: &'a Leases,
    feed: Feed,
    trace: Trace,
}

impl Forgetting<'_> {
    async fn carry(self, Kept { user, what, id }: Kept) -> Result<(), Fault> {
        match what {
            What::Address => {
                let whole = |_: &[order::Event]| Record::default();
                self.execute::<Order>(id, order::Command::ForgetAddress, whole).await
            }
            What::Texts => self.execute::<Conversation>(id, message::Command::Forget { author: user }, texts_of).await,
        }
    }

    /// Events and the end of what they speak of in one append; neither where there is nothing any more. A refusal says that
    /// the log has lost the aggregate.
    async fn execute<A: Aggregate<Id = OrderId>>(
        self,
        id: OrderId,
        command: A::Command,
        private: fn(&[A::Event]) -> Record,
    ) -> Result<(), Fault> {
        let not_after = Some(self.leases.until(self.feed)?);
        let request = Request { not_after, settling: true, ..Request::new(self.context(), [Stream::of::<A>(id)]) };
        let forget = self.store.commit(request, move |states| {
            let events = states.get::<A>(id).decide(command.clone()).unwrap_or_default();
            let changes = match events.is_empty() {
                true => Changes::none(),
                false => Changes::none().and_private::<A>(id, private(&events)).and::<A>(id, events),
            };
            Decision::new(changes, ())
        });
        forget.await?;
        Ok(())
    }

    fn context(self) -> Context {
        Context {
            actor: format!("policy:{GROUP}"),
            command: CommandId::random(),
            at: OffsetDateTime::now_utc(),
            trace: self.trace.to_string(),
        }
    }
}

/// The texts that are to be gone: their fields are left empty.
fn texts_of(events: &[message::Event]) -> Record {
    let numbers = events.iter().flat_map(|event| match event {
        message::Event::Forgotten { numbers, .. } => numbers.as_slice(),
        message::Event::Posted { .. } | message::Event::CarriedForward { .. } => &[],
    });
    Record(numbers.map(|number| (number.to_string(), String::new())).collect())
}
