//! Amounts of money: integer minor units and an ISO 4217 code.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, de};

/// An amount in the minor unit of its currency: 1999 EUR is 19.99 euro.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units, never negative.
    pub amount: u64,
    /// What they are units of.
    pub currency: Currency,
}

impl Money {
    /// No money at all.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    /// This amount, so many times. `None` when it no longer fits.
    #[must_use]
    pub fn times(self, count: u32) -> Option<Self> {
        Some(Self { amount: self.amount.checked_mul(u64::from(count))?, ..self })
    }

    /// Both amounts together. `None` when the currencies differ or it no longer fits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.amount.checked_add(other.amount))
            .flatten()
            .map(|amount| Self { amount, ..self })
    }
}

/// What one unit of a product costs: 1 to 100,000,000,000 minor units, so that no order's total can overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(Money);

impl Price {
    /// The dearest price.
    pub const MAX: u64 = 100_000_000_000;

    /// As an amount.
    #[must_use]
    pub const fn money(self) -> Money {
        self.0
    }
}

/// The amount is outside 1 to [`Price::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a price is 1 to {max} minor units, not {0}", max = Price::MAX)]
pub struct NotAPrice(pub u64);

impl TryFrom<Money> for Price {
    type Error = NotAPrice;

    fn try_from(money: Money) -> Result<Self, NotAPrice> {
        if (1..=Self::MAX).contains(&money.amount) { Ok(Self(money)) } else { Err(NotAPrice(money.amount)) }
    }
}

impl From<Price> for Money {
    fn from(price: Price) -> Self {
        price.0
    }
}

/// An active ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub struct Currency([u8; 3]);

/// The text is no active ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an ISO 4217 currency code, such as EUR")]
pub struct NotACurrency(pub String);

/// The active codes of ISO 4217 that have a minor unit or are used in trade (funds, metals and test codes left out).
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND \
VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

impl Currency {
    /// As three capital letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only codes of the list above are constructed")
    }
}

impl TryFrom<String> for Currency {
    type Error = NotACurrency;

    fn try_from(text: String) -> Result<Self, NotACurrency> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if CODES.split(' ').any(|known| known == text) => Ok(Self(code)),
            _ => Err(NotACurrency(text)),
        }
    }
}

/// Reading an event back accepts any three letters: a code that the standard has since retired stays readable.
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(de::Error::custom(NotACurrency(text.into_owned()))),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.to_owned().try_into().expect("a known code")
    }

    #[test]
    fn refuses_a_code_that_is_not_in_the_standard() {
        assert!(Currency::try_from("EURO".to_owned()).is_err());
        assert!(Currency::try_from("eur".to_owned()).is_err());
        assert!(Currency::try_from("ABC".to_owned()).is_err());
    }

    #[test]
    fn never_adds_two_currencies() {
        assert_eq!(Money::zero(currency("EUR")).plus(Money::zero(currency("GBP"))), None);
    }

    #[test]
    fn the_dearest_possible_order_still_has_a_total() {
        let line = Money { amount: Price::MAX, currency: currency("EUR") }.times(10_000).expect("fits");
        let total = (0..200).try_fold(Money::zero(currency("EUR")), |sum, _| sum.plus(line));
        assert!(total.is_some_and(|total| i64::try_from(total.amount).is_ok()));
    }
}
