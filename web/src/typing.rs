//! Who is writing a message at this moment: told over Redis Pub/Sub, and kept nowhere.
//!
//! command-api tells; every process that follows hears it, and passes it on to those of its open connections whom it
//! concerns. Whoever does not listen at that moment never learns of it, and nobody needs to: it is over in seconds.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use connections::Connection;
use futures_util::StreamExt;
use redis::RedisResult;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CHANNEL: &str = "typing";
/// How many a slow listener may be behind before it misses some.
const KEPT: usize = 256;
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// Somebody is writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typing {
    /// About which order.
    pub order: Uuid,
    /// Who.
    pub author: Uuid,
    /// On which side of the order: `buyer` or `seller`.
    pub party: String,
    /// The users who may hear of it: all others in the order, as the log has them. Nobody else is told.
    pub audience: Vec<Uuid>,
}

/// Tells every process that follows.
///
/// # Errors
/// When Redis does not take it.
pub async fn tell(redis: &Connection, typing: &Typing) -> RedisResult<()> {
    let told = serde_json::to_string(typing).expect("ids and a word are JSON");
    redis::cmd("PUBLISH").arg(CHANNEL).arg(told).exec_async(&mut redis.clone()).await
}

/// What a process hears. Clones share it.
#[derive(Clone)]
pub struct Heard(broadcast::Sender<Arc<Typing>>);

impl Default for Heard {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heard(..)")
    }
}

impl Heard {
    /// Whatever is heard from now on, for whomever: who listens passes on what names its user in the audience.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<Typing>> {
        self.0.subscribe()
    }

    /// Follows what is told until the shutdown, over a connection of its own; while Redis is down, keeps trying.
    pub async fn follow(self, redis: Connection, shutdown: CancellationToken) {
        let follow = async {
            let mut retry = FIRST_RETRY;
            loop {
                match self.follow_connection(&redis, &mut retry).await {
                    Ok(()) => tracing::warn!("the connection that tells who is typing has ended; trying again"),
                    Err(error) => tracing::warn!(%error, "who is typing is not being followed; trying again"),
                }
                tokio::time::sleep(retry).await;
                retry = (retry * 2).min(LONGEST_RETRY);
            }
        };
        let _: Option<std::convert::Infallible> = shutdown.run_until_cancelled(follow).await;
    }

    async fn follow_connection(&self, redis: &Connection, retry: &mut Duration) -> RedisResult<()> {
        let mut connection = redis.pubsub().await?;
        connection.subscribe(CHANNEL).await?;
        *retry = FIRST_RETRY;
        let mut told = connection.on_message();
        while let Some(message) = told.next().await {
            // What another version tells is nothing to this one.
            if let Ok(typing) = serde_json::from_slice(message.get_payload_bytes()) {
                // An error says that nobody listens.
                let _ = self.0.send(Arc::new(typing));
            }
        }
        Ok(())
    }
}
