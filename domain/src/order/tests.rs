//! The rules of orders, sentence by sentence.

use time::macros::datetime;

use super::*;
use crate::testing::{Given, given, id, price, text};

const BUYER: u128 = 1;
const SELLER: u128 = 2;

fn wanted(product: u128, quantity: u32) -> Wanted {
    let offer = Offer { seller: id(SELLER), name: text("Teapot"), price: price(1999, "EUR") };
    Wanted { product: id(product), quantity, offer: Some(offer) }
}

fn place(lines: impl IntoIterator<Item = Wanted>) -> Command {
    Command::Place {
        buyer: id(BUYER),
        lines: lines.into_iter().collect(),
        charges: Charges::default(),
        expected_total: None,
        address: false,
    }
}

fn euros(amount: u64) -> Money {
    Money { amount, currency: text("EUR") }
}

fn line(product: u128, quantity: u32) -> Line {
    Line { product: id(product), seller: id(SELLER), name: text("Teapot"), quantity, unit_price: euros(1999) }
}

fn placed() -> Event {
    Event::Placed {
        buyer: id(BUYER),
        lines: vec![line(10, 2), line(11, 1)],
        charges: Charges::default(),
        total: euros(3 * 1999),
        address: false,
    }
}

const PAY_BY: OffsetDateTime = datetime!(2026-11-02 12:15 UTC);

fn confirm() -> Command {
    Command::Confirm { pay_by: PAY_BY }
}

fn confirmed() -> Event {
    Event::Confirmed { pay_by: Some(PAY_BY) }
}

fn rejected() -> Event {
    Event::Rejected { short: vec![short()], products: vec![id(10), id(11)] }
}

fn short() -> Short {
    Short { product: id(11), requested: 1, available: 0 }
}

fn cancelled() -> Event {
    Event::Cancelled { reason: None, by: Some(Party::Seller), products: vec![id(10), id(11)], refund: None }
}

fn cancel() -> Command {
    Command::Cancel { reason: None, by: Party::Seller }
}

fn reject() -> Command {
    Command::Reject { short: vec![short()] }
}

fn pending() -> Given<Order> {
    given([placed()])
}

#[test]
fn keeps_names_sellers_and_prices_as_they_were() {
    given::<Order>([]).when(place([wanted(10, 2), wanted(11, 1)])).then([placed()]);
    let order = Order::replay(&[placed()]);
    assert_eq!(order.status(), Some(Status::Pending));
    assert_eq!(order.sellers(), BTreeSet::from([id(SELLER)]));
}

#[test]
fn the_same_order_is_placed_once_whatever_its_products_became() {
    let archived = Wanted { offer: None, ..wanted(10, 2) };
    pending().when(place([archived, wanted(11, 1)])).then_nothing();
    pending().when(place([wanted(10, 2)])).then_err(Error::AlreadyPlaced);
}

#[test]
fn has_one_to_two_hundred_lines() {
    given::<Order>([]).when(place([])).then_err(Error::Lines { count: 0 });
    let lines = (0..201).map(|product| wanted(product, 1));
    given::<Order>([]).when(place(lines)).then_err(Error::Lines { count: 201 });
}

#[test]
fn refuses_quantities_that_nobody_orders() {
    for quantity in [0, 10_001] {
        given::<Order>([])
            .when(place([wanted(10, 1), wanted(11, quantity)]))
            .then_err(Error::Quantity { index: 1, quantity });
    }
}

#[test]
fn refuses_a_product_twice() {
    given::<Order>([])
        .when(place([wanted(10, 1), wanted(11, 1), wanted(10, 2)]))
        .then_err(Error::Repeated { index: 2, product: id(10) });
}

#[test]
fn refuses_what_is_not_for_sale() {
    given::<Order>([])
        .when(place([wanted(10, 1), Wanted { offer: None, ..wanted(11, 1) }]))
        .then_err(Error::NotForSale { index: 1, product: id(11) });
}

