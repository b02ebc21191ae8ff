//! What an order does to the stock: reserves what was placed, gives back what is no longer wanted, takes out what was
//! shipped, takes in what came back.

use std::collections::BTreeMap;

use super::{Answer, Command, Policy, Request, Terms};
use crate::{
    OrderId, Partition, ProductId,
    order::{self, Event, Order, Status},
};

/// Reserves the lines of a placed order and confirms it, or rejects it naming the short lines; keeps the stock in step with
/// what becomes of the order.
///
/// One request per partition, partitions in ascending order, so that two baskets which want the same products meet at the
/// first of them and one of the two gets all.
#[derive(Clone, Copy, Debug)]
pub struct OrderFulfilment;

impl Policy for OrderFulfilment {
    const GROUP: &'static str = "order-fulfilment";

    type Follows = Order;

    fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::Placed { .. }
                | Event::Rejected { .. }
                | Event::Cancelled { .. }
                | Event::Expired { .. }
                | Event::Shipped { .. }
                | Event::Returned { .. }
        )
    }

    fn ask(order: OrderId, state: &Order, event: &Event) -> Vec<Request> {
        match event {
            Event::Placed { lines, .. } if state.status() == Some(Status::Pending) => {
                let wanted = lines.iter().map(|line| (line.product, line.quantity));
                by_partition(wanted, |(product, _)| *product).map(|lines| Request::Reserve { order, lines }).collect()
            }
            Event::Rejected { products, .. } | Event::Cancelled { products, .. } | Event::Expired { products } => {
                by_partition(products.iter().copied(), |product| *product)
                    .map(|products| Request::Release { order, products })
                    .collect()
            }
            Event::Shipped { lines, .. } => by_partition(lines.iter().map(|units| units.product), |product| *product)
                .map(|products| Request::Commit { order, products })
                .collect(),
            Event::Returned { number, lines, .. } => {
                let (number, back) = (*number, lines.iter().map(|units| (units.product, units.quantity)));
                by_partition(back, |(product, _)| *product)
                    .map(|lines| Request::Restock { order, number, lines })
                    .collect()
            }
            Event::Placed { .. }
            | Event::Confirmed { .. }
            | Event::PaymentStarted { .. }
            | Event::PaymentPending { .. }
            | Event::PaymentDeclined { .. }
            | Event::Paid { .. }
            | Event::PaidLate { .. }
            | Event::Delivered { .. }
            | Event::Completed {}
            | Event::Refunded { .. }
            | Event::AddressForgotten {}
            | Event::CarriedForward { .. } => vec![],
        }
    }

    fn conclude(order: OrderId, event: &Event, answers: &[Answer], terms: &Terms) -> Vec<Command> {
        if answers.is_empty() || !matches!(event, Event::Placed { .. }) {
            return vec![];
        }
        let short: Vec<_> = answers.iter().filter_map(Answer::short).flatten().cloned().collect();
        let command = if short.is_empty() {
            order::Command::Confirm { pay_by: terms.at.saturating_add(terms.pay_within) }
        } else {
            order::Command::Reject { short }
        };
        vec![Command::Order(order, command)]
    }
}

