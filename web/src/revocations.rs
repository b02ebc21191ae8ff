//! Which access tokens count for nothing although they have not expired: those of sessions that have ended, and those
//! that a user was given before something about that user changed.
//!
//! Both are entries of one Redis stream, `revocations`, kept as long as an access token lives. Every service follows it
//! into its own memory: no request waits on Redis to learn whether a token counts, and a service that has lost Redis goes
//! on with what it knows. One that starts without Redis can be told from elsewhere, by [`Revocations::seed`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use connections::{Blocking, Connection};
use redis::streams::{StreamId, StreamReadReply};
use redis::{RedisError, RedisResult};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::devices::seen_key;
use crate::records::key_of;
use crate::tokens::Claims;

const STREAM: &str = "revocations";
const SESSION: &str = "session";
const USER: &str = "user";
const BEFORE: &str = "before";
const BLOCK: Duration = Duration::from_secs(1);
const READ_COUNT: usize = 1000;
const FIRST_RETRY: Duration = Duration::from_millis(50);
/// Revocations are to arrive within a second, also of the first second after Redis is back.
const LONGEST_RETRY: Duration = Duration::from_millis(500);
/// By how much the clocks of Redis and a service may differ.
const SKEW: Duration = Duration::from_secs(60);

/// A process's own copy of what is revoked. Clones share it.
#[derive(Clone)]
pub struct Revocations(Arc<Shared>);

struct Shared {
    revoked: RwLock<Revoked>,
    retention: Duration,
    caught_up: watch::Sender<bool>,
}

/// What is revoked, and when it was, in milliseconds since 1970.
#[derive(Default)]
struct Revoked {
    sessions: HashMap<Uuid, i128>,
    users: HashMap<Uuid, i128>,
}

/// One entry of the stream.
#[derive(Clone, Copy)]
enum Entry {
    Session(Uuid),
    /// Tokens up to that millisecond.
    User(Uuid, i128),
}

impl Revocations {
    /// Knows of nothing yet; will remember everything for as long as an access token lives.
    #[must_use]
    pub fn new(access_lifetime: Duration) -> Self {
        let retention = access_lifetime + SKEW;
        Self(Arc::new(Shared { revoked: RwLock::default(), retention, caught_up: watch::Sender::new(false) }))
    }

    /// Whether an access token counts for nothing, as far as this process knows.
    #[must_use]
    pub fn is_revoked(&self, claims: &Claims) -> bool {
        // Issued by a process that was told of longer lives than this one, which has forgotten what became of it.
        if issued_ms(claims) < self.oldest(now_ms()) {
            return true;
        }
        let revoked = self.0.revoked.read().unwrap_or_else(PoisonError::into_inner);
        let too_old = |before: &i128| issued_ms(claims) <= *before;
        revoked.sessions.contains_key(&claims.sid) || revoked.users.get(&claims.sub).is_some_and(too_old)
    }

    /// Announces to every service that a session has ended, and only then forgets it; this process knows it on return.
    ///
    /// # Errors
    /// When Redis does not take it; then it may be announced and not forgotten, and ending it again does the rest.
    pub async fn revoke_session(&self, redis: &Connection, session: Uuid) -> RedisResult<()> {
        self.announce(redis, &[(SESSION, session.to_string())]).await?;
        self.remember([(Entry::Session(session), now_ms())]);
        let mut forget = redis::cmd("DEL");
        forget.arg(key_of(session)).arg(seen_key(session));
        forget.exec_async(&mut redis.clone()).await
    }

    /// Announces to every service that whatever access tokens a user has count for nothing; their sessions go on and
    /// refresh. This process knows it on return, and tokens that it issues from then on count.
    ///
    /// # Errors
    /// When Redis does not take it.
    pub async fn revoke_user(&self, redis: &Connection, user: Uuid) -> RedisResult<()> {
        // By the clock that tokens are issued by, not by that of Redis.
        let before = now_ms();
        self.announce(redis, &[(USER, user.to_string()), (BEFORE, before.to_string())]).await?;
        self.remember([(Entry::User(user, before), before)]);
        while now_ms() <= before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    async fn announce(&self, redis: &Connection, fields: &[(&str, String)]) -> RedisResult<()> {
        let mut command = redis::cmd("XADD");
        command.arg(STREAM).arg("MINID").arg("~").arg(self.oldest(now_ms()).to_string()).arg("*").arg(fields);
        command.exec_async(&mut redis.clone()).await
    }

    /// Adds sessions that have ended, with the time when, as somebody else than Redis remembers them.
    pub fn seed(&self, ended: impl IntoIterator<Item = (Uuid, OffsetDateTime)>) {
        self.remember(ended.into_iter().map(|(session, at)| (Entry::Session(session), ms(at))));
    }

    /// Adds users whose access tokens count for nothing up to a time, as somebody else than Redis remembers them.
    pub fn seed_users(&self, changed: impl IntoIterator<Item = (Uuid, OffsetDateTime)>) {
        self.remember(changed.into_iter().map(|(user, at)| (Entry::User(user, ms(at)), ms(at))));
    }

    /// Resolves once everything that was announced before the start is known.
    pub async fn caught_up(&self) {
        let waited = self.0.caught_up.subscribe().wait_for(|caught_up| *caught_up).await.map(|_| ());
        waited.expect("the sender lives as long as self");
    }

    /// Follows what is announced until the shutdown, over a connection of its own; while Redis is down, keeps trying.
    pub async fn follow(self, redis: Connection, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.follow_for_ever(&redis)).await;
    }

