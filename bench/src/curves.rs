//! How cost grows: with connections, with aggregates, with processes.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use anyhow::Context;
use domain::{ProductId, inventory::Inventory};
use futures_util::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use crate::{
    append::{Bare, Target},
    history,
    load::{Connection, request},
    measure::{Amount, median, rate},
    person::Person,
    report::Unit,
    rows::{commands::receive, http_commands::receipt, projections},
    stage::Stage,
};

/// How one thing changes with another.
pub(crate) struct Curve {
    pub(crate) what: &'static str,
    /// Of what there are more and more.
    pub(crate) of: &'static str,
    pub(crate) unit: Unit,
    pub(crate) points: Vec<Point>,
}

/// What it is with so many.
pub(crate) struct Point {
    pub(crate) at: usize,
    pub(crate) value: f64,
}

const CONNECTIONS: [usize; 3] = [1, 16, 256];
const AGGREGATES: [usize; 3] = [1_000, 100_000, 1_000_000];
const PROCESSES: [usize; 3] = [1, 2, 4];
const PRODUCTS: usize = 512;
/// Commands under way where aggregates are counted.
const UNDER_WAY: usize = 64;

/// Commands and queries by 1, 16 and 256 connections.
pub(crate) async fn connections(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Curve>> {
    let shop = stage.shop(&[]).await?;
    let seller = Person::log_in(&shop, "demo@demo.com").await?;
    let products = seller.list_all(PRODUCTS.min(amount.events), 1).await?;
    let newest = products.last().cloned().context("nothing was listed")?;
    seller.wait_for(&format!("/api/products/{newest}")).await?;
    drop(shop);
    let shop = stage.shop(&[("MILLRACE_WITHOUT_PROJECTORS", "true")]).await?;
    let (of_seller, next) = (seller.headers(), AtomicUsize::new(0));
    let look = request("GET", &format!("/api/products/{newest}"), "", "");
    let (mut commands, mut queries) = (Vec::new(), Vec::new());
    for at in CONNECTIONS {
        let connections = Connection::open_all(shop.port(), at).await?;
        let command = async || {
            rate(amount.during, at, async |which| {
                let product = &products[next.fetch_add(1, Ordering::Relaxed) % products.len()];
                let path = format!("/api/inventory/{product}/receipts");
                connections[which].succeed(&receipt(&path, &of_seller)).await.map(drop)
            })
            .await
        };
        commands.push(Point { at, value: of_rounds(amount, command).await? });
        let query =
            async || rate(amount.during, at, async |which| connections[which].succeed(&look).await.map(drop)).await;
        queries.push(Point { at, value: of_rounds(amount, query).await? });
    }
    let (of, unit) = ("connections", Unit::PerSecond);
    Ok(vec![
        Curve { what: "commands over HTTP", of, unit, points: commands },
        Curve { what: "GET a product", of, unit, points: queries },
    ])
}

/// Commands on one of a thousand, a hundred thousand and a million aggregates, more of which the cache does not know.
pub(crate) async fn aggregates(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Curve>> {
    let store = stage.store().await?;
    let first = ProductId::from(Uuid::now_v7());
    receive(&store, first).await?;
    let bare = Bare::like(stage.redis_url(), "inventory", first.into()).await?.to("inventory");
    let mut ids = Vec::<ProductId>::new();
    let (mut commands, mut loads) = (Vec::new(), Vec::new());
    for at in AGGREGATES.map(|at| at.min(amount.events * 4)) {
        let missing: Vec<_> = (ids.len()..at).map(|_| Target::new()).collect();
        let appends = missing.iter().map(|target| bare.append(target, None));
        stream::iter(appends).buffer_unordered(256).try_collect::<()>().await?;
        ids.extend(missing.iter().map(|target| ProductId::from(target.id())));
        let next = AtomicUsize::new(0);
        // Far from one to the next, so that none is near another in memory.
        let any = || ids[next.fetch_add(1, Ordering::Relaxed).wrapping_mul(7_919) % ids.len()];
        let command = async || rate(amount.during, UNDER_WAY, async |_| receive(&store, any()).await).await;
        commands.push(Point { at, value: of_rounds(amount, command).await? });
        let begun = Instant::now();
        for _ in 0..amount.samples {
            store.load::<Inventory>(any()).await?;
        }
        loads.push(Point { at, value: begun.elapsed().as_secs_f64() * 1000.0 / amount.samples as f64 });
    }
    let of = "aggregates";
    Ok(vec![
        Curve { what: "commands through the event store", of, unit: Unit::PerSecond, points: commands },
        Curve { what: "load one, nothing else under way", of, unit: Unit::Milliseconds, points: loads },
    ])
}

/// One projection that catches up, by one, two and four processes.
pub(crate) async fn processes(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Curve>> {
    let store = stage.store().await?;
    let events = history::fill(&store, amount.events / 2).await?;
    let mut points = Vec::new();
    for at in PROCESSES {
        let database = stage.new_database(&format!("processes_{at}")).await?;
        let took = projections::catch_up(stage, &database, events, at).await?;
        points.push(Point { at, value: events as f64 / took.as_secs_f64() });
        stage.drop_database(&database).await?;
    }
    Ok(vec![Curve { what: "one projection catches up, events", of: "processes", unit: Unit::PerSecond, points }])
}

async fn of_rounds(amount: Amount, mut measure: impl AsyncFnMut() -> anyhow::Result<f64>) -> anyhow::Result<f64> {
    let mut values = Vec::with_capacity(amount.rounds);
    for _ in 0..amount.rounds {
        values.push(measure().await?);
    }
    Ok(median(&values))
}
