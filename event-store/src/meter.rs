//! How Redis is, looked at now and then by whoever shows it: how far the feeds have come, how full it is, what is due.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use connections::Node;
use domain::{Partition, event};
use futures_util::future::{try_join, try_join_all};
use gauges::{Found, Gauges};
use redis::{AsyncCommands, InfoDict};
use time::OffsetDateTime;

use crate::{Error, Feed, Store, keys};

/// Looks at Redis, and shows what it has found as gauges.
pub struct Meter {
    store: Store,
    shown: Gauges,
}

impl Meter {
    /// How often it is worth a look.
    pub const EVERY: Duration = Duration::from_secs(5);

    /// A meter that has not looked yet.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, shown: Gauges::default() }
    }

    /// Looks once, and returns the position of the newest event of each feed.
    ///
    /// # Errors
    /// When Redis does not answer, or a feed ends with a foreign entry; then nothing is shown but whether it answers.
    pub async fn look(&mut self) -> Result<BTreeMap<Feed, u64>, Error> {
        let mut found = Found::default();
        let looked = look(&self.store, &mut found).await;
        if looked.is_err() {
            found = Found::default();
        }
        // Whatever else is wrong was said by a Redis that is there.
        let up = looked.as_ref().err().is_none_or(|error| !error.is_infrastructure());
        found.add("redis_up", [], f64::from(u8::from(up)));
        self.shown.show(found);
        looked
    }
}

async fn look(store: &Store, found: &mut Found) -> Result<BTreeMap<Feed, u64>, Error> {
    let mut masters = store.redis().masters().await?;
    memory(&mut masters, found).await?;
    clock(&mut masters, found).await?;
    timers(store, found).await?;
    let feeds = event::categories().into_iter().flat_map(Feed::all);
    let ends = try_join_all(feeds.map(async |feed| Ok::<_, Error>((feed, store.extent(feed).await?)))).await?;
    let (mut heads, mut lengths) = (BTreeMap::new(), BTreeMap::<_, u64>::new());
    for (feed, (head, length)) in ends {
        let partition = feed.partition.to_string();
        found.add("feed_head_events", [("category", feed.category), ("partition", &partition)], head as f64);
        *lengths.entry(feed.category).or_default() += length;
        heads.insert(feed, head);
    }
    for (category, length) in lengths {
        found.add("feed_length_events", [("category", category)], length as f64);
    }
    Ok(heads)
}

async fn memory(masters: &mut [Node], found: &mut Found) -> Result<(), Error> {
    for master in masters {
        let info: InfoDict = redis::cmd("INFO").arg("memory").query_async(master).await?;
        let bytes = |name| info.get::<u64>(name).unwrap_or_default() as f64;
        found.add("redis_memory_used_bytes", [("node", master.name())], bytes("used_memory"));
        found.add("redis_memory_max_bytes", [("node", master.name())], bytes("maxmemory"));
    }
    Ok(())
}

/// By how much the clock of Redis (in a cluster the one that is furthest off) is ahead of this process', which it read in the middle
/// of the round trip as far as one can tell.
async fn clock(masters: &mut [Node], found: &mut Found) -> Result<(), Error> {
    let mut furthest = 0.0_f64;
    for master in masters {
        let (asked, since) = (OffsetDateTime::now_utc(), Instant::now());
        let (seconds, microseconds): (u64, u64) = redis::cmd("TIME").query_async(master).await?;
        let here = (asked + since.elapsed() / 2 - OffsetDateTime::UNIX_EPOCH).as_seconds_f64();
        let ahead = seconds as f64 + microseconds as f64 / 1e6 - here;
        furthest = if ahead.abs() > furthest.abs() { ahead } else { furthest };
    }
    found.add("redis_clock_offset_seconds", [], furthest);
    Ok(())
}

async fn timers(store: &Store, found: &mut Found) -> Result<(), Error> {
    let now = (OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000) as i64;
    let due = try_join_all(Partition::all().map(async |partition| {
        let (key, mut redis, mut counting) = (keys::timers(partition), store.redis(), store.redis());
        let earliest = redis.zrangebyscore_limit_withscores(&key, 0, now, 0, 1);
        let (count, earliest): (u64, Vec<(String, u64)>) = try_join(counting.zcount(&key, 0, now), earliest).await?;
        Ok::<_, Error>((count, earliest.first().map(|(_, due)| *due)))
    }))
    .await?;
    let earliest = due.iter().filter_map(|(_, earliest)| *earliest).min().unwrap_or_default();
    found.add("timers_due", [], due.iter().map(|(count, _)| *count).sum::<u64>() as f64);
    found.add("timers_oldest_due_timestamp_seconds", [], earliest as f64 / 1000.0);
    Ok(())
}
