//! Orders, from the click to the decision that everybody sees.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use event_store::Store;
use futures_util::future::try_join_all;
use serde_json::Value;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    append::{Bare, Target as Stream},
    cpu,
    load::{Connection, request},
    measure::{Amount, quantile, rate},
    person::Person,
    report::{Row, Target, Unit},
    stage::{Service, Stage},
};

const CONNECTIONS: usize = 64;
const PRODUCTS: usize = 256;
const STOCK: u32 = 1_000_000;
/// Placed and not seen as decided yet, at most.
const UNDECIDED: i64 = 512;
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long the load at which orders are timed lasts.
const LOADED_SECONDS: f64 = 5.0;
/// At that load, one order of so many is looked at by its buyer. What is sustained is not looked at either, and each look is a load.
const LOOKED_AT: usize = 7;
/// Between two looks at what is decided: where nothing else happens, and where looking is a load of its own.
const GLANCE: Duration = Duration::from_millis(1);
const GLANCE_UNDER_LOAD: Duration = Duration::from_millis(4);

struct Market {
    shop: Service,
    buyer: Person,
    products: Vec<String>,
    connections: Vec<Connection>,
    store: Store,
    database: PgConnectOptions,
    pool: PgPool,
    bare: Bare,
    streams: Vec<Vec<Stream>>,
    undecided: RefCell<HashMap<Uuid, Arc<Notify>>>,
    /// The processes of Redis and Postgres.
    servers: [u32; 2],
}

/// What a rate of orders was reached with.
struct Sustained {
    per_second: f64,
    /// Processor time of an order in milliseconds: Millrace, Redis, Postgres.
    cpu_ms: [f64; 3],
}

pub(crate) async fn measure(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let market = Market::open(stage).await?;
    let (mut sustained, mut appends, mut cpu) = (Vec::new(), Vec::new(), [const { Vec::new() }; 3]);
    for _ in 0..amount.rounds {
        let reached = market.sustain(amount.during * 2).await?;
        sustained.push(reached.per_second);
        cpu.iter_mut().zip(reached.cpu_ms).for_each(|(all, one)| all.push(one));
        market.settle().await?;
        appends.push(market.append(amount.during).await?);
    }
    // Something has to be placed where nothing was decided in the little time of a short run.
    let half = (quantile(&sustained, 0.5) / 2.0).max(10.0);
    let busy = market.watching(GLANCE_UNDER_LOAD, market.times_at(half, amount.samples)).await?;
    market.settle().await?;
    let (idle, trips) = market.watching(GLANCE, market.idle_times(amount.samples)).await?;

    let milliseconds =
        |what, limit, ours, limits, target| Row { what, limit, ours, limits, unit: Unit::Milliseconds, target };
    let [of_millrace, of_redis, of_postgres] = cpu;
    let (p50, p99) = (quantile(&idle, 0.5), quantile(&idle, 0.99));
    let (of_trips, of_trips_99) = (quantile(&trips, 0.5), quantile(&trips, 0.99));
    Ok(vec![
        Row {
            what: "orders placed, decided and visible, sustained",
            limit: "the bare append function",
            ours: sustained,
            limits: appends,
            unit: Unit::PerSecond,
            target: Target::AtLeast(0.10),
        },
        milliseconds(
            "idle: order placed to visibly confirmed, p50",
            "two round trips",
            vec![p50],
            vec![of_trips],
            Target::Within(10.0),
        ),
        milliseconds("the same, p99", "two round trips, p99", vec![p99], vec![of_trips_99], Target::Within(30.0)),
        milliseconds(
            "at half the sustained load: placed to visible, p99",
            "–",
            vec![quantile(&busy, 0.99)],
            Vec::new(),
            Target::Within(100.0),
        ),
        milliseconds("processor time of a decided order: Millrace", "–", of_millrace, Vec::new(), Target::Shown),
        milliseconds("the same: Redis", "–", of_redis, Vec::new(), Target::Shown),
        milliseconds("the same: Postgres", "–", of_postgres, Vec::new(), Target::Shown),
    ])
}

