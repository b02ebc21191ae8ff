//! How much work a request makes: the passwords that are hashed for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, LocalRecorderGuard, Metadata, Recorder, SharedString, Unit,
};

/// Counts the passwords that wait for their turn to be hashed.
#[derive(Default)]
pub(crate) struct Work(Arc<Hashes>);

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
        self.0.0.swap(0, Ordering::Relaxed)
    }
}

impl Recorder for Work {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match key.name() == "password_wait_seconds" {
            true => Histogram::from_arc(self.0.clone()),
            false => Histogram::noop(),
        }
    }
}
