//! What a request is measured by: the passwords that are hashed for it, and what it counts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, LocalRecorderGuard, Metadata, Recorder, SharedString, Unit,
};

/// Counts the passwords that wait for their turn to be hashed, and keeps the counters.
#[derive(Default)]
pub(crate) struct Work {
    hashes: Arc<Hashes>,
    counters: Mutex<HashMap<String, Arc<AtomicU64>>>,
}

#[derive(Default)]
struct Hashes(AtomicUsize);

impl HistogramFn for Hashes {
    fn record(&self, _value: f64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Work {
    /// Counts from now on, as long as the guard is there.
    pub(crate) fn watch(&self) -> LocalRecorderGuard<'_> {
        metrics::set_default_local_recorder(self)
    }

    /// How many there were since the last look.
    pub(crate) fn hashes(&self) -> usize {
        self.hashes.0.swap(0, Ordering::Relaxed)
    }

    /// What a counter stands at, whatever its labels.
    pub(crate) fn count(&self, counter: &str) -> u64 {
        self.counters.lock().unwrap().get(counter).map_or(0, |counter| counter.load(Ordering::Relaxed))
    }
}

impl Recorder for Work {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.counters.lock().unwrap().entry(key.name().to_owned()).or_default().clone())
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match key.name() == "password_wait_seconds" {
            true => Histogram::from_arc(self.hashes.clone()),
            false => Histogram::noop(),
        }
    }
}
