//! Counts the money and the stock: what the shop says must be what the plan and the confirmed orders say.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::StatusCode;
use uuid::Uuid;

use super::{
    Plan, Settings,
    buyers::Placed,
    client::{Request, Session},
    contract::{LineView, Money, OrderView, Status, StockView},
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

/// What is wrong with the stock, once the read model has had time to settle.
pub(super) async fn stock(
    plan: &Plan,
    stall: &Stall<'_>,
    placed: &[Placed],
    settings: &Settings,
) -> anyhow::Result<Vec<String>> {
    let reserved = units_of_confirmed_lines(placed);
    let books = |index: usize| {
        let Goods { id, received } = stall.goods[index];
        Books { received, reserved: reserved.get(&id).copied().unwrap_or(0) }
    };
    let progress = Progress::start("Reconciling stock", stall.goods.len(), settings.show_progress);
    let mut doubtful: Vec<usize> = (0..stall.goods.len()).collect();
    let mut deadline = None;
    loop {
        let looks = stream::iter(doubtful).map(|index| {
            let progress = &progress;
            async move {
                let found = look(&stall.seller, stall.goods[index].id).await?;
                let difference = books(index).difference(found);
                if difference.is_none() {
                    progress.step();
                }
                anyhow::Ok(difference.map(|difference| (index, difference)))
            }
        });
        let found: Vec<_> = looks.buffered(settings.buyers).try_collect().await?;
        let differing: Vec<_> = found.into_iter().flatten().collect();
        // The first look at thousands of products takes its time, which is not the read model's.
        let deadline = *deadline.get_or_insert_with(|| Instant::now() + settings.settle);
        if differing.is_empty() || Instant::now() >= deadline {
            progress.finish();
            return Ok(differing
                .into_iter()
                .map(|(index, difference)| name(plan, stall, index, &difference))
                .collect());
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

fn units_of_confirmed_lines(placed: &[Placed]) -> HashMap<Uuid, u64> {
    let mut units = HashMap::new();
    let views = placed.iter().filter_map(|one| Some(&one.decided.as_ref()?.view));
    for line in views.filter(|view| view.status == Status::Confirmed).flat_map(|view| &view.lines) {
        *units.entry(line.product_id).or_default() += u64::from(line.quantity);
    }
    units
}

async fn look(seller: &Session<'_>, id: Uuid) -> anyhow::Result<Option<StockView>> {
    let answer = seller.call(&Request::get(format!("/api/inventory/{id}"))).await?;
    if answer.is_missing() {
        return Ok(None);
    }
    Ok(Some(answer.expecting(StatusCode::OK)?.read()?))
}

/// What the stock of a product must be.
#[derive(Clone, Copy)]
struct Books {
    received: u64,
    reserved: u64,
}

impl Books {
    fn difference(self, found: Option<StockView>) -> Option<String> {
        let Some(StockView { on_hand, reserved, available }) = found else {
            return Some("has no stock record".to_owned());
        };
        let mut wrong = Vec::new();
        // Nothing is shipped in a rehearsal, so nothing is committed.
        if u64::try_from(on_hand) != Ok(self.received) {
            wrong.push(format!("{} received, but {on_hand} on hand", self.received));
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
        Books { received: 10, reserved: 4 }.difference(Some(StockView { on_hand, reserved, available }))
    }

    #[test]
    fn finds_nothing_in_stock_that_adds_up() {
        assert_eq!(found(10, 4, 6), None);
    }

    #[test]
    fn names_units_that_vanished() {
        assert_eq!(found(9, 4, 5).as_deref(), Some("10 received, but 9 on hand"));
    }

    #[test]
    fn names_a_reservation_without_an_order() {
        assert_eq!(found(10, 5, 5).as_deref(), Some("4 in confirmed orders, but 5 reserved"));
    }

    #[test]
    fn names_availability_below_zero_even_when_the_rest_adds_up() {
        let books = Books { received: 10, reserved: 12 };
        let oversold = books.difference(Some(StockView { on_hand: 10, reserved: 12, available: -2 }));
        assert_eq!(oversold.as_deref(), Some("-2 available of 10 with 12 reserved"));
    }

    #[test]
    fn names_stock_that_nobody_knows() {
        assert!(Books { received: 1, reserved: 0 }.difference(None).is_some());
    }
}
