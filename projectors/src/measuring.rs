//! What operators are shown of all consumers, by every process that runs some: how far each is behind the head of the log, and
//! what it stands still over.
//!
//! Lag is counted against what Redis has, and of every group, not only of those that work here: a consumer that is dead falls
//! behind in the metrics of the others. What cannot be looked at is not shown.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use event_store::{Feed, Meter, Store};
use gauges::{Found, Gauges, add_pool};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram};
use sqlx::{PgConnection, PgPool, postgres::PgConnectOptions};
use time::OffsetDateTime;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::{
    Fault,
    lag::{Consumer, consumers},
    log::Log,
    schema, webhooks,
};

/// Pools that are shown, by name. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Pools(Arc<Mutex<BTreeMap<String, PgPool>>>);

impl Pools {
    pub(crate) fn add(&self, name: &str, pool: &PgPool) {
        self.pools().insert(name.to_owned(), pool.clone());
    }

    pub(crate) fn remove(&self, name: &str) {
        self.pools().remove(name);
    }

    fn show(&self, found: &mut Found) {
        for (name, pool) in &*self.pools() {
            add_pool(found, name, pool.size(), pool.num_idle(), pool.options().get_max_connections());
        }
    }

    fn pools(&self) -> MutexGuard<'_, BTreeMap<String, PgPool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The look of one process.
pub(crate) struct Measuring {
    pool: PgPool,
    pools: Pools,
    log: Log,
    owner: String,
    meter: Meter,
    shown: Gauges,
}

impl Measuring {
    pub(crate) fn new(store: Store, database: &PgConnectOptions, owner: String, pools: Pools) -> Self {
        describe();
        Self {
            pool: schema::pool(database, schema::POLICIES, 1),
            pools,
            log: Log::new(store.clone(), database),
            owner,
            meter: Meter::new(store),
            shown: Gauges::default(),
        }
    }

    /// Looks until told to stop. Consumers say themselves that a store is away.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            if stop.run_until_cancelled(self.look()).await.is_none()
                || timeout(Meter::EVERY, stop.cancelled()).await.is_ok()
            {
                return;
            }
        }
    }

    async fn look(&mut self) {
        // Before the positions, lest a consumer seems to be ahead of the log.
        let heads = self.meter.look().await.ok();
        let mut found = Found::default();
        self.pools.show(&mut found);
        // A Postgres that hangs is away.
        let connection = timeout(Meter::EVERY, self.pool.acquire()).await.ok().and_then(Result::ok);
        found.add("postgres_up", [], f64::from(u8::from(connection.is_some())));
        let seen = match connection {
            Some(mut connection) => {
                timeout(Meter::EVERY, see(&mut connection)).await.unwrap_or_else(|_| Ok(Vec::new()))
            }
            None => Ok(Vec::new()),
        };
        for consumer in seen.unwrap_or_default() {
            self.show(&consumer, &mut found);
            if let Some(heads) = &heads {
                show_lag(&consumer, heads, &mut found);
                if let Ok(Ok(oldest)) = timeout(Meter::EVERY, self.oldest(&consumer, heads)).await {
                    let age = oldest.map_or(0.0, |oldest| (OffsetDateTime::now_utc() - oldest).as_seconds_f64());
                    found.add("consumer_oldest_unprocessed_seconds", [("group", &consumer.name)], age.max(0.0));
                }
            }
        }
        self.shown.show(found);
    }

    fn show(&self, consumer: &Consumer, found: &mut Found) {
        let group = [("group", consumer.name.as_str())];
        for (feed, position) in consumer.positions() {
            let partition = feed.partition.to_string();
            let labels = [("group", consumer.name.as_str()), ("category", feed.category), ("partition", &partition)];
            found.add("consumer_position_events", labels, position as f64);
        }
        let mine = consumer.feeds.iter().filter(|feed| feed.owner.as_ref() == Some(&self.owner)).count();
        found.add("consumer_owned_feeds", group, mine as f64);
        found.add("consumer_unowned_feeds", group, consumer.unowned() as f64);
        found.add("consumer_paused", group, f64::from(u8::from(consumer.halts.paused.is_some())));
        found.add("consumer_held_aggregates", group, consumer.halts.held as f64);
        found.add("consumer_dead_letters", group, consumer.halts.dead as f64);
        let oldest = consumer.halts.oldest_dead.map_or(0, OffsetDateTime::unix_timestamp);
        found.add("consumer_oldest_dead_letter_timestamp_seconds", group, oldest as f64);
    }

    /// When the oldest event was decided that a consumer has yet to settle: one read of each feed that it is behind in.
    async fn oldest(&self, consumer: &Consumer, heads: &BTreeMap<Feed, u64>) -> Result<Option<OffsetDateTime>, Fault> {
        let mut oldest = None::<OffsetDateTime>;
        for (feed, position) in consumer.positions().filter(|(feed, position)| heads.get(feed) > Some(position)) {
            let next = self.log.read(feed, position + 1, 1).await?;
            let at = next.first().and_then(|event| event.event.time().ok());
            oldest = oldest.into_iter().chain(at).min();
        }
        Ok(oldest)
    }
}