#[test]
fn refuses_the_buyers_own_product() {
    let own = Offer { seller: id(BUYER), name: text("Teapot"), price: price(1999, "EUR") };
    given::<Order>([])
        .when(place([Wanted { offer: Some(own), ..wanted(10, 1) }]))
        .then_err(Error::OwnProduct { index: 0, product: id(10) });
}

#[test]
fn refuses_a_second_currency() {
    let pounds = Offer { seller: id(SELLER), name: text("Kettle"), price: price(1999, "GBP") };
    given::<Order>([])
        .when(place([wanted(10, 1), Wanted { offer: Some(pounds), ..wanted(11, 1) }]))
        .then_err(Error::MixedCurrencies { index: 1, product: id(11), currency: text("GBP"), first: text("EUR") });
}

#[test]
fn refuses_to_cost_more_than_the_buyer_was_told() {
    let told = |amount| Command::Place {
        buyer: id(BUYER),
        lines: vec![wanted(10, 2), wanted(11, 1)],
        charges: Charges::default(),
        expected_total: Some(euros(amount)),
        address: false,
    };
    given::<Order>([]).when(told(3 * 1999)).then([placed()]);
    given::<Order>([]).when(told(2 * 1999)).then_err(Error::PriceChanged { total: euros(3 * 1999) });
}

#[test]
fn a_pending_order_is_confirmed_rejected_or_cancelled() {
    pending().when(confirm()).then([confirmed()]);
    pending().when(reject()).then([rejected()]);
    pending().when(cancel()).then([cancelled()]);
}

#[test]
fn a_confirmed_order_can_still_be_cancelled() {
    given::<Order>([placed(), confirmed()]).when(cancel()).then([cancelled()]);
}

#[test]
fn is_settled_once() {
    given::<Order>([placed(), confirmed()]).when(confirm()).then_nothing();
    given::<Order>([placed(), rejected()]).when(reject()).then_nothing();
    given::<Order>([placed(), cancelled()]).when(cancel()).then_nothing();
}

#[test]
fn what_is_settled_stays_settled() {
    for (settled, command, status) in [
        (confirmed(), reject(), Status::Confirmed),
        (rejected(), confirm(), Status::Rejected),
        (rejected(), cancel(), Status::Rejected),
        (cancelled(), confirm(), Status::Cancelled),
        (cancelled(), reject(), Status::Cancelled),
    ] {
        given::<Order>([placed(), settled]).when(command).then_err(Error::AlreadyDecided { status });
    }
}

#[test]
fn is_finished_when_nothing_more_can_happen_to_it() {
    for (history, finished) in [
        (vec![], false),
        (vec![placed()], false),
        (vec![placed(), confirmed()], false),
        (vec![placed(), rejected()], true),
        (vec![placed(), confirmed(), cancelled()], true),
    ] {
        assert_eq!(Order::replay(&history).is_finished(), finished, "{history:?}");
    }
}

#[test]
fn an_address_is_forgotten_once() {
    let addressed = || Event::Placed {
        buyer: id(BUYER),
        lines: vec![line(10, 2), line(11, 1)],
        charges: Charges::default(),
        total: euros(3 * 1999),
        address: true,
    };
    let with_address = Command::Place {
        buyer: id(BUYER),
        lines: vec![wanted(10, 2), wanted(11, 1)],
        charges: Charges::default(),
        expected_total: None,
        address: true,
    };
    given::<Order>([]).when(with_address.clone()).then([addressed()]);
    given::<Order>([placed()]).when(Command::ForgetAddress).then_nothing();
    given::<Order>([addressed(), rejected()]).when(Command::ForgetAddress).then([Event::AddressForgotten {}]);
    given::<Order>([addressed(), Event::AddressForgotten {}]).when(Command::ForgetAddress).then_nothing();
    given::<Order>([addressed(), Event::AddressForgotten {}]).when(with_address).then_nothing();
}

#[test]
fn nothing_else_comes_before_placing() {
    for command in [confirm(), reject(), cancel(), Command::ForgetAddress] {
        given::<Order>([]).when(command).then_err(Error::Unknown);
    }
}
