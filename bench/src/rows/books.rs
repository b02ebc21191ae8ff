//! An aggregate with a long past is loaded as fast as one without.

use std::time::Instant;

use domain::{
    ProductId,
    inventory::{Command, Inventory},
};
use event_store::{CommandId, Context, Settings, Store};
use redis::AsyncCommands;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    measure::{Amount, in_turns},
    report::{Row, Target, Unit},
    stage::Stage,
};

/// How many events the aggregate has.
const EVENTS: usize = 10_000;
/// How often it is loaded for one figure.
const LOADS: usize = 50;

/// Loads an aggregate with ten thousand events, beside reading a snapshot of the same state by one `GET`.
pub(crate) async fn measure(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let store = stage.store().await?;
    let product = ProductId::from(Uuid::now_v7());
    // Many at once are decided together, which is how ten thousand are soon there.
    let receive = async || {
        let context = Context {
            actor: "bench".to_owned(),
            command: CommandId::random(),
            at: OffsetDateTime::now_utc(),
            trace: String::new(),
        };
        store.execute::<Inventory>(context, product, Command::Receive { quantity: 1, reference: None }).await
    };
    let events = EVENTS.min(amount.events);
    for _ in 0..events / 100 {
        futures_util::future::try_join_all((0..100).map(|_| receive())).await?;
    }
    let mut redis = redis::Client::open(stage.redis_url())?.get_multiplexed_async_connection().await?;
    let id = Uuid::from(product);
    let last_digit = id.simple().to_string().pop().expect("a UUID has 32 digits");
    let newest: Vec<(String, Vec<(String, String)>)> =
        redis.xrevrange(format!("inventory:{{{last_digit}}}:{id}"), "+", "-").await?;
    let carried = newest.iter().flat_map(|(_, fields)| fields).map(|(_, value)| value).max_by_key(|value| value.len());
    let snapshot = carried.cloned().unwrap_or_default();
    let () = redis.set("snapshot", &snapshot).await?;

    // Nothing is remembered from one load to the next.
    let cold = Store::open(stage.redis_url(), &Settings { cached_aggregates: 0, ..Settings::default() })?;
    let load = async || {
        let begun = Instant::now();
        for _ in 0..LOADS {
            cold.load::<Inventory>(product).await?;
        }
        Ok(begun.elapsed().as_secs_f64() * 1000.0 / LOADS as f64)
    };
    let read = async || {
        let begun = Instant::now();
        for _ in 0..LOADS {
            let text: String = redis.clone().get("snapshot").await?;
            anyhow::ensure!(text == snapshot);
        }
        Ok(begun.elapsed().as_secs_f64() * 1000.0 / LOADS as f64)
    };
    let (ours, limits) = in_turns(amount.rounds, load, read).await?;
    Ok(vec![Row {
        what: "load an aggregate of 10,000 events",
        limit: "read a snapshot of it",
        ours,
        limits,
        unit: Unit::Milliseconds,
        target: Target::AtMost(3.0),
    }])
}
