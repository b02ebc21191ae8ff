//! The write side through its router, edge included, against a Redis of its own.

#![expect(clippy::unwrap_used, reason = "what the tests share panics like the tests themselves")]

mod actors;
mod log;
mod shop;
mod webhooks;
mod work;

mod accounts;
mod audit;
mod bad_input;
mod cross_site;
mod dead_letters;
mod demo;
mod document;
mod erasure;
mod idempotency;
mod inventory;
mod limits;
mod login;
mod messages;
mod orders;
mod outage;
mod passwords;
mod payments;
mod processes;
mod products;
mod second_factor;
mod sessions;
mod shipments;
mod suspension;
mod tokens;
mod verification;
mod versions;
