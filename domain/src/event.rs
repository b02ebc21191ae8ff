//! How an event is written down: its type, the schema of its shape, and its data as JSON.
//!
//! An event enum is serialised externally tagged, `{"order.placed":{…}}`, which this module splits into the type and the
//! data, so that both can stand in fields of their own where an operator reads them. Every variant is a struct variant,
//! also one without fields, so that data is always a JSON object.

use std::collections::BTreeSet;

use serde::{Serialize, de::DeserializeOwned};

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The type, such as `order.placed`. It never changes.
    pub kind: String,
    /// The number of the shape of `data`, from 1.
    pub schema: u32,
    /// A JSON object.
    pub data: String,
}

/// Why a stored event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was written by a newer version of the code.
    #[error("{kind} has schema {schema}, this version reads up to {known}")]
    NewerSchema {
        /// The type.
        kind: String,
        /// The schema it was written with.
        schema: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// Its type or its data is not known here.
    #[error("{kind} cannot be read: {source}")]
    Unreadable {
        /// The type.
        kind: String,
        /// What the parser said.
        source: serde_json::Error,
    },
}

/// The schema that every event type is written with today.
pub const SCHEMA: u32 = 1;

/// Every event type there is, by category and in the order in which things happen.
///
/// The contract with whoever reads the streams: a type is added, never renamed or removed.
pub const TYPES: [&str; 22] = [
    "user.registered",
    "user.profile_changed",
    "user.role_granted",
    "user.role_revoked",
    "user.shop_opened",
    "user.carried_forward",
    "claim.claimed",
    "claim.released",
    "product.listed",
    "product.details_changed",
    "product.price_changed",
    "product.archived",
    "inventory.received",
    "inventory.adjusted",
    "inventory.reserved",
    "inventory.released",
    "inventory.carried_forward",
    "order.placed",
    "order.confirmed",
    "order.rejected",
    "order.cancelled",
    "order.carried_forward",
];

/// The categories of all aggregates, as the types name them.
pub fn categories() -> BTreeSet<&'static str> {
    TYPES.iter().filter_map(|kind| kind.split_once('.')).map(|(category, _)| category).collect()
}

/// Writes an event down.
///
/// # Panics
/// When the type is not an enum of struct variants, which a golden file per event type rules out.
pub fn encode(event: &impl Serialize) -> Stored {
    let json = serde_json::to_string(event).expect("events hold nothing that JSON cannot");
    let (kind, data) = json
        .strip_prefix("{\"")
        .and_then(|rest| rest.strip_suffix('}'))
        .and_then(|rest| rest.split_once("\":"))
        .expect("an event is an enum of struct variants");
    Stored { kind: kind.to_owned(), schema: SCHEMA, data: data.to_owned() }
}

/// Reads an event that was written down.
///
/// # Errors
/// When this version of the code does not know its type, its schema or its shape.
pub fn decode<E: DeserializeOwned>(kind: &str, schema: u32, data: &str) -> Result<E, Error> {
    if schema > SCHEMA {
        return Err(Error::NewerSchema { kind: kind.to_owned(), schema, known: SCHEMA });
    }
    let mut json = String::with_capacity(kind.len() + data.len() + 5);
    json.extend(["{\"", kind, "\":", data, "}"]);
    serde_json::from_str(&json).map_err(|source| Error::Unreadable { kind: kind.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Event;

    #[test]
    fn an_event_without_fields_is_an_empty_object() {
        let stored = encode(&Event::Confirmed {});
        assert_eq!((stored.kind.as_str(), stored.data.as_str()), ("order.confirmed", "{}"));
    }

    #[test]
    fn refuses_what_a_newer_version_wrote() {
        assert!(matches!(decode::<Event>("order.confirmed", 2, "{}"), Err(Error::NewerSchema { schema: 2, .. })));
    }

    #[test]
    fn refuses_an_unknown_type_and_a_foreign_shape() {
        for (kind, data) in [("order.eaten", "{}"), ("order.placed", "{}"), ("order.confirmed", "{}}")] {
            assert!(matches!(decode::<Event>(kind, 1, data), Err(Error::Unreadable { .. })), "{kind} {data}");
        }
    }
}
