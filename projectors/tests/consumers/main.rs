//! Consumers against a real Redis and a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has nothing better to do than to panic")]

mod shop;
mod traffic;

mod accounts;
mod archive;
mod backlog;
mod books;
mod cluster;
mod copy;
mod doubt;
mod fulfilment;
mod generations;
mod held;
mod interleavings;
mod late;
mod mails;
mod orders;
mod payments;
mod privacy;
mod replay;
mod requests;
mod rows;
mod soak;
mod spread;
mod switching;
mod timers;
mod verification;
mod webhooks;
