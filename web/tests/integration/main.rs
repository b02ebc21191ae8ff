//! The edge of a service as a client meets it, and sessions in a real Redis.

#![expect(clippy::unwrap_used, reason = "what fails in a test fails the test")]

mod devices;
mod edge;
mod introspection;
mod limits;
mod openapi;
mod revocations;
mod sessions;
mod shop;
mod typing;
