//! The rules of inventories, sentence by sentence.

use super::*;
use crate::testing::{given, id, text};

fn received(quantity: u32) -> Event {
    Event::Received { quantity, reference: None }
}

fn receive(quantity: u32) -> Command {
    Command::Receive { quantity, reference: None }
}

fn reserved(order: u128, quantity: u32) -> Event {
    Event::Reserved { order: id(order), quantity }
}

fn reserve(order: u128, quantity: u32) -> Command {
    Command::Reserve { order: id(order), quantity }
}

fn adjust(delta: i64) -> Command {
    Command::Adjust { delta, reason: text("counted") }
}

#[test]
fn reserves_what_is_available() {
    given::<Inventory>([received(5)]).when(reserve(1, 5)).then([reserved(1, 5)]);
}

#[test]
fn refuses_to_oversell() {
    given::<Inventory>([received(5), reserved(1, 3)])
        .when(reserve(2, 3))
        .then_err(Error::Insufficient { requested: 3, available: 2 });
}

#[test]
fn an_order_reserves_once() {
    given::<Inventory>([received(5), reserved(1, 3)]).when(reserve(1, 3)).then_nothing();
}

#[test]
fn gives_back_what_an_order_holds() {
    let released = Event::Released { order: id(1), quantity: 3 };
    given::<Inventory>([received(5), reserved(1, 3)]).when(Command::Release { order: id(1) }).then([released.clone()]);
    let inventory = Inventory::replay(&[received(5), reserved(1, 3), released]);
    assert_eq!((inventory.on_hand(), inventory.reserved(), inventory.available()), (5, 0, 5));
}

#[test]
fn gives_back_nothing_to_an_order_that_holds_nothing() {
    given::<Inventory>([received(5)]).when(Command::Release { order: id(1) }).then_nothing();
}

#[test]
fn refuses_to_correct_away_what_is_promised() {
    let promised = || given::<Inventory>([received(5), reserved(1, 3)]);
    promised().when(adjust(-2)).then([Event::Adjusted { delta: -2, reason: text("counted") }]);
    promised().when(adjust(-3)).then_err(Error::BelowReserved { on_hand: 5, reserved: 3, delta: -3 });
}

#[test]
fn refuses_quantities_that_nobody_moves() {
    for quantity in [0, MAX_MOVEMENT + 1] {
        given::<Inventory>([]).when(receive(quantity)).then_err(Error::Quantity { quantity });
        given::<Inventory>([received(5)]).when(reserve(1, quantity)).then_err(Error::Quantity { quantity });
    }
    for delta in [0, 1_000_001, -1_000_001, i64::MIN, i64::MAX] {
        given::<Inventory>([received(5)]).when(adjust(delta)).then_err(Error::Delta { delta });
    }
}

#[test]
fn refuses_more_than_a_warehouse_holds() {
    let full = || given::<Inventory>(std::iter::repeat_n(received(MAX_MOVEMENT), 1000));
    let refusal = Error::TooMuch { on_hand: MAX_ON_HAND, added: 1 };
    full().when(receive(1)).then_err(refusal);
    full().when(adjust(1)).then_err(refusal);
}
