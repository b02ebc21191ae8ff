//! Every consumer there is, started together.

use std::{sync::Arc, time::Duration};

use domain::{
    Aggregate,
    policy::{Claims, OrderFulfilment, Policy},
};
use event_store::Store;
use sqlx::postgres::PgConnectOptions;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    policies::PolicySink,
    projection::{Projection, ProjectionSink},
    read_models::{Inventories, Orders, Products, Users},
    runtime::{Leases, Sink, Status, Worker},
    schema,
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
}

/// All consumers of one process.
pub struct Consumers {
    settings: Settings,
    owner: String,
    status: Arc<Status>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Consumers {
    /// Starts a worker for every read model and every policy. They wait for both stores and never give up.
    #[must_use]
    pub fn start(settings: Settings, stop: CancellationToken) -> Self {
        let owner = format!("{}-{}", std::process::id(), Uuid::now_v7().simple());
        let consumers = Self { settings, owner, status: Arc::default(), tasks: TaskTracker::new(), stop };
        consumers.project::<Users>();
        consumers.project::<Products>();
        consumers.project::<Inventories>();
        consumers.project::<Orders>();
        consumers.carry::<OrderFulfilment>(&[<OrderFulfilment as Policy>::Follows::CATEGORY]);
        consumers.carry::<Claims>(&[<Claims as Policy>::Follows::CATEGORY]);
        consumers.tasks.close();
        consumers
    }

    /// Which of them work.
    #[must_use]
    pub fn status(&self) -> Arc<Status> {
        self.status.clone()
    }

    /// Waits until all of them have let go of their leases. A turn that hangs is left behind after a while, as if the
    /// process had been killed: its leases end by themselves.
    pub async fn stopped(&self) {
        if tokio::time::timeout(STOPPED_WITHIN, self.tasks.wait()).await.is_err() {
            tracing::warn!("consumers did not stop in time; leases are left to end by themselves");
        }
    }

    fn project<P: Projection>(&self) {
        let schema = schema::live(P::NAME);
        let pool = schema::pool(&self.settings.database, &schema, 3);
        let sink = ProjectionSink::<P>::new(pool.clone(), self.settings.store.clone());
        self.spawn(schema, P::CATEGORIES, pool, sink);
    }

    fn carry<P: Policy + Send + Sync + 'static>(&self, categories: &'static [&'static str]) {
        let pool = schema::pool(&self.settings.database, schema::POLICIES, 3);
        let sink = PolicySink::<P>::new(pool.clone(), self.settings.store.clone());
        self.spawn(P::GROUP.to_owned(), categories, pool, sink);
    }

    fn spawn(&self, group: String, categories: &'static [&'static str], pool: sqlx::PgPool, sink: impl Sink) {
        let store = self.settings.store.clone();
        let worker = Worker {
            leases: Leases::new(pool, group.clone(), self.owner.clone(), categories),
            reader: store.reader(&group, &self.owner),
            status: self.status.clone(),
            group,
            store,
            sink,
        };
        self.tasks.spawn(worker.run(self.stop.clone()));
    }
}
