//! The log against a real Redis.

mod support;

mod append;
mod concurrency;
mod feeds;
mod outage;
mod receipts;
