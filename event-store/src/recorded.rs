//! An event as it stands in the log.

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
    pub(crate) fn from_stream(id: Uuid, entry: Entry<'_>) -> Result<Self, Error> {
        let version = entry.number;
        Self::from_fields(id, version, entry)
    }

    /// Reads an entry of a feed, which names the aggregate and its version.
    pub(crate) fn from_feed(mut entry: Entry<'_>) -> Result<Self, Error> {
        let id = entry.take("id")?.parse().map_err(|_| entry.broken("id"))?;
        let version = entry.take("version")?.parse().map_err(|_| entry.broken("version"))?;
        Self::from_fields(id, version, entry)
    }

    fn from_fields(id: Uuid, version: u64, mut entry: Entry<'_>) -> Result<Self, Error> {
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

/// A stream entry as Redis gives it. There are millions of them: nothing is copied, and few fields need no map.
pub(crate) struct Entry<'a> {
    key: &'a str,
    /// What its id counts: a version or a position.
    pub(crate) number: u64,
    fields: Vec<(Value, Value)>,
}

impl<'a> Entry<'a> {
    /// Reads the entries of one stream.
    pub(crate) fn all(key: &'a str, entries: Value) -> Result<Vec<Self>, Error> {
        array(entries)?.into_iter().map(|entry| Self::read(key, entry)).collect()
    }

    fn read(key: &'a str, entry: Value) -> Result<Self, Error> {
        let [id, fields] = array(entry)?.try_into().map_err(|entry| Error::Answer(format!("{entry:?}")))?;
        let id = text(id)?;
        let number = id.strip_suffix("-0").and_then(|number| number.parse().ok());
        let number = number.ok_or_else(|| Error::Foreign { key: key.to_owned(), entry: id })?;
        let (mut fields, mut pairs) = (array(fields)?.into_iter(), Vec::with_capacity(9));
        while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
            pairs.push((name, value));
        }
        Ok(Self { key, number, fields: pairs })
    }

    /// How many bytes its values have.
    pub(crate) fn size(&self) -> usize {
        let bytes = |value: &Value| if let Value::BulkString(bytes) = value { bytes.len() } else { 0 };
        self.fields.iter().map(|(_, value)| bytes(value)).sum()
    }

    fn take(&mut self, field: &str) -> Result<String, Error> {
        let named = |(name, _): &(Value, Value)| matches!(name, Value::BulkString(name) if name == field.as_bytes());
        let at = self.fields.iter().position(named).ok_or_else(|| self.broken(field))?;
        text(self.fields.swap_remove(at).1).map_err(|_| self.broken(field))
    }

    fn broken(&self, field: &str) -> Error {
        Error::Foreign { key: self.key.to_owned(), entry: format!("{}-0 (field {field})", self.number) }
    }
}

fn array(value: Value) -> Result<Vec<Value>, Error> {
    Vec::from_redis_value(value).map_err(|error| Error::Redis(error.into()))
}

fn text(value: Value) -> Result<String, Error> {
    Ok(String::from_redis_value(value).map_err(redis::RedisError::from)?)
}
