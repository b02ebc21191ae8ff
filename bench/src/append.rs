//! The limit of every command: the append function itself, called by the same client library with the same payload.
//!
//! Keys and arguments are those that `streams.md` and `event-store/src/append.lua` describe.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::Context;
use redis::{
    AsyncCommands, Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use uuid::Uuid;

/// The name of the function that the event store has loaded.
async fn function(redis: &mut ConnectionManager) -> anyhow::Result<String> {
    let list: Vec<HashMap<String, redis::Value>> = redis::cmd("FUNCTION").arg("LIST").query_async(redis).await?;
    let text = format!("{list:?}");
    let name = text.split(['\'', '"']).find(|word| word.starts_with("millrace_append_"));
    Ok(name.context("the append function is not there")?.to_owned())
}

/// Appends without deciding.
#[derive(Clone)]
pub(crate) struct Bare {
    redis: ConnectionManager,
    function: Arc<str>,
    /// Type, schema, time, actor, command, trace and data of an event that the event store has written.
    event: Arc<[String; 7]>,
    category: &'static str,
}

/// The category of what is appended here, unless said otherwise: no consumer reads it.
const CATEGORY: &str = "bench";

/// A stream and the version that it is at.
pub(crate) struct Target {
    id: Uuid,
    version: AtomicU64,
}

impl Target {
    pub(crate) fn new() -> Self {
        Self { id: Uuid::now_v7(), version: AtomicU64::new(0) }
    }

    pub(crate) const fn id(&self) -> Uuid {
        self.id
    }
}

impl Bare {
    /// Takes the newest event of this stream as its payload.
    pub(crate) async fn like(redis_url: &str, category: &str, id: Uuid) -> anyhow::Result<Self> {
        let config = ConnectionManagerConfig::new().set_response_timeout(None);
        let mut redis = ConnectionManager::new_with_config(Client::open(redis_url)?, config).await?;
        let key = format!("{category}:{{{}}}:{id}", partition(id));
        let newest: Vec<(String, Vec<(String, String)>)> = redis.xrevrange_count(key, "+", "-", 1).await?;
        let fields: Vec<_> = newest.into_iter().flat_map(|(_, fields)| fields).map(|(_, value)| value).collect();
        let event = fields.try_into().map_err(|fields| anyhow::anyhow!("an event has seven fields, not {fields:?}"))?;
        let function = function(&mut redis).await?.into();
        Ok(Self { redis, function, event: Arc::new(event), category: CATEGORY })
    }

    /// Appends to streams of this category.
    pub(crate) fn to(self, category: &'static str) -> Self {
        Self { category, ..self }
    }

    /// Appends one event, and its receipt where it has one.
    pub(crate) async fn append(&self, to: &Target, receipt: Option<&str>) -> anyhow::Result<()> {
        let (id, partition, category) = (to.id, partition(to.id), self.category);
        let version = to.version.fetch_add(1, Ordering::Relaxed);
        let mut call = redis::cmd("FCALL");
        call.arg(&*self.function).arg(2 + usize::from(receipt.is_some()));
        call.arg(format!("{category}:{{{partition}}}:{id}")).arg(format!("feed:{category}:{{{partition}}}"));
        if receipt.is_some() {
            call.arg(format!("receipt:{{{partition}}}:{}", Uuid::now_v7().simple()));
        }
        call.arg(0).arg(1).arg(1).arg(usize::from(receipt.is_some())).arg(0).arg(0);
        call.arg(id.to_string()).arg(version).arg(1).arg(1).arg(&*self.event);
        if let Some(body) = receipt {
            call.arg(body).arg(86_400_000);
        }
        let answer: Vec<redis::Value> = call.query_async(&mut self.redis.clone()).await?;
        let written = matches!(answer.first(), Some(redis::Value::BulkString(word)) if word == b"ok");
        anyhow::ensure!(written, "the append was refused: {answer:?}");
        Ok(())
    }
}

fn partition(id: Uuid) -> char {
    id.simple().to_string().chars().last().expect("a UUID has 32 digits")
}
