//! What every consumer runs on: leases on feeds, the loop that reads them, and how far it has got.

mod positions;
mod share;
mod status;
mod worker;

pub(crate) use positions::Leases;
pub use status::Status;
pub(crate) use worker::{Sink, Worker};
