//! What operators are shown from here: how far consumers have come, how many orders there are, and how Postgres is.
//!
//! Whoever runs no consumers sees best that none run. Looks have a connection of their own, so that a pool which is used up does
//! not look like a Postgres that is away; and what cannot be looked at is not shown.

use std::collections::BTreeMap;
use std::time::Duration;

use gauges::{Found, Gauges, add_pool};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep, timeout};

use crate::app::App;
use crate::consumers::{Halt, halts, positions};
use crate::orders::Status;
use crate::schemas;
use crate::settings::Reading;

/// How often it is looked how consumers do.
const EVERY: Duration = Duration::from_secs(5);
/// How often orders are counted that go on.
const ORDERS_EVERY: Duration = Duration::from_secs(15);
/// How often orders are counted that are over: nearly all of them, which takes its time, and few more each day.
const OVER_EVERY: Duration = Duration::from_secs(300);
/// The consumer whose messages to integrators may be dead letters too.
const WEBHOOKS: &str = "webhooks";

/// The look of one process.
pub(crate) struct Measuring {
    app: App,
    consumers: Gauges,
    orders: (Gauges, Option<Instant>),
    over: (Gauges, Option<Instant>),
}

impl Measuring {
    pub(crate) fn new(app: App) -> Self {
        Self { app, consumers: Gauges::default(), orders: Default::default(), over: Default::default() }
    }

    /// Looks for as long as it is polled.
    pub(crate) async fn follow(mut self) {
        loop {
            self.look().await;
            sleep(EVERY).await;
        }
    }

    async fn look(&mut self) {
        let (looking, mut found) = (&self.app.looking, Found::default());
        for (name, used) in [("query-api", &self.app.pool), ("query-api-by-key", &self.app.keyed)] {
            add_pool(&mut found, name, used.size(), used.num_idle(), used.options().get_max_connections());
        }
        let up = matches!(timeout(EVERY, looking.acquire()).await, Ok(Ok(_)));
        found.add("postgres_up", [], f64::from(u8::from(up)));
        if up {
            seen(timeout(EVERY, look_at_consumers(looking, &mut found)).await, "consumers");
        }
        self.consumers.show(found);
        for (over, every, (shown, looked)) in
            [(false, ORDERS_EVERY, &mut self.orders), (true, OVER_EVERY, &mut self.over)]
        {
            if up && looked.is_some_and(|looked| looked.elapsed() < every) {
                continue;
            }
            let mut found = Found::default();
            // What takes too long is not tried again at once.
            *looked = up.then(Instant::now);
            if up {
                seen(timeout(EVERY, count_orders(looking, over, &mut found)).await, "orders");
            }
            shown.show(found);
        }
    }
}

/// Whether a look succeeded.
fn seen(looked: Result<sqlx::Result<()>, tokio::time::error::Elapsed>, what: &str) -> bool {
    let error = match looked {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => error.to_string(),
        Err(elapsed) => elapsed.to_string(),
    };
    tracing::debug!(error, what, "could not be measured");
    false
}

async fn look_at_consumers(pool: &PgPool, found: &mut Found) -> sqlx::Result<()> {
    let mut unowned = BTreeMap::<String, u32>::new();
    let mut halted = BTreeMap::<String, Halt>::new();
    for schema in schemas::of_consumers(pool).await? {
        for row in positions(pool, &schema).await? {
            *unowned.entry(row.consumer.clone()).or_default() += u32::from(row.owner.is_none());
            // The timers have leases and no feeds.
            if row.category != row.consumer {
                let partition = format!("{:x}", row.partition);
                let labels = [("group", &*row.consumer), ("category", &*row.category), ("partition", &*partition)];
                found.add("consumer_position_events", labels, row.position as f64);
            }
        }
        halted.extend(halts(pool, &schema).await?.into_iter().map(|row| (row.consumer.clone(), row)));
    }
    let messages = sqlx::query!(
        r#"select count(*) as "count!", min(coalesce(first_failed_at, made_at)) as oldest
           from webhooks.deliveries where state = 'dead'"#
    )
    .fetch_one(pool)
    .await?;
    for (group, unowned) in unowned {
        let halt = halted.get(&group);
        let (held, dead) = halt.map_or((0, 0), |halt| (halt.held, halt.dead));
        let oldest = halt.and_then(|halt| halt.oldest_dead);
        let (dead, oldest) = match &*group {
            WEBHOOKS => (dead + messages.count, oldest.into_iter().chain(messages.oldest).min()),
            _ => (dead, oldest),
        };
        let paused = halt.is_some_and(|halt| halt.by.is_some());
        let labels = [("group", &*group)];
        found.add("consumer_unowned_feeds", labels, f64::from(unowned));
        found.add("consumer_paused", labels, f64::from(u8::from(paused)));
        found.add("consumer_held_aggregates", labels, held as f64);
        found.add("consumer_dead_letters", labels, dead as f64);
        let oldest = oldest.map_or(0, OffsetDateTime::unix_timestamp);
        found.add("consumer_oldest_dead_letter_timestamp_seconds", labels, oldest as f64);
    }
    Ok(())
}

/// Counts the orders that are over, or those that are not: an index has all that it takes.
async fn count_orders(pool: &PgPool, over: bool, found: &mut Found) -> sqlx::Result<()> {
    let statuses: Vec<_> =
        Status::ALL.into_iter().filter(|status| status.is_over() == over).map(Status::as_str).collect();
    let counts = sqlx::query!(
        r#"select status as "status!", count(*) as "count!" from orders.orders where status = any ($1) group by status"#,
        &statuses as &[&str]
    )
    .fetch_all(pool)
    .await?;
    for status in statuses {
        let count = counts.iter().find(|row| row.status == status).map_or(0, |row| row.count);
        found.add("orders", [("status", status)], count as f64);
    }
    if !over {
        let oldest = sqlx::query_scalar!("select min(placed_at) from orders.orders where status = 'pending'")
            .fetch_one(pool)
            .await?;
        let oldest = oldest.map_or(0, OffsetDateTime::unix_timestamp);
        found.add("orders_oldest_undecided_timestamp_seconds", [], oldest as f64);
    }
    Ok(())
}

/// Says what each metric of this crate means, and begins those that would come late.
pub(crate) fn describe(settings: &Reading) {
    gauges::describe_postgres();
    describe_gauge!("orders", "Orders by status; those that are over are counted every five minutes");
    describe_gauge!("orders_oldest_undecided_timestamp_seconds", "When the oldest pending order was placed; 0 without");
    describe_gauge!("live_connections", "Clients that listen to live updates");
    describe_counter!("live_cut_total", "Live connections that were cut because their client was too slow");
    describe_gauge!("live_connections_max", "How many clients may listen to live updates of this process");
    gauge!("live_connections").increment(0);
    gauge!("live_connections_max").set(settings.live.live_connections as f64);
    counter!("live_cut_total").increment(0);
}
