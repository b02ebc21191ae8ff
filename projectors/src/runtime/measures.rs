//! What is counted of one consumer. The handles are kept: turns follow one another quickly.

use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

use super::turn::Turn;

/// The counters of one consumer group.
pub(crate) struct Measures {
    events: Counter,
    faults: Counter,
    batch: Histogram,
    apply: Histogram,
}

impl Measures {
    pub(crate) fn of(group: &str) -> Self {
        let of_group = |name| counter!(name, "group" => group.to_owned());
        // From the beginning, so that the first one shows as one more.
        for rare in ["consumer_held_total", "consumer_retries_total", "consumer_dead_letters_total"] {
            of_group(rare).increment(0);
        }
        Self {
            events: of_group("consumer_events_total"),
            faults: of_group("consumer_faults_total"),
            batch: histogram!("consumer_batch_events", "group" => group.to_owned()),
            apply: histogram!("consumer_apply_duration_seconds", "group" => group.to_owned()),
        }
    }

    /// Counts a turn that is settled.
    pub(crate) fn settled(&self, turn: &Turn, took: Duration) {
        let events = turn.iter().map(|(_, events)| events.len() as u64).sum();
        self.events.increment(events);
        self.batch.record(events as f64);
        self.apply.record(took.as_secs_f64());
    }

    /// Counts a fault of the consumer.
    pub(crate) fn failed(&self) {
        self.faults.increment(1);
    }
}
