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
            Event::Placed { .. } | Event::Confirmed {} => vec![],
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
            Event::Placed { .. } | Event::Confirmed {} | Event::Rejected { .. } | Event::Cancelled { .. } => vec![],
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
