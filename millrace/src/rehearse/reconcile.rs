//! Counts the money and the stock: what the shop says must be what the plan, the orders and the returns say.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::StatusCode;
use uuid::Uuid;

use super::{
    Plan, Settings,
    buyers::{Placed, Purchases},
    client::{Request, Session},
    contract::{LineView, Money, OrderView, PaymentView, Status, StockView},
    plan::Order,
    progress::Progress,
    stall::{Goods, Stall},
};

const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// What is wrong with the acknowledged orders: their totals, their lines, or that one id was given out twice.
pub(super) fn money(plan: &Plan, goods: &[Goods], placed: &[Placed]) -> Vec<String> {
    let mut ids = HashSet::new();
    let mut differences = Vec::new();
    for one in placed {
        let order = &plan.orders[one.order];
        let mut differs = |what: String| differences.push(format!("order {}: {what}", order.invoice));
        if !ids.insert(one.acknowledgement.id) {
            differs(format!("was given the id of another order, {}", one.acknowledgement.id));
        }
        let expected = Money::pence(order.total_pence);
        if one.acknowledgement.total != expected {
            differs(format!("costs {} instead of {expected}", one.acknowledgement.total));
        }
        if let Some(decided) = &one.decided {
            view(plan, goods, order, &decided.view).into_iter().for_each(differs);
        }
    }
    differences
}

/// What is wrong with a decided order as its buyer sees it.
fn view(plan: &Plan, goods: &[Goods], order: &Order, seen: &OrderView) -> Vec<String> {
    let mut differences = Vec::new();
    if seen.status == Status::Unexpected {
        differences.push("is neither confirmed nor rejected".to_owned());
    }
    let sum = seen.lines.iter().map(|line| line.unit_price.amount * u64::from(line.quantity)).sum();
    for (what, amount) in [("its lines", sum), ("the plan", order.total_pence)] {
        let amount = Money::pence(amount);
        if seen.total != amount {
            differences.push(format!("its total is {}, but {amount} by {what}", seen.total));
        }
    }
    let mut expected: Vec<_> = order
        .lines
        .iter()
        .map(|line| LineView {
            product_id: goods[line.product].id,
            quantity: line.quantity,
            unit_price: Money::pence(plan.products[line.product].price_pence),
        })
        .collect();
    let mut lines = seen.lines.clone();
    expected.sort_by_key(|line| line.product_id);
    lines.sort_by_key(|line| line.product_id);
    if lines != expected {
        differences.push("its lines are not those that were ordered".to_owned());
    }
    differences
}

/// What is wrong with the stock, once policies and read models have had time to settle.
pub(super) async fn stock(
    plan: &Plan,
    stall: &Stall<'_>,
    purchases: &Purchases<'_>,
    settings: &Settings,
) -> anyhow::Result<Vec<String>> {
    let books = Books::of(plan, stall, purchases);
    let progress = Progress::start("Reconciling stock", stall.goods.len(), settings.show_progress);
    let differing = settled(0..stall.goods.len(), settings, progress, |index: usize| {
        let (id, books) = (stall.goods[index].id, books[index]);
        async move { Ok(books.difference(look(&stall.seller, id).await?)) }
    });
    let differing = differing.await?;
    Ok(differing.into_iter().map(|(index, difference)| name(plan, stall, index, &difference)).collect())
}

/// What is wrong with the money of orders that have arrived, once refunds and read models have had time to settle.
pub(super) async fn payments(
    plan: &Plan,
    purchases: &Purchases<'_>,
    settings: &Settings,
) -> anyhow::Result<Vec<String>> {
    let arrived: Vec<_> = purchases.placed.iter().filter(|placed| placed.arrived).collect();
    let mut refunds: HashMap<usize, u64> = HashMap::new();
    for back in purchases.returned.iter().map(|index| &plan.returns[*index]) {
        *refunds.entry(back.order).or_default() += back.refund_pence;
    }
    let progress = Progress::start("Reconciling money", arrived.len(), settings.show_progress);
    let differing = settled(0..arrived.len(), settings, progress, |index: usize| {
        let placed = arrived[index];
        let (order, refund_pence) = (&plan.orders[placed.order], refunds.get(&placed.order).copied().unwrap_or(0));
        async move {
            let look = Request::get(format!("/api/orders/{}", placed.acknowledgement.id));
            let answer = purchases.buyers[placed.buyer].call(&look).await?;
            let seen: OrderView = answer.expecting(StatusCode::OK)?.read()?;
            Ok(unpaid(order, refund_pence, &seen))
        }
    });
    let differing = differing.await?;
    let name = |(index, difference): (usize, String)| {
        format!("order {}: {difference}", plan.orders[arrived[index].order].invoice)
    };
    Ok(differing.into_iter().map(name).collect())
}

