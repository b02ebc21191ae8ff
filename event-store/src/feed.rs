//! Feeds: every event of one category in one partition, counted without gaps.
//!
//! A consumer group reads a feed with `XREADGROUP … NOACK`. Redis remembers only how far the group was *given* entries;
//! how far it *got* is the consumer's own position, kept with what it made of them. Whenever the two may differ the group
//! is set back to the position. [`Reader`](crate::Reader) reads.

use std::{fmt, time::Duration};

use domain::Partition;
use redis::{
    AsyncCommands, Value,
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
}

pub(crate) fn positioned(key: &str, entries: Value) -> Result<Vec<Positioned>, Error> {
    let entries = Entry::all(key, entries)?.into_iter();
    entries.map(|entry| Ok(Positioned { position: entry.number, event: Recorded::from_feed(entry)? })).collect()
}
