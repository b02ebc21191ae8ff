//! How long things take that are nobody's business but the consumers'.

use std::time::Duration;

/// The intervals and limits of consumers. What a crash leaves is taken over after a lease, a grace and a tick at most.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How long a lease on a feed lasts without being renewed.
    pub lease: Duration,
    /// How much longer than a lease its successor waits: commands of the former owner carry the end of its lease, and
    /// clocks may differ.
    pub grace: Duration,
    /// How often leases are renewed, and how often a consumer looks for what is due. At most half of a lease.
    pub tick: Duration,
    /// How long consumers that nobody waits for let events gather before they deal with them together.
    pub linger: Duration,
    /// How long after its first failure an event is tried again; five times as long after each further one.
    pub retry_after: Duration,
    /// How often an event is tried before it is a dead letter: twice at least.
    pub attempts: u16,
    /// How many causes may make events of one consumer fail within a minute before it is paused.
    pub most_failing: usize,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(2),
            grace: Duration::from_secs(2),
            tick: Duration::from_millis(500),
            linger: Duration::from_millis(200),
            retry_after: Duration::from_secs(1),
            attempts: 5,
            most_failing: 20,
        }
    }
}
