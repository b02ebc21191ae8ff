//! The log as the rest of the code sees it.

use std::{sync::Arc, time::Duration};

use connections::Connection;
use domain::{Aggregate, Partition};
use futures_util::future::try_join_all;
use quick_cache::sync::Cache;
use redis::{AsyncCommands, Cmd, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Changes, Context, Decision, DueTimer, Error, Failure, Outcome, Record, Replicas, Stream, keys,
    lane::Lane,
    library::{self, Found},
    measures::Measures,
    memory::Memory,
    state::{Key, Snapshot},
};

/// Where the log is, and how much of it to remember.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an answer of Redis may take before its outcome counts as unknown.
    pub response_timeout: Duration,
    /// How many folded aggregates to keep in memory.
    pub cached_aggregates: usize,
    /// After how many events the books of a stream are closed.
    pub books_every: u64,
    /// From which share of its memory on Redis takes no more commands but those that settle what has begun.
    pub memory_share: f64,
    /// From which share of its memory on Redis takes no more commands at all.
    pub settling_memory_share: f64,
    /// Which replicas have to have what is answered.
    pub replicas: Replicas,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            response_timeout: Duration::from_secs(2),
            cached_aggregates: 100_000,
            books_every: 100,
            memory_share: 0.80,
            settling_memory_share: 0.95,
            replicas: Replicas { count: 0, within: Duration::from_secs(1) },
        }
    }
}

/// The event store. Clones share one connection, one cache and one set of lanes.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    redis: Connection,
    settings: Settings,
    memory: Memory,
    /// With the generation of the connection that they are of.
    cache: Cache<Key, (u64, Arc<Snapshot>)>,
    lanes: [Lane; Partition::COUNT as usize],
    measures: Arc<Measures>,
}

/// What a command is, beside its decision.
#[derive(Clone)]
pub struct Request {
    /// Who decides, when and because of what.
    pub context: Context,
    /// Every aggregate it decides on, all in one partition.
    pub streams: Vec<Stream>,
    /// How long a repetition of the command finds its answer; `None` when nobody will repeat it.
    pub receipt_lifetime: Option<Duration>,
    /// From when on it must not happen any more.
    pub not_after: Option<OffsetDateTime>,
    /// Whether it settles what has begun: it goes on against faster others for as long as it may happen, instead of giving
    /// up after three conflicts, and may use the memory that is kept back from others.
    pub settling: bool,
    /// The timer that makes it necessary. It is removed with whatever the command decides, also with nothing, unless the
    /// aggregate then wants it at another time.
    pub fired: Option<DueTimer>,
}

impl Request {
    /// A command over these aggregates.
    #[must_use]
    pub fn new(context: Context, streams: impl Into<Vec<Stream>>) -> Self {
        let streams = streams.into();
        Self { context, streams, receipt_lifetime: None, not_after: None, settling: false, fired: None }
    }

    pub(crate) fn partition(&self) -> Partition {
        let partition = self.streams.first().expect("a command decides on something").partition();
        assert!(self.streams.iter().all(|stream| stream.partition() == partition), "one append, one partition");
        assert!(self.fired.iter().all(|timer| Partition::of(timer.id) == partition), "one append, one partition");
        partition
    }

    pub(crate) fn not_after_ms(&self) -> Option<u64> {
        self.not_after.map(|time| u64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(1).max(1))
    }
}

