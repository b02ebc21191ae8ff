//! What a session's record holds: the family of its refresh tokens.

use std::collections::HashMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions_core::session::Record;
use tower_sessions_core::session_store;
use uuid::Uuid;

use super::{Error, Lifetimes};

/// What a session's record holds beside its id and expiry.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Family {
    pub(crate) user: Uuid,
    #[serde(with = "time::serde::timestamp")]
    pub(crate) created_at: OffsetDateTime,
    pub(crate) user_agent: Option<String>,
    #[serde(default)]
    pub(crate) address: Option<IpAddr>,
    /// Whether the user has proven a second factor in it.
    #[serde(default)]
    pub(super) second_factor: bool,
    pub(super) generation: u64,
    pub(super) current: String,
    pub(super) previous: Option<String>,
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub(super) rotated_at: OffsetDateTime,
}

/// Where a token stands in its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The newest, and to be exchanged for its child.
    Due,
    /// The newest, but of a moment ago. It stays that, since its parent may still be on its way from another tab.
    Fresh,
    /// Exchanged a moment ago: its child is the newest.
    Replaced,
    /// Exchanged too long ago: somebody has a copy.
    Copied,
}

impl Family {
    /// What a record holds, as it stands in Redis.
    pub(crate) fn of_json(json: &[u8]) -> Option<Self> {
        Self::of(&serde_json::from_slice(json).ok()?).ok()
    }

    pub(super) fn of(record: &Record) -> Result<Self, Error> {
        let data = Value::Object(record.data.clone().into_iter().collect());
        serde_json::from_value(data).map_err(|error| Error::Store(session_store::Error::Decode(error.to_string())))
    }

    pub(super) fn data(&self) -> HashMap<String, Value> {
        let Ok(Value::Object(data)) = serde_json::to_value(self) else {
            unreachable!("a family is an object with string keys");
        };
        data.into_iter().collect()
    }

    pub(super) fn standing(&self, stored: &str, now: OffsetDateTime, lifetimes: &Lifetimes) -> Standing {
        let age = now - self.rotated_at;
        // However short sessions are, one that is refreshed goes on.
        let fresh = age < lifetimes.replay_grace.min(lifetimes.idle / 2);
        match (self.current == stored, self.previous.as_deref()) {
            (true, Some(_)) if fresh => Standing::Fresh,
            (true, _) => Standing::Due,
            (false, Some(previous)) if previous == stored && age < lifetimes.replay_grace => Standing::Replaced,
            (false, _) => Standing::Copied,
        }
    }
}
