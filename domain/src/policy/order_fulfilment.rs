//! Brings an order to its end: reserves what was placed, gives back what is no longer wanted.

use std::collections::BTreeMap;

use super::{Answer, Command, Policy, Request};
use crate::{
    OrderId, Partition, ProductId,
    order::{self, Event, Order, Status},
};

/// Reserves the lines of a placed order and confirms it, or rejects it naming the short lines.
///
/// One request per partition, partitions in ascending order, so that two baskets which want the same products meet at the
/// first of them and one of the two gets all.
#[derive(Clone, Copy, Debug)]
pub struct OrderFulfilment;

impl Policy for OrderFulfilment {
    const GROUP: &'static str = "order-fulfilment";

    type Follows = Order;

    fn ask(order: OrderId, state: &Order, event: &Event) -> Vec<Request> {
        match event {
            Event::Placed { lines, .. } if state.status() == Some(Status::Pending) => {
                let wanted = lines.iter().map(|line| (line.product, line.quantity));
                by_partition(wanted, |(product, _)| *product).map(|lines| Request::Reserve { order, lines }).collect()
            }
            Event::Placed { .. } | Event::Confirmed {} | Event::CarriedForward { .. } => vec![],
            Event::Rejected { products, .. } | Event::Cancelled { products, .. } => {
                by_partition(products.iter().copied(), |product| *product)
                    .map(|products| Request::Release { order, products })
                    .collect()
            }
        }
    }

    fn conclude(order: OrderId, event: &Event, answers: &[Answer]) -> Vec<Command> {
        match event {
            Event::Placed { .. } if !answers.is_empty() => {
                let short: Vec<_> = answers.iter().filter_map(Answer::short).flatten().cloned().collect();
                let command = if short.is_empty() { order::Command::Confirm } else { order::Command::Reject { short } };
                vec![Command::Order(order, command)]
            }
            Event::Placed { .. }
            | Event::Confirmed {}
            | Event::Rejected { .. }
            | Event::Cancelled { .. }
            | Event::CarriedForward { .. } => vec![],
        }
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
    use super::*;
    use crate::{
        Aggregate as _, Money,
        order::{Line, Short},
        testing::{id, text},
    };

    const ORDER: u128 = 7;

    fn placed(products: &[u128]) -> Event {
        let unit_price = Money { amount: 100, currency: text("EUR") };
        let line = |&product: &u128| Line {
            product: id(product),
            seller: id(2),
            name: text("Teapot"),
            quantity: 3,
            unit_price,
        };
        Event::Placed { buyer: id(1), lines: products.iter().map(line).collect(), total: unit_price }
    }

    fn short(product: u128) -> Short {
        Short { product: id(product), requested: 3, available: 1 }
    }

    fn conclusion(answers: &[Answer]) -> Vec<Command> {
        OrderFulfilment::conclude(id(ORDER), &placed(&[0x1, 0x2, 0x3]), answers)
    }

    #[test]
    fn reserves_partition_by_partition_in_ascending_order() {
        let event = placed(&[0x2b, 0x13, 0x1b]);
        assert_eq!(
            OrderFulfilment::ask(id(ORDER), &Order::replay([&event]), &event),
            [
                Request::Reserve { order: id(ORDER), lines: vec![(id(0x13), 3)] },
                Request::Reserve { order: id(ORDER), lines: vec![(id(0x2b), 3), (id(0x1b), 3)] },
            ]
        );
    }

    #[test]
    fn reserves_nothing_for_an_order_that_is_settled() {
        let event = placed(&[0x13]);
        let order = Order::replay([&event, &Event::Confirmed {}]);
        assert_eq!(OrderFulfilment::ask(id(ORDER), &order, &event), []);
        assert_eq!(conclusion(&[]), []);
    }

    #[test]
    fn gives_everything_back_partition_by_partition() {
        let products = vec![id(0x2b), id(0x13), id(0x1b)];
        let expected = [
            Request::Release { order: id(ORDER), products: vec![id(0x13)] },
            Request::Release { order: id(ORDER), products: vec![id(0x2b), id(0x1b)] },
        ];
        let cancelled = Event::Cancelled { reason: None, by: None, products: products.clone() };
        assert_eq!(OrderFulfilment::ask(id(ORDER), &Order::default(), &cancelled), expected);
        let rejected = Event::Rejected { short: vec![short(0x13)], products };
        assert_eq!(OrderFulfilment::ask(id(ORDER), &Order::default(), &rejected), expected);
    }

    #[test]
    fn confirms_when_every_line_is_reserved() {
        assert_eq!(
            conclusion(&[Answer::Reserved, Answer::Reserved]),
            [Command::Order(id(ORDER), order::Command::Confirm)]
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
