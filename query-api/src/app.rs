//! What the handlers share: connections to Postgres, and news of what the read models have applied.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join3;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio_util::sync::CancellationToken;
use web::devices::Devices;
use web::ops::Checks;
use web::typing::Heard;

use crate::freshness::Freshness;
use crate::live::Live;
use crate::measures::{self, Measuring};
use crate::settings::Reading;
use crate::snapshot::Shape;

/// After how long without a connection a request is answered 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long Postgres works on one statement at most, in milliseconds.
const STATEMENT_TIMEOUT_MS: &str = "5000";

/// The state of the service. Clones share it: there is one for each request.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What the state is made of.
#[derive(Clone, Debug)]
pub struct Parts {
    pub(crate) pool: PgPool,
    /// For what is found by its key. Making a plan for that takes longer than following one, so each statement keeps its own.
    pub(crate) keyed: PgPool,
    /// For looks at how things are, which must not wait for the others.
    pub(crate) looking: PgPool,
    pub(crate) freshness: Freshness,
    pub(crate) shape: Shape,
    pub(crate) devices: Option<Devices>,
    pub(crate) live: Live,
    pub(crate) typing: Heard,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Will read from this database; connects when first asked, and again whenever it has to.
    #[must_use]
    pub fn new(database: PgConnectOptions, settings: &Reading) -> Self {
        let options = database.options([
            ("application_name", "query-api"),
            ("default_transaction_read_only", "on"),
            ("statement_timeout", STATEMENT_TIMEOUT_MS),
            // Pages that lie apart are read as fast as neighbours: they are in memory, or on a disk without a head.
            ("random_page_cost", "1.1"),
            // To compile a statement takes longer than any page may.
            ("jit", "off"),
        ]);
        measures::describe(settings);
        let shape = Shape::default();
        let open = |connections, options| {
            let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
            shape.watch(pool).connect_lazy_with(options)
        };
        // Filters that are not asked for must not cost those that are their index.
        let filtered = options.clone().options([("plan_cache_mode", "force_custom_plan")]);
        // A plan that was made while tables were nearly empty must not read all of them for ever.
        let by_key = options.options([("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off")]);
        let looking = open(1, filtered.clone());
        let (pool, keyed) = (open(settings.read_connections, filtered), open(settings.read_connections, by_key));
        let freshness = Freshness::new(keyed.clone(), settings.freshness_wait);
        let live = Live::new(settings.live);
        Self(Arc::new(Parts { freshness, pool, keyed, looking, shape, devices: None, live, typing: Heard::default() }))
    }

    /// Will show of sessions what is known of their devices.
    #[must_use]
    pub fn with_devices(self, devices: Devices) -> Self {
        self.with(|parts| parts.devices = Some(devices))
    }

    /// Will tell live connections who is typing, as it is heard.
    #[must_use]
    pub fn with_typing(self, typing: Heard) -> Self {
        self.with(|parts| parts.typing = typing)
    }

    fn with(self, change: impl FnOnce(&mut Parts)) -> Self {
        let mut parts = Arc::unwrap_or_clone(self.0);
        change(&mut parts);
        Self(Arc::new(parts))
    }

    /// Follows what the read models apply until the shutdown, so that waiting requests and live connections learn of it at
    /// once; and shows operators how things are. Live connections end with it.
    pub async fn follow(self, shutdown: CancellationToken) {
        let measuring = Measuring::new(self.clone()).follow();
        shutdown.run_until_cancelled(join3(self.freshness.follow(), self.live.follow(&self), measuring)).await;
    }

    /// What must be well for the service to be ready.
    #[must_use]
    pub fn checks(&self) -> Checks {
        let pool = self.pool.clone();
        Checks::new().with("postgres", move || answers(pool.clone()))
    }
}

/// Whether Postgres answers and has the read models.
async fn answers(pool: PgPool) -> sqlx::Result<()> {
    sqlx::query_scalar!(r#"select exists (select from orders.applied) as "any!""#).fetch_one(&pool).await.map(|_| ())
}
