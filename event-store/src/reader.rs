//! Reading feeds as they grow.
//!
//! On one Redis a call reads all feeds, and blocks until one of them has something. A cluster reads one partition at a time,
//! so there the calls do not block. Between them others do, one for each partition, that read nothing for the group: they
//! only tell that there is something, may come to nothing, and go on from one turn to the next.

use std::{
    collections::{BTreeMap, HashMap},
    future::pending,
    time::Duration,
};

use connections::Blocking;
use domain::Partition;
use futures_util::future::try_join_all;
use redis::{Cmd, FromRedisValue, RedisResult, Value};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{Error, Feed, Positioned, Store, feed::positioned};

/// The events of some feeds.
type Turn = Vec<(Feed, Vec<Positioned>)>;

impl Store {
    /// A reader of feeds for one member of a consumer group.
    #[must_use]
    pub fn reader(&self, group: &str, consumer: &str) -> Reader {
        Reader {
            reading: Reading::new(self),
            given: HashMap::new(),
            group: group.to_owned(),
            consumer: consumer.to_owned(),
        }
    }

    /// A reader of everything that is appended to these feeds from now on, without a group.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn follow(&self, feeds: impl IntoIterator<Item = Feed>) -> Result<Follower, Error> {
        let mut positions = Vec::new();
        for feed in feeds {
            positions.push((feed, self.head(feed).await?));
        }
        Ok(Follower { reading: Reading::new(self), positions })
    }
}

/// Reads feeds for one member of a consumer group.
pub struct Reader {
    reading: Reading,
    /// Up to where the group was given each feed, as far as this member knows.
    given: HashMap<Feed, u64>,
    group: String,
    consumer: String,
}

impl Reader {
    /// The next events of these feeds, at most `count` of each, waiting up to `block` for the first.
    ///
    /// # Errors
    /// When Redis does not answer or a feed holds foreign entries. What was given to the group by then is in doubt.
    pub async fn next(&mut self, feeds: &[Feed], count: usize, block: Duration) -> Result<Turn, Error> {
        let mut command = redis::cmd("XREADGROUP");
        command.arg("GROUP").arg(&self.group).arg(&self.consumer).arg("NOACK").arg("COUNT").arg(count);
        let from: Vec<_> = feeds.iter().map(|feed| (*feed, ">".to_owned())).collect();
        if !self.reading.store.redis().is_cluster().await? {
            return self.reading.block(command, &from, block).await;
        }
        let end = Instant::now() + block;
        loop {
            let turn = read_now(&self.reading.store, &command, &from).await?;
            if !turn.is_empty() {
                let last = turn.iter().filter_map(|(feed, events)| Some((*feed, events.last()?.position)));
                self.given.extend(last);
                return Ok(turn);
            }
            let known = self.known(feeds).await?;
            self.reading.wait_for(&known, block);
            match timeout_at(end, self.reading.woken()).await {
                Err(_) => return Ok(turn),
                // Where there is nothing for the group after all, it was given more than is known here.
                Ok(partition) => {
                    let partition = partition?;
                    self.given.retain(|feed, _| feed.partition != partition);
                }
            }
        }
    }

    async fn known(&mut self, feeds: &[Feed]) -> Result<Vec<(Feed, u64)>, Error> {
        let mut known = Vec::with_capacity(feeds.len());
        for feed in feeds {
            let given = match self.given.get(feed) {
                Some(given) => *given,
                None => self.reading.store.given(&self.group, *feed).await?.unwrap_or_default(),
            };
            self.given.insert(*feed, given);
            known.push((*feed, given));
        }
        Ok(known)
    }
}

/// Reads feeds as they grow.
pub struct Follower {
    reading: Reading,
    positions: Vec<(Feed, u64)>,
}

impl Follower {
    /// The events that were appended since the last call, waiting up to `block` for the first.
    ///
    /// # Errors
    /// When Redis does not answer or a feed holds foreign entries. The next call begins where this one did.
    pub async fn next(&mut self, block: Duration) -> Result<Turn, Error> {
        let from: Vec<_> = self.positions.iter().map(|(feed, position)| (*feed, format!("{position}-0"))).collect();
        let command = redis::cmd("XREAD");
        let read = match self.reading.store.redis().is_cluster().await? {
            false => self.reading.block(command, &from, block).await?,
            true => {
                let end = Instant::now() + block;
                loop {
                    let read = read_now(&self.reading.store, &command, &from).await?;
                    if !read.is_empty() {
                        break read;
                    }
                    self.reading.wait_for(&self.positions, block);
                    match timeout_at(end, self.reading.woken()).await {
                        Err(_) => break read,
                        Ok(woken) => drop(woken?),
                    }
                }
            }
        };
        for (feed, events) in &read {
            let position = self.positions.iter_mut().find(|(known, _)| known == feed);
            if let (Some((_, position)), Some(last)) = (position, events.last()) {
                *position = last.position;
            }
        }
        Ok(read)
    }
}