/// Groups by partition, in ascending order.
fn by_partition<T>(items: impl Iterator<Item = T>, product: impl Fn(&T) -> ProductId) -> impl Iterator<Item = Vec<T>> {
    let mut groups = BTreeMap::<Partition, Vec<T>>::new();
    for item in items {
        groups.entry(Partition::of(product(&item))).or_default().push(item);
    }
    groups.into_values()
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::{
        Aggregate as _, Money,
        order::{Charges, Line, Party, Repayment, Short, Units},
        testing::{id, text},
    };

    const ORDER: u128 = 7;
    const TERMS: Terms = Terms { at: datetime!(2026-11-02 12:00 UTC), pay_within: Duration::minutes(15) };

    fn cents(amount: u64) -> Money {
        Money { amount, currency: text("EUR") }
    }

    fn placed(products: &[u128]) -> Event {
        let line = |&product: &u128| Line {
            product: id(product),
            seller: id(2),
            name: text("Teapot"),
            quantity: 3,
            unit_price: cents(100),
        };
        let lines = products.iter().map(line).collect();
        Event::Placed { buyer: id(1), lines, charges: Charges::default(), total: cents(100), address: false }
    }

    fn short(product: u128) -> Short {
        Short { product: id(product), requested: 3, available: 1 }
    }

    fn units(products: &[u128]) -> Vec<Units> {
        products.iter().map(|product| Units { product: id(*product), quantity: 3 }).collect()
    }

    /// What an event calls for, and with that, that its kind is one that does.
    fn ask(order: &Order, event: &Event) -> Vec<Request> {
        assert!(OrderFulfilment::concerns(event), "{event:?}");
        OrderFulfilment::ask(id(ORDER), order, event)
    }

    fn conclusion(answers: &[Answer]) -> Vec<Command> {
        OrderFulfilment::conclude(id(ORDER), &placed(&[0x1, 0x2, 0x3]), answers, &TERMS)
    }

    #[test]
    fn reserves_partition_by_partition_in_ascending_order() {
        let event = placed(&[0x2b, 0x13, 0x1b]);
        assert_eq!(
            ask(&Order::replay([&event]), &event),
            [
                Request::Reserve { order: id(ORDER), lines: vec![(id(0x13), 3)] },
                Request::Reserve { order: id(ORDER), lines: vec![(id(0x2b), 3), (id(0x1b), 3)] },
            ]
        );
    }

    #[test]
    fn reserves_nothing_for_an_order_that_is_settled() {
        let event = placed(&[0x13]);
        let order = Order::replay([&event, &Event::Confirmed { pay_by: None }]);
        assert_eq!(ask(&order, &event), []);
        assert_eq!(conclusion(&[]), []);
    }

    #[test]
    fn gives_everything_back_partition_by_partition() {
        let products = vec![id(0x2b), id(0x13), id(0x1b)];
        let expected = [
            Request::Release { order: id(ORDER), products: vec![id(0x13)] },
            Request::Release { order: id(ORDER), products: vec![id(0x2b), id(0x1b)] },
        ];
        for event in [
            Event::Rejected { short: vec![short(0x13)], products: products.clone() },
            Event::Expired { products: products.clone() },
            Event::Cancelled { reason: None, by: Some(Party::Buyer), products, refund: None },
        ] {
            assert_eq!(ask(&Order::default(), &event), expected, "{event:?}");
        }
    }

    #[test]
    fn takes_what_was_shipped_out_of_stock() {
        let shipped = Event::Shipped { seller: id(2), tracking: None, lines: units(&[0x2b, 0x13, 0x1b]) };
        assert_eq!(
            ask(&Order::default(), &shipped),
            [
                Request::Commit { order: id(ORDER), products: vec![id(0x13)] },
                Request::Commit { order: id(ORDER), products: vec![id(0x2b), id(0x1b)] },
            ]
        );
    }

    #[test]
    fn takes_what_came_back_into_stock() {
        let refund = Repayment { number: 1, amount: cents(300) };
        let lines = units(&[0x2b, 0x13]);
        let returned = Event::Returned { number: 4, seller: id(2), lines, reason: text("Too small."), refund };
        assert_eq!(
            ask(&Order::default(), &returned),
            [
                Request::Restock { order: id(ORDER), number: 4, lines: vec![(id(0x13), 3)] },
                Request::Restock { order: id(ORDER), number: 4, lines: vec![(id(0x2b), 3)] },
            ]
        );
    }

    #[test]
    fn confirms_when_every_line_is_reserved_and_says_by_when_to_pay() {
        let pay_by = datetime!(2026-11-02 12:15 UTC);
        assert_eq!(
            conclusion(&[Answer::Reserved, Answer::Reserved]),
            [Command::Order(id(ORDER), order::Command::Confirm { pay_by })]
        );
    }

    #[test]
    fn rejects_naming_every_short_line() {
        let answers =
            [Answer::Reserved, Answer::Short(vec![short(1)]), Answer::Done, Answer::Short(vec![short(2), short(3)])];
        let reject = order::Command::Reject { short: vec![short(1), short(2), short(3)] };
        assert_eq!(conclusion(&answers), [Command::Order(id(ORDER), reject)]);
    }
}
