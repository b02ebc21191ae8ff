//! What operators ask of consumers, and what consumers report to operators. Neither is part of the log.

use std::collections::HashMap;

use domain::Partition;
use redis::{
    AsyncCommands,
    streams::{StreamId, StreamMaxlen, StreamRangeReply},
};

use crate::{Error, Store, keys};

/// About how many dead letters are kept to look at; their state is with the consumer.
const DEAD_LETTERS: usize = 10_000;

impl Store {
    /// Asks something of the consumers, and returns the id of the request.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn request(&self, fields: &[(&str, &str)]) -> Result<String, Error> {
        Ok(self.redis().xadd(keys::REQUESTS, "*", fields).await?)
    }

    /// The requests after this one, oldest first; `0` stands before all of them.
    ///
    /// # Errors
    /// When Redis does not answer or the id is none.
    pub async fn requests_after(
        &self,
        id: &str,
        count: usize,
    ) -> Result<Vec<(String, HashMap<String, String>)>, Error> {
        let range: StreamRangeReply = self.redis().xrange_count(keys::REQUESTS, format!("({id}"), "+", count).await?;
        let read = |request: StreamId| {
            let fields = request.map.iter().map(|(name, value)| {
                Ok((name.clone(), redis::from_redis_value_ref(value).map_err(redis::RedisError::from)?))
            });
            Ok((request.id.clone(), fields.collect::<Result<_, Error>>()?))
        };
        range.ids.into_iter().map(read).collect()
    }

    /// Forgets the requests up to and with this one.
    ///
    /// # Errors
    /// When Redis does not answer or the id is none.
    pub async fn forget_requests(&self, up_to: &str) -> Result<(), Error> {
        let mut redis = self.redis();
        let settled: StreamRangeReply = redis.xrange(keys::REQUESTS, "-", up_to).await?;
        let ids: Vec<_> = settled.ids.into_iter().map(|request| request.id).collect();
        if !ids.is_empty() {
            let _: u64 = redis.xdel(keys::REQUESTS, &ids).await?;
        }
        Ok(())
    }

    /// Writes a dead letter of a group to where operators look and alert.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn report_dead(&self, group: &str, partition: Partition, fields: &[(&str, &str)]) -> Result<(), Error> {
        let key = keys::dead(group, partition);
        Ok(self.redis().xadd_maxlen(key, StreamMaxlen::Approx(DEAD_LETTERS), "*", fields).await?)
    }
}
