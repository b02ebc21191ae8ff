//! Whether a Redis may hold the only copy of what happened, and that others have one.

use std::{collections::HashMap, time::Duration};

use connections::Blocking;
use domain::Partition;

use crate::{Error, Store, keys};

/// One setting of Redis that would lose acknowledged commands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is {found}, it must be {needed}")]
pub struct Unsafe {
    /// The name in `redis.conf`.
    pub setting: &'static str,
    /// As it is.
    pub found: String,
    /// As it has to be.
    pub needed: &'static str,
}

const NEEDED: [(&str, &str); 3] =
    [("appendonly", "yes"), ("appendfsync", "always"), ("maxmemory-policy", "noeviction")];

impl Store {
    /// The settings of this Redis, or of any master of the cluster, under which an acknowledged command could be lost.
    ///
    /// # Errors
    /// When Redis does not answer, or keeps its settings to itself.
    pub async fn unsafe_settings(&self) -> Result<Vec<Unsafe>, Error> {
        let mut unsafe_settings = Vec::new();
        for mut master in self.redis().masters().await? {
            for (setting, needed) in NEEDED {
                let command = redis::cmd("CONFIG").arg("GET").arg(setting).clone();
                let mut answer: HashMap<String, String> = command.query_async(&mut master).await?;
                let found = answer.remove(setting).unwrap_or_default();
                let found = Unsafe { setting, found, needed };
                if found.found != needed && !unsafe_settings.contains(&found) {
                    unsafe_settings.push(found);
                }
            }
        }
        Ok(unsafe_settings)
    }
}

/// How many replicas have to have what is answered.
#[derive(Clone, Copy, Debug)]
pub struct Replicas {
    /// How many; 0 for not waiting for any.
    pub count: u8,
    /// How long they may take before it is unknown whether they have it.
    pub within: Duration,
}

impl Store {
    /// Waits until replicas have all that the owner of a partition had written by now, as many as the settings say.
    pub(crate) async fn replicate(&self, generation: u64, partition: Partition) -> Result<(), Error> {
        let Replicas { count, within } = self.settings().replicas;
        if count == 0 {
            return Ok(());
        }
        let (redis, key) = (self.redis(), keys::timers(partition));
        let mut waits = self.lane(partition).waits.lock().await;
        let waits = waits.get_or_insert_with(|| Blocking::new(&redis));
        // WAIT is about what its own connection has done. Whatever that does, stands behind the append.
        waits.send(&key, &redis::cmd("PING"), within).await?;
        let mut wait = redis::cmd("WAIT");
        wait.arg(count).arg(within.as_millis().max(1) as u64);
        let found: u8 =
            redis::from_redis_value(waits.send(&key, &wait, within).await?).map_err(redis::RedisError::from)?;
        if found < count || generation != self.generation() {
            return Err(Error::Replicas { found, needed: count });
        }
        Ok(())
    }
}
