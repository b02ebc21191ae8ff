//! What an order does at the payment provider: collects what was paid, gives back what cannot be kept.
//!
//! A group of its own, so that a provider that is away never holds back stock.

use super::{Answer, Command, Policy, Request, Terms};
use crate::{
    OrderId,
    order::{self, Event, Order},
};

/// Collects the money of orders that are paid, gives back that of orders that cannot take it, were cancelled, or of which
/// goods came back, and records that it has gone.
#[derive(Clone, Copy, Debug)]
pub struct Payments;

/// The number of the refund that an event calls for.
const fn refund(event: &Event) -> Option<u32> {
    match event {
        Event::Cancelled { refund: Some(refund), .. } | Event::Returned { refund, .. } => Some(refund.number),
        Event::PaidLate { refund, .. } => Some(*refund),
        Event::Cancelled { refund: None, .. }
        | Event::Placed { .. }
        | Event::Confirmed { .. }
        | Event::Rejected { .. }
        | Event::Expired { .. }
        | Event::PaymentStarted { .. }
        | Event::PaymentPending { .. }
        | Event::PaymentDeclined { .. }
        | Event::Paid { .. }
        | Event::Shipped { .. }
        | Event::Delivered { .. }
        | Event::Completed {}
        | Event::Refunded { .. }
        | Event::AddressForgotten {}
        | Event::CarriedForward { .. } => None,
    }
}

impl Policy for Payments {
    const GROUP: &'static str = "payments";

    type Follows = Order;

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::Paid { .. }) || refund(event).is_some()
    }

    fn ask(order: OrderId, state: &Order, event: &Event) -> Vec<Request> {
        if let Event::Paid { attempt, amount } = *event {
            return vec![Request::Capture { order, attempt, amount }];
        }
        let open = refund(event).and_then(|number| state.refund(number).map(|refund| (number, refund)));
        let open = open.filter(|(_, refund)| !refund.done);
        let request = |(number, order::Refund { attempt, amount, .. })| match state.paid_by() == Some(attempt) {
            true => Request::Refund { order, attempt, number, amount },
            // Only what paid the order is ever collected.
            false => Request::Void { order, attempt },
        };
        open.map(request).into_iter().collect()
    }

    fn conclude(order: OrderId, event: &Event, answers: &[Answer], _: &Terms) -> Vec<Command> {
        let gone = refund(event).filter(|_| answers == [Answer::Done]);
        gone.map(|number| Command::Order(order, order::Command::RecordRefund { number })).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;
    use crate::{
        Aggregate as _, Money,
        order::{Charges, Line, Party},
        testing::{id, text},
    };

    const ORDER: u128 = 7;
    const TERMS: Terms = Terms { at: datetime!(2026-11-02 12:00 UTC), pay_within: Duration::minutes(15) };

    fn cents(amount: u64) -> Money {
        Money { amount, currency: text("EUR") }
    }

    /// An order that these commands were put to, each accepted, and its last event.
    fn after(commands: impl IntoIterator<Item = order::Command>) -> (Order, Event) {
        let (product, seller, name, unit_price) = (id(3), id(2), text("Teapot"), cents(100));
        let lines = vec![Line { product, seller, name, quantity: 2, unit_price }];
        let placed =
            Event::Placed { buyer: id(1), lines, charges: Charges::default(), total: cents(200), address: false };
        let mut history = vec![placed, Event::Confirmed { pay_by: Some(TERMS.at) }];
        for command in commands {
            history.extend(Order::replay(&history).decide(command).unwrap());
        }
        (Order::replay(&history), history.pop().unwrap())
    }

    fn start() -> order::Command {
        order::Command::StartPayment { at: TERMS.at, ask_after: Duration::MINUTE }
    }

    fn pay() -> [order::Command; 2] {
        [start(), order::Command::RecordPayment { attempt: 1, amount: cents(200) }]
    }

    fn cancel() -> order::Command {
        order::Command::Cancel { reason: None, by: Party::Buyer }
    }

    #[test]
    fn what_does_not_concern_it_calls_for_nothing() {
        let late = order::Command::RecordPayment { attempt: 1, amount: cents(200) };
        let lives = [vec![], vec![start()], pay().to_vec(), vec![start(), cancel(), late]];
        for (order, event) in lives.into_iter().map(after) {
            let asks = !Payments::ask(id(ORDER), &order, &event).is_empty();
            assert_eq!(Payments::concerns(&event), asks, "{event:?}");
        }
    }

    #[test]
    fn collects_what_was_paid() {
        let (order, paid) = after(pay());
        let capture = Request::Capture { order: id(ORDER), attempt: 1, amount: cents(200) };
        assert_eq!(Payments::ask(id(ORDER), &order, &paid), [capture]);
        assert_eq!(Payments::conclude(id(ORDER), &paid, &[Answer::Done], &TERMS), []);
    }

    #[test]
    fn gives_back_what_was_paid_for_an_order_that_is_cancelled() {
        let (order, cancelled) = after(pay().into_iter().chain([cancel()]));
        let refund = Request::Refund { order: id(ORDER), attempt: 1, number: 1, amount: cents(200) };
        assert_eq!(Payments::ask(id(ORDER), &order, &cancelled), [refund]);
        let record = Command::Order(id(ORDER), order::Command::RecordRefund { number: 1 });
        assert_eq!(Payments::conclude(id(ORDER), &cancelled, &[Answer::Done], &TERMS), [record]);
    }

    #[test]
    fn lets_go_of_what_came_too_late() {
        let late = order::Command::RecordPayment { attempt: 1, amount: cents(200) };
        let (order, paid_late) = after([start(), cancel(), late]);
        assert_eq!(Payments::ask(id(ORDER), &order, &paid_late), [Request::Void { order: id(ORDER), attempt: 1 }]);
        let record = Command::Order(id(ORDER), order::Command::RecordRefund { number: 1 });
        assert_eq!(Payments::conclude(id(ORDER), &paid_late, &[Answer::Done], &TERMS), [record]);
    }

    #[test]
    fn asks_for_nothing_where_nothing_was_paid_or_the_money_is_back() {
        let (order, cancelled) = after([cancel()]);
        assert_eq!(Payments::ask(id(ORDER), &order, &cancelled), []);
        let (mut order, cancelled) = after(pay().into_iter().chain([cancel()]));
        order.evolve(&Event::Refunded { number: 1, amount: cents(200) });
        assert_eq!(Payments::ask(id(ORDER), &order, &cancelled), []);
        assert_eq!(Payments::conclude(id(ORDER), &cancelled, &[], &TERMS), []);
    }
}