/// What blocks, with connections of its own.
struct Reading {
    store: Store,
    one: Blocking,
    /// Connections to the owners of partitions; none while something blocks on it.
    idle: HashMap<Partition, Option<Blocking>>,
    waiting: JoinSet<Waited>,
}

/// What came of waiting for something in a partition.
type Waited = (Partition, Blocking, RedisResult<Value>);

impl Reading {
    fn new(store: &Store) -> Self {
        let (one, waiting) = (Blocking::new(&store.redis()), JoinSet::new());
        Self { store: store.clone(), one, idle: HashMap::new(), waiting }
    }

    /// Completes and sends an `XREAD` or `XREADGROUP` from these ids on, to one Redis.
    async fn block(&mut self, mut command: Cmd, from: &[(Feed, String)], block: Duration) -> Result<Turn, Error> {
        let Some((first, _)) = from.first() else { return Ok(Turn::new()) };
        command.arg("BLOCK").arg(block.as_millis().max(1) as u64);
        add_streams(&mut command, from);
        turn(from, self.one.send(&first.key(), &command, block).await?)
    }

    /// Begins to wait for something behind these positions, in partitions where nothing is waited for yet.
    fn wait_for(&mut self, positions: &[(Feed, u64)], block: Duration) {
        let from: Vec<_> = positions.iter().map(|(feed, position)| (*feed, format!("{position}-0"))).collect();
        for (partition, from) in by_partition(&from) {
            let idle = self.idle.entry(partition).or_insert_with(|| Some(Blocking::new(&self.store.redis())));
            let Some(mut blocking) = idle.take() else { continue };
            let mut command = redis::cmd("XREAD");
            command.arg("COUNT").arg(1).arg("BLOCK").arg(block.as_millis().max(1) as u64);
            add_streams(&mut command, &from);
            let key = from[0].0.key();
            let waited = async move {
                let answer = blocking.send(&key, &command, block).await;
                (partition, blocking, answer)
            };
            self.waiting.spawn(waited);
        }
    }
    /// Waits until there is something in a partition.
    async fn woken(&mut self) -> Result<Partition, Error> {
        while let Some(waited) = self.waiting.join_next().await {
            let (partition, blocking, answer) = waited.map_err(|_| Error::Panicked)?;
            self.idle.insert(partition, Some(blocking));
            if answer? != Value::Nil {
                return Ok(partition);
            }
        }
        pending().await
    }
}

/// Completes an `XREAD` or `XREADGROUP` and sends it to the owner of each partition. It does not wait for anything to come.
async fn read_now(store: &Store, command: &Cmd, from: &[(Feed, String)]) -> Result<Turn, Error> {
    let reads = by_partition(from).into_values().map(async |from| {
        let mut command = command.clone();
        add_streams(&mut command, &from);
        turn(&from, command.query_async(&mut store.redis()).await?)
    });
    Ok(try_join_all(reads).await?.concat())
}

fn by_partition(from: &[(Feed, String)]) -> BTreeMap<Partition, Vec<(Feed, String)>> {
    let mut partitions = BTreeMap::<_, Vec<_>>::new();
    for (feed, id) in from {
        partitions.entry(feed.partition).or_default().push((*feed, id.clone()));
    }
    partitions
}

fn add_streams(command: &mut Cmd, from: &[(Feed, String)]) {
    command.arg("STREAMS");
    for (feed, _) in from {
        command.arg(feed.key());
    }
    for (_, id) in from {
        command.arg(id);
    }
}

/// What was read of these feeds.
fn turn(from: &[(Feed, String)], answer: Value) -> Result<Turn, Error> {
    if answer == Value::Nil {
        return Ok(Turn::new());
    }
    let names: Vec<String> = from.iter().map(|(feed, _)| feed.key()).collect();
    let streams = Vec::<(String, Value)>::from_redis_value(answer).map_err(redis::RedisError::from)?;
    let feed_of = |key: &str| names.iter().position(|name| name == key).map(|at| from[at].0);
    streams
        .into_iter()
        .map(|(key, entries)| {
            let feed = feed_of(&key).ok_or_else(|| Error::Answer(format!("a stream nobody asked for: {key}")))?;
            Ok((feed, positioned(&key, entries)?))
        })
        .collect()
}
