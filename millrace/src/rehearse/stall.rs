//! The seller's part: opens a shop, lists every product of the plan and receives its stock.

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use super::{
    Plan, Run, Settings,
    client::{Endpoint, Request, Session},
    contract::{CURRENCY, Created},
    plan::Product,
    progress::Progress,
};

/// The most units one receipt may have.
const RECEIPT_MAX: u64 = 1_000_000;

/// A stocked shop.
pub(super) struct Stall<'a> {
    /// Its seller.
    pub(super) seller: Session<'a>,
    /// Its products, in the sequence of the plan.
    pub(super) goods: Vec<Goods>,
}

/// A product on sale.
#[derive(Clone, Copy)]
pub(super) struct Goods {
    /// What the shop calls it.
    pub(super) id: Uuid,
    /// Units that came in.
    pub(super) received: u64,
}

impl<'a> Stall<'a> {
    /// Opens it.
    pub(super) async fn open(
        endpoint: &'a Endpoint,
        run: &Run,
        plan: &Plan,
        settings: &Settings,
    ) -> anyhow::Result<Self> {
        let seller = Session::sign_up(endpoint, run.account("seller")).await?;
        let open = Request::post("/api/sellers", json!({ "shop_name": format!("Rehearsal {}", run.name) }));
        seller.call(&open.once(run.key("shop", 0))).await?.expecting(StatusCode::CREATED).context("opening a shop")?;

        let progress = Progress::start("Listing products", plan.products.len(), settings.show_progress);
        let goods = stream::iter(0..plan.products.len())
            .map(|index| {
                let (seller, progress) = (&seller, &progress);
                async move {
                    let product = &plan.products[index];
                    let goods = stock(seller, run, index, product, settings.stock_percent).await;
                    progress.step();
                    goods.with_context(|| format!("listing {} ({})", product.stock_code, product.name))
                }
            })
            .buffered(settings.buyers)
            .try_collect()
            .await?;
        progress.finish();
        Ok(Self { seller, goods })
    }
}

async fn stock(
    seller: &Session<'_>,
    run: &Run,
    index: usize,
    product: &Product,
    percent: u32,
) -> anyhow::Result<Goods> {
    let listing = json!({
        "name": product.name,
        "price": { "amount": product.price_pence, "currency": CURRENCY },
    });
    let list = Request::post("/api/products", listing).once(run.key("product", index));
    let Created { id } = seller.call(&list).await?.expecting(StatusCode::CREATED)?.read()?;

    let received = supply(product.demand, percent);
    let mut missing = received;
    while missing > 0 {
        let quantity = missing.min(RECEIPT_MAX);
        missing -= quantity;
        let receipt = Request::post(format!("/api/inventory/{id}/receipts"), json!({ "quantity": quantity }));
        let receipt = receipt.once(run.key(&format!("receipt-{missing}"), index));
        seller.call(&receipt).await?.expecting(StatusCode::OK)?;
    }
    Ok(Goods { id, received })
}

/// Rounded up: otherwise everything that sells once would never be in stock, and hardly an order could be confirmed.
fn supply(demand: u64, percent: u32) -> u64 {
    (demand * u64::from(percent)).div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stocks_a_share_of_the_demand_rounded_up() {
        assert_eq!(supply(1, 95), 1);
        assert_eq!(supply(20, 95), 19);
        assert_eq!(supply(21, 95), 20);
        assert_eq!(supply(20, 200), 40);
    }
}
