//! The buyers' part: takes the steps of the plan one after the other. An order is placed, watched until it is decided, and
//! once it is confirmed paid; then the seller's part of its [`journey`](super::journey) follows.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::{join_all, try_join_all};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    Plan, Run, Settings, Step,
    client::{Endpoint, Request, Session},
    contract::{Acknowledgement, OrderView, Status},
    journey::Journeys,
    plan::Order,
    progress::Progress,
    stall::Stall,
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
    /// Which of the buyers placed it.
    pub(super) buyer: usize,
    /// Whether it has arrived.
    pub(super) arrived: bool,
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
pub(super) struct Purchases<'a> {
    /// Who they were.
    pub(super) buyers: Vec<Session<'a>>,
    /// In the sequence of the plan.
    pub(super) placed: Vec<Placed>,
    /// The places of the returns that the shop took back.
    pub(super) returned: Vec<usize>,
    /// Orders and returns that the shop would not take, or did not answer.
    pub(super) complaints: Vec<String>,
    /// From the first order to the last decision.
    pub(super) took: Duration,
}

/// Signs the buyers up and takes every step of the plan.
///
/// A shop that lets a buyer wait for longer than our patience is not asked for anything more.
pub(super) async fn buy<'a>(
    endpoint: &'a Endpoint,
    run: &Run,
    plan: &Plan,
    stall: &Stall<'_>,
    settings: &Settings,
) -> anyhow::Result<Purchases<'a>> {
    let accounts = (1..=settings.buyers).map(|number| run.account(&format!("buyer-{number}")));
    let buyers = try_join_all(accounts.map(|account| Session::sign_up(endpoint, account))).await?;

    let progress = Progress::start("Placing orders", plan.steps.len(), settings.show_progress);
    let counter = Counter {
        endpoint,
        run,
        plan,
        stall,
        journeys: Journeys::new(run, plan, stall),
        next: AtomicUsize::new(0),
        closed: AtomicBool::new(false),
    };
    let started = Instant::now();
    let by_buyer = join_all((0..).zip(&buyers).map(|(number, buyer)| counter.serve(number, buyer, &progress))).await;
    let mut purchases = Purchases { took: started.elapsed(), ..Purchases::default() };
    progress.finish();

    for mut one in by_buyer {
        purchases.placed.append(&mut one.placed);
        purchases.returned.append(&mut one.returned);
        purchases.complaints.append(&mut one.complaints);
    }
    purchases.placed.sort_by_key(|placed| placed.order);
    let asked = counter.next.into_inner().min(plan.steps.len());
    let left = plan.steps[asked..].iter().filter(|step| matches!(step, Step::Order(_))).count();
    if left > 0 {
        purchases.complaints.push(format!("{left} orders were not placed any more"));
    }
    Ok(Purchases { buyers, ..purchases })
}

/// Where the buyers queue.
struct Counter<'a> {
    endpoint: &'a Endpoint,
    run: &'a Run,
    plan: &'a Plan,
    stall: &'a Stall<'a>,
    journeys: Journeys<'a>,
    next: AtomicUsize,
    /// The shop has let a buyer wait for too long.
    closed: AtomicBool,
}

impl Counter<'_> {
    async fn serve<'a>(&self, number: usize, buyer: &Session<'_>, progress: &Progress) -> Purchases<'a> {
        let mut purchases = Purchases::default();
        while !self.closed.load(Ordering::Relaxed) {
            let Some(step) = self.plan.steps.get(self.next.fetch_add(1, Ordering::Relaxed)) else { break };
            let (what, done) = match *step {
                Step::Order(index) => {
                    let order = &self.plan.orders[index];
                    let done = self.order(number, buyer, index, order, &mut purchases.placed).await;
                    // Whoever waits to bring something back learns of it in any case.
                    let arrived = purchases.placed.last().filter(|placed| placed.order == index && placed.arrived);
                    self.journeys.ended(index, arrived.map(|placed| placed.acknowledgement.id));
                    (format!("order {}", order.invoice), done)
                }
                Step::Return(index) => {
                    let done = self.journeys.take_back(index).await.inspect_err(|_| self.close());
                    let done = done.map(|taken| purchases.returned.extend(taken.then_some(index)));
                    (format!("return {}", self.plan.returns[index].invoice), done)
                }
            };
            if let Err(complaint) = done {
                purchases.complaints.push(format!("{what}: {complaint:#}"));
            }
            progress.step();
        }
        purchases
    }

    async fn order(
        &self,
        number: usize,
        buyer: &Session<'_>,
        index: usize,
        order: &Order,
        placed: &mut Vec<Placed>,
    ) -> anyhow::Result<()> {
        let request = Request::post("/api/orders", self.basket(order)).once(self.run.key("order", index));
        let answer = buyer.call(&request).await.inspect_err(|_| self.close())?;
        let acknowledged_at = Instant::now();
        let acknowledgement: Acknowledgement = answer.expecting(StatusCode::CREATED)?.read()?;
        let id = acknowledgement.id;

        let decision = self.watch(buyer, &acknowledgement, acknowledged_at).await;
        let (decided, failure) = match decision {
            Ok(decided) => (decided, Ok(())),
            Err(failure) => (None, Err(failure)),
        };
        if decided.is_none() {
            self.close();
        }
        let confirmed = decided.as_ref().is_some_and(|decided| decided.view.status == Status::Confirmed);
        placed.push(Placed { order: index, acknowledgement, decided, buyer: number, arrived: false });
        failure?;
        if confirmed {
            self.journeys.complete(buyer, index, id).await.inspect_err(|_| self.close())?;
            if let Some(placed) = placed.last_mut() {
                placed.arrived = true;
            }
        }
        Ok(())
    }

    fn basket(&self, order: &Order) -> Value {
        let lines: Vec<_> = order
            .lines
            .iter()
            .map(|line| json!({ "product_id": self.stall.goods[line.product].id, "quantity": line.quantity }))
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
