//! Which sessions have ended while their access tokens are still valid.
//!
//! Ended sessions are entries of one Redis stream, `revocations`, kept as long as an access token lives. Every service
//! follows it into its own memory: no request waits on Redis to learn whether a session has ended, and a service that
//! has lost Redis goes on with what it knows.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::{ConnectionManager, MultiplexedConnection};
use redis::streams::StreamReadReply;
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const STREAM: &str = "revocations";
const FIELD: &str = "session";
const BLOCK_MS: usize = 1000;
const READ_COUNT: usize = 1000;
/// Longer than `BLOCK_MS`: a blocked read is not a dead one.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
const FIRST_RETRY: Duration = Duration::from_millis(50);
/// Revocations are to arrive within a second, also of the first second after Redis is back.
const LONGEST_RETRY: Duration = Duration::from_millis(500);
/// By how much the clocks of Redis and a service may differ.
const SKEW: Duration = Duration::from_secs(60);

/// A process's own copy of the ended sessions. Clones share it.
#[derive(Clone)]
pub struct Revocations(Arc<Shared>);

struct Shared {
    /// Ended sessions and when, in milliseconds since 1970.
    ended: RwLock<HashMap<Uuid, i128>>,
    retention: Duration,
    caught_up: watch::Sender<bool>,
}

impl Revocations {
    /// Knows of nothing yet; will remember a session for as long as its access tokens live.
    #[must_use]
    pub fn new(access_lifetime: Duration) -> Self {
        let retention = access_lifetime + SKEW;
        Self(Arc::new(Shared { ended: RwLock::default(), retention, caught_up: watch::Sender::new(false) }))
    }

    /// Whether a session has ended, as far as this process knows.
    #[must_use]
    pub fn is_revoked(&self, session: Uuid) -> bool {
        self.0.ended.read().unwrap_or_else(PoisonError::into_inner).contains_key(&session)
    }

    /// Announces to every service that a session has ended; this process knows it on return.
    ///
    /// # Errors
    /// When Redis does not take it.
    pub async fn revoke(&self, redis: &ConnectionManager, session: Uuid) -> RedisResult<()> {
        let now = now_ms();
        redis::cmd("XADD")
            .arg(STREAM)
            .arg("MINID")
            .arg("~")
            .arg(self.oldest(now).to_string())
            .arg("*")
            .arg(FIELD)
            .arg(session.to_string())
            .query_async::<String>(&mut redis.clone())
            .await?;
        self.remember([(session, now)]);
        Ok(())
    }

    /// Resolves once everything that was announced before the start is known.
    pub async fn caught_up(&self) {
        let waited = self.0.caught_up.subscribe().wait_for(|caught_up| *caught_up).await.map(|_| ());
        waited.expect("the sender lives as long as self");
    }

    /// Follows what is announced until the shutdown, over a connection of its own; while Redis is down, keeps trying.
    pub async fn follow(self, client: Client, shutdown: CancellationToken) {
        shutdown.run_until_cancelled(self.follow_for_ever(&client)).await;
    }

    async fn follow_for_ever(&self, client: &Client) {
        let mut last = format!("{}-0", self.oldest(now_ms()));
        let mut retry = FIRST_RETRY;
        loop {
            let error = self.follow_connection(client, &mut last, &mut retry).await;
            tracing::warn!(%error, "revocations are not being followed; trying again");
            tokio::time::sleep(retry).await;
            retry = (retry * 2).min(LONGEST_RETRY);
        }
    }

    /// Reads on from `last` until the connection fails.
    async fn follow_connection(&self, client: &Client, last: &mut String, retry: &mut Duration) -> RedisError {
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(RESPONSE_TIMEOUT));
        let mut connection = match client.get_multiplexed_async_connection_with_config(&config).await {
            Ok(connection) => connection,
            Err(error) => return error,
        };
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
            self.remember(found.iter().filter_map(|(id, session)| Some(((*session)?, added_ms(id)?))));
        }
    }

    fn remember(&self, sessions: impl IntoIterator<Item = (Uuid, i128)>) {
        let oldest = self.oldest(now_ms());
        let mut ended = self.0.ended.write().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, at| *at >= oldest);
        ended.extend(sessions);
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

/// The entries after `last`: their ids, and the sessions they name.
async fn read(
    connection: &mut MultiplexedConnection,
    last: &str,
    block: bool,
) -> RedisResult<Vec<(String, Option<Uuid>)>> {
    let mut command = redis::cmd("XREAD");
    command.arg("COUNT").arg(READ_COUNT);
    if block {
        command.arg("BLOCK").arg(BLOCK_MS);
    }
    let reply: Option<StreamReadReply> = command.arg("STREAMS").arg(STREAM).arg(last).query_async(connection).await?;
    let entries = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|stream| stream.ids);
    Ok(entries
        .map(|entry| {
            let session = entry.get::<String>(FIELD).and_then(|session| session.parse().ok());
            (entry.id, session)
        })
        .collect())
}

/// When an entry was added: the first half of its id.
fn added_ms(id: &str) -> Option<i128> {
    id.split('-').next()?.parse().ok()
}

fn now_ms() -> i128 {
    OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000
}
