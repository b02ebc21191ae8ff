//! What is known of a request that may come without a session.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::UserId;
use event_store::{CommandId, Context};
use time::OffsetDateTime;
use traces::Trace;
use web::address::ClientAddress;
use web::devices::Device;

use crate::call::context;

const LONGEST_USER_AGENT: usize = 200;

/// Where a request comes from.
pub(crate) struct Visit {
    pub(crate) address: ClientAddress,
    pub(crate) headers: HeaderMap,
    trace: String,
}

impl Visit {
    /// What is written beside events that a user causes who has proven to be one.
    pub(crate) fn context_of(&self, user: UserId) -> Context {
        context(user, CommandId::random(), self.trace.clone())
    }

    /// What is written beside events that anybody may have caused.
    pub(crate) fn anonymous(&self) -> Context {
        let (command, at) = (CommandId::random(), OffsetDateTime::now_utc());
        Context { actor: "anonymous".to_owned(), command, at, trace: self.trace.clone() }
    }

    /// What the visitor came with.
    pub(crate) fn device(&self) -> Device {
        let user_agent = self.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let user_agent = user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect());
        Device { user_agent, address: self.address.0 }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        let trace = parts.extensions.get::<Trace>().map(ToString::to_string).unwrap_or_default();
        Ok(Self { address, headers: parts.headers.clone(), trace })
    }
}
