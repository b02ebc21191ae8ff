//! The log against a real Redis.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has nothing better to do than to panic")]

mod support;

mod append;
mod concurrency;
mod feeds;
mod outage;
mod receipts;
