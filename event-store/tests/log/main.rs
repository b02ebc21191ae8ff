//! The log against a real Redis.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has nothing better to do than to panic")]

mod support;
mod tally;

mod append;
mod books;
mod cluster;
mod concurrency;
mod feeds;
mod hot;
mod loading;
mod memory;
mod outage;
mod receipts;
mod replicas;
mod requests;
mod restoring;
mod timers;
mod trimming;
