//! Feeds: every event of one category in one partition, counted without gaps.
//!
//! A consumer group reads a feed with `XREADGROUP … NOACK`. Redis remembers only how far the group was *given* entries;
//! how far it *got* is the consumer's own position, kept with what it made of them. Whenever the two may differ the group
//! is set back to the position.

use std::{fmt, time::Duration};

use connections::Blocking;
use domain::Partition;
use redis::{
    AsyncCommands, Cmd, FromRedisValue, Value,
    streams::{StreamInfoConsumersReply, StreamInfoGroupsReply},
};

use crate::{Error, Recorded, Store, keys, recorded::Entry};

/// Names one feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feed {
    /// The family of its aggregates.
    pub category: &'static str,
    /// The sixteenth of them.
    pub partition: Partition,
}

impl Feed {
    /// All feeds of a category.
    pub fn all(category: &'static str) -> impl Iterator<Item = Self> {
        Partition::all().map(move |partition| Self { category, partition })
    }

    pub(crate) fn key(self) -> String {
        keys::feed(self.category, self.partition)
    }
}

impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())
    }
}

/// One event, and its place in its feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Positioned {
    /// Its place, from 1, without gaps.
    pub position: u64,
    /// The event.
    pub event: Recorded,
}

impl Store {
    /// Makes the next reading of a group begin after this position, and creates the group where it is missing.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn set_group(&self, group: &str, feed: Feed, position: u64) -> Result<(), Error> {
        let (mut redis, key, id) = (self.redis(), feed.key(), format!("{position}-0"));
        // Setting comes first: creating is refused when Redis is full, and consumers are what makes room in it.
        let set: Result<(), _> = redis.xgroup_setid(&key, group, &id).await;
        match set {
            Err(error) if matches!(error.code(), Some("NOGROUP" | "ERR")) => {
                let created: Result<(), _> = redis.xgroup_create_mkstream(&key, group, &id).await;
                match created {
                    Err(error) if error.code() == Some("BUSYGROUP") => Ok(redis.xgroup_setid(&key, group, &id).await?),
                    other => Ok(other?),
                }
            }
            other => Ok(other?),
        }
    }

    /// Makes Redis forget a group that is gone for good; one that it does not know is gone already.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn drop_group(&self, group: &str, feed: Feed) -> Result<(), Error> {
        let (mut redis, key) = (self.redis(), feed.key());
        // Without the stream, Redis refuses to look for its groups.
        if redis.exists(&key).await? {
            let _: bool = redis.xgroup_destroy(&key, group).await?;
        }
        Ok(())
    }

    /// Up to which position a group was given the events of a feed; `None` when there is no such group.
    ///
    /// # Errors
    /// When Redis does not answer, or there is no such feed.
    pub async fn given(&self, group: &str, feed: Feed) -> Result<Option<u64>, Error> {
        let reply: StreamInfoGroupsReply = self.redis().xinfo_groups(feed.key()).await?;
        let group = reply.groups.into_iter().find(|known| known.name == group);
        Ok(group.and_then(|group| group.last_delivered_id.split('-').next()?.parse().ok()))
    }

    /// Makes Redis forget the members of a group that have not read for so long. Nothing is lost with them: groups read
    /// without acknowledgement, so no entry is pending for anybody.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn forget_idle(&self, group: &str, feed: Feed, idle: Duration) -> Result<(), Error> {
        let (mut redis, key) = (self.redis(), feed.key());
        let consumers: StreamInfoConsumersReply = redis.xinfo_consumers(&key, group).await?;
        for consumer in consumers.consumers.iter().filter(|consumer| consumer.idle as u128 > idle.as_millis()) {
            let () = redis.xgroup_delconsumer(&key, group, &consumer.name).await?;
        }
        Ok(())
    }

    /// Events of a feed from a position on, without a group.
    ///
    /// # Errors
    /// When Redis does not answer or the feed holds foreign entries.
    pub async fn read_feed(&self, feed: Feed, from: u64, count: usize) -> Result<Vec<Positioned>, Error> {
        let (mut redis, key) = (self.redis(), feed.key());
        positioned(&key, redis.xrange_count(&key, format!("{from}-0"), "+", count).await?)
    }

    /// A reader of feeds for one member of a consumer group.
    #[must_use]
    pub fn reader(&self, group: &str, consumer: &str) -> Reader {
        Reader { blocking: Blocking::new(&self.redis()), group: group.to_owned(), consumer: consumer.to_owned() }
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
        Ok(Follower { blocking: Blocking::new(&self.redis()), positions })
    }
}

