//! Where feeds and streams begin and end, and taking away what lies before.
//!
//! Nothing is taken away by the store itself: whoever trims knows that the archive holds it and that every consumer has
//! settled it. What is left always says how the numbers go on.

use redis::{AsyncCommands, RedisError, streams::StreamInfoStreamReply};
use uuid::Uuid;

use crate::{Error, Feed, Recorded, Store, keys, recorded::Entry};

/// From how many bytes on an entry must not stand first in a stream: the append function asks Redis for the last id of
/// the stream, which answers with its first entry as well.
const LARGE: usize = 64 * 1024;

impl Store {
    /// The position of the newest event of a feed, also when it was trimmed away; 0 before the first.
    ///
    /// # Errors
    /// When Redis does not answer or the feed ends with a foreign entry.
    pub async fn head(&self, feed: Feed) -> Result<u64, Error> {
        self.last_number(&feed.key()).await
    }

    /// The position of the oldest event that a feed still has; `None` when it has none.
    ///
    /// # Errors
    /// When Redis does not answer or the feed begins with a foreign entry.
    pub async fn first(&self, feed: Feed) -> Result<Option<u64>, Error> {
        let key = feed.key();
        let oldest = Entry::all(&key, self.redis().xrange_count(&key, "-", "+", 1).await?)?;
        Ok(oldest.first().map(|entry| entry.number))
    }

    /// Takes the events before a position out of a feed, but never its newest, and returns how many there were. Where
    /// the event at the position is a large one, the one before it stays as well.
    ///
    /// # Errors
    /// When Redis does not answer or the feed ends with a foreign entry.
    pub async fn trim_feed(&self, feed: Feed, from: u64) -> Result<u64, Error> {
        let head = self.head(feed).await?;
        let trimmed = self.trim(&feed.key(), from.min(head)).await?;
        self.measures().trimmed(feed.category, trimmed);
        Ok(trimmed)
    }

    /// Takes the events before this one, which carries them forward, out of an aggregate's stream, and returns how many
    /// there were. Where it is a large one, the event before it stays as well.
    ///
    /// # Errors
    /// When Redis does not answer, or there is no event at this version that carries anything forward.
    pub async fn trim_stream(&self, category: &'static str, id: Uuid, carried_version: u64) -> Result<u64, Error> {
        let (key, at) = (keys::stream(category, id), format!("{carried_version}-0"));
        let found = Entry::all(&key, self.redis().xrange_count(&key, &at, &at, 1).await?)?.pop();
        let found = found.map(|entry| Recorded::from_stream(id, entry)).transpose()?;
        if !found.is_some_and(|event| event.carries_forward()) {
            return Err(Error::Beginning { category, id, found: carried_version });
        }
        self.trim(&key, carried_version).await
    }

    /// The number in the last id that was ever given in a stream, even when that entry is gone; 0 when there is none.
    pub(crate) async fn last_number(&self, key: &str) -> Result<u64, Error> {
        Ok(self.last_number_and_length(key).await?.0)
    }

    /// The position of the newest event of a feed, as `head` has it, and how many events the feed still has.
    pub(crate) async fn extent(&self, feed: Feed) -> Result<(u64, u64), Error> {
        self.last_number_and_length(&feed.key()).await
    }

    async fn last_number_and_length(&self, key: &str) -> Result<(u64, u64), Error> {
        let info: Result<StreamInfoStreamReply, RedisError> = self.redis().xinfo_stream(key).await;
        let (last, length) = match info {
            Ok(info) => (info.last_generated_id, info.length as u64),
            Err(error) if error.to_string().contains("no such key") => return Ok((0, 0)),
            Err(error) => return Err(error.into()),
        };
        let number = last.strip_suffix("-0").and_then(|number| number.parse().ok());
        number.map(|number| (number, length)).ok_or_else(|| Error::Foreign { key: key.to_owned(), entry: last })
    }

    async fn trim(&self, key: &str, from: u64) -> Result<u64, Error> {
        let mut redis = self.redis();
        let (mut first, mut next) = (from, from);
        loop {
            let found = redis.xrevrange_count(key, format!("{next}-0"), "-", 1).await?;
            let Some(entry) = Entry::all(key, found)?.pop() else { break };
            first = entry.number;
            if entry.size() < LARGE || first == 1 {
                break;
            }
            next = first - 1;
        }
        let mut command = redis::cmd("XTRIM");
        command.arg(key).arg("MINID").arg("=").arg(format!("{first}-0"));
        Ok(command.query_async(&mut redis).await?)
    }
}
