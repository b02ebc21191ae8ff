//! What is counted about the log. Nothing here is looked up while commands are decided: every label is known beforehand.

use domain::event;
use metrics::{Counter, Histogram, counter, describe_counter, describe_gauge, describe_histogram, histogram};

use crate::{Failure, Outcome, batch::Batch};

/// The counters of one store.
pub(crate) struct Measures {
    categories: Vec<OfCategory>,
    append_duration: Histogram,
    append_batch: Histogram,
}

/// What is counted of each category.
struct OfCategory {
    category: &'static str,
    ended: [Counter; End::ALL.len()],
    events: Counter,
    trimmed: Counter,
}

/// How a command ended, as it is counted.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// It was decided, and what it decided is written; that may be nothing.
    Accepted,
    /// It broke a rule.
    Rejected,
    /// It had been answered before.
    Repeated,
    /// Others were faster, three times.
    Contended,
    /// The store did not take it: too late, too large, or there was no room.
    Refused,
    /// The store failed.
    Unknown,
}

impl End {
    const ALL: [Self; 6] =
        [Self::Accepted, Self::Rejected, Self::Repeated, Self::Contended, Self::Refused, Self::Unknown];

    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Repeated => "repeated",
            Self::Contended => "contended",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn of<T>(outcome: &Result<Outcome<T>, Failure>, rejected: bool) -> Self {
        match outcome {
            Ok(Outcome::Done(_)) if rejected => Self::Rejected,
            Ok(Outcome::Done(_)) => Self::Accepted,
            Ok(Outcome::Replayed(_)) => Self::Repeated,
            Err(Failure::Contended) => Self::Contended,
            Err(Failure::Late | Failure::Full) => Self::Refused,
            Err(Failure::Store(error)) if error.is_too_large() => Self::Refused,
            Err(Failure::Store(_)) => Self::Unknown,
        }
    }
}

impl Measures {
    /// Counts for whatever measures this process by now.
    pub(crate) fn new() -> Self {
        describe();
        let of_category = |category| OfCategory {
            category,
            ended: End::ALL.map(|end| counter!("commands_total", "category" => category, "outcome" => end.name())),
            events: counter!("appended_events_total", "category" => category),
            trimmed: counter!("trimmed_events_total", "category" => category),
        };
        Self {
            categories: event::categories().into_iter().map(of_category).collect(),
            append_duration: histogram!("append_duration_seconds"),
            append_batch: histogram!("append_batch_commands"),
        }
    }

    /// Counts a command that has ended.
    pub(crate) fn ended(&self, category: &str, end: End) {
        if let Some(of_category) = self.of(category) {
            of_category.ended[end as usize].increment(1);
        }
    }

    /// Counts a call of the append function, whatever it answered.
    pub(crate) fn called(&self, commands: usize, seconds: f64) {
        self.append_batch.record(commands as f64);
        self.append_duration.record(seconds);
    }

    /// Counts the events of a batch that is written.
    pub(crate) fn written(&self, batch: &Batch) {
        for (category, events) in batch.written() {
            if let Some(of_category) = self.of(category) {
                of_category.events.increment(events as u64);
            }
        }
    }

    /// Counts events that were taken out of a feed.
    pub(crate) fn trimmed(&self, category: &str, events: u64) {
        if let Some(of_category) = self.of(category) {
            of_category.trimmed.increment(events);
        }
    }

    fn of(&self, category: &str) -> Option<&OfCategory> {
        self.categories.iter().find(|of_category| of_category.category == category)
    }
}

/// What each of them means, in a line.
fn describe() {
    describe_counter!("commands_total", "Commands that ended, by the category of their first aggregate and by outcome");
    describe_histogram!("append_duration_seconds", "How long Redis took for one call of the append function");
    describe_histogram!("append_batch_commands", "How many commands one call of the append function carried");
    describe_counter!("appended_events_total", "Events that this process has written to the log");
    describe_counter!("trimmed_events_total", "Events that this process has taken out of feeds: settled and archived");
    describe_gauge!("redis_blocking_connections", "Connections on which consumers wait for events");
    describe_gauge!("redis_up", "Whether Redis answered when it was measured last: 1 or 0");
    describe_gauge!("redis_clock_offset_seconds", "By how much the clock of Redis is ahead of this process'");
    describe_gauge!("redis_memory_used_bytes", "Memory that Redis uses");
    describe_gauge!("redis_memory_max_bytes", "Memory that Redis may use; 0 without a limit");
    describe_gauge!("feed_head_events", "The position of the newest event of a feed");
    describe_gauge!("feed_length_events", "Events that Redis still has in the feeds of a category");
    describe_gauge!("timers_due", "Timers whose time has come and that nobody has dealt with");
    describe_gauge!(
        "timers_oldest_due_timestamp_seconds",
        "When the earliest timer that is due was due; 0 when none is"
    );
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Error;

    #[test]
    fn what_ended_is_counted_by_what_its_caller_hears() {
        let name = |outcome: Result<Outcome<()>, Failure>, rejected| End::of(&outcome, rejected).name();
        assert_eq!(name(Ok(Outcome::Done(())), false), "accepted");
        assert_eq!(name(Ok(Outcome::Done(())), true), "rejected");
        assert_eq!(name(Ok(Outcome::Replayed(String::new())), false), "repeated");
        assert_eq!(name(Err(Failure::Late), false), "refused");
        let store = |error| Err(Failure::Store(Arc::new(error)));
        assert_eq!(name(store(Error::TooLarge { what: "events", actual: 2, most: 1 }), false), "refused");
        assert_eq!(name(store(Error::Abandoned), false), "unknown");
    }

    #[test]
    fn every_end_has_its_place() {
        for (place, end) in End::ALL.into_iter().enumerate() {
            assert_eq!(end as usize, place);
        }
    }
}
