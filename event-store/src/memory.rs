//! How full Redis is, and which: when it gets tight, commands that settle what has begun go before new ones.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::Partition;
use redis::InfoDict;

use crate::{Error, Request, Store, keys};

/// For how long a reading counts.
const COUNTS_FOR: Duration = Duration::from_secs(1);

/// The last reading of how full each server is, by its name.
#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<String, Reading>>);

#[derive(Default)]
struct Reading {
    at: Option<Instant>,
    share: f64,
    /// The Redis that was asked.
    run: Option<String>,
}

impl Memory {
    /// The last reading of a server; none for the one caller that is to read it anew.
    fn known(&self, server: &str) -> Option<f64> {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = match readings.get_mut(server) {
            Some(reading) => reading,
            None => readings.entry(server.to_owned()).or_default(),
        };
        if reading.at.is_some_and(|at| at.elapsed() < COUNTS_FOR) {
            return Some(reading.share);
        }
        reading.at = Some(Instant::now());
        None
    }

    /// The next caller reads it anew.
    fn is_unknown(&self, server: &str) {
        if let Some(reading) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(server) {
            reading.at = None;
        }
    }

    /// Keeps a reading, and says whether it is of another Redis than the last of this name.
    fn keep(&self, server: &str, share: f64, run: Option<String>) -> bool {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = readings.entry(server.to_owned()).or_default();
        reading.share = share;
        let before = std::mem::replace(&mut reading.run, run);
        before.is_some() && before != reading.run
    }
}

impl Store {
    /// Which share of the memory that the owner of a partition may use it does use, as of a second ago at most; 0 where it
    /// has no limit.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn memory_share(&self, partition: Partition) -> Result<f64, Error> {
        let mut owner = self.redis().owner(&keys::timers(partition)).await?;
        if let Some(share) = self.memory().known(owner.name()) {
            return Ok(share);
        }
        let info = redis::cmd("INFO").arg("memory").arg("server").query_async(&mut owner).await;
        let info: InfoDict = match info {
            Ok(info) => info,
            Err(error) => {
                // Whoever answers next may be another.
                self.memory().is_unknown(owner.name());
                return Err(error.into());
            }
        };
        let bytes = |name| info.get::<u64>(name).unwrap_or_default() as f64;
        let share = match bytes("maxmemory") {
            0.0 => 0.0,
            most => bytes("used_memory") / most,
        };
        if self.memory().keep(owner.name(), share, info.get("run_id")) {
            // After a failover the last events may be others, with the same versions.
            self.forget_all();
        }
        Ok(share)
    }

    /// Whether Redis, when it is this full, still takes such a command.
    pub(crate) fn has_room(&self, request: &Request, share: f64) -> bool {
        let settings = self.settings();
        share < if request.settling { settings.settling_memory_share } else { settings.memory_share }
    }
}
