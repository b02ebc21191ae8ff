//! What the fake provider says in a callback.

use domain::{Currency, Money, text::Reason};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Attempt, Callback, Malformed, Outcome};

#[derive(Serialize, Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: Kind,
    data: Data,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Kind {
    #[serde(rename = "payment.authorized")]
    Authorized,
    #[serde(rename = "payment.declined")]
    Declined,
}

#[derive(Serialize, Deserialize)]
struct Data {
    order: Uuid,
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Amount {
    amount: u64,
    currency: String,
}

/// A callback as it is sent. Nothing, while there is nothing to say.
pub(super) fn write(attempt: Attempt, outcome: Outcome) -> Option<Vec<u8>> {
    let (kind, amount, reason) = match outcome {
        Outcome::Unknown | Outcome::Undecided => return None,
        Outcome::Authorized { amount: Money { amount, currency } } => {
            (Kind::Authorized, Some(Amount { amount, currency: currency.into() }), None)
        }
        Outcome::Declined { reason } => (Kind::Declined, None, Some(reason.into())),
    };
    let data = Data { order: attempt.order.into(), attempt: attempt.number, amount, reason };
    Some(serde_json::to_vec(&Message { kind, data }).expect("a message is structs with string keys"))
}

pub(super) fn read(body: &[u8]) -> Result<Callback, Malformed> {
    let Message { kind, data } = serde_json::from_slice(body).map_err(|_| Malformed)?;
    let outcome = match kind {
        Kind::Authorized => {
            let Amount { amount, currency } = data.amount.ok_or(Malformed)?;
            let currency = Currency::try_from(currency).map_err(|_| Malformed)?;
            Outcome::Authorized { amount: Money { amount, currency } }
        }
        Kind::Declined => {
            let reason = Reason::try_from(data.reason.ok_or(Malformed)?);
            Outcome::Declined { reason: reason.map_err(|_| Malformed)? }
        }
    };
    Ok(Callback { attempt: Attempt { order: data.order.into(), number: data.attempt }, outcome })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> Attempt {
        Attempt { order: Uuid::from_u128(7).into(), number: 2 }
    }

    #[test]
    fn reads_what_it_writes() {
        let amount = Money { amount: 1999, currency: "EUR".to_owned().try_into().unwrap() };
        let reason = "No.".to_owned().try_into().unwrap();
        for outcome in [Outcome::Authorized { amount }, Outcome::Declined { reason }] {
            let body = write(attempt(), outcome.clone()).unwrap();
            assert_eq!(read(&body), Ok(Callback { attempt: attempt(), outcome }));
        }
        assert_eq!((write(attempt(), Outcome::Unknown), write(attempt(), Outcome::Undecided)), (None, None));
    }

    #[test]
    fn refuses_what_says_nothing() {
        let order = "00000000-0000-0000-0000-000000000007";
        let of = |kind: &str, rest: &str| {
            format!(r#"{{"type":"payment.{kind}","data":{{"order":"{order}","attempt":1{rest}}}}}"#)
        };
        for body in [
            String::new(),
            "{}".to_owned(),
            of("authorized", ""),
            of("authorized", r#","amount":{"amount":-1,"currency":"EUR"}"#),
            of("authorized", r#","amount":{"amount":1,"currency":"euro"}"#),
            of("declined", ""),
            of("declined", ",\"reason\":\"\\u0000\""),
            of("refunded", ""),
        ] {
            assert_eq!(read(body.as_bytes()), Err(Malformed), "{body}");
        }
    }
}
