//! What follows once an order is confirmed: it is paid, shipped and delivered, and some of it may come back.

use anyhow::{Context, ensure};
use reqwest::StatusCode;
use serde_json::json;
use tokio::sync::SetOnce;
use uuid::Uuid;

use super::{
    Plan, Run,
    client::{Request, Session},
    contract::Paid,
    stall::Stall,
};

/// The method of payment that the fake provider of a demo shop collects from at once.
const METHOD: &str = "tok_approve";

/// The orders of a plan on their way.
pub(super) struct Journeys<'a> {
    run: &'a Run,
    plan: &'a Plan,
    stall: &'a Stall<'a>,
    /// Of each order, once that is known: under which id it has arrived, if it has.
    arrived: Vec<SetOnce<Option<Uuid>>>,
}

impl<'a> Journeys<'a> {
    pub(super) fn new(run: &'a Run, plan: &'a Plan, stall: &'a Stall<'a>) -> Self {
        Self { run, plan, stall, arrived: plan.orders.iter().map(|_| SetOnce::new()).collect() }
    }

    /// Pays a confirmed order, ships it and delivers it.
    pub(super) async fn complete(&self, buyer: &Session<'_>, index: usize, order: Uuid) -> anyhow::Result<()> {
        let key = |what| self.run.key(what, index);
        let pay = Request::post(format!("/api/orders/{order}/payment"), json!({ "method_token": METHOD }));
        let Paid { outcome } = buyer.call(&pay.once(key("payment"))).await?.expecting(StatusCode::OK)?.read()?;
        ensure!(outcome == "paid", "is {outcome} instead of paid");
        let ship = Request::post(format!("/api/orders/{order}/shipments"), json!({ "tracking": format!("R{index}") }));
        let deliver = Request::act(format!("/api/orders/{order}/delivery"));
        for (what, request) in [("shipment", ship), ("delivery", deliver)] {
            let answer = self.stall.seller.call(&request.once(key(what))).await?;
            answer.expecting(StatusCode::OK).context(what)?;
        }
        Ok(())
    }

    /// Tells what has become of an order, once.
    pub(super) fn ended(&self, index: usize, arrived: Option<Uuid>) {
        let _ = self.arrived[index].set(arrived);
    }

    /// Takes goods back as soon as they have arrived. Nothing comes back of an order that never did.
    pub(super) async fn take_back(&self, index: usize) -> anyhow::Result<bool> {
        let back = &self.plan.returns[index];
        let Some(order) = *self.arrived[back.order].wait().await else { return Ok(false) };
        let line =
            |line: &super::Line| json!({ "product_id": self.stall.goods[line.product].id, "quantity": line.quantity });
        let lines: Vec<_> = back.lines.iter().map(line).collect();
        let request = Request::post(
            format!("/api/orders/{order}/returns"),
            json!({ "lines": lines, "reason": format!("Invoice {}", back.invoice) }),
        );
        self.stall.seller.call(&request.once(self.run.key("return", index))).await?.expecting(StatusCode::OK)?;
        Ok(true)
    }
}
