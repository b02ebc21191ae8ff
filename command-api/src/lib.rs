//! Routes that change something.
//!
//! A request becomes one [command](crate::command): decided by `domain` on the newest state, appended by `event-store`,
//! answered with the version it led to. This crate parses what clients send, decides who may ask, and maps every broken
//! rule to what the client is told. It refuses to read a read model: whatever a decision needs comes from the log.

// What a request is made of
mod call;
mod money;
mod ship_to;
mod visit;

// How a command runs
pub mod codes;
mod command;
mod draft;
mod failure;
mod receipt;
mod rules;

// People
mod accounts;
mod audit;
mod changes;
mod claims;
mod effects;
mod links;
pub mod passwords;
mod proof;
mod second_factor;

// Money
mod paying;

// The service
pub mod app;
mod measures;
mod openapi;
pub mod operator;
mod routes;
pub mod settings;

// A shop to play with
pub mod demo;

pub use app::App;
pub use operator::Operator;
pub use routes::{openapi, router, service};
pub use settings::Settings;