/// How a command to one aggregate failed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<E: std::error::Error> {
    /// It breaks this rule, on the newest state.
    #[error(transparent)]
    Rejected(E),
    /// It did not come to a decision.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl Store {
    /// Opens the log at this address. The connection is made when it is first needed and again whenever it is lost.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(url: &str, settings: &Settings) -> Result<Self, Error> {
        let patience = connections::Settings { response_timeout: settings.response_timeout, ..Default::default() };
        let redis = Connection::open(url, patience)?;
        let cache = Cache::new(settings.cached_aggregates);
        let (settings, memory, lanes) = (settings.clone(), Memory::default(), Default::default());
        let measures = Arc::new(Measures::new());
        Ok(Self { inner: Arc::new(Inner { redis, settings, memory, cache, lanes, measures }) })
    }

    /// Loads the append function into every master and checks that the store was made for this version. Safe to repeat.
    ///
    /// # Errors
    /// When Redis does not answer, holds a store of another format, or is being restored.
    pub async fn prepare(&self) -> Result<(), Error> {
        let mut redis = self.redis();
        if library::is_restoring(&mut redis).await? {
            return Err(Error::Restoring);
        }
        let masters = redis.masters().await?;
        library::load(&masters).await?;
        // It may have begun in between.
        if library::is_restoring(&mut redis).await? {
            library::unload(&masters).await?;
            return Err(Error::Restoring);
        }
        library::check_format(&mut redis).await
    }

    /// Whether commands can be taken: every master answers and has this version of the append function. One that has joined a
    /// cluster gets it.
    ///
    /// # Errors
    /// When a master does not answer.
    pub async fn is_ready(&self) -> Result<bool, Error> {
        let masters = self.redis().masters().await?;
        let found = try_join_all(masters.iter().map(library::found)).await?;
        if found.contains(&Found::This) && found.contains(&Found::Nothing) && !found.contains(&Found::Another) {
            self.prepare().await?;
            return Ok(true);
        }
        Ok(found.iter().all(|found| *found == Found::This))
    }

    /// Puts one command to one aggregate, and returns the version it is at then.
    ///
    /// # Errors
    /// When the command breaks a rule, or did not come to a decision.
    pub async fn execute<A: Aggregate>(
        &self,
        context: Context,
        id: A::Id,
        command: A::Command,
    ) -> Result<u64, ExecuteError<A::Error>> {
        let request = Request::new(context, [Stream::of::<A>(id)]);
        let outcome = self.commit(request, move |states| match states.get::<A>(id).decide(command.clone()) {
            Ok(events) => {
                let version = states.version::<A>(id) + events.len() as u64;
                Decision::new(Changes::none().and::<A>(id, events), Ok(version))
            }
            Err(error) => Decision::rejected(Err(error)),
        });
        match outcome.await? {
            Outcome::Done(answer) => answer.map_err(ExecuteError::Rejected),
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }

    /// Personal fields of aggregates, in the order of the ids; empty where there are none.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn private(&self, category: &str, ids: &[Uuid]) -> Result<Vec<Record>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        for id in ids {
            pipe.hgetall(keys::private(category, *id));
        }
        let records: Vec<_> = pipe.query_async(&mut self.redis()).await?;
        Ok(records.into_iter().map(Record).collect())
    }

    /// What proves that a user is who they say; empty when there is no such user.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn credential(&self, user: impl Into<Uuid>) -> Result<Record, Error> {
        Ok(Record(self.redis().hgetall(keys::credential(user.into())).await?))
    }

    pub(crate) fn redis(&self) -> Connection {
        self.inner.redis.clone()
    }

    /// Rises when states that were read before may not be what is there now: slots have other owners.
    pub(crate) fn generation(&self) -> u64 {
        self.inner.redis.generation()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.inner.memory
    }

    pub(crate) fn measures(&self) -> &Arc<Measures> {
        &self.inner.measures
    }

    pub(crate) fn lane(&self, partition: Partition) -> &Lane {
        &self.inner.lanes[usize::from(partition.number())]
    }

    /// What the cache has of an aggregate.
    pub(crate) fn known(&self, key: Key) -> Option<Arc<Snapshot>> {
        let (generation, snapshot) = self.inner.cache.get(&key)?;
        // Whoever owns its slot now may have lost the last events.
        (generation == self.generation()).then_some(snapshot)
    }

    /// Keeps what was read, or written, since the connection was of this generation.
    pub(crate) fn keep(&self, generation: u64, key: Key, snapshot: Arc<Snapshot>) -> Arc<Snapshot> {
        self.inner.cache.insert(key, (generation, snapshot.clone()));
        snapshot
    }

    pub(crate) fn forget(&self, key: Key) {
        self.inner.cache.remove(&key);
    }

    /// Forgets every state: whoever answers from now on may have lost the last events.
    pub(crate) fn forget_all(&self) {
        self.inner.cache.clear();
    }

    /// Runs the append function on states of this generation, and loads it first where Redis does not have it yet.
    pub(crate) async fn call(&self, generation: u64, command: &Cmd) -> Result<Value, Error> {
        let redis = self.redis();
        match redis.send_as_of(generation, command).await {
            Err(error) if error.to_string().contains("Function not found") => {
                // This may be another Redis, or an emptied one.
                self.forget_all();
                self.prepare().await?;
                Ok(redis.send_as_of(generation, command).await?)
            }
            Err(error) => {
                if error.is_connection_dropped() || error.is_connection_refusal() {
                    self.forget_all();
                }
                Err(error.into())
            }
            answer => Ok(answer?),
        }
    }
}
