//! Older shapes of events, and how each becomes the next.
//!
//! What was written stays as it is; it is brought up to date each time it is read.

use serde_json::{Map, Value};

/// The data of an event, whatever its shape.
pub(super) type Data = Map<String, Value>;

/// Makes the data of one schema that of the next.
pub(super) type Upcaster = fn(Data) -> Data;

/// From schema 1 of a type to 2, from 2 to 3, and so on to what it is written with today.
pub(super) fn of(kind: &str) -> &'static [Upcaster] {
    match kind {
        "order.cancelled" => &[order_cancelled_2],
        _ => &[],
    }
}

/// Schema 2 tells who cancelled. Before, it was the buyer or an admin, and the data did not tell which.
fn order_cancelled_2(mut data: Data) -> Data {
    data.insert("by".to_owned(), Value::Null);
    data
}

#[cfg(test)]
mod tests {
    use crate::{
        event::decode,
        order::{Event, Party},
        testing::text,
    };

    #[test]
    fn an_order_cancelled_before_that_was_recorded_was_cancelled_by_nobody_knows_whom() {
        let cancelled = |by| Event::Cancelled { reason: Some(text("Too late.")), by, products: vec![] };
        let read = |schema, data| decode::<Event>("order.cancelled", schema, data).ok();
        let first = r#"{"reason":"Too late.","products":[]}"#;
        assert_eq!(read(1, first), Some(cancelled(None)));
        let second = r#"{"reason":"Too late.","by":"support","products":[]}"#;
        assert_eq!(read(2, second), Some(cancelled(Some(Party::Support))));
        assert_eq!(read(2, first), None, "schema 2 always tells");
    }
}
