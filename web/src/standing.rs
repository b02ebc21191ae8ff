//! Whether a session is still one, for answers that go on for longer than a moment.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use time::OffsetDateTime;

use crate::caller::Gate;
use crate::cookies;
use crate::revocations::Revocations;
use crate::tokens::Claims;

/// What the access token that came with a request is worth from then on. Looking costs no signature and no Redis.
#[derive(Clone, Debug)]
pub struct Standing(Option<(Arc<Claims>, Revocations)>);

impl Standing {
    /// Whether the token has neither run out nor been revoked: by logout, suspension, another password or other roles.
    /// Nobody's standing is always good.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.0.as_ref().is_none_or(|(claims, revocations)| {
            OffsetDateTime::now_utc().unix_timestamp() < claims.exp && !revocations.is_revoked(claims)
        })
    }
}

/// Of whoever the request is from; a request that comes with a dead session is for [`crate::caller::Caller`] to refuse.
impl<S: Send + Sync> FromRequestParts<S> for Standing {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let token = cookies::read(&parts.headers, cookies::ACCESS);
        let gate = parts.extensions.get::<Gate>();
        let claims = gate.zip(token).and_then(|(gate, token)| Some((gate.inspect(token)?, gate.revocations().clone())));
        Ok(Self(claims))
    }
}
