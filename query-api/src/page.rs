//! Lists: `{items, next_cursor}`, by keyset, so that rows which arrive meanwhile neither repeat nor hide others.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::codes;
use web::fields::refused;
use web::problem::Problem;

use crate::cursor::{decode, encode};

const DEFAULT_LIMIT: u32 = 20;
/// The longest page.
pub(crate) const MOST: u32 = 100;
/// How many of the last ones are shown of a list that only grows.
const LAST: u32 = 10;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The rows of this page.
    pub(crate) items: Vec<T>,
    /// Continues the list as `cursor`; null on its last page.
    pub(crate) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The same page, its rows made into something else.
    pub(crate) fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(show).collect(), next_cursor: self.next_cursor }
    }
}

/// Which part of a list is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Paging {
    /// The rows of `list` that are asked for.
    pub(crate) fn span<K: DeserializeOwned>(self, list: &'static str) -> Result<Span<K>, Problem> {
        Span::new(list, self.limit, self.cursor.as_deref())
    }
}

/// Which part of a list is asked for that only grows, and shows what came last.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Older {
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

impl Older {
    /// The rows of `list` that are asked for.
    pub(crate) fn span<K: DeserializeOwned>(&self, list: &'static str) -> Result<Span<K>, Problem> {
        Span::new(list, self.limit.or(Some(LAST)), self.cursor.as_deref())
    }
}

/// The rows of a list to read: those after a key and an id, or the first ones.
#[derive(Debug)]
pub(crate) struct Span<K> {
    list: &'static str,
    limit: usize,
    /// The sort key of the last row before.
    pub(crate) after: Option<K>,
    /// Its id, which decides among equal keys; nil before the first row.
    pub(crate) after_id: Uuid,
}

impl<K> Span<K> {
    /// Reads `limit` and `cursor`; a 422 names what is wrong.
    pub(crate) fn new(list: &'static str, limit: Option<u32>, cursor: Option<&str>) -> Result<Self, Problem>
    where
        K: DeserializeOwned,
    {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(refused("?limit", codes::INVALID, format!("a limit is 1 to {MOST}")));
        }
        let (after, after_id) = match cursor {
            None => (None, Uuid::nil()),
            Some(cursor) => {
                let invalid = || refused("?cursor", codes::INVALID, "this is no cursor of this list");
                let (key, id) = decode(list, cursor).ok_or_else(invalid)?;
                (Some(key), id)
            }
        };
        Ok(Self { list, limit: limit as usize, after, after_id })
    }

    /// How many rows to read: one more than the page holds tells whether there is another page.
    pub(crate) fn rows(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// The page of the rows that were read; `key` is what they are sorted by.
    pub(crate) fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> (K, Uuid)) -> Page<T>
    where
        K: Serialize,
    {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let last = rows.last().filter(|_| more).map(key);
        let next_cursor = last.map(|(key, id)| encode(self.list, &key, id));
        Page { items: rows, next_cursor }
    }
}
