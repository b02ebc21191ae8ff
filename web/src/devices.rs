//! Where sessions are used from: the device and address that each began with, and when and from where it was last seen.
//!
//! Beside the record of a session, `seen:{<session>}` holds the last time and address, written every few minutes at most by
//! whichever service lets the session in. No request waits for it, and it is gone with the session.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use connections::Connection;
use redis::{RedisError, RedisResult};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tracing::Instrument;
use uuid::Uuid;

use crate::address::ClientAddress;
use crate::records::key_of;
use crate::sessions::Family;

/// Notes a session as seen, unless it has ended or somebody has just noted it.
const SEE: &str = "
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then return 0 end
local at = redis.call('HGET', KEYS[2], 'at')
if at and tonumber(ARGV[1]) - tonumber(at) < tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[2], 'at', ARGV[1], 'address', ARGV[2])
redis.call('PEXPIRE', KEYS[2], string.format('%.0f', left))
return 1
";
/// Sightings that are being written at a time; a service under such load loses some.
const MOST_AT_ONCE: usize = 32;
/// Sessions whose last sighting a process remembers at most: some megabytes. Beyond that some are noted once too often, which
/// the script knows to leave alone.
const MOST_REMEMBERED: usize = 100_000;

/// What a session begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What the browser says it is.
    pub user_agent: Option<String>,
    /// Where it is.
    pub address: IpAddr,
}

/// What a user is shown of one of their sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Whose it is.
    pub user: Uuid,
    /// What the browser said it was at the beginning.
    pub user_agent: Option<String>,
    /// Where it was at the beginning.
    pub address: Option<IpAddr>,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// When it was last seen, to within a few minutes.
    pub seen_at: OffsetDateTime,
    /// Where it was last seen.
    pub seen_address: Option<IpAddr>,
}

/// The devices of all sessions. Clones share everything.
#[derive(Clone)]
pub struct Devices(Arc<Shared>);

struct Shared {
    redis: Connection,
    every: Duration,
    at_once: Arc<Semaphore>,
    seen: Mutex<Seen>,
}

impl Devices {
    /// Notes each session so often at most.
    #[must_use]
    pub fn new(redis: Connection, every: Duration) -> Self {
        let at_once = Arc::new(Semaphore::new(MOST_AT_ONCE));
        Self(Arc::new(Shared { redis, every, at_once, seen: Mutex::default() }))
    }

    /// Notes that a session was let in, in the background; a note that is lost is made up for a few minutes later.
    pub fn see(&self, session: Uuid, ClientAddress(address): ClientAddress) {
        if !self.is_due(session) {
            return;
        }
        let Ok(turn) = self.0.at_once.clone().try_acquire_owned() else { return };
        let (mut redis, every) = (self.0.redis.clone(), self.0.every);
        let noting = async move {
            let mut script = redis::cmd("EVAL");
            script.arg(SEE).arg(2).arg(key_of(session)).arg(seen_key(session));
            script.arg(milliseconds(OffsetDateTime::now_utc())).arg(address.to_string());
            let noted: RedisResult<u8> = script.arg(every.as_millis().to_string()).query_async(&mut redis).await;
            if let Err(error) = noted {
                tracing::debug!(%error, "a sighting was not noted");
            }
            drop(turn);
        };
        tokio::spawn(noting.in_current_span());
    }

    /// What is known of these sessions; those that have ended are left out.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn details(&self, sessions: &[Uuid]) -> RedisResult<HashMap<Uuid, Details>> {
        let mut pipe = redis::pipe();
        for session in sessions {
            pipe.cmd("GET").arg(key_of(*session));
            pipe.cmd("HMGET").arg(seen_key(*session)).arg("at").arg("address");
        }
        if sessions.is_empty() {
            return Ok(HashMap::new());
        }
        let values: Vec<redis::Value> = pipe.query_async(&mut self.0.redis.clone()).await?;
        let pairs = values.chunks_exact(2).zip(sessions);
        pairs.filter_map(|(pair, session)| details(pair).transpose().map(|details| Ok((*session, details?)))).collect()
    }

    fn is_due(&self, session: Uuid) -> bool {
        let mut seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_due(session, Instant::now(), self.0.every)
    }
}

/// When this process has last seen each session.
#[derive(Default)]
struct Seen(HashMap<Uuid, Instant>);

impl Seen {
    fn is_due(&mut self, session: Uuid, now: Instant, every: Duration) -> bool {
        if self.0.get(&session).is_some_and(|at| now - *at < every) {
            return false;
        }
        if self.0.len() >= MOST_REMEMBERED {
            self.0.retain(|_, at| now - *at < every);
            // Tidying up takes its time: there is to be room for as many again before it is done again.
            if self.0.len() > MOST_REMEMBERED / 2 {
                self.0.clear();
            }
        }
        self.0.insert(session, now);
        true
    }
}

impl fmt::Debug for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Devices(..)")
    }
}

/// The key of a session's last sighting.
pub(crate) fn seen_key(session: Uuid) -> String {
    format!("seen:{{{session}}}")
}

fn details(pair: &[redis::Value]) -> RedisResult<Option<Details>> {
    let (Some(record), Some(seen)) = (pair.first(), pair.get(1)) else { return Ok(None) };
    let Some(record) = redis::from_redis_value_ref::<Option<Vec<u8>>>(record)? else { return Ok(None) };
    let Some(Family { user, user_agent, address, created_at, .. }) = Family::of_json(&record) else {
        return Err(RedisError::from((redis::ErrorKind::Client, "a session's record cannot be read")));
    };
    let (at, seen_address): (Option<i64>, Option<String>) = redis::from_redis_value_ref(seen)?;
    let seen_at = at.and_then(|at| OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).ok());
    let seen_address = seen_address.and_then(|address| address.parse().ok()).or(address);
    Ok(Some(Details { user, user_agent, address, created_at, seen_at: seen_at.unwrap_or(created_at), seen_address }))
}

fn milliseconds(at: OffsetDateTime) -> String {
    (at.unix_timestamp_nanos() / 1_000_000).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(300);

    #[test]
    fn a_session_is_due_once_in_a_while() {
        let (mut seen, session, now) = (Seen::default(), Uuid::now_v7(), Instant::now());
        let due = [0, 299, 300, 301].map(|after| seen.is_due(session, now + Duration::from_secs(after), EVERY));
        assert_eq!(due, [true, false, true, false]);
    }

    #[test]
    fn however_many_sessions_there_are_the_memory_of_them_is_bounded() {
        let (mut seen, now) = (Seen::default(), Instant::now());
        for session in 0..3 * MOST_REMEMBERED as u128 {
            assert!(seen.is_due(Uuid::from_u128(session), now, EVERY));
            assert!(seen.0.len() <= MOST_REMEMBERED);
        }
    }

    #[test]
    fn those_seen_of_late_are_remembered_when_others_are_forgotten() {
        let (mut seen, now) = (Seen::default(), Instant::now());
        for session in 1..MOST_REMEMBERED as u128 {
            seen.is_due(Uuid::from_u128(session), now, EVERY);
        }
        let of_late = Uuid::from_u128(0);
        seen.is_due(of_late, now + EVERY, EVERY);

        assert!(seen.is_due(Uuid::from_u128(u128::MAX), now + EVERY, EVERY));

        assert_eq!(seen.0.len(), 2);
        assert!(!seen.is_due(of_late, now + EVERY, EVERY));
    }
}
