//! Amounts of money as clients write and read them.

use std::fmt::Display;

use domain::money::Price;
use domain::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::fields::Fields;

/// An amount in the minor unit of its currency: 1999 EUR is 19.99 euro.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Money)]
pub(crate) struct Amount {
    /// Minor units.
    #[schema(minimum = 0, example = 1999)]
    amount: i64,
    /// An ISO 4217 code.
    #[schema(example = "EUR")]
    currency: String,
}

impl Amount {
    /// The price of one unit, if it may be one.
    pub(crate) fn price(self, pointer: &str, fields: &mut Fields) -> Option<Price> {
        let money = self.money(pointer, fields)?;
        fields.parse(format!("{pointer}/amount"), money, Price::try_from)
    }

    /// The amount, if it is one.
    pub(crate) fn money(self, pointer: &str, fields: &mut Fields) -> Option<Money> {
        let amount = fields.parse(format!("{pointer}/amount"), self.amount, |amount| {
            u64::try_from(amount).map_err(|_| "an amount is not negative")
        });
        let currency = fields.parse(format!("{pointer}/currency"), self.currency, Currency::try_from);
        Some(Money { amount: amount?, currency: currency? })
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        let amount = i64::try_from(money.amount).expect("the dearest order fits");
        Self { amount, currency: money.currency.into() }
    }
}

/// A whole number of units within bounds.
pub(crate) fn units(pointer: impl Display, value: i64, most: u32, fields: &mut Fields) -> Option<u32> {
    let units = u32::try_from(value).ok().filter(|units| (1..=most).contains(units));
    if units.is_none() {
        fields.refuse(pointer.to_string(), crate::codes::field::OUT_OF_RANGE, format!("must be 1 to {most} units"));
    }
    units
}
