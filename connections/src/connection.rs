//! A connection that everything shares that does not block.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::FutureExt;
use redis::{
    Cmd, ErrorKind, IntoConnectionInfo, Pipeline, RedisError, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, PubSub},
};

use crate::{Node, cluster::Cluster, slots};

/// How long a connection is waited for, and an answer.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long it may take to connect.
    pub connection_timeout: Duration,
    /// How long an answer may take before its outcome counts as unknown.
    pub response_timeout: Duration,
    /// How often connecting is tried again before a command fails.
    pub retries: usize,
    /// After how long it is tried again first.
    pub first_retry: Duration,
    /// After how long it is tried again at most.
    pub longest_retry: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connection_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(2),
            retries: 1,
            first_retry: Duration::from_millis(100),
            longest_retry: Duration::from_millis(500),
        }
    }
}

/// A connection to one Redis, or to all masters of a cluster. Clones share it.
#[derive(Clone)]
pub struct Connection(Arc<Shared>);

struct Shared {
    settings: Settings,
    /// The nodes to ask first.
    named: Vec<Node>,
    /// What was found there.
    found: OnceLock<Found>,
}

enum Found {
    One(Node),
    Cluster(Arc<Cluster>),
}

impl Connection {
    /// Connects to this address when it is first needed: `redis://…`, or several of them, separated by commas, of nodes of
    /// one cluster. All nodes have the user and the password of the first.
    ///
    /// # Errors
    /// When the address is none; the error does not repeat it.
    pub fn open(url: &str, settings: Settings) -> RedisResult<Self> {
        let mut named = Vec::new();
        for url in url.split(',') {
            named.push(Node::new(url.trim().into_connection_info()?, settings)?);
        }
        Ok(Self(Arc::new(Shared { settings, named, found: OnceLock::new() })))
    }

    /// Another connection to the same address, where an answer may take longer.
    ///
    /// # Errors
    /// When the client refuses the settings.
    pub fn patient(&self, response_timeout: Duration) -> RedisResult<Self> {
        let settings = Settings { response_timeout, ..self.0.settings };
        let named = self.0.named.iter().map(|node| Node::new(node.address().clone(), settings));
        Ok(Self(Arc::new(Shared { settings, named: named.collect::<RedisResult<_>>()?, found: OnceLock::new() })))
    }

    /// Whether this is a cluster.
    ///
    /// # Errors
    /// When that is not known yet, and no node answers.
    pub async fn is_cluster(&self) -> RedisResult<bool> {
        Ok(matches!(self.found().await?, Found::Cluster(_)))
    }

    /// Rises whenever slots are seen to have another owner than before. What is remembered of before may be of a log that
    /// has lost its tail since.
    #[must_use]
    pub fn generation(&self) -> u64 {
        match self.0.found.get() {
            Some(Found::Cluster(cluster)) => cluster.generation(),
            Some(Found::One(_)) | None => 0,
        }
    }

    /// Sends a command to whoever owned its slot in this [generation](Self::generation), and nowhere else. When there is a
    /// later one, or the slot turns out to have moved, it is not carried out: that error [says so](crate::has_moved).
    ///
    /// # Errors
    /// When no answer comes, or an error.
    pub async fn send_as_of(&self, generation: u64, command: &Cmd) -> RedisResult<Value> {
        match self.found().await? {
            Found::One(node) => node.send(command).await,
            Found::Cluster(cluster) => cluster.send_as_of(generation, command).await,
        }
    }

    /// The server that owns a key.
    ///
    /// # Errors
    /// When nobody is known to.
    pub async fn owner(&self, key: &str) -> RedisResult<Node> {
        match self.found().await? {
            Found::One(node) => Ok(node.clone()),
            Found::Cluster(cluster) => cluster.owner(slots::of_key(key.as_bytes())).await,
        }
    }

    /// Every master, also one that owns nothing yet.
    ///
    /// # Errors
    /// When no node answers.
    pub async fn masters(&self) -> RedisResult<Vec<Node>> {
        match self.found().await? {
            Found::One(node) => Ok(vec![node.clone()]),
            Found::Cluster(cluster) => cluster.masters().await,
        }
    }

    /// A connection of its own to listen on: whatever is published anywhere in a cluster is heard everywhere.
    ///
    /// # Errors
    /// When no node can be reached.
    pub async fn pubsub(&self) -> RedisResult<PubSub> {
        let mut failed = None;
        for node in self.masters().await? {
            match node.pubsub().await {
                Ok(pubsub) => return Ok(pubsub),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(nobody))
    }

    /// The cluster, where this is one.
    pub(crate) async fn cluster(&self) -> RedisResult<Option<&Arc<Cluster>>> {
        Ok(match self.found().await? {
            Found::One(_) => None,
            Found::Cluster(cluster) => Some(cluster),
        })
    }

    pub(crate) fn settings(&self) -> Settings {
        self.0.settings
    }

    async fn found(&self) -> RedisResult<&Found> {
        match self.0.found.get() {
            Some(found) => Ok(found),
            None => self.look().await,
        }
    }

    /// Asks what there is at the address. Whoever needs it meanwhile asks too, so that nobody waits for anybody's timeout.
    async fn look(&self) -> RedisResult<&Found> {
        let mut failed = None;
        for node in &self.0.named {
            match is_cluster(node).await {
                Ok(true) => {
                    let cluster = || Found::Cluster(Cluster::new(self.0.named.clone(), self.0.settings));
                    return Ok(self.0.found.get_or_init(cluster));
                }
                Ok(false) if self.0.named.len() > 1 => {
                    let why = "several addresses are of a cluster's nodes, and there is a Redis that is in none";
                    return Err((ErrorKind::InvalidClientConfig, why).into());
                }
                Ok(false) => return Ok(self.0.found.get_or_init(|| Found::One(node.clone()))),
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or_else(nobody))
    }
}

/// Whether a server belongs to a cluster: `HELLO`, since every user may say it.
async fn is_cluster(node: &Node) -> RedisResult<bool> {
    let hello: HashMap<String, Value> = redis::cmd("HELLO").query_async(&mut node.clone()).await?;
    let mode = hello.get("mode").ok_or((ErrorKind::Client, "this Redis does not say in which mode it is"))?;
    Ok(redis::from_redis_value_ref::<String>(mode)? == "cluster")
}

pub(crate) fn nobody() -> RedisError {
    (ErrorKind::Client, "no node of the cluster is known").into()
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        async {
            match self.found().await? {
                Found::One(node) => node.send(command).await,
                Found::Cluster(cluster) => cluster.send(command).await,
            }
        }
        .boxed()
    }

    /// In a cluster, the commands of each slot go their own way, in their order.
    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        async move {
            match self.found().await? {
                Found::One(node) => node.clone().req_packed_commands(pipeline, offset, count).await,
                Found::Cluster(_) if pipeline.is_transaction() => {
                    Err((ErrorKind::InvalidClientConfig, "a transaction over several nodes").into())
                }
                Found::Cluster(cluster) => {
                    let commands: Vec<_> = pipeline.cmd_iter().skip(offset).take(count).collect();
                    cluster.send_each(&commands).await
                }
            }
        }
        .boxed()
    }

    fn get_db(&self) -> i64 {
        self.0.named.first().map_or(0, |node| node.address().redis_settings().db())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.0.named).finish()
    }
}
