//! Whether a Redis may hold the only copy of what happened.

use std::collections::HashMap;

use crate::{Error, Store};

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
