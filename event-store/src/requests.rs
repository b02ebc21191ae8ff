//! What operators ask of consumers, and what consumers report to operators. Neither is part of the log.

use std::collections::HashMap;

use domain::Partition;
use redis::{
    AsyncCommands,
    streams::{StreamId, StreamMaxlen, StreamRangeReply},
};
use uuid::Uuid;

use crate::{Error, Store, keys};

/// About how many dead letters are kept to look at; their state is with the consumer.
const DEAD_LETTERS: usize = 10_000;
/// How many of them are looked through at once.
const PAGE: usize = 500;

/// What is asked of one consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Stand still.
    Pause {
        /// Why.
        reason: String,
    },
    /// Go on.
    Resume,
    /// Try held aggregates again, now.
    Retry(Which),
    /// Pass over the event that an aggregate is held by. When another one has taken its place meanwhile, nothing happens.
    Discard {
        /// The family of the aggregate.
        category: String,
        /// The aggregate.
        id: Uuid,
        /// The event, as it was seen to fail.
        version: u64,
        /// Why.
        reason: String,
    },
}

/// Some of the aggregates that a consumer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// This one.
    Aggregate(String, Uuid),
    /// Those that are held by an event of this type.
    Type(String),
}

/// A request as it was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its number: requests are carried out in the order of these.
    pub number: String,
    /// The consumer that it is put to.
    pub consumer: String,
    /// Who asks, such as `operator` or `user:<id>`.
    pub actor: String,
    /// What for; `None` when nobody could have meant that.
    pub request: Option<Request>,
}

impl Store {
    /// Asks something of a consumer, and returns the number of the request.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn ask(&self, consumer: &str, request: &Request, actor: &str) -> Result<String, Error> {
        let mut fields = vec![("consumer", consumer.to_owned()), ("actor", actor.to_owned())];
        fields.extend(request.fields());
        Ok(self.redis().xadd(keys::REQUESTS, "*", &fields).await?)
    }

    /// The requests after the one of this number, oldest first; `0` stands before all of them.
    ///
    /// # Errors
    /// When Redis does not answer or the number is none.
    pub async fn requests_after(&self, number: &str, count: usize) -> Result<Vec<Asked>, Error> {
        let from = format!("({number}");
        let range: StreamRangeReply = self.redis().xrange_count(keys::REQUESTS, from, "+", count).await?;
        range.ids.iter().map(Asked::read).collect()
    }

    /// Forgets the requests up to and with the one of this number.
    ///
    /// # Errors
    /// When Redis does not answer or the number is none.
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

    /// Which event of an aggregate was the last that a group reported as a dead letter: its version, which may have to be this
    /// one. It may have been dealt with since.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn last_dead(
        &self,
        group: &str,
        category: &str,
        id: Uuid,
        only: Option<u64>,
    ) -> Result<Option<u64>, Error> {
        let (mut redis, key, id) = (self.redis(), keys::dead(group, Partition::of(id)), id.to_string());
        let mut before = "+".to_owned();
        loop {
            let page: StreamRangeReply = redis.xrevrange_count(&key, &before, "-", PAGE).await?;
            for letter in &page.ids {
                let fields = texts(letter)?;
                let field = |name: &str| fields.get(name).map(String::as_str);
                if field("category") != Some(category) || field("id") != Some(&id) {
                    continue;
                }
                let version = field("version").and_then(|version| version.parse().ok());
                if only.is_none() || version == only {
                    return Ok(version);
                }
            }
            match page.ids.last() {
                Some(last) if page.ids.len() == PAGE => before = format!("({}", last.id),
                _ => return Ok(None),
            }
        }
    }
}

impl Request {
    /// As its entry has it.
    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Pause { reason } => vec![("what", "pause".to_owned()), ("reason", reason.clone())],
            Self::Resume => vec![("what", "resume".to_owned())],
            Self::Retry(which) => {
                let which = match which {
                    Which::All => Vec::new(),
                    Which::Aggregate(category, id) => vec![("category", category.clone()), ("id", id.to_string())],
                    Which::Type(kind) => vec![("type", kind.clone())],
                };
                [vec![("what", "retry".to_owned())], which].concat()
            }
            Self::Discard { category, id, version, reason } => vec![
                ("what", "discard".to_owned()),
                ("category", category.clone()),
                ("id", id.to_string()),
                ("version", version.to_string()),
                ("reason", reason.clone()),
            ],
        }
    }

    fn read<'a>(field: &impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let text = |name: &str| field(name).map(str::to_owned);
        let id = || field("id").map(str::parse::<Uuid>);
        Some(match field("what")? {
            "pause" => Self::Pause { reason: text("reason")? },
            "resume" => Self::Resume,
            "retry" => Self::Retry(match (text("category"), id(), text("type")) {
                (None, None, None) => Which::All,
                (Some(category), Some(Ok(id)), None) => Which::Aggregate(category, id),
                (None, None, Some(kind)) => Which::Type(kind),
                _ => return None,
            }),
            "discard" => Self::Discard {
                category: text("category")?,
                id: id()?.ok()?,
                version: field("version")?.parse().ok().filter(|version| *version <= i64::MAX as u64)?,
                reason: text("reason")?,
            },
            _ => return None,
        })
    }
}

impl Asked {
    fn read(entry: &StreamId) -> Result<Self, Error> {
        let fields = texts(entry)?;
        let field = |name: &str| fields.get(name).map(String::as_str);
        let text = |name: &str| field(name).unwrap_or_default().to_owned();
        Ok(Self {
            number: entry.id.clone(),
            consumer: text("consumer"),
            actor: text("actor"),
            request: Request::read(&field),
        })
    }
}

/// The fields of an entry.
fn texts(entry: &StreamId) -> Result<HashMap<String, String>, Error> {
    let fields = entry
        .map
        .iter()
        .map(|(name, value)| Ok((name.clone(), redis::from_redis_value_ref(value).map_err(redis::RedisError::from)?)));
    fields.collect()
}
