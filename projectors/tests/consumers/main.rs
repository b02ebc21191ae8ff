//! Consumers against a real Redis and a real Postgres.

mod shop;

mod doubt;
mod fulfilment;
mod rows;
