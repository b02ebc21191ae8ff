//! What an order costs in Redis once everybody has settled it.

use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::future::try_join_all;
use serde_json::json;

use crate::{
    measure::Amount,
    person::Person,
    report::{Row, Target, Unit},
    stage::Stage,
};

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// So long the memory has to stay the same.
const STEADY_FOR: usize = 10;

/// Memory of Redis for each order of one line, with its receipt, after what was archived has been trimmed away.
pub(crate) async fn measure(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let shop = stage.shop(&[("MILLRACE_TRIM_EVERY", "1s")]).await?;
    let (seller, buyer) =
        (Person::log_in(&shop, "demo@demo.com").await?, Person::log_in(&shop, "demo2@demo.com").await?);
    let product = seller.list(1_000_000).await?;
    let order = async || {
        let order = json!({ "lines": [{ "product_id": product, "quantity": 1 }] });
        let order = buyer.post("/api/orders", &order).await?;
        anyhow::Ok(order["id"].as_str().unwrap_or_default().to_owned())
    };
    // What the first ones cost is not theirs.
    let last = try_join_all((0..64).map(|_| order())).await?.pop().context("nothing was ordered")?;
    buyer.wait_for(&format!("/api/orders/{last}")).await?;
    let json = buyer.wait_until(&format!("/api/orders/{last}"), |order| order["status"] == "confirmed").await?;
    let before = settled(stage).await?;
    let count = amount.samples * 10;
    for _ in 0..count / 10 {
        try_join_all((0..10).map(|_| order())).await?;
    }
    let after = settled(stage).await?;
    let each = (after - before) / count as f64;
    Ok(vec![Row {
        what: "memory of Redis for a small order, all keys, trimmed",
        limit: "its JSON",
        ours: vec![each],
        limits: vec![json.to_string().len() as f64],
        unit: Unit::Bytes,
        target: Target::AtMost(4.0),
    }])
}

/// The memory of Redis' data once it does not shrink any more.
async fn settled(stage: &Stage) -> anyhow::Result<f64> {
    let mut redis = redis::Client::open(stage.redis_url())?.get_multiplexed_async_connection().await?;
    let (end, mut least, mut steady) = (Instant::now() + PATIENCE, f64::MAX, 0);
    while steady < STEADY_FOR && Instant::now() < end {
        tokio::time::sleep(LOOK_EVERY).await;
        let info: redis::InfoDict = redis::cmd("INFO").arg("memory").query_async(&mut redis).await?;
        let used = info.get("used_memory_dataset").context("Redis does not say how much it holds")?;
        steady = if used < least { 0 } else { steady + 1 };
        least = least.min(used);
    }
    Ok(least)
}
