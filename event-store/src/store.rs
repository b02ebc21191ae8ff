//! The log as the rest of the code sees it.

use std::{sync::Arc, time::Duration};

use domain::{Aggregate, Partition};
use quick_cache::sync::Cache;
use redis::{
    AsyncCommands, Client, Cmd, Value,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Changes, Context, Decision, Error, Failure, Outcome, Record, Recorded, Stream, keys,
    lane::Lane,
    library,
    recorded::Entry,
    state::{Key, Loaded, Snapshot},
};

/// How many entries are read at a time.
const PAGE: usize = 1_000;

/// Where the log is, and how much of it to remember.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an answer of Redis may take before its outcome counts as unknown.
    pub response_timeout: Duration,
    /// How many folded aggregates to keep in memory.
    pub cached_aggregates: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { response_timeout: Duration::from_secs(2), cached_aggregates: 100_000 }
    }
}

/// The event store. Clones share one connection, one cache and one set of lanes.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    redis: ConnectionManager,
    cache: Cache<Key, Arc<Snapshot>>,
    lanes: [Lane; Partition::COUNT as usize],
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
    /// Whether it goes on against faster others for as long as it may happen, instead of giving up after three conflicts.
    pub persistent: bool,
}

impl Request {
    /// A command over these aggregates.
    #[must_use]
    pub fn new(context: Context, streams: impl Into<Vec<Stream>>) -> Self {
        Self { context, streams: streams.into(), receipt_lifetime: None, not_after: None, persistent: false }
    }

    pub(crate) fn partition(&self) -> Partition {
        let partition = self.streams.first().expect("a command decides on something").partition();
        assert!(self.streams.iter().all(|stream| stream.partition() == partition), "one append, one partition");
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
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(settings.response_timeout));
        let redis = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        let cache = Cache::new(settings.cached_aggregates);
        Ok(Self { inner: Arc::new(Inner { client, redis, cache, lanes: Default::default() }) })
    }

    /// Loads the append function and checks that the store was made for this version. Safe to repeat.
    ///
    /// # Errors
    /// When Redis does not answer, or holds a store of another format.
    pub async fn prepare(&self) -> Result<(), Error> {
        let mut redis = self.redis();
        library::load(&mut redis).await?;
        library::check_format(&mut redis).await
    }

    /// Whether commands can be taken: Redis answers and has this version of the append function.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn is_ready(&self) -> Result<bool, Error> {
        library::is_loaded(&mut self.redis()).await
    }

    /// An aggregate, brought up to date.
    ///
    /// # Errors
    /// When Redis does not answer or the stream cannot be folded.
    pub async fn load<A: Aggregate>(&self, id: A::Id) -> Result<Loaded<A>, Error> {
        let stream = Stream::of::<A>(id);
        let known = self.inner.cache.get(&stream.key()).unwrap_or_else(|| stream.unwritten());
        Ok(Loaded::new(self.catch_up(&stream, known).await?))
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
            Err(error) => Decision::new(Changes::none(), Err(error)),
        });
        match outcome.await? {
            Outcome::Done(answer) => answer.map_err(ExecuteError::Rejected),
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }

    /// Every event of one aggregate, of whatever category, in order.
    ///
    /// # Errors
    /// When Redis does not answer or the stream holds foreign entries.
    pub async fn history(&self, category: &str, id: Uuid) -> Result<Vec<Recorded>, Error> {
        self.events_from(category, id, 1).await
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

    pub(crate) fn redis(&self) -> ConnectionManager {
        self.inner.redis.clone()
    }

    pub(crate) fn client(&self) -> &Client {
        &self.inner.client
    }

    pub(crate) fn lane(&self, partition: Partition) -> &Lane {
        &self.inner.lanes[usize::from(partition.number())]
    }

    /// What the cache has, or else the log. The append checks whether it is still the newest.
    pub(crate) async fn snapshot(&self, stream: &Stream) -> Result<Arc<Snapshot>, Error> {
        match self.inner.cache.get(&stream.key()) {
            Some(known) => Ok(known),
            None => self.catch_up(stream, stream.unwritten()).await,
        }
    }

    pub(crate) fn keep(&self, key: Key, snapshot: Arc<Snapshot>) {
        self.inner.cache.insert(key, snapshot);
    }

    /// Brings what the cache has of an aggregate up to date; the next command sees why that cannot be done.
    pub(crate) async fn refresh(&self, stream: &Stream) {
        let cached = self.inner.cache.get(&stream.key()).unwrap_or_else(|| stream.unwritten());
        if self.catch_up(stream, cached).await.is_err() {
            self.inner.cache.remove(&stream.key());
        }
    }

    /// Runs the append function, and loads it first where Redis does not have it yet.
    pub(crate) async fn call(&self, command: &Cmd) -> Result<Value, Error> {
        let mut redis = self.redis();
        match command.query_async(&mut redis).await {
            Err(error) if error.to_string().contains("Function not found") => {
                self.prepare().await?;
                Ok(command.query_async(&mut redis).await?)
            }
            answer => Ok(answer?),
        }
    }

    async fn catch_up(&self, stream: &Stream, mut known: Arc<Snapshot>) -> Result<Arc<Snapshot>, Error> {
        let (category, id) = stream.key();
        // From the known event on: where it is missing, the log has lost its tail and is read from the start.
        let mut events = self.events_from(category, id, known.version.max(1)).await?;
        if known.version > 0 {
            if events.first().is_some_and(|event| event.version == known.version) {
                events.remove(0);
            } else {
                self.inner.cache.remove(&stream.key());
                known = stream.unwritten();
                events = self.events_from(category, id, 1).await?;
            }
        }
        if events.is_empty() {
            return Ok(known);
        }
        let mut next = Snapshot { version: known.version, state: known.state.copy() };
        for event in &events {
            if event.version != next.version + 1 {
                return Err(Error::Gap { category, id, expected: next.version + 1, found: event.version });
            }
            let fold = next.state.fold(event);
            fold.map_err(|source| Error::Event { category, id, version: event.version, source })?;
            next.version = event.version;
        }
        let next = Arc::new(next);
        self.keep(stream.key(), next.clone());
        Ok(next)
    }

    async fn events_from(&self, category: &str, id: Uuid, version: u64) -> Result<Vec<Recorded>, Error> {
        let (key, mut redis) = (keys::stream(category, id), self.redis());
        let (mut events, mut from) = (Vec::new(), version);
        loop {
            let page = redis.xrange_count(&key, format!("{from}-0"), "+", PAGE).await?;
            let page = Entry::all(&key, page)?;
            let more = page.len() == PAGE;
            for entry in page {
                from = entry.number.saturating_add(1);
                events.push(Recorded::from_stream(id, entry)?);
            }
            if !more {
                return Ok(events);
            }
        }
    }
}
