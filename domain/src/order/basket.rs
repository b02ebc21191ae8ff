//! What a buyer wants, and how it becomes the lines of an order.

use std::collections::BTreeSet;

use super::{Error, Line};
use crate::{Money, ProductId, UserId, money::Price, text::ProductName};

/// The most lines of one order.
pub const MAX_LINES: usize = 200;

/// The most units of one line.
pub const MAX_QUANTITY: u32 = 10_000;

/// A product that a buyer wants, and what the catalogue says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub product: ProductId,
    /// How many units.
    pub quantity: u32,
    /// As its seller offers it now. `None` when it does not exist or is not for sale.
    pub offer: Option<Offer>,
}

/// What a product is offered as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// By whom.
    pub seller: UserId,
    /// Under which name.
    pub name: ProductName,
    /// For how much a unit.
    pub price: Price,
}

/// Prices what is wanted, or says which rule it breaks.
pub(super) fn price(
    buyer: UserId,
    wanted: Vec<Wanted>,
    expected_total: Option<Money>,
) -> Result<(Vec<Line>, Money), Error> {
    if !(1..=MAX_LINES).contains(&wanted.len()) {
        return Err(Error::Lines { count: wanted.len() });
    }
    let mut seen = BTreeSet::new();
    let mut lines: Vec<Line> = Vec::with_capacity(wanted.len());
    for (index, Wanted { product, quantity, offer }) in wanted.into_iter().enumerate() {
        if !(1..=MAX_QUANTITY).contains(&quantity) {
            return Err(Error::Quantity { index, quantity });
        }
        if !seen.insert(product) {
            return Err(Error::Repeated { index, product });
        }
        let Some(Offer { seller, name, price }) = offer else {
            return Err(Error::NotForSale { index, product });
        };
        if seller == buyer {
            return Err(Error::OwnProduct { index, product });
        }
        let unit_price = price.money();
        let currency = unit_price.currency;
        let first = lines.first().map_or(currency, |line| line.unit_price.currency);
        if currency != first {
            return Err(Error::MixedCurrencies { index, product, currency, first });
        }
        lines.push(Line { product, seller, name, quantity, unit_price });
    }
    let total = total(&lines).expect("one line at least, one currency, and the limits keep the sum below an overflow");
    if expected_total.is_some_and(|expected| expected != total) {
        return Err(Error::PriceChanged { total });
    }
    Ok((lines, total))
}

fn total(lines: &[Line]) -> Option<Money> {
    lines.iter().map(|line| line.unit_price.times(line.quantity)).reduce(|sum, line| sum?.plus(line?))?
}
