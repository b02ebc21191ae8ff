//! How soon events are dealt with. A turn costs nearly the same with one event as with a hundred, so what nobody waits for lets others
//! come.

use std::time::Duration;

use super::timing::Timing;

/// How long what follows from somebody's order may wait: nobody sees the difference, and whoever ordered is served first.
const SOON: Duration = Duration::from_millis(25);

/// How soon an event is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody waits for it.
    Now,
    /// Somebody may look, and would not mind.
    Soon,
    /// Nobody waits for it.
    Later,
}

impl Urgency {
    /// How long it may wait for others.
    pub(super) fn may_wait(self, timing: &Timing) -> Duration {
        match self {
            Self::Now => Duration::ZERO,
            Self::Soon => SOON.min(timing.linger),
            Self::Later => timing.linger,
        }
    }
}
