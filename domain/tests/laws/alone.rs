//! Laws that each aggregate keeps by itself.

use std::{collections::BTreeMap, fmt::Debug};

use domain::{
    Aggregate, OrderId,
    claim::Claim,
    event,
    inventory::{self, Inventory},
    message::Conversation,
    order::{self, Order},
    product::Product,
    user::{self, User},
    webhook::Webhooks,
};
use proptest::{collection::vec, prelude::*};

use crate::wishes;

/// Decides and folds one command after the other. A refused command changes nothing.
pub(crate) fn live<A: Aggregate>(commands: Vec<A::Command>) -> (A, Vec<A::Event>) {
    let (mut state, mut history) = (A::default(), vec![]);
    for command in commands {
        for event in state.decide(command).unwrap_or_default() {
            state.evolve(&event);
            history.push(event);
        }
    }
    (state, history)
}

/// Any prefix of the history, written down and read back, folds into the state that stood there.
fn remembers_every_moment<A: Aggregate + Debug + PartialEq>(commands: Vec<A::Command>) {
    let (_, history) = live::<A>(commands);
    let stored: Vec<_> = history.iter().map(event::encode).collect();
    let read: Vec<A::Event> = stored
        .iter()
        .map(|event| event::decode(&event.kind, event.schema, &event.data).expect("just written"))
        .collect();
    let mut state = A::default();
    for (seen, event) in history.iter().enumerate() {
        assert_eq!(A::replay(&read[..seen]), state);
        state.evolve(event);
    }
    assert_eq!(A::replay(&read), state);
}

/// Whatever was granted, asking for it again adds nothing.
fn grants_a_wish_once<A: Aggregate>(before: Vec<A::Command>, wish: A::Command) -> Result<(), TestCaseError>
where
    A::Event: Debug,
{
    let (mut state, _) = live::<A>(before);
    if let Ok(events) = state.decide(wish.clone()) {
        events.iter().for_each(|event| state.evolve(event));
        let again = state.decide(wish).unwrap_or_default();
        prop_assert!(again.is_empty(), "{again:?}");
    }
    Ok(())
}

/// Goods that arrive twice are more goods: what tells a second wish from a repeated one is its command id, which the store
/// keeps.
fn counts_each_time(command: &inventory::Command) -> bool {
    matches!(command, inventory::Command::Receive { .. } | inventory::Command::Adjust { .. })
}

/// Goods that come back twice are more goods as well.
fn comes_back_each_time(command: &order::Command) -> bool {
    matches!(command, order::Command::Return { .. })
}

/// A profile and a password are changed beside the log, and every mail asked for is one more.
fn is_granted_each_time(command: &user::Command) -> bool {
    use user::Command;
    matches!(
        command,
        Command::ChangeProfile { .. }
            | Command::ChangePassword { .. }
            | Command::RequestVerification
            | Command::RequestReset { .. }
            | Command::RepeatSignup
    )
}

proptest! {
    #[test]
    fn a_user_is_what_was_written_down(commands in vec(wishes::of_user(), 0..30)) {
        remembers_every_moment::<User>(commands);
    }

    #[test]
    fn a_claim_is_what_was_written_down(commands in vec(wishes::of_claim(), 0..30)) {
        remembers_every_moment::<Claim>(commands);
    }

    #[test]
    fn a_product_is_what_was_written_down(commands in vec(wishes::of_product(), 0..30)) {
        remembers_every_moment::<Product>(commands);
    }

    #[test]
    fn an_inventory_is_what_was_written_down(commands in vec(wishes::of_inventory(), 0..30)) {
        remembers_every_moment::<Inventory>(commands);
    }

    #[test]
    fn a_conversation_is_what_was_written_down(commands in vec(wishes::of_conversation(), 0..30)) {
        remembers_every_moment::<Conversation>(commands);
    }

    #[test]
    fn subscriptions_are_what_was_written_down(commands in vec(wishes::of_webhooks(), 0..30)) {
        remembers_every_moment::<Webhooks>(commands);
    }

    #[test]
    fn an_order_is_what_was_written_down(commands in wishes::of_a_whole_order()) {
        remembers_every_moment::<Order>(commands);
    }

    #[test]
    fn a_user_grants_a_wish_once(before in vec(wishes::of_user(), 0..10), wish in wishes::of_user()) {
        prop_assume!(!is_granted_each_time(&wish));
        grants_a_wish_once::<User>(before, wish)?;
    }

    #[test]
    fn a_claim_grants_a_wish_once(before in vec(wishes::of_claim(), 0..10), wish in wishes::of_claim()) {
        grants_a_wish_once::<Claim>(before, wish)?;
    }

    #[test]
    fn a_product_grants_a_wish_once(before in vec(wishes::of_product(), 0..10), wish in wishes::of_product()) {
        grants_a_wish_once::<Product>(before, wish)?;
    }

    #[test]
    fn an_inventory_grants_a_wish_once(before in vec(wishes::of_inventory(), 0..10), wish in wishes::of_inventory()) {
        prop_assume!(!counts_each_time(&wish));
        grants_a_wish_once::<Inventory>(before, wish)?;
    }

    #[test]
    fn an_order_grants_a_wish_once(before in wishes::of_a_whole_order(), wish in wishes::of_order()) {
        prop_assume!(!comes_back_each_time(&wish));
        grants_a_wish_once::<Order>(before, wish)?;
    }

    #[test]
    fn stock_adds_up_at_every_moment(commands in vec(wishes::of_inventory(), 0..100)) {
        let (_, history) = live::<Inventory>(commands);
        let (mut inventory, mut in_and_out, mut open) = (Inventory::default(), 0i64, BTreeMap::<OrderId, u32>::new());
        for event in &history {
            inventory.evolve(event);
            match *event {
                inventory::Event::Received { quantity, .. } => in_and_out += i64::from(quantity),
                inventory::Event::Adjusted { delta, .. } => in_and_out += delta,
                inventory::Event::Reserved { order, quantity } => {
                    prop_assert_eq!(open.insert(order, quantity), None, "an order reserves once");
                }
                inventory::Event::Released { order, quantity } => {
                    prop_assert_eq!(open.remove(&order), Some(quantity), "all of it is given back");
                }
                inventory::Event::Committed { order, quantity } => {
                    prop_assert_eq!(open.remove(&order), Some(quantity), "all of it leaves");
                    in_and_out -= i64::from(quantity);
                }
                inventory::Event::Restocked { quantity, .. } => in_and_out += i64::from(quantity),
                inventory::Event::ThresholdSet { .. } | inventory::Event::RanLow { .. } => {}
                inventory::Event::CarriedForward { .. } => prop_assert!(false, "no command closes the books"),
            }
            let reserved: u64 = open.values().copied().map(u64::from).sum();
            prop_assert_eq!(i64::try_from(inventory.on_hand()).unwrap(), in_and_out);
            prop_assert_eq!(inventory.reserved(), reserved);
            prop_assert!(reserved <= inventory.on_hand(), "no more is promised than there is");
            prop_assert_eq!(inventory.available(), inventory.on_hand() - reserved);
        }
    }
}
