//! What every consumer runs on: leases on feeds, the loop that reads them, how far it has got, and what has to wait.

mod dead;
mod held;
mod measures;
mod one_by_one;
mod paused;
mod positions;
mod retry;
mod session;
mod share;
mod status;
mod timing;
mod turn;
mod urgency;
mod worker;

pub(crate) use held::{Held, Skipped, Stopped, hold, keep, queue, set_aside, too_many};
pub(crate) use measures::Measures;
pub(crate) use one_by_one::{Duty, OneByOne};
pub(crate) use paused::reason as paused;
pub(crate) use positions::{Leases, is_settled, settled_name};
pub use status::Status;
pub use timing::Timing;
pub(crate) use turn::{Run, Turn, runs};
pub(crate) use urgency::Urgency;
pub(crate) use worker::{Sink, Worker, pause, renew};