    async fn follow_for_ever(&self, redis: &Connection) {
        let mut last = format!("{}-0", self.oldest(now_ms()));
        let mut retry = FIRST_RETRY;
        loop {
            let error = self.follow_connection(redis, &mut last, &mut retry).await;
            tracing::warn!(%error, "revocations are not being followed; trying again");
            tokio::time::sleep(retry).await;
            retry = (retry * 2).min(LONGEST_RETRY);
        }
    }

    /// Reads on from `last` until the connection fails.
    async fn follow_connection(&self, redis: &Connection, last: &mut String, retry: &mut Duration) -> RedisError {
        let mut connection = Blocking::new(redis);
        // The first reads do not block, so that the past is over as soon as one finds nothing.
        let mut block = false;
        loop {
            let found = match read(&mut connection, last, block).await {
                Ok(found) => found,
                Err(error) => return error,
            };
            *retry = FIRST_RETRY;
            block = found.is_empty();
            if let Some((id, _)) = found.last() {
                last.clone_from(id);
            } else {
                self.0.caught_up.send_replace(true);
            }
            self.remember(found.iter().filter_map(|(id, entry)| Some(((*entry)?, added_ms(id)?))));
        }
    }

    fn remember(&self, entries: impl IntoIterator<Item = (Entry, i128)>) {
        let oldest = self.oldest(now_ms());
        let mut revoked = self.0.revoked.write().unwrap_or_else(PoisonError::into_inner);
        revoked.sessions.retain(|_, at| *at >= oldest);
        revoked.users.retain(|_, before| *before >= oldest);
        for (entry, at) in entries {
            match entry {
                Entry::Session(session) => revoked.sessions.insert(session, at),
                Entry::User(user, before) => {
                    let known = revoked.users.get(&user).copied().unwrap_or(before);
                    revoked.users.insert(user, known.max(before))
                }
            };
        }
    }

    fn oldest(&self, now_ms: i128) -> i128 {
        now_ms - i128::try_from(self.0.retention.as_millis()).unwrap_or(now_ms)
    }
}

impl fmt::Debug for Revocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Revocations(..)")
    }
}

/// The entries after `last`: their ids, and what they say.
async fn read(connection: &mut Blocking, last: &str, block: bool) -> RedisResult<Vec<(String, Option<Entry>)>> {
    let mut command = redis::cmd("XREAD");
    command.arg("COUNT").arg(READ_COUNT);
    if block {
        command.arg("BLOCK").arg(BLOCK.as_millis().to_string());
    }
    command.arg("STREAMS").arg(STREAM).arg(last);
    let reply: Option<StreamReadReply> = redis::from_redis_value(connection.send(STREAM, &command, BLOCK).await?)?;
    let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|stream| stream.ids);
    Ok(entries.map(|entry| (entry.id.clone(), parse(&entry))).collect())
}

fn parse(entry: &StreamId) -> Option<Entry> {
    let field = |name| entry.get::<String>(name);
    match (field(SESSION), field(USER)) {
        (Some(session), _) => Some(Entry::Session(session.parse().ok()?)),
        (None, Some(user)) => Some(Entry::User(user.parse().ok()?, field(BEFORE)?.parse().ok()?)),
        (None, None) => None,
    }
}

/// When an entry was added: the first half of its id.
fn added_ms(id: &str) -> Option<i128> {
    id.split('-').next()?.parse().ok()
}

/// When a token was issued: the first 48 bits of its id, a UUIDv7.
fn issued_ms(claims: &Claims) -> i128 {
    i128::from(claims.jti.as_u64_pair().0 >> 16)
}

fn now_ms() -> i128 {
    ms(OffsetDateTime::now_utc())
}

fn ms(at: OffsetDateTime) -> i128 {
    at.unix_timestamp_nanos() / 1_000_000
}