/// Reads feeds for one member of a consumer group.
pub struct Reader {
    blocking: Blocking,
    group: String,
    consumer: String,
}

impl Reader {
    /// The next events of these feeds, at most `count` of each, waiting up to `block` for the first.
    ///
    /// # Errors
    /// When Redis does not answer or a feed holds foreign entries. What was given to the group by then is in doubt.
    pub async fn next(
        &mut self,
        feeds: &[Feed],
        count: usize,
        block: Duration,
    ) -> Result<Vec<(Feed, Vec<Positioned>)>, Error> {
        let mut command = redis::cmd("XREADGROUP");
        command.arg("GROUP").arg(&self.group).arg(&self.consumer).arg("NOACK").arg("COUNT").arg(count);
        let feeds: Vec<_> = feeds.iter().map(|feed| (*feed, ">".to_owned())).collect();
        read(&mut self.blocking, command, &feeds, block).await
    }
}

/// Reads feeds as they grow.
pub struct Follower {
    blocking: Blocking,
    positions: Vec<(Feed, u64)>,
}

impl Follower {
    /// The events that were appended since the last call, waiting up to `block` for the first.
    ///
    /// # Errors
    /// When Redis does not answer or a feed holds foreign entries. The next call begins where this one did.
    pub async fn next(&mut self, block: Duration) -> Result<Vec<(Feed, Vec<Positioned>)>, Error> {
        let feeds: Vec<_> = self.positions.iter().map(|(feed, position)| (*feed, format!("{position}-0"))).collect();
        let read = read(&mut self.blocking, redis::cmd("XREAD"), &feeds, block).await?;
        for (feed, events) in &read {
            let position = self.positions.iter_mut().find(|(known, _)| known == feed);
            if let (Some((_, position)), Some(last)) = (position, events.last()) {
                *position = last.position;
            }
        }
        Ok(read)
    }
}

/// Completes and sends an `XREAD` or `XREADGROUP` from these ids on.
async fn read(
    blocking: &mut Blocking,
    mut command: Cmd,
    feeds: &[(Feed, String)],
    block: Duration,
) -> Result<Vec<(Feed, Vec<Positioned>)>, Error> {
    let names: Vec<String> = feeds.iter().map(|(feed, _)| feed.key()).collect();
    let Some(first) = names.first() else { return Ok(Vec::new()) };
    command.arg("BLOCK").arg(block.as_millis().max(1) as u64).arg("STREAMS").arg(&names);
    for (_, from) in feeds {
        command.arg(from);
    }
    let answer = blocking.send(first, &command, block).await?;
    if answer == Value::Nil {
        return Ok(Vec::new());
    }
    let streams = Vec::<(String, Value)>::from_redis_value(answer).map_err(redis::RedisError::from)?;
    let feed_of = |key: &str| names.iter().position(|name| name == key).map(|at| feeds[at].0);
    streams
        .into_iter()
        .map(|(key, entries)| {
            let feed = feed_of(&key).ok_or_else(|| Error::Answer(format!("a stream nobody asked for: {key}")))?;
            Ok((feed, positioned(&key, entries)?))
        })
        .collect()
}

fn positioned(key: &str, entries: Value) -> Result<Vec<Positioned>, Error> {
    let entries = Entry::all(key, entries)?.into_iter();
    entries.map(|entry| Ok(Positioned { position: entry.number, event: Recorded::from_feed(entry)? })).collect()
}