/// What is wrong with the money of an order that has arrived.
fn unpaid(order: &Order, refund_pence: u64, seen: &OrderView) -> Option<String> {
    let expected = PaymentView { captured: Money::pence(order.total_pence), refunded: Money::pence(refund_pence) };
    let status = if refund_pence == order.total_pence { Status::Refunded } else { Status::Delivered };
    let mut wrong = Vec::new();
    if seen.payment != expected {
        let PaymentView { captured, refunded } = &seen.payment;
        let should = format!("instead of {} and {}", expected.captured, expected.refunded);
        wrong.push(format!("{captured} were taken and {refunded} went back, {should}"));
    }
    if seen.status != status {
        wrong.push(format!("is {:?} instead of {status:?}", seen.status));
    }
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

/// What differs of so many things, each looked at again until it does not or the time to settle is over.
async fn settled<F: Future<Output = anyhow::Result<Option<String>>>>(
    things: Range<usize>,
    settings: &Settings,
    progress: Progress,
    look: impl Fn(usize) -> F,
) -> anyhow::Result<Vec<(usize, String)>> {
    let mut doubtful: Vec<usize> = things.collect();
    let mut deadline = None;
    loop {
        let looks = stream::iter(doubtful).map(|index| {
            let (look, progress) = (&look, &progress);
            async move {
                let difference = look(index).await?;
                if difference.is_none() {
                    progress.step();
                }
                anyhow::Ok(difference.map(|difference| (index, difference)))
            }
        });
        let found: Vec<_> = looks.buffered(settings.buyers).try_collect().await?;
        let differing: Vec<_> = found.into_iter().flatten().collect();
        // The first look at thousands of things takes its time, which is not the read model's.
        let deadline = *deadline.get_or_insert_with(|| Instant::now() + settings.settle);
        if differing.is_empty() || Instant::now() >= deadline {
            progress.finish();
            return Ok(differing);
        }
        doubtful = differing.into_iter().map(|(index, _)| index).collect();
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

fn name(plan: &Plan, stall: &Stall<'_>, index: usize, difference: &str) -> String {
    let product = &plan.products[index];
    let price = Money::pence(product.price_pence);
    format!("product {} at {price} ({}): {difference}", product.stock_code, stall.goods[index].id)
}

async fn look(seller: &Session<'_>, id: Uuid) -> anyhow::Result<Option<StockView>> {
    let answer = seller.call(&Request::get(format!("/api/inventory/{id}"))).await?;
    if answer.is_missing() {
        return Ok(None);
    }
    Ok(Some(answer.expecting(StatusCode::OK)?.read()?))
}

/// What the stock of a product must be.
#[derive(Clone, Copy, Default)]
struct Books {
    received: u64,
    /// In orders that are confirmed and have not been sent.
    reserved: u64,
    sent: u64,
    returned: u64,
}

impl Books {
    /// Of each product of the plan.
    fn of(plan: &Plan, stall: &Stall<'_>, purchases: &Purchases<'_>) -> Vec<Self> {
        let received = stall.goods.iter().map(|goods| Self { received: goods.received, ..Self::default() });
        let mut books: Vec<_> = received.collect();
        let is_confirmed =
            |placed: &Placed| placed.decided.as_ref().is_some_and(|decided| decided.view.status == Status::Confirmed);
        for placed in purchases.placed.iter().filter(|placed| is_confirmed(placed)) {
            for line in &plan.orders[placed.order].lines {
                let book = &mut books[line.product];
                *(if placed.arrived { &mut book.sent } else { &mut book.reserved }) += u64::from(line.quantity);
            }
        }
        for line in purchases.returned.iter().flat_map(|index| &plan.returns[*index].lines) {
            books[line.product].returned += u64::from(line.quantity);
        }
        books
    }

    fn difference(self, found: Option<StockView>) -> Option<String> {
        let Some(StockView { on_hand, reserved, available }) = found else {
            return Some("has no stock record".to_owned());
        };
        let Self { received, sent, returned, .. } = self;
        let mut wrong = Vec::new();
        if u64::try_from(on_hand).ok().map(|on_hand| on_hand + sent) != Some(received + returned) {
            wrong.push(format!("{received} received, {sent} sent and {returned} back, but {on_hand} on hand"));
        }
        if u64::try_from(reserved) != Ok(self.reserved) {
            wrong.push(format!("{} in confirmed orders, but {reserved} reserved", self.reserved));
        }
        if available < 0 || available != on_hand.saturating_sub(reserved) {
            wrong.push(format!("{available} available of {on_hand} with {reserved} reserved"));
        }
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(on_hand: i64, reserved: i64, available: i64) -> Option<String> {
        Books { received: 12, reserved: 4, sent: 3, returned: 1 }.difference(Some(StockView {
            on_hand,
            reserved,
            available,
        }))
    }

    #[test]
    fn finds_nothing_in_stock_that_adds_up() {
        assert_eq!(found(10, 4, 6), None);
    }

    #[test]
    fn names_units_that_vanished() {
        assert_eq!(found(9, 4, 5).as_deref(), Some("12 received, 3 sent and 1 back, but 9 on hand"));
    }

    #[test]
    fn names_a_reservation_without_an_order() {
        assert_eq!(found(10, 5, 5).as_deref(), Some("4 in confirmed orders, but 5 reserved"));
    }

    #[test]
    fn names_availability_below_zero_even_when_the_rest_adds_up() {
        let books = Books { received: 10, reserved: 12, ..Books::default() };
        let oversold = books.difference(Some(StockView { on_hand: 10, reserved: 12, available: -2 }));
        assert_eq!(oversold.as_deref(), Some("-2 available of 10 with 12 reserved"));
    }

    #[test]
    fn names_stock_that_nobody_knows() {
        assert!(Books::default().difference(None).is_some());
    }
}
