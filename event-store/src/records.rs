//! What is known of people: kept beside the log, never in it.
//!
//! Two families of hashes. A *private* record holds personal fields of an aggregate, and read models copy what queries
//! need from it. A *credential* proves who a user is and is read by the command side alone. Both are written by the
//! append of the events that they belong to, and forgetting a person is deleting them.

use std::{collections::BTreeMap, fmt};

use uuid::Uuid;

use crate::keys;

/// The fields of one record. Its `Debug` output names them without their values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Record(pub BTreeMap<String, String>);

impl Record {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }
}

impl<const N: usize> From<[(&str, String); N]> for Record {
    fn from(fields: [(&str, String); N]) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A change of one record: fields that are set, or, without any, the end of it.
#[derive(Clone, Debug)]
pub(crate) struct RecordWrite {
    pub(crate) key: String,
    pub(crate) fields: Record,
}

impl RecordWrite {
    pub(crate) fn private(category: &str, id: Uuid, fields: Record) -> Self {
        Self { key: keys::private(category, id), fields }
    }

    pub(crate) fn credential(user: Uuid, fields: Record) -> Self {
        Self { key: keys::credential(user), fields }
    }
}
