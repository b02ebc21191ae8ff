//! The write side through its router, edge included, against a Redis of its own.

#![expect(clippy::unwrap_used, reason = "what the tests share panics like the tests themselves")]

mod actors;
mod shop;

mod accounts;
mod bad_input;
mod demo;
mod document;
mod idempotency;
mod inventory;
mod limits;
mod orders;
mod outage;
mod products;
mod sessions;
mod tokens;
mod versions;
