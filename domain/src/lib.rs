//! The rules of the shop as pure functions.
//!
//! Everything else in Millrace carries what is decided here: `command-api` brings commands, `event-store` keeps
//! events, `projectors` fold them into rows and run the policies. This crate depends on none of them and has no clock,
//! no randomness, no IO and no async: whatever a decision needs arrives in the command.
//!
//! One file per aggregate, always in the same order: state, commands, events, errors, decisions, fold, tests.

pub mod aggregate;
pub mod event;
pub mod id;
pub mod money;
pub mod text;

pub mod claim;
pub mod inventory;
pub mod message;
pub mod order;
pub mod product;
pub mod user;
pub mod webhook;

pub mod policy;
pub mod timers;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use aggregate::{Aggregate, Timer};
pub use id::{ClaimId, OrderId, Partition, ProductId, SessionId, SubscriptionId, UserId};
pub use money::{Currency, Money};
