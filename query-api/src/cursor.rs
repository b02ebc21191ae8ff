//! Where a page of a list ended: the sort key and the id of its last row.
//!
//! Clients get it as opaque base64url. It names the list and the order it was made for, since a key means nothing elsewhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

/// More than any cursor of ours has.
const LONGEST: usize = 2000;

/// A moment as a sort key, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct At(
    #[serde(serialize_with = "time::serde::rfc3339::serialize", deserialize_with = "in_utc")] pub(crate) OffsetDateTime,
);

/// A moment that has a year in UTC as well: at the end of the year 9999 west of Greenwich there is none.
fn in_utc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OffsetDateTime, D::Error> {
    let at = time::serde::rfc3339::deserialize(deserializer)?;
    at.checked_to_offset(UtcOffset::UTC).ok_or_else(|| D::Error::custom("there is no such moment"))
}

/// The cursor that continues `list` after a row.
pub(crate) fn encode<K: Serialize>(list: &str, key: &K, id: Uuid) -> String {
    let text = serde_json::to_vec(&(list, key, id)).expect("times of Postgres, numbers, text and ids are JSON");
    URL_SAFE_NO_PAD.encode(text)
}

/// The sort key and the id in a cursor, unless it was made up or belongs to another list.
pub(crate) fn decode<K: DeserializeOwned>(list: &str, cursor: &str) -> Option<(K, Uuid)> {
    let text = URL_SAFE_NO_PAD.decode(cursor).ok().filter(|text| text.len() <= LONGEST)?;
    let text = String::from_utf8(text).ok()?;
    let (of, key, id): (String, K, Uuid) = serde_json::from_str(&text).ok()?;
    // Postgres takes no NUL in a text, and no name has one.
    (of == list && !text.contains("\\u0000")).then_some((key, id))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    #[test]
    fn comes_back_as_it_was_to_the_microsecond() {
        let at = At(datetime!(2026-11-20 12:34:56.123456 UTC));
        assert_eq!(decode("orders", &encode("orders", &at, ID)), Some((at, ID)));
    }

    #[test]
    fn is_of_no_use_to_another_list() {
        assert_eq!(decode::<i64>("products:-price", &encode("products:price", &1999, ID)), None);
    }

    #[test]
    fn refuses_a_moment_that_utc_does_not_have() {
        let made_up = URL_SAFE_NO_PAD.encode(format!(r#"["orders","9999-12-31T23:59:59-23:59","{ID}"]"#));
        assert_eq!(decode::<At>("orders", &made_up), None);
    }

    #[test]
    fn refuses_what_was_made_up() {
        let not_json = URL_SAFE_NO_PAD.encode("junk");
        let nul = encode("products:name", &"a\0b", ID);
        for cursor in ["", "junk", "%%%", &not_json, &nul] {
            assert_eq!(decode::<String>("products:name", cursor), None, "{cursor}");
        }
    }
}
