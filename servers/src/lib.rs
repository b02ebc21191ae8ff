//! Private Redis and Postgres servers for a laptop and for tests.
//!
//! This crate sits below everything else and depends on no other. The parts say how a server is found, configured and
//! started, and as whom.

pub mod account;
pub mod binaries;
mod error;
pub mod ports;
pub mod postgres;
pub mod redis;

pub use account::Account;
pub use error::Error;

/// A result whose error says what a person can do about it.
pub type Result<T> = std::result::Result<T, Error>;
