//! Every consumer there is, started together.

use std::{sync::Arc, time::Duration};

use domain::{
    Aggregate,
    policy::{Claims, OrderFulfilment, Payments, Policy},
};
use event_store::Store;
use payments::Provider;
use sqlx::postgres::PgConnectOptions;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    archive::{self, ArchiveSink, Keeper, Upkeep},
    feeding::feed,
    log::Log,
    mailer::{self, Mailer, Mailing},
    measuring::{Measuring, Pools},
    policies::Carrying,
    privacy::{self, Privacy},
    projection::Projection,
    read_models::of_name,
    requests,
    runtime::{Leases, Measures, OneByOne, Sink, Status, Timing, Worker},
    schema,
    sight::Sight,
    timers::{self, Asking, Timers},
    webhooks::{self, Telling, WebhooksSink},
};

/// How long the turns that are under way may take to finish after a stop.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

/// Where consumers read from and write to.
#[derive(Clone)]
pub struct Settings {
    /// The log.
    pub store: Store,
    /// The database of the read models and of the positions.
    pub database: PgConnectOptions,
    /// How long things take.
    pub timing: Timing,
    /// How small Redis is kept.
    pub upkeep: Upkeep,
    /// How long buyers have to pay once everything is reserved.
    pub pay_within: Duration,
    /// Who moves the money, if anybody does.
    pub provider: Option<Arc<dyn Provider>>,
    /// How long after its beginning the provider is asked about a payment that it has not answered.
    pub ask_payment_after: Duration,
}

/// What can be started: read models, policies, and what else follows the log.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let read_models = schema::READ_MODELS.iter().map(|read_model| read_model.name);
    let policies = [OrderFulfilment::GROUP, Payments::GROUP, Claims::GROUP];
    let others = [mailer::GROUP, privacy::GROUP, webhooks::GROUP, archive::GROUP, timers::GROUP];
    read_models.chain(policies).chain(others).collect()
}

/// The consumers of one process.
pub struct Consumers {
    process: Process,
    stop: CancellationToken,
}

impl Consumers {
    /// Starts a worker for every generation of every read model, for every policy, for timers, for mails, for webhooks, for
    /// what is to be forgotten and for the archive. They wait for both stores and never give up.
    #[must_use]
    pub fn start(settings: Settings, mailing: Mailing, telling: Telling, stop: CancellationToken) -> Self {
        Self::start_some(settings, mailing, telling, stop, &names())
    }

    /// The same, of those alone that are [named](names): the others are somebody else's.
    #[must_use]
    pub fn start_some(
        settings: Settings,
        mailing: Mailing,
        telling: Telling,
        stop: CancellationToken,
        wanted: &[&str],
    ) -> Self {
        let consumers = Self { process: Process::new(settings), stop };
        let wants = |name| wanted.contains(&name);
        for read_model in schema::READ_MODELS.iter().filter(|read_model| wants(read_model.name)) {
            of_name!(read_model.name, P => consumers.project::<P>()).expect("every read model is a projection");
        }
        if wants(OrderFulfilment::GROUP) {
            consumers.carry::<OrderFulfilment>();
        }
        if wants(Payments::GROUP) {
            consumers.carry::<Payments>();
        }
        if wants(Claims::GROUP) {
            consumers.carry::<Claims>();
        }
        if wants(mailer::GROUP) {
            consumers.mail(mailing);
        }
        if wants(privacy::GROUP) {
            consumers.forget();
        }
        if wants(webhooks::GROUP) {
            consumers.tell(telling);
        }
        if wants(archive::GROUP) {
            consumers.archive();
        }
        if wants(timers::GROUP) {
            consumers.watch_timers();
        }
        let Settings { store, database, .. } = consumers.process.settings.clone();
        let (owner, status) = (consumers.process.owner.clone(), consumers.process.status.clone());
        let sight = Sight::new(store.clone(), &database, owner.clone(), status);
        consumers.process.tasks.spawn(sight.run(consumers.stop.clone()));
        let measuring = Measuring::new(store.clone(), &database, owner, consumers.process.pools.clone());
        consumers.process.tasks.spawn(measuring.run(consumers.stop.clone()));
        consumers.process.tasks.spawn(requests::follow(store, database, consumers.stop.clone()));
        consumers.process.tasks.close();
        consumers
    }

