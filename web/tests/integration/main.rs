//! The edge of a service as a client meets it, and sessions in a real Redis.

mod edge;
mod openapi;
mod revocations;
mod sessions;
mod shop;
