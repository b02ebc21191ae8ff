//! Session records in Redis: `session:{<id>}`, JSON, gone by themselves when they expire.
//!
//! `create` never overwrites and `save` never creates, so a session that has ended cannot come back; and a save over
//! what somebody else has saved in the meantime is refused.

use std::fmt;

use async_trait::async_trait;
use connections::Connection;
use time::OffsetDateTime;
use tower_sessions_core::SessionStore;
use tower_sessions_core::session::{Id, Record};
use tower_sessions_core::session_store::{Error, Result};
use uuid::Uuid;

use crate::devices::seen_key;

/// Replaces a record by the next generation of itself, or answers 0.
const REPLACE: &str = "
local held = redis.call('GET', KEYS[1])
if not held or cjson.decode(held).data.generation + 1 ~= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PXAT', ARGV[3])
return 1
";

/// The store of session records.
#[derive(Clone)]
pub(crate) struct Records(Connection);

impl Records {
    /// Keeps records behind this connection.
    pub(crate) fn new(redis: Connection) -> Self {
        Self(redis)
    }

    /// Saves a new record; `false` when there is one of the same id.
    pub(crate) async fn insert(&self, record: &Record) -> Result<bool> {
        let inserted: Option<String> = redis::cmd("SET")
            .arg(key(record.id))
            .arg(encode(record)?)
            .arg("NX")
            .arg("PXAT")
            .arg(expires_ms(record))
            .query_async(&mut self.0.clone())
            .await
            .map_err(backend)?;
        Ok(inserted.is_some())
    }

    /// Saves a record whose `generation` was raised by one since it was loaded; `false` when the session has ended or
    /// somebody else was first.
    pub(crate) async fn replace(&self, record: &Record) -> Result<bool> {
        let generation = record.data.get("generation").and_then(serde_json::Value::as_u64).unwrap_or_default();
        redis::cmd("EVAL")
            .arg(REPLACE)
            .arg(1)
            .arg(key(record.id))
            .arg(encode(record)?)
            .arg(generation)
            .arg(expires_ms(record))
            .query_async(&mut self.0.clone())
            .await
            .map_err(backend)
    }
}

#[async_trait]
impl SessionStore for Records {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self.insert(record).await? {
            record.id = id_of(Uuid::now_v7());
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        match self.replace(record).await? {
            true => Ok(()),
            false => Err(Error::Backend("the session has ended or moved on".to_owned())),
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let held: Option<Vec<u8>> =
            redis::cmd("GET").arg(key(*id)).query_async(&mut self.0.clone()).await.map_err(backend)?;
        let record: Option<Record> = held
            .map(|json| serde_json::from_slice(&json))
            .transpose()
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(record.filter(|record| record.expiry_date > OffsetDateTime::now_utc()))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let session = session_of(*id);
        redis::cmd("DEL").arg(key(*id)).arg(seen_key(session)).query_async(&mut self.0.clone()).await.map_err(backend)
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Records(..)")
    }
}

/// A session's id as its record has it: the same 128 bits.
pub(crate) fn id_of(session: Uuid) -> Id {
    Id(i128::from_be_bytes(session.into_bytes()))
}

/// A session's id as everybody else has it.
fn session_of(id: Id) -> Uuid {
    Uuid::from_bytes(id.0.to_be_bytes())
}

/// The key of a session's record.
pub(crate) fn key_of(session: Uuid) -> String {
    format!("session:{{{session}}}")
}

fn key(id: Id) -> String {
    key_of(session_of(id))
}

fn encode(record: &Record) -> Result<Vec<u8>> {
    serde_json::to_vec(record).map_err(|error| Error::Encode(error.to_string()))
}

fn expires_ms(record: &Record) -> i64 {
    record.expiry_date.unix_timestamp() * 1000 + i64::from(record.expiry_date.millisecond())
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn backend(error: redis::RedisError) -> Error {
    Error::Backend(error.to_string())
}
