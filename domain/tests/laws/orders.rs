//! Laws of orders: what they cost, what was paid, what may come back, and how they end.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Aggregate, ProductId,
    order::{Acting, Action, Command, Event, Order, Party, Status, Units},
};
use proptest::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::{
    alone::live,
    wishes::{self, id, text},
};

/// What somebody would have to say to do that.
fn wish(order: &Order, action: Action, acting: Acting) -> Command {
    let at = OffsetDateTime::UNIX_EPOCH;
    let seller = if let Acting::Seller(seller) = acting { seller } else { id(0) };
    match action {
        Action::Pay => Command::StartPayment { at, ask_after: Duration::MINUTE },
        Action::Cancel => Command::Cancel { reason: None, by: Party::Buyer },
        Action::Ship => Command::Ship { seller, tracking: None },
        Action::Deliver => Command::Deliver { seller, complete_by: at },
        Action::Return => {
            let own = order.lines().iter().filter(|line| line.seller == seller);
            let goods = own.map(|line| Units { product: line.product, quantity: order.returnable(line.product) });
            let lines = goods.filter(|units| units.quantity > 0).collect();
            Command::Return { seller, lines, reason: text("Too small.") }
        }
    }
}

proptest! {
    #[test]
    fn an_order_costs_the_sum_of_its_lines_and_charges(commands in wishes::of_a_whole_order()) {
        let (order, _) = live::<Order>(commands);
        let total = order.total().expect("it was placed");
        let lines: u64 = order.lines().iter().map(|line| line.unit_price.amount * u64::from(line.quantity)).sum();
        let charges = [order.charges().shipping, order.charges().tax].into_iter().flatten();
        prop_assert_eq!(total.amount, lines + charges.map(|charge| charge.amount).sum::<u64>());
        prop_assert!(order.lines().iter().all(|line| line.unit_price.currency == total.currency));
    }

    #[test]
    fn what_is_paid_is_what_was_captured_less_what_was_refunded(commands in wishes::of_a_whole_order()) {
        let (_, history) = live::<Order>(commands);
        let (mut order, mut captured, mut refunded) = (Order::default(), BTreeMap::new(), BTreeMap::new());
        for event in &history {
            order.evolve(event);
            if let Event::Paid { attempt, amount } | Event::PaidLate { attempt, amount, .. } = event {
                prop_assert_eq!(captured.insert(*attempt, amount.amount), None, "an attempt brings money once");
                prop_assert_eq!(Some(*amount), order.total());
            }
            if let Event::Refunded { number, amount } = event {
                prop_assert_eq!(refunded.insert(*number, amount.amount), None, "money goes back once");
            }
            let (captured, refunded): (u64, u64) = (captured.values().sum(), refunded.values().sum());
            let owed: u64 = order.open_refunds().map(|(_, refund)| refund.amount.amount).sum();
            prop_assert!(refunded + owed <= captured, "no more goes back than came");
            prop_assert_eq!(order.captured().map(|money| money.amount), Some(captured));
            prop_assert_eq!(order.refunded().map(|money| money.amount), Some(refunded));
            if order.status() == Some(Status::Refunded) && owed == 0 {
                prop_assert_eq!(refunded, captured);
            }
        }
        let firsts = history.iter().filter(|event| matches!(event, Event::Paid { .. })).count();
        prop_assert!(firsts <= 1, "an order is paid once");
    }

    #[test]
    fn money_that_an_order_cannot_take_goes_back(commands in wishes::of_a_whole_order()) {
        let (order, history) = live::<Order>(commands);
        let paid = history.iter().any(|event| matches!(event, Event::Paid { .. }));
        for event in &history {
            let due = |number| order.refund(number).map(|refund| refund.amount);
            if let Event::PaidLate { refund, amount, .. } = event {
                prop_assert_eq!(due(*refund), Some(*amount));
            }
            if let Event::Returned { refund, .. } = event {
                prop_assert_eq!(due(refund.number), Some(refund.amount));
            }
            if let Event::Cancelled { refund, .. } = event {
                prop_assert_eq!(refund.is_some(), paid, "cancelled, and given back what was paid");
                prop_assert_eq!(refund.and_then(|refund| due(refund.number)), order.total().filter(|_| paid));
            }
        }
    }

    #[test]
    fn no_more_comes_back_than_was_delivered(commands in wishes::of_a_whole_order()) {
        let (order, history) = live::<Order>(commands);
        let (mut left, mut numbers) = (BTreeMap::<ProductId, u32>::new(), 0);
        for event in &history {
            if let Event::Delivered { seller, .. } = event {
                let own = order.lines().iter().filter(|line| line.seller == *seller);
                left.extend(own.map(|line| (line.product, line.quantity)));
            }
            if let Event::Returned { number, lines, seller, .. } = event {
                numbers += 1;
                prop_assert_eq!(*number, numbers);
                for units in lines {
                    let line = order.lines().iter().find(|line| line.product == units.product);
                    prop_assert_eq!(line.map(|line| line.seller), Some(*seller));
                    let with_buyer = left.get_mut(&units.product).expect("it was delivered");
                    *with_buyer = with_buyer.checked_sub(units.quantity).expect("not more than that");
                }
            }
        }
        for line in order.lines() {
            prop_assert_eq!(order.returnable(line.product), left.get(&line.product).copied().unwrap_or(0));
        }
    }

    #[test]
    fn whoever_sends_everything_back_gets_everything_back(commands in wishes::of_a_whole_order()) {
        let (mut order, history) = live::<Order>(commands);
        let open: Vec<_> = order.open_refunds().map(|(number, _)| number).collect();
        for number in open {
            let events = order.decide(Command::RecordRefund { number }).expect("it is open");
            events.iter().for_each(|event| order.evolve(event));
        }
        let paid = history.iter().any(|event| matches!(event, Event::Paid { .. }));
        let mut back = BTreeMap::<ProductId, u32>::new();
        for event in &history {
            if let Event::Returned { lines, .. } = event {
                lines.iter().for_each(|units| *back.entry(units.product).or_default() += units.quantity);
            }
        }
        let all = order.lines().iter().all(|line| back.get(&line.product) == Some(&line.quantity));
        let cancelled = history.iter().any(|event| matches!(event, Event::Cancelled { .. }));
        prop_assert_eq!(order.status() == Some(Status::Refunded), paid && (all || cancelled));
        prop_assert_eq!(order.status() == Some(Status::Refunded), paid && order.captured() == order.refunded());
    }

    #[test]
    fn nothing_is_sent_that_was_not_paid_and_nothing_is_called_off_once_it_is_sent(
        commands in wishes::of_a_whole_order(),
    ) {
        let (_, history) = live::<Order>(commands);
        let place = |is_it: fn(&Event) -> bool| history.iter().position(is_it);
        let shipped = place(|event| matches!(event, Event::Shipped { .. }));
        if let Some(shipped) = shipped {
            let paid = place(|event| matches!(event, Event::Paid { .. }));
            prop_assert!(paid.is_some_and(|paid| paid < shipped));
            prop_assert_eq!(place(|event| matches!(event, Event::Cancelled { .. } | Event::Expired { .. })), None);
        }
        let mut sellers = BTreeSet::new();
        for event in &history {
            if let Event::Shipped { seller, .. } = event {
                prop_assert!(sellers.insert(*seller), "each ships once");
            }
            if let Event::Delivered { seller, .. } = event {
                prop_assert!(sellers.contains(seller), "what arrives was sent");
            }
        }
    }

    #[test]
    fn the_actions_are_what_is_accepted_and_changes_something(commands in wishes::of_a_whole_order()) {
        let (mut order, history) = (Order::default(), live::<Order>(commands).1);
        for event in &history {
            order.evolve(event);
            let all = [
                (Acting::Buyer, vec![Action::Pay, Action::Cancel]),
                (Acting::Seller(id(4)), vec![Action::Ship, Action::Deliver, Action::Return]),
                (Acting::Seller(id(5)), vec![Action::Ship, Action::Deliver, Action::Return]),
                (Acting::Support, vec![Action::Cancel]),
            ];
            for (acting, actions) in all {
                let accepted = |action: &Action| {
                    order.decide(wish(&order, *action, acting)).is_ok_and(|events| !events.is_empty())
                };
                let accepted: Vec<_> = actions.into_iter().filter(accepted).collect();
                prop_assert_eq!(order.actions(acting), accepted, "{:?} of {:?}", acting, order);
            }
        }
    }

    #[test]
    fn every_order_can_come_to_an_end(commands in wishes::of_a_whole_order()) {
        let (mut order, _) = live::<Order>(commands);
        let at = OffsetDateTime::UNIX_EPOCH + Duration::days(1);
        let total = order.total().expect("it was placed");
        let settle = |order: &Order| match order.status()? {
            Status::Pending => Some(Command::Confirm { pay_by: at }),
            Status::Confirmed => Some(Command::Expire { at }),
            Status::Paid | Status::PartlyShipped => {
                let seller = order.sellers().into_iter().find(|seller| order.shipment(*seller).is_none())?;
                Some(Command::Ship { seller, tracking: None })
            }
            Status::Shipped => {
                let mut sellers = order.sellers().into_iter();
                let seller = sellers.find(|seller| order.actions(Acting::Seller(*seller)).contains(&Action::Deliver))?;
                Some(Command::Deliver { seller, complete_by: at })
            }
            Status::Delivered => Some(Command::Complete { at }),
            Status::Completed | Status::Rejected | Status::Expired | Status::Cancelled | Status::Refunded => None,
        };
        for _ in 0..60 {
            let unanswered = order.unanswered().map(|attempt| Command::RecordPayment { attempt, amount: total });
            let refund = order.open_refunds().next().map(|(number, _)| Command::RecordRefund { number });
            let Some(command) = settle(&order).or(unanswered).or(refund) else { break };
            let events = order.decide(command.clone()).expect("it is what comes next");
            prop_assert!(!events.is_empty(), "{:?} leads nowhere from {:?}", command, order);
            events.iter().for_each(|event| order.evolve(event));
        }
        prop_assert!(order.is_finished(), "{:?}", order);
        prop_assert_eq!(order.timers(), []);
    }
}
