//! What the handlers share: connections to Postgres, and news of what the read models have applied.

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

/// The state of the service. Clones share it.
#[derive(Clone, Debug)]
pub struct App {
    pub(crate) pool: PgPool,
    /// For looks at how things are, which must not wait for the others.
    pub(crate) looking: PgPool,
    pub(crate) freshness: Freshness,
    pub(crate) shape: Shape,
    pub(crate) devices: Option<Devices>,
    pub(crate) live: Live,
    pub(crate) typing: Heard,
}

impl App {
    /// Will read from this database; connects when first asked, and again whenever it has to.
    #[must_use]
    pub fn new(database: PgConnectOptions, settings: &Reading) -> Self {
        let options = database.options([
            ("application_name", "query-api"),
            ("default_transaction_read_only", "on"),
            ("statement_timeout", STATEMENT_TIMEOUT_MS),
            // Filters that are not asked for must not cost those that are their index.
            ("plan_cache_mode", "force_custom_plan"),
            // Pages that lie apart are read as fast as neighbours: they are in memory, or on a disk without a head.
            ("random_page_cost", "1.1"),
        ]);
        measures::describe(settings);
        let shape = Shape::default();
        let looking = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
        let looking = shape.watch(looking).connect_lazy_with(options.clone());
        let pool = PgPoolOptions::new().max_connections(settings.read_connections).acquire_timeout(ACQUIRE_TIMEOUT);
        let pool = shape.watch(pool).connect_lazy_with(options);
        let freshness = Freshness::new(pool.clone(), settings.freshness_wait);
        let live = Live::new(settings.live);
        Self { freshness, pool, looking, shape, devices: None, live, typing: Heard::default() }
    }

    /// Will show of sessions what is known of their devices.
    #[must_use]
    pub fn with_devices(self, devices: Devices) -> Self {
        Self { devices: Some(devices), ..self }
    }

    /// Will tell live connections who is typing, as it is heard.
    #[must_use]
    pub fn with_typing(self, typing: Heard) -> Self {
        Self { typing, ..self }
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
