//! One row of an order history, parsed once: what can be ordered, or the reason why it cannot.

use std::fmt;

use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// What the invoices of returns begin with.
const RETURN: char = 'C';
/// The most characters a product's name may have.
const NAME_MAX: usize = 200;

/// A row as the file has it.
#[derive(Deserialize)]
pub(super) struct Record {
    invoice: String,
    stock_code: String,
    description: String,
    quantity: String,
    pub(super) invoiced_at: String,
    unit_price: String,
    #[serde(default)]
    customer: String,
}

/// A row that can be played.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) invoice: String,
    /// Empty where the history does not say.
    pub(super) customer: String,
    pub(super) stock_code: String,
    pub(super) name: String,
    /// Goods come back, rather than being sold.
    pub(super) is_return: bool,
    pub(super) quantity: u64,
    pub(super) price_pence: u64,
}

/// Why a row of the history cannot be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invalid {
    /// Too few or too many columns, or not text.
    Unreadable,
    /// When it was sold is not an RFC 3339 time.
    Date,
    /// It belongs to no invoice.
    Invoice,
    /// It names no product.
    StockCode,
    /// Its product has no name.
    Description,
    /// Its quantity is not a whole number.
    Quantity,
    /// Its quantity is zero, or has the sign of the other kind of invoice: a correction.
    Sign,
    /// Its price is not an amount in pounds and pence.
    Price,
    /// Its price is zero or less.
    Free,
    /// Its invoice has more units of the product than an order may.
    TooMany,
    /// It returns what no earlier order of the customer has.
    Unsold,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "not readable as a row",
            Self::Date => "no readable time of sale",
            Self::Invoice => "no invoice number",
            Self::StockCode => "no stock code",
            Self::Description => "no description",
            Self::Quantity => "quantity is not a whole number",
            Self::Sign => "quantity of zero, below zero without a return, or above zero in one",
            Self::Price => "price is not an amount in pounds and pence",
            Self::Free => "price of zero or less",
            Self::TooMany => "more than 10,000 of one product in an invoice",
            Self::Unsold => "return of what no earlier order of the customer has",
        })
    }
}

impl Record {
    /// When it was sold.
    pub(super) fn sold_at(&self) -> Result<OffsetDateTime, Invalid> {
        OffsetDateTime::parse(self.invoiced_at.trim(), &Rfc3339).map_err(|_| Invalid::Date)
    }
}

impl TryFrom<Record> for Row {
    type Error = Invalid;

    fn try_from(record: Record) -> Result<Self, Invalid> {
        let given = |text: String, missing| match text.trim() {
            "" => Err(missing),
            trimmed => Ok(trimmed.to_owned()),
        };
        let is_return = record.invoice.trim().starts_with(RETURN);
        Ok(Self {
            is_return,
            quantity: quantity(record.quantity.trim(), is_return)?,
            price_pence: pence(record.unit_price.trim())?,
            invoice: given(record.invoice, Invalid::Invoice)?,
            customer: record.customer.trim().to_owned(),
            stock_code: given(record.stock_code, Invalid::StockCode)?,
            name: given(product_name(&record.description), Invalid::Description)?,
        })
    }
}

/// Units, whether they go out or come back.
fn quantity(text: &str, is_return: bool) -> Result<u64, Invalid> {
    let units = text.parse::<i64>().map_err(|_| Invalid::Quantity)?;
    match units != 0 && (units < 0) == is_return {
        true => Ok(units.unsigned_abs()),
        false => Err(Invalid::Sign),
    }
}

/// Reads `2.55` as 255, digit by digit: a float would lose pence.
fn pence(text: &str) -> Result<u64, Invalid> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (pounds, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if pounds.is_empty() || part.len() > 2 || !digits(pounds) || !digits(part) {
        return Err(Invalid::Price);
    }
    match format!("{pounds}{part:0<2}").parse() {
        Ok(0) => Err(Invalid::Free),
        Ok(_) if text.starts_with('-') => Err(Invalid::Free),
        Ok(pence) => Ok(pence),
        Err(_) => Err(Invalid::Price),
    }
}

/// What a description becomes as the name of a product: one line, visible characters, not too long.
fn product_name(description: &str) -> String {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let visible = description.replace(unseen, " ");
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(NAME_MAX).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_prices_to_the_penny() {
        for (text, expected) in
            [("2.55", 255), ("2.5", 250), ("3", 300), ("3.", 300), ("0.01", 1), ("16888.02", 1_688_802)]
        {
            assert_eq!(pence(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_price() {
        for text in ["", "free", "1e3", "NaN", ".5", "0.001", "1,50", "+1", "--1", "99999999999999999999"] {
            assert_eq!(pence(text), Err(Invalid::Price), "{text}");
        }
        for text in ["0", "0.00", "-0.01", "-11062.06"] {
            assert_eq!(pence(text), Err(Invalid::Free), "{text}");
        }
    }

    #[test]
    fn tells_returns_from_sales_and_from_nonsense() {
        for (text, is_return) in [("6", false), ("-6", true)] {
            assert_eq!(quantity(text, is_return), Ok(6));
            assert_eq!(quantity(text, !is_return), Err(Invalid::Sign));
        }
        assert_eq!(quantity("0", true), Err(Invalid::Sign));
        assert_eq!(quantity("1.5", false), Err(Invalid::Quantity));
        assert_eq!(quantity("", false), Err(Invalid::Quantity));
    }

    #[test]
    fn makes_a_description_a_name() {
        assert_eq!(product_name("  WHITE\tHANGING\u{0}  HEART "), "WHITE HANGING HEART");
        assert_eq!(product_name(&"x".repeat(300)).len(), NAME_MAX);
        assert_eq!(product_name("\u{202e}\u{7}"), "");
    }
}
