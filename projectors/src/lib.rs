//! Consumers that turn events into rows and further commands.
//!
//! One runtime serves read models and policies: a worker takes leases on the feeds of its consumer group,
//! reads them, and hands what it read to a sink, which settles it in the transaction of its effects. A read model folds
//! events into rows ([`projection`]); a policy asks other aggregates and sends commands ([`policies`]).
//!
//! What it refuses to do: decide anything (that is `domain`), or know a key of Redis (that is `event-store`).

mod fault;
mod runtime;

mod archive;
mod around;
pub mod copy;
mod log;
pub mod mailer;
mod policies;
mod privacy;
pub mod projection;
pub mod read_models;
mod timers;
pub mod webhooks;

mod consumers;
mod dead_letters;
mod feeding;
mod fold;
pub mod generations;
mod lag;
mod measuring;
mod readers;
pub mod replay;
mod requests;
pub mod schema;
mod sight;
mod unregister;
mod verify;

pub use archive::{Healed, Restored, Upkeep, heal, is_lost, restore};
pub use consumers::{Consumers, Settings, names};
pub use dead_letters::{HeldAggregate, held, is_skipped};
pub use event_store::requests::{Request, Which};
pub use fault::Fault;
pub use lag::{Lag, lag};
pub use log::Log;
pub use requests::is_taken_over;
pub use runtime::{Status, Timing};
pub use unregister::{Unregistered, unregister};
pub use verify::{Difference, DifferentRow, Verified, verify, verify_read_model};
