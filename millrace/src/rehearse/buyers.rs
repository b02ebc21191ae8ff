//! The buyers' part: takes the orders of the plan one after the other, places each, and watches until it is decided.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::{join_all, try_join_all};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    Plan, Run, Settings,
    client::{Endpoint, Request, Session},
    contract::{Acknowledgement, OrderView, Status},
    plan::Order,
    progress::Progress,
    stall::Goods,
};

/// The first look at an order comes this long after its acknowledgement, the next ones half as long again each time, so
/// that a decision is seen at most half as late again as it was made.
const FIRST_LOOK: Duration = Duration::from_millis(2);
const LAST_LOOKS: Duration = Duration::from_millis(250);

/// An order that the shop has acknowledged.
pub(super) struct Placed {
    /// Its place in the plan.
    pub(super) order: usize,
    /// What the shop answered.
    pub(super) acknowledgement: Acknowledgement,
    /// What became of it, if that was seen.
    pub(super) decided: Option<Decided>,
}

/// What became of an order.
pub(super) struct Decided {
    /// From its acknowledgement to the first look that showed the decision.
    pub(super) after: Duration,
    /// What that look showed.
    pub(super) view: OrderView,
}

/// Everything the buyers did.
#[derive(Default)]
pub(super) struct Purchases {
    /// In the sequence of the plan.
    pub(super) placed: Vec<Placed>,
    /// Orders that the shop would not take, or did not answer.
    pub(super) complaints: Vec<String>,
    /// From the first order to the last decision.
    pub(super) took: Duration,
}

/// Signs the buyers up and places every order.
///
/// A shop that lets a buyer wait for longer than our patience is not asked for anything more.
pub(super) async fn buy(
    endpoint: &Endpoint,
    run: &Run,
    plan: &Plan,
    goods: &[Goods],
    settings: &Settings,
) -> anyhow::Result<Purchases> {
    let accounts = (1..=settings.buyers).map(|number| run.account(&format!("buyer-{number}")));
    let buyers = try_join_all(accounts.map(|account| Session::sign_up(endpoint, account))).await?;

    let progress = Progress::start("Placing orders", plan.orders.len(), settings.show_progress);
    let counter = Counter { endpoint, run, plan, goods, next: AtomicUsize::new(0), closed: AtomicBool::new(false) };
    let started = Instant::now();
    let by_buyer = join_all(buyers.iter().map(|buyer| counter.serve(buyer, &progress))).await;
    let mut purchases = Purchases { took: started.elapsed(), ..Purchases::default() };
    progress.finish();

    for mut one in by_buyer {
        purchases.placed.append(&mut one.placed);
        purchases.complaints.append(&mut one.complaints);
    }
    purchases.placed.sort_by_key(|placed| placed.order);
    let asked = counter.next.into_inner().min(plan.orders.len());
    if asked < plan.orders.len() {
        purchases.complaints.push(format!("{} orders were not placed any more", plan.orders.len() - asked));
    }
    Ok(purchases)
}

/// Where the buyers queue.
struct Counter<'a> {
    endpoint: &'a Endpoint,
    run: &'a Run,
    plan: &'a Plan,
    goods: &'a [Goods],
    next: AtomicUsize,
    /// The shop has let a buyer wait for too long.
    closed: AtomicBool,
}

impl Counter<'_> {
    async fn serve(&self, buyer: &Session<'_>, progress: &Progress) -> Purchases {
        let mut purchases = Purchases::default();
        while !self.closed.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(order) = self.plan.orders.get(index) else { break };
            if let Err(complaint) = self.place(buyer, index, order, &mut purchases.placed).await {
                purchases.complaints.push(format!("order {}: {complaint:#}", order.invoice));
            }
            progress.step();
        }
        purchases
    }

    async fn place(
        &self,
        buyer: &Session<'_>,
        index: usize,
        order: &Order,
        placed: &mut Vec<Placed>,
    ) -> anyhow::Result<()> {
        let request = Request::post("/api/orders", self.basket(order)).once(self.run.key("order", index));
        let answer = buyer.call(&request).await.inspect_err(|_| self.close())?;
        let acknowledged_at = Instant::now();
        let acknowledgement: Acknowledgement = answer.expecting(StatusCode::CREATED)?.read()?;

        let decision = self.watch(buyer, &acknowledgement, acknowledged_at).await;
        let (decided, failure) = match decision {
            Ok(decided) => (decided, Ok(())),
            Err(failure) => (None, Err(failure)),
        };
        if decided.is_none() {
            self.close();
        }
        placed.push(Placed { order: index, acknowledgement, decided });
        failure
    }

    fn basket(&self, order: &Order) -> Value {
        let lines: Vec<_> = order
            .lines
            .iter()
            .map(|line| json!({ "product_id": self.goods[line.product].id, "quantity": line.quantity }))
            .collect();
        json!({ "lines": lines })
    }

    /// Looks again and again, soon at first. `None` when patience runs out.
    async fn watch(
        &self,
        buyer: &Session<'_>,
        order: &Acknowledgement,
        acknowledged_at: Instant,
    ) -> anyhow::Result<Option<Decided>> {
        let look = Request::get(format!("/api/orders/{}", order.id));
        let mut pause = FIRST_LOOK;
        while acknowledged_at.elapsed() < self.endpoint.patience() {
            tokio::time::sleep(pause).await;
            pause = pause.mul_f32(1.5).min(LAST_LOOKS);
            let answer = buyer.call(&look).await?;
            // The read model has not heard of it yet.
            if answer.is_missing() {
                continue;
            }
            let view: OrderView = answer.expecting(StatusCode::OK)?.read()?;
            if view.status != Status::Pending {
                return Ok(Some(Decided { after: acknowledged_at.elapsed(), view }));
            }
        }
        Ok(None)
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}