impl Market {
    async fn open(stage: &Stage) -> anyhow::Result<Self> {
        let shop = stage.shop(&[]).await?;
        let seller = Person::log_in(&shop, "demo@demo.com").await?;
        let products = seller.list_all(PRODUCTS, STOCK).await?;
        let buyer = Person::log_in(&shop, "demo2@demo.com").await?;
        let connections = Connection::open_all(shop.port(), CONNECTIONS).await?;
        let (store, database) = (stage.store().await?, stage.database()?);
        let pool = PgPoolOptions::new().max_connections(2).connect_with(database.clone()).await?;
        let first: Uuid = products[0].parse()?;
        let bare = Bare::like(stage.redis_url(), "inventory", first).await?;
        let streams = (0..CONNECTIONS).map(|_| (0..CONNECTIONS).map(|_| Stream::new()).collect()).collect();
        let servers = stage.server_processes().await?;
        let undecided = RefCell::default();
        Ok(Self { servers, shop, buyer, products, connections, store, database, pool, bare, streams, undecided })
    }

    /// Places one order, and returns its id.
    async fn place(&self, which: usize, number: usize) -> anyhow::Result<String> {
        let headers = format!("{}Idempotency-Key: {}\r\n", self.buyer.headers(), Uuid::now_v7().simple());
        let product = &self.products[number % self.products.len()];
        let body = format!(r#"{{"lines":[{{"product_id":"{product}","quantity":1}}]}}"#);
        let answer = self.connections[which].succeed(&request("POST", "/api/orders", &headers, &body)).await?;
        let order: Value = serde_json::from_slice(&answer)?;
        Ok(order["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Waits until an order is decided, and looks at it as its buyer does. The rows are watched meanwhile, since a buyer who
    /// asks a thousand times a second is a load of its own.
    async fn until_decided(&self, which: usize, order: &str) -> anyhow::Result<()> {
        let decided = Arc::new(Notify::new());
        self.undecided.borrow_mut().insert(order.parse()?, decided.clone());
        decided.notified().await;
        let look = request("GET", &format!("/api/orders/{order}"), &self.buyer.headers(), "");
        let order: Value = serde_json::from_slice(&self.connections[which].succeed(&look).await?)?;
        anyhow::ensure!(order["status"] == "confirmed", "an order is {}", order["status"]);
        Ok(())
    }

    /// Notices orders that are decided, as long as it is polled.
    async fn watch(&self, every: Duration) -> anyhow::Result<Infallible> {
        let decided = "select id from orders.orders where id = any($1) and status <> 'pending'";
        loop {
            tokio::time::sleep(every).await;
            let undecided: Vec<Uuid> = self.undecided.borrow().keys().copied().collect();
            if undecided.is_empty() {
                continue;
            }
            let decided: Vec<Uuid> = sqlx::query_scalar(decided).bind(undecided).fetch_all(&self.pool).await?;
            for order in decided {
                if let Some(waiting) = self.undecided.borrow_mut().remove(&order) {
                    waiting.notify_one();
                }
            }
        }
    }

    /// Does something while orders that are decided are noticed.
    async fn watching<T>(&self, every: Duration, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        tokio::select! {
            done = work => done,
            stopped = self.watch(every) => match stopped? {},
        }
    }

    /// How many events of orders everybody sees. Each order here has two: it is placed, and confirmed.
    async fn visible(&self) -> anyhow::Result<i64> {
        let visible = "select sum(position)::bigint from orders_g1.positions where category = 'order'";
        Ok(sqlx::query_scalar(visible).fetch_one(&self.pool).await?)
    }

    /// As many orders as get decided, with no more than a few hundred undecided.
    async fn sustain(&self, during: Duration) -> anyhow::Result<Sustained> {
        let before = self.visible().await?;
        let (placed, visible, over) = (Cell::new(0_i64), Cell::new(0_i64), Cell::new(false));
        let buy = try_join_all((0..CONNECTIONS).map(async |which| {
            while !over.get() {
                if placed.get() * 2 - visible.get() >= UNDECIDED * 2 {
                    tokio::time::sleep(LOOK_EVERY / 4).await;
                    continue;
                }
                placed.set(placed.get() + 1);
                self.place(which, placed.get() as usize).await?;
            }
            anyhow::Ok(())
        }));
        let watch = async {
            let mut begun = None::<(Instant, i64, [f64; 3])>;
            let started = Instant::now();
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                visible.set(self.visible().await? - before);
                match &begun {
                    None if started.elapsed() > during / 4 => {
                        begun = Some((Instant::now(), visible.get(), self.cpu()?));
                    }
                    Some((at, count, cpu)) if at.elapsed() > during => {
                        over.set(true);
                        let orders = (visible.get() - count) as f64 / 2.0;
                        let now = self.cpu()?;
                        let cpu_ms = std::array::from_fn(|which| (now[which] - cpu[which]) * 1000.0 / orders);
                        return anyhow::Ok(Sustained { per_second: orders / at.elapsed().as_secs_f64(), cpu_ms });
                    }
                    _ => {}
                }
            }
        };
        let (sustained, _) = tokio::try_join!(watch, buy)?;
        Ok(sustained)
    }

    /// Waits until no consumer lags behind.
    async fn settle(&self) -> anyhow::Result<()> {
        while projectors::lag(&self.store, &self.database).await?.iter().any(|lag| lag.events > 0) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    async fn append(&self, during: Duration) -> anyhow::Result<f64> {
        let next: Vec<_> = (0..CONNECTIONS).map(|_| Cell::new(0)).collect();
        rate(during, CONNECTIONS, async |which| {
            let at = next[which].get();
            next[which].set((at + 1) % CONNECTIONS);
            self.bare.append(&self.streams[which][at], None).await
        })
        .await
    }

    /// How long orders take, in milliseconds, while so many a second are placed: those whose buyers look at them.
    async fn times_at(&self, per_second: f64, samples: usize) -> anyhow::Result<Vec<f64>> {
        let begun = Instant::now();
        let count = (samples * LOOKED_AT).max((per_second * LOADED_SECONDS) as usize);
        // What is due waits for nothing that is slow, but for its turn on the connection.
        let times = try_join_all((0..count).map(async |number| {
            let due = begun + Duration::from_secs_f64(number as f64 / per_second);
            tokio::time::sleep_until(due.into()).await;
            let order = self.place(number % CONNECTIONS, number).await?;
            if !number.is_multiple_of(LOOKED_AT) {
                return Ok(None);
            }
            self.until_decided(number % CONNECTIONS, &order).await?;
            anyhow::Ok(Some(due.elapsed().as_secs_f64() * 1000.0))
        }));
        Ok(times.await?.into_iter().flatten().collect())
    }

    /// How long an order takes where nothing else happens, and how long two round trips: a command and a query.
    async fn idle_times(&self, samples: usize) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
        let (mut orders, mut trips) = (Vec::new(), Vec::new());
        for number in 0..samples {
            let begun = Instant::now();
            let order = self.place(0, number).await?;
            let placed = begun.elapsed();
            self.until_decided(0, &order).await?;
            orders.push(begun.elapsed().as_secs_f64() * 1000.0);
            let look = Instant::now();
            let get = request("GET", &format!("/api/orders/{order}"), &self.buyer.headers(), "");
            self.connections[0].succeed(&get).await?;
            trips.push((placed + look.elapsed()).as_secs_f64() * 1000.0);
        }
        Ok((orders, trips))
    }

    /// The processor time of each process so far: Millrace, Redis, Postgres.
    fn cpu(&self) -> anyhow::Result<[f64; 3]> {
        let [redis, postgres] = self.servers;
        Ok([cpu::of_process(self.shop.process_id())?, cpu::of_process(redis)?, cpu::of_family(postgres)?])
    }
}
