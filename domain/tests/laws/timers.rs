//! Laws of timers: what an aggregate sets can be carried out, and can be found again from its events.

use domain::{
    Aggregate,
    claim::Claim,
    event,
    inventory::Inventory,
    order::Order,
    product::Product,
    timers::{self, Due},
    user::User,
};
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use crate::{alone::live, wishes};

fn are_known_and_found_again<A: Aggregate>(commands: Vec<A::Command>) -> Result<(), TestCaseError> {
    let (state, history) = live::<A>(commands);
    let stored: Vec<_> = history.iter().map(event::encode).collect();
    let read = stored.iter().map(|event| (event.kind.as_str(), event.schema, event.data.as_str()));
    prop_assert_eq!(timers::after(A::CATEGORY, read).expect("just written"), state.timers());
    for timer in state.timers() {
        prop_assert!(Due::of(A::CATEGORY, timer.kind, Uuid::nil()).is_some(), "nobody knows {timer:?}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn of_every_aggregate_are_known_and_found_again(
        user in vec(wishes::of_user(), 0..30),
        claim in vec(wishes::of_claim(), 0..30),
        product in vec(wishes::of_product(), 0..30),
        inventory in vec(wishes::of_inventory(), 0..30),
        order in wishes::of_a_whole_order(),
    ) {
        are_known_and_found_again::<User>(user)?;
        are_known_and_found_again::<Claim>(claim)?;
        are_known_and_found_again::<Product>(product)?;
        are_known_and_found_again::<Inventory>(inventory)?;
        are_known_and_found_again::<Order>(order)?;
    }
}
