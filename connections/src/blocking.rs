//! A connection of its own, for reads that block.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Cmd, RedisResult, Value,
    aio::{ConnectionLike, MultiplexedConnection},
};

use crate::{Connection, Node, cluster::asks, has_moved, node::asking, refused};

/// How much longer than Redis may block an answer is waited for.
const SLACK: Duration = Duration::from_secs(2);

/// A connection to the owner of one key, or of several in one slot, for what blocks there.
pub struct Blocking {
    redis: Connection,
    kept: Option<Open>,
}

struct Open {
    connection: MultiplexedConnection,
    /// How long a read on it may block at most.
    longest: Duration,
    _counted: Counted,
}

/// One more in `redis_blocking_connections`, until it is dropped.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("redis_blocking_connections").increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("redis_blocking_connections").decrement(1);
    }
}

impl Blocking {
    /// Connects when it is first needed.
    #[must_use]
    pub fn new(redis: &Connection) -> Self {
        metrics::gauge!("redis_blocking_connections").increment(0);
        Self { redis: redis.clone(), kept: None }
    }

    /// Sends a command that may block for so long until something happens to this key.
    ///
    /// # Errors
    /// When Redis does not answer, or refuses.
    pub async fn send(&mut self, key: &str, command: &Cmd, block: Duration) -> RedisResult<Value> {
        let answer = self.send_to_owner(key, command, block).await;
        let Err(error) = &answer else { return answer };
        let Some(cluster) = self.redis.cluster().await? else { return answer };
        let owner = self.redis.owner(key).await?;
        if let Some(receiver) = asks(error) {
            let receiver = cluster.receiver(&owner, receiver).await?;
            let mut connection = connect(&receiver, &self.redis, block).await?;
            let answers = connection.req_packed_commands(&asking(command), 0, 2).await?;
            return refused(Ok(answers.into_iter().next_back().unwrap_or(Value::Nil)));
        }
        match has_moved(error) {
            true => cluster.look_again(&owner).await?,
            false => cluster.note(error),
        }
        answer
    }

    async fn send_to_owner(&mut self, key: &str, command: &Cmd, block: Duration) -> RedisResult<Value> {
        // Kept only when it has answered: a read that fails or is abandoned takes its connection along, lest Redis go on
        // blocking for it and give it events.
        let mut open = match self.kept.take() {
            Some(open) if open.longest >= block => open,
            _ => Open {
                connection: connect(&self.redis.owner(key).await?, &self.redis, block).await?,
                longest: block,
                _counted: Counted::new(),
            },
        };
        let answer = refused(open.connection.send_packed_command(command).await)?;
        self.kept = Some(open);
        Ok(answer)
    }
}

async fn connect(node: &Node, redis: &Connection, block: Duration) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(redis.settings().connection_timeout))
        .set_response_timeout(Some(block + SLACK));
    node.connect(&config).await
}
