//! What a command needs to know of the request that brings it, beside the body.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::extract::{Extension, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use domain::{SessionId, UserId};
use event_store::{CommandId, Context};
use time::OffsetDateTime;
use traces::Trace;
use web::caller::Caller;
use web::observe::RequestId;
use web::problem::Problem;

use crate::app::App;
use crate::codes;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_KEY: usize = 255;

/// Who asks, for what, and under which conditions.
pub(crate) struct Call {
    pub(crate) caller: Caller,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// Names a POST, so that a repetition of it is known.
    pub(crate) key: Option<String>,
    pub(crate) if_match: IfMatch,
    pub(crate) trace: Trace,
    pub(crate) request_id: String,
}

impl Call {
    /// The caller.
    pub(crate) fn user(&self) -> UserId {
        self.caller.user.into()
    }

    /// The session that the caller is in.
    pub(crate) fn session(&self) -> SessionId {
        self.caller.session.into()
    }

    /// Refuses what no admin may do to themselves: whoever does it to another stays, so there is always one left.
    pub(crate) fn refuse_oneself(&self, id: UserId) -> Result<(), Problem> {
        match self.user() == id {
            true => Err(Problem::conflict(codes::NEEDS_ANOTHER_ADMIN, "another admin has to do this")),
            false => Ok(()),
        }
    }

    /// Demands a key, for what must not happen twice.
    pub(crate) fn require_key(&self) -> Result<(), Problem> {
        match self.key {
            Some(_) => Ok(()),
            None => {
                Err(Problem::bad_request(codes::IDEMPOTENCY_KEY_REQUIRED, "an Idempotency-Key header is required here"))
            }
        }
    }

    /// What is written beside the events of this call.
    pub(crate) fn context(&self, command: CommandId) -> Context {
        context(self.user(), command, self.trace.to_string())
    }
}

/// What is written beside the events that a user causes.
pub(crate) fn context(user: UserId, command: CommandId, trace: String) -> Context {
    Context { actor: format!("user:{user}"), command, at: OffsetDateTime::now_utc(), trace }
}

impl FromRequestParts<Arc<App>> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<App>) -> Result<Self, Problem> {
        let caller = <Caller as FromRequestParts<Arc<App>>>::from_request_parts(parts, state).await?;
        state.limits.command(caller.user).await?;
        let key = match parts.method {
            Method::POST => key(&parts.headers)?,
            _ => None,
        };
        let unwrapped = |_| Problem::internal("the router is not wrapped");
        let Extension(trace) = Extension::<Trace>::from_request_parts(parts, state).await.map_err(unwrapped)?;
        let Extension(RequestId(request_id)) = Extension::from_request_parts(parts, state).await.map_err(unwrapped)?;
        Ok(Self {
            caller,
            key,
            trace,
            request_id,
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            if_match: IfMatch::of(&parts.headers),
            headers: parts.headers.clone(),
        })
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = str::from_utf8(value.as_bytes()).ok().filter(|key| (1..=LONGEST_KEY).contains(&key.chars().count()));
    let refusal = || Problem::bad_request(web::codes::BAD_REQUEST, "an Idempotency-Key has 1 to 255 characters");
    key.map(|key| Some(key.to_owned())).ok_or_else(refusal)
}

/// The versions that a client is ready to change; none asked means any.
#[derive(Clone, Debug, Default)]
pub(crate) struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    fn of(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(header::IF_MATCH).iter().peekable();
        if lines.peek().is_none() {
            return Self(None);
        }
        let tags = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        Self(Some(tags.map(|tag| tag.trim().to_owned()).collect()))
    }

    /// Refuses to change what is at another version than the client knows. `"3.7"` is version 3 of what is shown together
    /// with something else; a weak tag never matches (RFC 9110, 13.1.1).
    pub(crate) fn check(&self, current: &RangeInclusive<u64>, shown_with_another: bool) -> Result<(), Problem> {
        let names = |tag: &str| {
            let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
            let tag = if shown_with_another { tag.split('.').next()? } else { tag };
            Some(current.clone().any(|version| tag == version.to_string()))
        };
        let matches = |tags: &Vec<String>| tags.iter().any(|tag| tag == "*" || names(tag) == Some(true));
        match self.0.as_ref().is_none_or(matches) {
            true => Ok(()),
            false => Err(Problem::moved_on(format!("it is at version {} now", current.end()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(tags: &str, version: u64, shown_with_another: bool) -> bool {
        let headers = HeaderMap::from_iter([(header::IF_MATCH, tags.parse().unwrap())]);
        IfMatch::of(&headers).check(&(version..=version), shown_with_another).is_ok()
    }

    #[test]
    fn changes_only_the_version_that_was_named() {
        assert!(passes("\"3\"", 3, false) && passes("\"1\", \"3\"", 3, false) && passes("*", 3, false));
        for tags in ["\"2\"", "W/\"3\"", "3", "", "\"3.7\""] {
            assert!(!passes(tags, 3, false), "{tags}");
        }
    }

    #[test]
    fn a_product_is_known_by_the_first_part_of_its_tag() {
        assert!(passes("\"3.7\"", 3, true) && passes("\"3\"", 3, true));
        assert!(!passes("\"7.3\"", 3, true));
    }

    #[test]
    fn nothing_named_is_no_condition() {
        assert!(IfMatch::of(&HeaderMap::new()).check(&(3..=3), false).is_ok());
    }

    #[test]
    fn a_key_is_any_text_of_one_to_255_characters() {
        let parse = |bytes: &[u8]| key(&HeaderMap::from_iter([(IDEMPOTENCY_KEY, bytes.try_into().unwrap())]));
        for text in ["order-1", "two words", "Bestellung für Jörg", &"k".repeat(255), &"é".repeat(255)] {
            assert_eq!(parse(text.as_bytes()).unwrap().as_deref(), Some(text));
        }
        for bytes in [&b""[..], b"J\xf6rg", "k".repeat(256).as_bytes()] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
    }
}
