//! How an event is written down: its type, the schema of its shape, and its data as JSON.
//!
//! An event enum is serialised externally tagged, `{"order.placed":{…}}`, which this module splits into the type and the
//! data, so that both can stand in fields of their own where an operator reads them. Every variant is a struct variant,
//! also one without fields, so that data is always a JSON object.

use std::collections::BTreeSet;

use serde::{Serialize, de::DeserializeOwned};

mod upcasters;

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

/// Every event type there is, by category and in the order in which things happen.
///
/// The contract with whoever reads the streams: a type is added, never renamed or removed.
pub const TYPES: &[&str] = &[
    "user.registered",
    "user.signup_repeated",
    "user.verification_requested",
    "user.email_verified",
    "user.profile_changed",
    "user.password_changed",
    "user.reset_requested",
    "user.second_factor_enabled",
    "user.second_factor_disabled",
    "user.session_started",
    "user.session_ended",
    "user.refresh_reused",
    "user.role_granted",
    "user.role_revoked",
    "user.shop_opened",
    "user.suspended",
    "user.reinstated",
    "user.erased",
    "user.carried_forward",
    "claim.claimed",
    "claim.released",
    "product.listed",
    "product.details_changed",
    "product.price_changed",
    "product.published",
    "product.unpublished",
    "product.archived",
    "product.restored",
    "inventory.received",
    "inventory.adjusted",
    "inventory.reserved",
    "inventory.released",
    "inventory.committed",
    "inventory.restocked",
    "inventory.threshold_set",
    "inventory.ran_low",
    "inventory.carried_forward",
    "order.placed",
    "order.confirmed",
    "order.rejected",
    "order.payment_started",
    "order.payment_pending",
    "order.payment_declined",
    "order.paid",
    "order.paid_late",
    "order.expired",
    "order.cancelled",
    "order.shipped",
    "order.delivered",
    "order.completed",
    "order.returned",
    "order.refunded",
    "order.address_forgotten",
    "order.carried_forward",
    "message.posted",
    "message.forgotten",
    "message.carried_forward",
    "webhook.subscribed",
    "webhook.removed",
    "webhook.disabled",
    "webhook.carried_forward",
];

/// The categories of all aggregates, as the types name them.
pub fn categories() -> BTreeSet<&'static str> {
    TYPES.iter().filter_map(|kind| kind.split_once('.')).map(|(category, _)| category).collect()
}

/// The schema that a type is written with today. Older ones can be read too.
#[must_use]
pub fn schema(kind: &str) -> u32 {
    1 + upcasters::of(kind).len() as u32
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
    Stored { kind: kind.to_owned(), schema: schema(kind), data: data.to_owned() }
}

/// Reads an event that was written down, with whatever schema it was written.
///
/// # Errors
/// When this version of the code does not know its type, its schema or its shape.
pub fn decode<E: DeserializeOwned>(kind: &str, schema: u32, data: &str) -> Result<E, Error> {
    let known = self::schema(kind);
    if schema > known {
        return Err(Error::NewerSchema { kind: kind.to_owned(), schema, known });
    }
    let read =
        if schema == known { read(kind, data) } else { upcast(kind, schema, data).and_then(|data| read(kind, &data)) };
    read.map_err(|source| Error::Unreadable { kind: kind.to_owned(), source })
}

/// Reads data of the schema that the type is written with today.
fn read<E: DeserializeOwned>(kind: &str, data: &str) -> serde_json::Result<E> {
    let mut json = String::with_capacity(kind.len() + data.len() + 5);
    json.extend(["{\"", kind, "\":", data, "}"]);
    serde_json::from_str(&json)
}

/// Brings data of an older schema up to date.
fn upcast(kind: &str, schema: u32, data: &str) -> serde_json::Result<String> {
    let missing = upcasters::of(kind).iter().skip(schema.saturating_sub(1) as usize);
    serde_json::to_string(&missing.fold(serde_json::from_str(data)?, |data, upcaster| upcaster(data)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Event;

    #[test]
    fn an_event_without_fields_is_an_empty_object() {
        let stored = encode(&Event::Completed {});
        assert_eq!((stored.kind.as_str(), stored.data.as_str()), ("order.completed", "{}"));
    }

    #[test]
    fn refuses_what_a_newer_version_wrote() {
        for (kind, schema, known) in [("order.completed", 2, 1), ("order.cancelled", 4, 3)] {
            let refused = decode::<Event>(kind, schema, r#"{"by":"buyer","products":[]}"#);
            assert!(matches!(refused, Err(Error::NewerSchema { known: k, .. }) if k == known), "{kind}: {refused:?}");
        }
    }

    #[test]
    fn refuses_an_unknown_type_and_a_foreign_shape() {
        for (kind, data) in [("order.eaten", "{}"), ("order.placed", "{}"), ("order.completed", "{}}")] {
            assert!(matches!(decode::<Event>(kind, 1, data), Err(Error::Unreadable { .. })), "{kind} {data}");
        }
        for data in ["{}", "[]", "{}}", "{\"products\":[]"] {
            let refused = decode::<Event>("order.cancelled", 1, data);
            assert!(matches!(refused, Err(Error::Unreadable { .. })), "{data}: {refused:?}");
        }
    }
}
