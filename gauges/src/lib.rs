//! Gauges of what is looked at again and again, and may be away at any time.
//!
//! Whoever measures shows what one look has found. What an earlier look had found and this one has not, because a store does
//! not answer or the thing itself is gone, is not a number any more (`NaN`): an old value never stands there as if it were new.
//! Prometheus draws a gap there, compares it with nothing, and prefers any other process' number in `max by (…)`.

use std::collections::HashMap;
use std::mem;

use metrics::{Gauge, Key, Label, Level, Metadata, describe_gauge, with_recorder};

/// What one look has found.
#[derive(Debug, Default)]
pub struct Found(Vec<(Key, f64)>);

impl Found {
    /// Adds a value.
    pub fn add<const N: usize>(&mut self, name: &'static str, labels: [(&'static str, &str); N], value: f64) {
        let labels: Vec<_> = labels.iter().map(|(label, value)| Label::new(*label, (*value).to_owned())).collect();
        self.0.push((Key::from_parts(name, labels), value));
    }
}

/// The gauges that the last look has set.
#[derive(Debug, Default)]
pub struct Gauges(HashMap<Key, Gauge>);

impl Gauges {
    /// Shows what was found, and nothing in place of what was not.
    pub fn show(&mut self, Found(found): Found) {
        let mut before = mem::take(&mut self.0);
        for (key, value) in found {
            let gauge = before.remove(&key).unwrap_or_else(|| register(&key));
            gauge.set(value);
            self.0.insert(key, gauge);
        }
        for gauge in before.into_values() {
            gauge.set(f64::NAN);
        }
    }
}

fn register(key: &Key) -> Gauge {
    let metadata = Metadata::new(module_path!(), Level::INFO, Some(module_path!()));
    with_recorder(|recorder| recorder.register_gauge(key, &metadata))
}

/// Adds how many connections of a pool there are, and how many there may be.
pub fn add_pool(found: &mut Found, pool: &str, connections: u32, idle: usize, most: u32) {
    let idle = f64::from(u32::try_from(idle).unwrap_or(u32::MAX)).min(f64::from(connections));
    found.add("postgres_pool_connections", [("pool", pool), ("state", "idle")], idle);
    found.add("postgres_pool_connections", [("pool", pool), ("state", "used")], f64::from(connections) - idle);
    found.add("postgres_pool_max_connections", [("pool", pool)], f64::from(most));
}

/// Says what those metrics mean that whoever can look into Postgres shows of it and of the consumers there.
pub fn describe_postgres() {
    describe_gauge!("postgres_up", "Whether Postgres answered when it was measured last: 1 or 0");
    describe_gauge!("postgres_pool_connections", "Connections of a pool to Postgres");
    describe_gauge!("postgres_pool_max_connections", "How many connections a pool may have");
    describe_gauge!("consumer_position_events", "Up to where a consumer group has settled a feed");
    describe_gauge!("consumer_unowned_feeds", "Feeds of a consumer group that nobody works on");
    describe_gauge!("consumer_paused", "Whether a consumer group is paused: 1 or 0");
    describe_gauge!("consumer_held_aggregates", "Aggregates that wait because of an event that fails");
    describe_gauge!("consumer_dead_letters", "Events, and messages to integrators, that wait for a person");
    describe_gauge!(
        "consumer_oldest_dead_letter_timestamp_seconds",
        "When the oldest dead letter failed first; 0 without"
    );
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn what_is_not_found_any_more_is_no_number() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let shown = metrics::with_local_recorder(&recorder, || {
            let mut gauges = Gauges::default();
            let mut found = Found::default();
            found.add("lag", [("group", "a")], 3.0);
            found.add("lag", [("group", "b")], 4.0);
            gauges.show(found);
            let mut found = Found::default();
            found.add("lag", [("group", "b")], 5.0);
            gauges.show(found);
            recorder.handle().render()
        });
        assert!(shown.contains(r#"lag{group="a"} NaN"#), "{shown}");
        assert!(shown.contains(r#"lag{group="b"} 5"#), "{shown}");
    }
}
