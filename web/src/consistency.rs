//! Read your own writes: which aggregates a caller has just written, and up to which version.
//!
//! command-api names a command's writes in the `Consistency-Token` header and keeps those of the last 30 s in the
//! `consistency` cookie; query-api waits until its read model has applied them.
//!
//! A token is not sealed, so a caller can name aggregates of others. Ids cannot be guessed; to who has one, `fresh` or
//! `stale` tells that the aggregate has come to a version, on a 404 too, and nothing else. That much is accepted: query-api
//! needs no secret for it, and who learns of a write before its read model knows when to ask again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};
use cookie::Cookie;
use uuid::Uuid;

use crate::cookies;
use crate::problem::Problem;

/// Carries a token, in both directions.
pub const CONSISTENCY_TOKEN: HeaderName = HeaderName::from_static("consistency-token");
/// How a query says whether it has seen the writes: `fresh` or `stale`.
pub const CONSISTENCY: HeaderName = HeaderName::from_static("consistency");

const COOKIE: &str = "consistency";
const COOKIE_LIFETIME: Duration = Duration::from_secs(30);
/// More would not fit a header; the newest count.
const MOST_WRITES: usize = 20;

/// One aggregate and the version that a caller has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The family of aggregates: lower-case letters and underscores.
    pub category: String,
    /// Which aggregate.
    pub id: Uuid,
    /// The version it has since that write.
    pub version: u64,
}

/// The newest writes of a caller, at most 20, oldest first.
///
/// As text: `product:<id>:3.inventory:<id>:1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token(Vec<Write>);

impl Token {
    /// Reads a token; what is not a write is ignored, for it can only make a query wait.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut token = Self::default();
        text.split('.').filter_map(|write| write.parse().ok()).for_each(|write| token.add(write));
        token
    }

    /// The writes that a request brings along, in its header and its cookie.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let mut token = cookies::read(headers, COOKIE).map(Self::parse).unwrap_or_default();
        for header in headers.get_all(CONSISTENCY_TOKEN) {
            token.merge(&Self::parse(header.to_str().unwrap_or_default()));
        }
        token
    }

    /// Adds a write as the newest. Of two writes of one aggregate the higher version stays.
    pub fn add(&mut self, mut write: Write) {
        if let Some(at) = self.0.iter().position(|held| held.id == write.id && held.category == write.category) {
            let held = self.0.remove(at);
            write.version = write.version.max(held.version);
        }
        self.0.push(write);
        let surplus = self.0.len().saturating_sub(MOST_WRITES);
        self.0.drain(..surplus);
    }

    /// Adds all writes of another token, as newer ones.
    pub fn merge(&mut self, newer: &Self) {
        newer.0.iter().cloned().for_each(|write| self.add(write));
    }

    /// The writes, oldest first.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        &self.0
    }

    /// The cookie that keeps these writes and those that the request brought along.
    #[must_use]
    pub fn cookie(&self, request: &HeaderMap) -> Cookie<'static> {
        let mut kept = Self::of(request);
        kept.merge(self);
        cookies::guarded(COOKIE, kept.to_string(), COOKIE_LIFETIME)
    }
}

/// The end of the cookie, for whoever leaves for good.
#[must_use]
pub fn forgotten() -> Cookie<'static> {
    cookies::guarded(COOKIE, String::new(), Duration::ZERO)
}

impl FromIterator<Write> for Token {
    fn from_iter<I: IntoIterator<Item = Write>>(writes: I) -> Self {
        let mut token = Self::default();
        writes.into_iter().for_each(|write| token.add(write));
        token
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Write { category, id, version }) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "." };
            write!(f, "{separator}{category}:{id}:{version}")?;
        }
        Ok(())
    }
}

impl FromStr for Write {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(':');
        let (Some(category), Some(id), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        let named = (1..=32).contains(&category.len()) && category.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        match (named, id.parse(), version.parse()) {
            (true, Ok(id), Ok(version)) => Ok(Self { category: category.to_owned(), id, version }),
            _ => Err(()),
        }
    }
}

/// Sets the `Consistency-Token` header of an answer.
impl IntoResponseParts for Token {
    type Error = Problem;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Problem> {
        let value = HeaderValue::try_from(self.to_string()).map_err(Problem::internal)?;
        parts.headers_mut().insert(CONSISTENCY_TOKEN, value);
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn write(category: &str, id: u128, version: u64) -> Write {
        Write { category: category.into(), id: Uuid::from_u128(id), version }
    }

    #[test]
    fn reads_what_it_writes() {
        let token: Token = [write("product", 1, 3), write("inventory", 1, 1)].into_iter().collect();
        assert_eq!(Token::parse(&token.to_string()), token);
    }

    #[test]
    fn ignores_junk() {
        let id = Uuid::from_u128(7);
        let token = Token::parse(&format!(
            "junk..product:{id}.product:{id}:x.Product:{id}:1.product:7:1.product:{id}:1:2.order:{id}:4.\u{e9}"
        ));
        assert_eq!(token.writes(), [write("order", 7, 4)]);
    }

    #[test]
    fn keeps_the_highest_version_of_an_aggregate() {
        let token =
            Token::parse(&[write("order", 1, 5), write("order", 1, 2)].into_iter().collect::<Token>().to_string());
        assert_eq!(token.writes(), [write("order", 1, 5)]);
    }

    #[test]
    fn keeps_the_newest_writes_alone() {
        let token: Token = (0..50).map(|id| write("order", id, 1)).collect();
        assert_eq!(token.writes().len(), 20);
        assert_eq!(token.writes()[0], write("order", 30, 1));
    }

    #[test]
    fn the_cookie_keeps_earlier_writes_too() {
        let mut request = HeaderMap::new();
        let earlier: Token = [write("product", 1, 1)].into_iter().collect();
        request.insert(header::COOKIE, format!("consistency={earlier}").parse().unwrap());
        let now: Token = [write("order", 2, 1)].into_iter().collect();

        let cookie = now.cookie(&request);

        assert_eq!(Token::parse(cookie.value()).writes(), [write("product", 1, 1), write("order", 2, 1)]);
        assert!(cookie.to_string().ends_with("; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=30"));
    }

    #[test]
    fn a_request_brings_its_header_and_its_cookie() {
        let mut request = HeaderMap::new();
        let id = Uuid::from_u128(1);
        request.insert(header::COOKIE, format!("consistency=order:{id}:2").parse().unwrap());
        request.insert(CONSISTENCY_TOKEN, format!("order:{id}:3").parse().unwrap());

        assert_eq!(Token::of(&request).writes(), [write("order", 1, 3)]);
    }
}
