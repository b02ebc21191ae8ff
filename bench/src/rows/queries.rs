//! Queries over HTTP: the whole of query-api beside an axum handler with the same SQL.

use crate::{
    load::{Connection, request},
    measure::{Amount, in_turns, rate},
    person::Person,
    report::{Row, Target, Unit},
    stage::Stage,
};

const CONNECTIONS: usize = 64;
const PRODUCTS: usize = 2_000;

/// One product, and a page of twenty, by 64 connections of people without a session.
pub(crate) async fn measure(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let shop = stage.shop(&[]).await?;
    let seller = Person::log_in(&shop, "demo@demo.com").await?;
    let products = seller.list_all(PRODUCTS.min(amount.events), 1).await?;
    let newest = products.last().cloned().unwrap_or_default();
    seller.wait_for(&format!("/api/products/{newest}")).await?;
    drop(shop);

    // Nothing else runs beside the two.
    let shop = stage.shop(&[("MILLRACE_WITHOUT_PROJECTORS", "true")]).await?;
    let bare = stage.bare().await?;
    let ours = Connection::open_all(shop.port(), CONNECTIONS).await?;
    let limit = Connection::open_all(bare.port(), CONNECTIONS).await?;
    let get = |path: &str| request("GET", path, "", "");
    let mut rows = Vec::new();
    let pairs = [
        ("GET a product, 64 connections", format!("/api/products/{newest}"), format!("/products/{newest}")),
        ("GET a page of 20 products, 64 connections", "/api/products?limit=20".to_owned(), "/products".to_owned()),
    ];
    for (what, of_ours, of_limit) in pairs {
        let (of_ours, of_limit) = (get(&of_ours), get(&of_limit));
        let (ours, limits) = in_turns(
            amount.rounds,
            async || {
                rate(amount.during, CONNECTIONS, async |which| ours[which].succeed(&of_ours).await.map(drop)).await
            },
            async || {
                rate(amount.during, CONNECTIONS, async |which| limit[which].succeed(&of_limit).await.map(drop)).await
            },
        )
        .await?;
        let (limit, unit, target) = ("a bare axum handler with the same SQL", Unit::PerSecond, Target::AtLeast(0.7));
        rows.push(Row { what, limit, ours, limits, unit, target });
    }
    drop((shop, bare));
    Ok(rows)
}
