//! The log folded into rows: by a consumer that has fallen behind, and by a replay.

mod tables;

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures_util::{StreamExt, TryStreamExt, future::try_join_all, stream};
use redis::Value;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use self::tables::Table;
use crate::{
    history,
    measure::Amount,
    report::{Row, Target, Unit},
    stage::Stage,
};

const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(600);
/// Feeds that are read at the same time, and tables that are written at the same time, by the limits.
const AT_A_TIME: usize = 2;
/// How many entries are read at once.
const PAGE: usize = 1_000;

/// The read model `orders` catches up with a whole log, and is rebuilt from it.
pub(crate) async fn measure(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let store = stage.store().await?;
    let events = history::fill(&store, amount.events).await?;
    let rounds = amount.rounds.min(3);
    let (mut caught_up, mut upserts, mut replays, mut copies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let rate = |took: Duration| events as f64 / took.as_secs_f64();
    for round in 0..rounds {
        let database = stage.new_database(&format!("round_{round}")).await?;
        caught_up.push(rate(catch_up(stage, &database, events, 1).await?));
        let tables = tables::all(&database, "orders_g1").await?;
        let plain = stage.new_database(&format!("plain_{round}")).await?;
        upserts.push(rate(tables::upsert(&tables, &plain).await?));
        replays.push(rate(replay(stage, &database)?));
        copies.push(rate(read_and_copy(stage, &tables, &plain).await?));
        for done in [database, plain] {
            stage.drop_database(&done).await?;
        }
    }
    let row = |what, limit, ours, limits, target| Row { what, limit, ours, limits, unit: Unit::PerSecond, target };
    Ok(vec![
        row(
            "one projection catches up, events",
            "the same rows by plain batched upserts from memory",
            caught_up,
            upserts,
            Target::AtLeast(0.5),
        ),
        row(
            "replay of orders, events",
            "reading the log, and COPY of the final rows",
            replays,
            copies,
            Target::AtLeast(0.6),
        ),
    ])
}

/// How long so many processes of projectors with one consumer take from their start to the end of the log.
pub(crate) async fn catch_up(
    stage: &Stage,
    database: &PgConnectOptions,
    events: u64,
    processes: usize,
) -> anyhow::Result<Duration> {
    projectors::schema::migrate(database).await?;
    let mut connection = PgConnection::connect_with(database).await?;
    let begun = Instant::now();
    let projectors = try_join_all((0..processes).map(|_| stage.projectors(database, "orders"))).await?;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let position: i64 = sqlx::query_scalar("select coalesce(sum(position), 0)::bigint from orders_g1.positions")
            .fetch_one(&mut connection)
            .await?;
        if position.unsigned_abs() >= events {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "the projection stands at {position} of {events}");
    }
    let took = begun.elapsed();
    drop(projectors);
    // What is measured next must not pay for what is left to be written.
    sqlx::raw_sql("checkpoint").execute(&mut connection).await?;
    Ok(took)
}

/// How long `millrace replay orders` takes, from its start to the switch.
fn replay(stage: &Stage, database: &PgConnectOptions) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut replay = Command::new(crate::stage::sibling("millrace")?);
    replay.args(["replay", "orders", "--no-verify"]).stdout(Stdio::null()).stderr(Stdio::null());
    replay.env("REDIS_URL", stage.redis_url()).env("DATABASE_URL", stage.url_of(database));
    let ended = replay.env("MILLRACE_LOG", "error").status()?;
    ensure!(ended.success(), "the replay failed: {ended}");
    Ok(begun.elapsed())
}

/// How long reading every entry of the feeds takes, and copying rows that are there already.
async fn read_and_copy(stage: &Stage, tables: &[Table], database: &PgConnectOptions) -> anyhow::Result<Duration> {
    let redis = redis::Client::open(stage.redis_url())?;
    let begun = Instant::now();
    let feeds = (0..16).map(|partition| {
        let redis = redis.clone();
        tokio::spawn(async move { read(&redis, &format!("feed:order:{{{partition:x}}}")).await })
    });
    let read = stream::iter(feeds).buffer_unordered(AT_A_TIME);
    read.map(|task| task.context("a task panicked")?).try_collect::<()>().await?;
    tables::copy(tables, database, AT_A_TIME).await?;
    Ok(begun.elapsed())
}

async fn read(redis: &redis::Client, feed: &str) -> anyhow::Result<()> {
    let mut redis = redis.get_multiplexed_async_connection().await?;
    let mut from = "-".to_owned();
    loop {
        let mut range = redis::cmd("XRANGE");
        let page: Value = range.arg(feed).arg(&from).arg("+").arg("COUNT").arg(PAGE).query_async(&mut redis).await?;
        let Value::Array(page) = page else { anyhow::bail!("a page is no array") };
        let Some(Value::Array(last)) = page.last() else { return Ok(()) };
        let Some(Value::BulkString(id)) = last.first() else { anyhow::bail!("an entry has no id") };
        from = format!("({}", String::from_utf8_lossy(id));
    }
}