/// Every consumer. Messages that integrators have not taken are dead letters too.
async fn see(connection: &mut PgConnection) -> Result<Vec<Consumer>, Fault> {
    let mut seen = consumers(connection).await?;
    let (count, oldest) = webhooks::dead_letters::dead(connection).await?;
    for consumer in seen.iter_mut().filter(|consumer| consumer.name == webhooks::GROUP) {
        consumer.halts.dead += count;
        consumer.halts.oldest_dead = consumer.halts.oldest_dead.into_iter().chain(oldest).min();
    }
    Ok(seen)
}

fn show_lag(consumer: &Consumer, heads: &BTreeMap<Feed, u64>, found: &mut Found) {
    let mut lags = BTreeMap::<_, u64>::new();
    for (feed, position) in consumer.positions() {
        let head = heads.get(&feed).copied().unwrap_or_default();
        *lags.entry(feed.partition).or_default() += head.saturating_sub(position);
    }
    for (partition, lag) in lags {
        let labels = [("group", consumer.name.as_str()), ("partition", &partition.to_string())];
        found.add("consumer_lag_events", labels, lag as f64);
    }
}

/// Says what each metric of this crate means, and begins those that count what seldom happens, so that the first one shows.
fn describe() {
    gauges::describe_postgres();
    describe_gauge!("consumer_lag_events", "Events in the log that a consumer group has not settled");
    describe_gauge!(
        "consumer_oldest_unprocessed_seconds",
        "Age of the oldest event that a consumer group has not settled"
    );
    describe_gauge!("consumer_owned_feeds", "Feeds of a consumer group that this process works on");
    describe_histogram!("consumer_batch_events", "Events that were settled together");
    describe_histogram!("consumer_apply_duration_seconds", "How long one settled turn took");
    describe_counter!("consumer_events_total", "Events that this process has settled");
    describe_counter!("consumer_faults_total", "Turns that failed as a whole and are tried again");
    describe_counter!("consumer_held_total", "Aggregates that began to be held");
    describe_counter!("consumer_retries_total", "Attempts at events that are held");
    describe_counter!("consumer_dead_letters_total", "Dead letters that were reported");
    describe_counter!("mails_total", "Mails that were sent or kept, by the event that they are about");
    describe_counter!("webhook_deliveries_total", "Attempts to deliver a message to an integrator");
    describe_counter!("payments_contradicted_total", "Answers of the payment provider that cannot be");
    for outcome in ["delivered", "failed"] {
        counter!("webhook_deliveries_total", "outcome" => outcome).increment(0);
    }
    counter!("payments_contradicted_total").increment(0);
}
