//! Every event ever stored can still be read, and is written as it always was.
//!
//! `golden/` holds one event of each type and schema: `order.placed.json`, and `order.cancelled.2.json` for a second schema.
//! A file is added with its type or schema and never changed: it stands for what lies in somebody's store.

use std::{collections::BTreeSet, fs, path::Path};

use domain::{claim, event, inventory, message, order, product, user, webhook};
use serde_json::{Value, json};

/// Names each variant of each event once. The `match` has no wildcard, so a new variant does not compile before it is
/// named here, and what is named here must have its file.
macro_rules! events {
    ($($category:ident { $($variant:ident = $kind:literal,)+ })+) => {
        const NAMED: &[&str] = &[$($($kind),+),+];

        /// Reads an event and writes it again.
        fn again(kind: &str, schema: u32, data: &str) -> event::Stored {
            let (category, _) = kind.split_once('.').expect("a type is category.fact");
            match category {
                $(stringify!($category) => {
                    let event = event::decode::<$category::Event>(kind, schema, data).expect(kind);
                    let named = match &event {
                        $($category::Event::$variant { .. } => $kind,)+
                    };
                    assert_eq!(named, kind, "the file holds another event than its name says");
                    event::encode(&event)
                })+
                _ => panic!("{category} is no category"),
            }
        }
    };
}

events! {
    user {
        Registered = "user.registered",
        SignupRepeated = "user.signup_repeated",
        VerificationRequested = "user.verification_requested",
        EmailVerified = "user.email_verified",
        ProfileChanged = "user.profile_changed",
        PasswordChanged = "user.password_changed",
        ResetRequested = "user.reset_requested",
        SecondFactorEnabled = "user.second_factor_enabled",
        SecondFactorDisabled = "user.second_factor_disabled",
        SessionStarted = "user.session_started",
        SessionEnded = "user.session_ended",
        RefreshReused = "user.refresh_reused",
        RoleGranted = "user.role_granted",
        RoleRevoked = "user.role_revoked",
        ShopOpened = "user.shop_opened",
        Suspended = "user.suspended",
        Reinstated = "user.reinstated",
        Erased = "user.erased",
        CarriedForward = "user.carried_forward",
    }
    claim {
        Claimed = "claim.claimed",
        Released = "claim.released",
    }
    product {
        Listed = "product.listed",
        DetailsChanged = "product.details_changed",
        PriceChanged = "product.price_changed",
        Published = "product.published",
        Unpublished = "product.unpublished",
        Archived = "product.archived",
        Restored = "product.restored",
    }
    inventory {
        Received = "inventory.received",
        Adjusted = "inventory.adjusted",
        Reserved = "inventory.reserved",
        Released = "inventory.released",
        Committed = "inventory.committed",
        Restocked = "inventory.restocked",
        ThresholdSet = "inventory.threshold_set",
        RanLow = "inventory.ran_low",
        CarriedForward = "inventory.carried_forward",
    }
    order {
        Placed = "order.placed",
        Confirmed = "order.confirmed",
        Rejected = "order.rejected",
        PaymentStarted = "order.payment_started",
        PaymentPending = "order.payment_pending",
        PaymentDeclined = "order.payment_declined",
        Paid = "order.paid",
        PaidLate = "order.paid_late",
        Expired = "order.expired",
        Cancelled = "order.cancelled",
        Shipped = "order.shipped",
        Delivered = "order.delivered",
        Completed = "order.completed",
        Returned = "order.returned",
        Refunded = "order.refunded",
        AddressForgotten = "order.address_forgotten",
        CarriedForward = "order.carried_forward",
    }
    message {
        Posted = "message.posted",
        Forgotten = "message.forgotten",
        CarriedForward = "message.carried_forward",
    }
    webhook {
        Subscribed = "webhook.subscribed",
        Removed = "webhook.removed",
        Disabled = "webhook.disabled",
        CarriedForward = "webhook.carried_forward",
    }
}

fn golden() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = fs::read_dir(folder).expect("the folder beside this file");
    let read = |path: &Path| {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a file name").to_owned();
        let json = fs::read_to_string(path).expect("readable");
        (name, serde_json::from_str(&json).expect("JSON"))
    };
    files.map(|file| read(&file.expect("readable").path())).collect()
}

fn written(stored: &event::Stored) -> Value {
    let data: Value = serde_json::from_str(&stored.data).expect("JSON");
    json!({ "type": stored.kind, "schema": stored.schema, "data": data })
}

fn file_name(kind: &str, schema: u32) -> String {
    if schema == 1 { kind.to_owned() } else { format!("{kind}.{schema}") }
}

#[test]
fn every_stored_event_is_read_and_written_as_it_was() {
    for (name, file) in golden() {
        let (kind, schema) = (file["type"].as_str().expect("a type"), file["schema"].as_u64().expect("a schema"));
        let stored = again(kind, schema.try_into().expect("a small number"), &file["data"].to_string());
        assert_eq!(name, file_name(kind, schema as u32));
        assert_eq!(stored.schema, event::schema(kind), "{name}");
        if schema == u64::from(stored.schema) {
            assert_eq!(written(&stored), file, "{name}");
        } else {
            let once_more = again(kind, stored.schema, &stored.data);
            assert_eq!(once_more, stored, "{name}: what was brought up to date is up to date");
        }
    }
}

#[test]
fn every_event_type_has_its_place_in_the_list_and_a_file_for_each_schema() {
    let named: BTreeSet<_> = NAMED.iter().copied().collect();
    assert_eq!(event::TYPES.iter().copied().collect::<BTreeSet<_>>(), named);
    let files = named.into_iter().flat_map(|kind| (1..=event::schema(kind)).map(|schema| file_name(kind, schema)));
    assert_eq!(golden().into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>(), files.collect());
}
