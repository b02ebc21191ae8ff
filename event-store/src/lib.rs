//! Redis Streams as the log of everything that happened.
//!
//! The only crate that knows a key of the log (`streams.md` is their contract). [`Store::commit`] decides a command on
//! the newest state of its aggregates and appends what it changes by one atomic function; [`Store::execute`] does so for
//! the usual case of one aggregate. [`Reader`] gives the events to consumers, feed by feed.
//!
//! What it refuses to do: hold a lock, decide anything, or write outside one partition at a time.

mod context;
mod error;
mod keys;
mod recorded;
mod records;

mod state;

mod batch;
mod books;
mod decision;
mod lane;
mod library;
mod load;
mod measures;
mod memory;
mod meter;
mod store;

mod durability;
mod feed;
mod inspection;
mod reader;
pub mod requests;
mod restoring;
mod rewriting;
mod timers;
mod trim;

pub use context::{CommandId, Context};
pub use decision::{Changes, Decision, Failure, Outcome, States};
pub use durability::{Replicas, Unsafe};
pub use error::Error;
pub use feed::{Feed, Positioned};
pub use inspection::Inspection;
pub use meter::Meter;
pub use reader::{Follower, Reader};
pub use recorded::Recorded;
pub use records::Record;
pub use restoring::Restoring;
pub use rewriting::Rewriting;
pub use state::{Loaded, Stream};
pub use store::{ExecuteError, Request, Settings, Store};
pub use timers::DueTimer;
