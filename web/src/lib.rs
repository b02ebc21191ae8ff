//! What both APIs share at the HTTP edge.
//!
//! `command-api` and `query-api` are written against this crate: how a request is identified, who its caller is, how
//! input is refused, how a service starts, reports and stops. It owns the Redis keys of sessions (`session:{<id>}`,
//! `seen:{<id>}`), of their revocations (`revocations`) and of rate limits (`limit:<what>:<whom>`), and the channel `typing`; it knows no event, no aggregate and no
//! table, and refuses to depend on the crates that do.

// Answers
pub mod codes;
pub mod problem;

// What a request brings
pub mod address;
pub mod caller;
pub mod consistency;
pub mod cookies;
pub mod fields;
pub mod json;
pub mod params;
mod strict;

// Sessions
pub mod connection;
pub mod devices;
pub mod introspection;
pub mod keys;
mod private_files;
mod records;
pub mod revocations;
pub mod secret;
pub mod sessions;
pub mod standing;
pub mod tokens;

// What leaves for integrators
pub mod webhooks;

// Around every request
pub mod csrf;
pub mod edge;
pub mod limits;
pub mod observe;
pub mod openapi;

// Around a process
pub mod ops;
mod process;
pub mod serve;
pub mod settings;
pub mod telemetry;

// Between the services of a shop
pub mod typing;
