//! An event as it stands in the log.

use std::collections::HashMap;

use domain::{Aggregate, event};
use redis::{FromRedisValue, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::Error;

/// Whether events of this type carry everything before them forward.
pub(crate) fn carries_forward(kind: &str) -> bool {
    kind.ends_with(".carried_forward")
}

/// One event of one aggregate, unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Whose event it is.
    pub id: Uuid,
    /// The how-manieth of that aggregate, from 1.
    pub version: u64,
    /// Its type, such as `order.placed`.
    pub kind: String,
    /// The shape of its data.
    pub schema: u32,
    /// When it was decided, RFC 3339, UTC.
    pub at: String,
    /// Who asked for it, such as `user:<id>` or `policy:order-fulfilment`.
    pub actor: String,
    /// The command that it followed from.
    pub command: String,
    /// The W3C `traceparent` of that command, or nothing.
    pub trace: String,
    /// A JSON object.
    pub data: String,
}

impl Recorded {
    /// Its category: what stands before the dot of its type.
    #[must_use]
    pub fn category(&self) -> &str {
        self.kind.split('.').next().unwrap_or_default()
    }

    /// Whether it has the whole state in it, so that a fold can begin here as well as at version 1.
    #[must_use]
    pub fn carries_forward(&self) -> bool {
        carries_forward(&self.kind)
    }

    /// The event itself.
    ///
    /// # Errors
    /// When this version of the code does not know its type, schema or shape.
    pub fn event<A: Aggregate>(&self) -> Result<A::Event, event::Error> {
        event::decode(&self.kind, self.schema, &self.data)
    }

    /// When it was decided.
    ///
    /// # Errors
    /// When the field does not hold a time.
    pub fn time(&self) -> Result<OffsetDateTime, time::error::Parse> {
        OffsetDateTime::parse(&self.at, &Rfc3339)
    }

    /// Reads an entry of an aggregate's stream, whose id is `<version>-0`.
    pub(crate) fn from_stream(id: Uuid, entry: Entry) -> Result<Self, Error> {
        let version = entry.number;
        Self::from_fields(id, version, entry)
    }

    /// Reads an entry of a feed, which names the aggregate and its version.
    pub(crate) fn from_feed(mut entry: Entry) -> Result<Self, Error> {
        let id = entry.take("id")?.parse().map_err(|_| entry.broken("id"))?;
        let version = entry.take("version")?.parse().map_err(|_| entry.broken("version"))?;
        Self::from_fields(id, version, entry)
    }

    fn from_fields(id: Uuid, version: u64, mut entry: Entry) -> Result<Self, Error> {
        Ok(Self {
            id,
            version,
            schema: entry.take("schema")?.parse().map_err(|_| entry.broken("schema"))?,
            kind: entry.take("type")?,
            at: entry.take("at")?,
            actor: entry.take("actor")?,
            command: entry.take("command")?,
            trace: entry.take("trace")?,
            data: entry.take("data")?,
        })
    }
}

/// A stream entry as Redis gives it.
pub(crate) struct Entry {
    key: String,
    /// What its id counts: a version or a position.
    pub(crate) number: u64,
    fields: HashMap<String, String>,
}

impl Entry {
    /// Reads the entries of one stream.
    pub(crate) fn all(key: &str, entries: Value) -> Result<Vec<Self>, Error> {
        let entries =
            Vec::<(String, HashMap<String, String>)>::from_redis_value(entries).map_err(redis::RedisError::from)?;
        entries
            .into_iter()
            .map(|(id, fields)| {
                let number = id.strip_suffix("-0").and_then(|number| number.parse().ok());
                let number = number.ok_or_else(|| Error::Foreign { key: key.to_owned(), entry: id })?;
                Ok(Self { key: key.to_owned(), number, fields })
            })
            .collect()
    }

    /// How many bytes its values have.
    pub(crate) fn size(&self) -> usize {
        self.fields.values().map(String::len).sum()
    }

    fn take(&mut self, field: &str) -> Result<String, Error> {
        self.fields.remove(field).ok_or_else(|| self.broken(field))
    }

    fn broken(&self, field: &str) -> Error {
        Error::Foreign { key: self.key.clone(), entry: format!("{}-0 (field {field})", self.number) }
    }
}
