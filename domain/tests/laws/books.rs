//! Laws of closing the books: what was carried forward stands for everything before it.

use std::fmt::Debug;

use domain::{
    Aggregate, event,
    inventory::{self, Inventory},
    message::Conversation,
    order::Order,
    user::User,
    webhook::Webhooks,
};
use proptest::{collection::vec, option, prelude::*};

use crate::{alone::live, wishes};

/// What is read back after it was written down.
fn stored<E: serde::Serialize + serde::de::DeserializeOwned>(event: &E) -> E {
    let event::Stored { kind, schema, data } = event::encode(event);
    event::decode(&kind, schema, &data).expect("just written")
}

/// Wherever the books are closed, what comes after leads to where the whole history leads.
fn stands_for_everything_before_it<A: Aggregate + Debug + PartialEq>(
    commands: Vec<A::Command>,
) -> Result<(), TestCaseError>
where
    A::Event: PartialEq + Debug,
{
    let (end, history) = live::<A>(commands);
    for closed in 0..=history.len() {
        let (before, after) = history.split_at(closed);
        let state = A::replay(before);
        let carried = state.carried_forward().map(|event| stored(&event));
        prop_assert_eq!(carried.is_none(), state == A::default(), "nothing is carried forward of nothing");
        prop_assert_eq!(&A::replay(carried.iter().chain(after)), &end);
        prop_assert_eq!(&A::replay(before.iter().chain(&carried).chain(after)), &end, "the history may stay");
        prop_assert_eq!(A::replay(&carried).carried_forward(), carried, "twice is the same");
    }
    Ok(())
}

/// No wish of anybody closes the books: the store does.
fn nobody_closes_them<A: Aggregate>(commands: Vec<A::Command>) -> Result<(), TestCaseError> {
    let (_, history) = live::<A>(commands);
    prop_assert!(history.iter().all(|event| !event::encode(event).kind.ends_with(".carried_forward")));
    Ok(())
}

proptest! {
    #[test]
    fn a_user_goes_on_from_closed_books(commands in vec(wishes::of_user(), 0..30)) {
        stands_for_everything_before_it::<User>(commands.clone())?;
        nobody_closes_them::<User>(commands)?;
    }

    #[test]
    fn an_inventory_goes_on_from_closed_books(commands in vec(wishes::of_inventory(), 0..30)) {
        stands_for_everything_before_it::<Inventory>(commands.clone())?;
        nobody_closes_them::<Inventory>(commands)?;
    }

    #[test]
    fn a_conversation_goes_on_from_closed_books(commands in vec(wishes::of_conversation(), 0..30)) {
        stands_for_everything_before_it::<Conversation>(commands.clone())?;
        nobody_closes_them::<Conversation>(commands)?;
    }

    #[test]
    fn subscriptions_go_on_from_closed_books(commands in vec(wishes::of_webhooks(), 0..30)) {
        stands_for_everything_before_it::<Webhooks>(commands.clone())?;
        nobody_closes_them::<Webhooks>(commands)?;
    }

    #[test]
    fn an_order_goes_on_from_closed_books(commands in wishes::of_a_whole_order()) {
        stands_for_everything_before_it::<Order>(commands.clone())?;
        nobody_closes_them::<Order>(commands)?;
    }

    #[test]
    fn stock_adds_up_in_streams_that_begin_with_closed_books(
        commands in vec(option::weighted(0.9, wishes::of_inventory()), 0..100),
    ) {
        let (mut received, mut adjusted, mut restocked, mut committed) = (0u64, 0i64, 0u64, 0u64);
        let mut stream = Vec::<inventory::Event>::new();
        for command in commands {
            let inventory = Inventory::replay(&stream);
            let Some(command) = command else {
                stream = inventory.carried_forward().into_iter().collect();
                continue;
            };
            for event in inventory.decide(command).unwrap_or_default() {
                match event {
                    inventory::Event::Received { quantity, .. } => received += u64::from(quantity),
                    inventory::Event::Adjusted { delta, .. } => adjusted += delta,
                    inventory::Event::Restocked { quantity, .. } => restocked += u64::from(quantity),
                    inventory::Event::Committed { quantity, .. } => committed += u64::from(quantity),
                    inventory::Event::Reserved { .. }
                    | inventory::Event::Released { .. }
                    | inventory::Event::ThresholdSet { .. }
                    | inventory::Event::RanLow { .. } => {}
                    inventory::Event::CarriedForward { .. } => prop_assert!(false, "no command closes the books"),
                }
                stream.push(event);
            }
            let inventory = Inventory::replay(&stream);
            prop_assert_eq!(inventory.totals(), inventory::Totals { received, adjusted, restocked, committed });
            let came = i64::try_from(received + restocked).unwrap() + adjusted;
            prop_assert_eq!(i64::try_from(inventory.on_hand() + committed).unwrap(), came);
        }
    }
}

#[test]
fn a_hundred_thousand_open_reservations_are_carried_forward() {
    let receive = std::iter::once(inventory::Event::Received { quantity: 100_000, reference: None });
    let reserve = (0..100_000).map(|order| inventory::Event::Reserved { order: wishes::id(order), quantity: 1 });
    let inventory = Inventory::replay(&receive.chain(reserve).collect::<Vec<_>>());
    let carried = inventory.carried_forward().expect("there are goods");
    assert_eq!(Inventory::replay(&[stored(&carried)]), inventory);
    assert!(event::encode(&carried).data.len() < 4_500_000);
}
