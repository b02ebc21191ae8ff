//! Private Redis and Postgres servers for a laptop and for tests.
//!
//! This crate sits below everything else and depends on no other. [`Servers`] runs both for `millrace up`, in a shop's data
//! folder, and [`find`] tells the other commands where they are. The test kit uses the parts: how a server is found,
//! configured and recognised, and as whom it runs. It knows nothing of what is stored in them.

pub mod account;
pub mod binaries;
mod error;
mod folder;
pub mod ports;
pub mod postgres;
mod process;
pub mod redis;
mod server;
mod servers;
mod supervise;

pub use account::Account;
pub use error::Error;
pub use servers::{Found, Servers, Settings, find};

/// A result whose error says what a person can do about it.
pub type Result<T> = std::result::Result<T, Error>;
