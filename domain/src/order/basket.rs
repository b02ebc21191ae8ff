//! What a buyer wants, and how it becomes the lines of an order.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Error;
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

/// A product in an order, as it was when the order was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which.
    pub product: ProductId,
    /// Who sells it.
    pub seller: UserId,
    /// What it was called.
    pub name: ProductName,
    /// How many units.
    pub quantity: u32,
    /// What one unit cost.
    pub unit_price: Money,
}

/// Units of a product of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// Which product.
    pub product: ProductId,
    /// How many of it.
    pub quantity: u32,
}

impl Units {
    /// All of a line.
    #[must_use]
    pub const fn of(line: &Line) -> Self {
        Self { product: line.product, quantity: line.quantity }
    }
}

/// What is asked beside the prices, in the same currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charges {
    /// For sending it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Money>,
    /// For the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
}

impl Charges {
    /// Whether nothing is asked.
    #[must_use]
    pub const fn are_none(&self) -> bool {
        self.shipping.is_none() && self.tax.is_none()
    }
}

/// A line that the inventory could not meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    /// Which product.
    pub product: ProductId,
    /// How many units were wanted.
    pub requested: u32,
    /// How many there were.
    pub available: u64,
}

/// Prices what is wanted, or says which rule it breaks.
pub(super) fn price(
    buyer: UserId,
    wanted: Vec<Wanted>,
    charges: Charges,
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
    let sum = sum(&lines).expect("one line at least, one currency, and the limits keep the sum below an overflow");
    let mut asked = [charges.shipping, charges.tax].into_iter().flatten();
    let total = asked.try_fold(sum, Money::plus).ok_or(Error::Charges { currency: sum.currency })?;
    if expected_total.is_some_and(|expected| expected != total) {
        return Err(Error::PriceChanged { total });
    }
    Ok((lines, total))
}

fn sum(lines: &[Line]) -> Option<Money> {
    lines.iter().map(|line| line.unit_price.times(line.quantity)).reduce(|sum, line| sum?.plus(line?))?
}