    /// Which of them work.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        self.process.status.clone()
    }

    /// Waits until all of them have let go of their leases. A turn that hangs is left behind after a while, as if the
    /// process had been killed: its leases end by themselves.
    pub async fn stopped(&self) {
        self.process.stopped().await;
    }

    fn project<P: Projection>(&self) {
        self.process.tasks.spawn(feed::<P>(self.process.clone(), self.stop.clone()));
    }

    fn carry<P: Policy + Send + Sync + 'static>(&self) {
        let categories = &[P::Follows::CATEGORY];
        let pool = schema::pool(&self.process.settings.database, schema::POLICIES, 3);
        let Settings { store, provider, pay_within, .. } = self.process.settings.clone();
        let sink = OneByOne::new(pool.clone(), Carrying::<P>::new(store, provider, pay_within));
        self.process.spawn(P::GROUP.to_owned(), categories, pool, sink, self.stop.clone());
    }

    fn mail(&self, mailing: Mailing) {
        let mut process = self.process.clone();
        let timing = process.settings.timing;
        // Anybody can make a server refuse mails, by addresses that there are none of: that never pauses those of others.
        let (attempts, retry_after, most_failing) = (mailing.attempts, mailing.retry_after, usize::MAX);
        process.settings.timing = Timing { attempts, retry_after, most_failing, ..timing };
        let pool = schema::pool(&process.settings.database, schema::MAILER, 3);
        // What is kept in the outbox is on disk when the turn is: both go through one log.
        let unsynced = process.settings.database.clone().options([("synchronous_commit", "off")]);
        let keeping = schema::pool(&unsynced, schema::MAILER, 1);
        let mailer = Mailer::new(pool.clone(), keeping, process.settings.store.clone(), mailing);
        let sink = OneByOne::new(pool.clone(), mailer);
        process.spawn(mailer::GROUP.to_owned(), mailer::CATEGORIES, pool, sink, self.stop.clone());
    }

    fn forget(&self) {
        let Settings { store, database, .. } = self.process.settings.clone();
        let pool = schema::pool(&database, schema::PRIVACY, 3);
        let sink = OneByOne::new(pool.clone(), Privacy::new(pool.clone(), store));
        self.process.spawn(privacy::GROUP.to_owned(), privacy::CATEGORIES, pool, sink, self.stop.clone());
    }

    /// One consumer writes down what is to be told, and a task beside it sends that.
    fn tell(&self, telling: Telling) {
        let Settings { store, database, timing, .. } = self.process.settings.clone();
        let pool = schema::pool(&database, schema::WEBHOOKS, 3);
        let sending = schema::pool(&database, schema::WEBHOOKS, 4);
        self.process.pools.add("webhooks-sender", &sending);
        let sender = webhooks::Sender::new(sending, store.clone(), telling, timing.tick);
        self.process.tasks.spawn(sender.run(self.stop.clone()));
        let sink = WebhooksSink::new(pool.clone(), store);
        self.process.spawn(webhooks::GROUP.to_owned(), webhooks::CATEGORIES, pool, sink, self.stop.clone());
    }

    fn watch_timers(&self) {
        let Process { settings, status, owner, pools, .. } = self.process.clone();
        let pool = schema::pool(&settings.database, schema::POLICIES, 3);
        pools.add(timers::GROUP, &pool);
        let leases = Leases::new(pool.clone(), timers::GROUP.to_owned(), owner, timers::CATEGORIES, settings.timing);
        let asking = Asking::new(settings.provider, settings.ask_payment_after);
        let timers = Timers::new(pool, settings.store, asking, leases, status);
        self.process.tasks.spawn(timers.run(self.stop.clone()));
    }

    fn archive(&self) {
        let Process { settings, owner, status, pools, .. } = &self.process;
        let pool = schema::pool(&settings.database, schema::ARCHIVE, 3);
        let trimming = schema::pool(&settings.database, schema::ARCHIVE, 3);
        pools.add("archive-upkeep", &trimming);
        let keeper = Keeper {
            upkeep: settings.upkeep,
            store: settings.store.clone(),
            archive: trimming,
            owner: owner.clone(),
            status: status.clone(),
        };
        self.process.tasks.spawn(keeper.run(self.stop.clone()));
        let sink = ArchiveSink::new(pool.clone(), settings.store.clone());
        self.process.spawn(archive::GROUP.to_owned(), archive::CATEGORIES, pool, sink, self.stop.clone());
    }
}

/// What the workers of one process share.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) settings: Settings,
    pub(crate) status: Arc<Status>,
    pub(crate) tasks: TaskTracker,
    pools: Pools,
    owner: String,
}

impl Process {
    pub(crate) fn new(mut settings: Settings) -> Self {
        let owner = format!("{}-{}", std::process::id(), Uuid::now_v7().simple());
        // Whoever is paused in the middle of a transaction keeps no lock for longer than a lease.
        let idle = format!("{}ms", settings.timing.lease.as_millis());
        settings.database = settings.database.options([("idle_in_transaction_session_timeout", idle)]);
        Self { settings, owner, status: Arc::default(), tasks: TaskTracker::new(), pools: Pools::default() }
    }

    /// Starts a worker for one consumer.
    pub(crate) fn spawn(
        &self,
        group: String,
        categories: &'static [&'static str],
        pool: sqlx::PgPool,
        sink: impl Sink,
        stop: CancellationToken,
    ) {
        let (store, status, pools) = (self.settings.store.clone(), self.status.clone(), self.pools.clone());
        pools.add(&group, &pool);
        let worker = Worker {
            leases: Leases::new(pool, group.clone(), self.owner.clone(), categories, self.settings.timing),
            reader: store.reader(&group, &self.owner),
            status: status.clone(),
            measures: Measures::of(&group),
            group: group.clone(),
            log: Log::new(store.clone(), &self.settings.database),
            store,
            sink,
            turn: String::new(),
        };
        self.tasks.spawn(async move {
            worker.run(stop).await;
            status.ended(&group);
            pools.remove(&group);
        });
    }

    pub(crate) async fn stopped(&self) {
        if tokio::time::timeout(STOPPED_WITHIN, self.tasks.wait()).await.is_err() {
            tracing::warn!("consumers did not stop in time; leases are left to end by themselves");
        }
    }
}
