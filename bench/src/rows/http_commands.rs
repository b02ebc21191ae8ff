//! A command over HTTP: the whole of command-api beside an axum handler that only appends.

use anyhow::Context;
use uuid::Uuid;

use crate::{
    load::{Connection, request},
    measure::{Amount, in_turns, rate},
    person::Person,
    report::{Row, Target, Unit},
    stage::Stage,
};

const CONNECTIONS: usize = 64;
/// So that 64 connections rarely meet at one.
const PRODUCTS: usize = 1024;

/// A request that takes in goods at a path, with these headers and a key of its own.
pub(crate) fn receipt(path: &str, headers: &str) -> Vec<u8> {
    let headers = format!("{headers}Idempotency-Key: {}\r\n", Uuid::now_v7().simple());
    request("POST", path, &headers, r#"{"quantity":1}"#)
}

/// `POST …/receipts` by 64 connections.
pub(crate) async fn measure(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let shop = stage.shop(&[("MILLRACE_WITHOUT_PROJECTORS", "true")]).await?;
    let bare = stage.bare().await?;
    let seller = Person::log_in(&shop, "demo@demo.com").await?;
    let products = seller.list_all(PRODUCTS.min(amount.events), 1).await?;
    let first = products.first().context("nothing was listed")?;

    let connections =
        (Connection::open_all(shop.port(), CONNECTIONS).await?, Connection::open_all(bare.port(), CONNECTIONS).await?);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let of_seller = seller.headers();
    let ours = async || {
        rate(amount.during, CONNECTIONS, async |which| {
            let turn = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let path = format!("/api/inventory/{}/receipts", products[turn % products.len()]);
            connections.0[which].succeed(&receipt(&path, &of_seller)).await?;
            Ok(())
        })
        .await
    };
    let limit = async || {
        rate(amount.during, CONNECTIONS, async |which| {
            let path = format!("/receipts/{first}");
            connections.1[which].succeed(&receipt(&path, &of_seller)).await?;
            Ok(())
        })
        .await
    };
    let (ours, limits) = in_turns(amount.rounds, ours, limit).await?;
    drop((shop, bare));
    Ok(vec![Row {
        what: "command over HTTP, 64 connections",
        limit: "a bare axum handler that appends",
        ours,
        limits,
        unit: Unit::PerSecond,
        target: Target::AtLeast(0.6),
    }])
}
