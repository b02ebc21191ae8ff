//! The read side as its clients meet it, over rows in a real Postgres.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose shop is not as it arranged it has nothing better to do than to panic"
)]

mod actors;
mod catalogue;
mod consumers;
mod contract;
mod ear;
mod events;
mod freshness;
mod inventory;
mod live;
mod live_late;
mod live_messages;
mod mails;
mod messages;
mod orders;
mod outage;
mod paging;
mod products;
mod queries;
mod rows;
mod search;
mod shop;
mod snapshot;
mod users;
