//! The whole shop as its users meet it: the `millrace` binary with real servers.

mod customer;
mod running;

mod crash;
mod documents;
mod edges;
mod orders;
mod outage;
mod readme;
mod up;
