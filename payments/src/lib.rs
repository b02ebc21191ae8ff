//! What the shop asks of whoever moves the money, and a fake of it to play with.
//!
//! [`Provider`] is the port. `command-api` begins payments and hears [callbacks](webhooks); `projectors` collect, give
//! back and ask. Whatever is asked is named by the order and the number of the attempt or refund, so that asking twice
//! moves no money twice.
//!
//! What it refuses to do: know what an order is worth or how it stands, write events, or keep a method of payment.

mod provider;
mod traced;

pub mod fake;

pub use fake::Fake;
pub use provider::{Attempt, Callback, Error, Malformed, Method, Outcome, Provider, Refund};
pub use signatures::{self as webhooks, Webhooks};
pub use traced::Traced;
