//! Older shapes of events, and how each becomes the next.
//!
//! What was written stays as it is; it is brought up to date each time it is read.

use serde_json::{Map, Value, json};

/// The data of an event, whatever its shape.
pub(super) type Data = Map<String, Value>;

/// Makes the data of one schema that of the next.
pub(super) type Upcaster = fn(Data) -> Data;

/// From schema 1 of a type to 2, from 2 to 3, and so on to what it is written with today.
pub(super) fn of(kind: &str) -> &'static [Upcaster] {
    match kind {
        "user.carried_forward" => &[user_carried_forward_2],
        "product.listed" => &[unchanged],
        "inventory.carried_forward" => &[inventory_carried_forward_2],
        "order.placed" => &[unchanged, unchanged],
        "order.confirmed" => &[order_confirmed_2],
        "order.cancelled" => &[order_cancelled_2, unchanged],
        "order.carried_forward" => &[order_carried_forward_2, unchanged],
        "message.carried_forward" => &[message_carried_forward_2],
        _ => &[],
    }
}

/// The next schema has one more field, which may be left out, and there was nothing to say in it: charges of an order, that a
/// product is a draft, money that goes back, that there is an address.
fn unchanged(data: Data) -> Data {
    data
}

fn with(mut data: Data, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Data {
    data.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    data
}

/// Schema 2 carries what proves an account and who is logged in to it. Before, there was none of it.
fn user_carried_forward_2(data: Data) -> Data {
    with(
        data,
        [
            ("verified", json!(false)),
            ("verifications", json!(0)),
            ("resets", json!(0)),
            ("second_factor", json!(false)),
            ("sessions", json!([])),
            ("suspended", json!(false)),
            ("erased", json!(false)),
        ],
    )
}

/// Schema 2 carries what left for orders and came back, and the threshold. Before, there was none of it.
fn inventory_carried_forward_2(mut data: Data) -> Data {
    if let Some(Value::Object(totals)) = data.get_mut("totals") {
        totals.extend([("restocked".to_owned(), json!(0)), ("committed".to_owned(), json!(0))]);
    }
    with(data, [("threshold", json!(0)), ("restocks", json!([]))])
}

/// Schema 2 tells by when the order is to be paid. Before, there was no deadline.
fn order_confirmed_2(data: Data) -> Data {
    with(data, [("pay_by", Value::Null)])
}

/// Schema 2 tells who cancelled. Before, it was the buyer or an admin, and the data did not tell which.
fn order_cancelled_2(data: Data) -> Data {
    with(data, [("by", Value::Null)])
}

/// Schema 2 carries what was paid, sent and sent back. Before, there was none of it.
fn order_carried_forward_2(data: Data) -> Data {
    with(
        data,
        [
            ("attempts", json!([])),
            ("shipments", json!({})),
            ("returns", json!(0)),
            ("returned", json!({})),
            ("refunds", json!([])),
        ],
    )
}

/// Schema 2 carries whose texts are kept. Schema 1 was written by nobody before there were any.
fn message_carried_forward_2(data: Data) -> Data {
    with(data, [("authors", json!({}))])
}

#[cfg(test)]
mod tests {
    use crate::{
        Aggregate,
        event::decode,
        order::{Event, Party},
        testing::{id, text},
        user::{self, Role, User},
    };

    #[test]
    fn an_account_carried_forward_before_there_were_proofs_has_none() {
        let data = r#"{"email":"00000000-0000-0000-0000-000000000001","username":"00000000-0000-0000-0000-000000000002","roles":["admin","buyer"]}"#;
        let carried = decode::<user::Event>("user.carried_forward", 1, data).unwrap();
        let history =
            [user::Event::Registered { email: id(1), username: id(2) }, user::Event::RoleGranted { role: Role::Admin }];
        assert_eq!(User::replay(&[carried]), User::replay(&history));
    }

    #[test]
    fn an_order_cancelled_before_that_was_recorded_was_cancelled_by_nobody_knows_whom() {
        let cancelled = |by| Event::Cancelled { reason: Some(text("Too late.")), by, products: vec![], refund: None };
        let read = |schema, data| decode::<Event>("order.cancelled", schema, data).ok();
        let first = r#"{"reason":"Too late.","products":[]}"#;
        assert_eq!(read(1, first), Some(cancelled(None)));
        let second = r#"{"reason":"Too late.","by":"support","products":[]}"#;
        assert_eq!(read(2, second), Some(cancelled(Some(Party::Support))));
        assert_eq!(read(2, first), None, "schema 2 always tells");
    }
}
