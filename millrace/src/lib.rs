//! The operator's command line, and the whole shop in one process.
//!
//! `millrace up` is the shop on a laptop; production runs `millrace command-api`, `millrace query-api` and
//! `millrace projectors` apart. The other commands look at a shop, or rehearse in it. This crate puts the others together
//! and decides nothing.

pub mod cli;

mod address;
mod checks;
mod consuming;
mod guard;
mod pages;
mod redis_tls;
mod secrets;
mod services;
mod storefront;
mod stores;
mod telling;
mod up;
mod waiting;

mod consumers;
mod dead_letters;
mod doctor;
mod document;
mod events;
mod health;
mod keys;
mod mailing;
mod recovery;
pub mod rehearse;
mod replay;
mod upkeep;
mod users;

pub use document::openapi;
