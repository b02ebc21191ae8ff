//! Who calls: the session behind a request's access token.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::address::ClientAddress;
use crate::codes;
use crate::cookies;
use crate::devices::Devices;
use crate::problem::Problem;
use crate::revocations::Revocations;
use crate::tokens::{Claims, Verifier};

/// What tells a live session from a dead one. [`crate::edge`] hands it to every request.
#[derive(Clone, Debug)]
pub struct Gate {
    verifier: Arc<Verifier>,
    revocations: Revocations,
    devices: Option<Devices>,
}

impl Gate {
    /// Lets in who has a token that the verifier accepts, of a session that has not been revoked.
    #[must_use]
    pub fn new(verifier: Verifier, revocations: Revocations) -> Self {
        Self { verifier: Arc::new(verifier), revocations, devices: None }
    }

    /// Notes when and from where each session is let in.
    #[must_use]
    pub fn noting(self, devices: Devices) -> Self {
        Self { devices: Some(devices), ..self }
    }

    /// What a token says that lets in at this moment.
    #[must_use]
    pub fn inspect(&self, token: &str) -> Option<Claims> {
        self.verifier.verify(token).ok().filter(|claims| !self.revocations.is_revoked(claims))
    }

    fn admit(&self, token: &str, address: ClientAddress) -> Option<Caller> {
        let claims = self.inspect(token)?;
        if let Some(devices) = &self.devices {
            devices.see(claims.sid, address);
        }
        Some(Caller { user: claims.sub, session: claims.sid, roles: claims.roles })
    }
}

/// A signed-in user. As `Option<Caller>` nobody is fine too, but a dead session is still a 401.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user: Uuid,
    /// The session.
    pub session: Uuid,
    /// What the user may be, as of when the access token was issued: good for reading, not for deciding.
    pub roles: Vec<String>,
}

impl Caller {
    /// Whether the caller has a role.
    #[must_use]
    pub fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }

    /// Demands a role.
    ///
    /// # Errors
    /// A 403 without it.
    pub fn require(&self, role: &str) -> Result<(), Problem> {
        match self.has(role) {
            true => Ok(()),
            false => Err(Problem::forbidden(codes::ROLE_REQUIRED, format!("this needs the role {role}"))),
        }
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        let token = cookies::read(&parts.headers, cookies::ACCESS);
        if let Some(clue) = parts.extensions.get::<SessionRead>() {
            clue.leave(token.is_some());
        }
        let Some(token) = token else { return Ok(None) };
        let gate = parts.extensions.get::<Gate>().ok_or_else(|| Problem::internal("the router has no gate"))?;
        gate.admit(token, address).map(Some).ok_or_else(Problem::unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        caller.ok_or_else(Problem::unauthenticated)
    }
}

/// A clue for the edge: whether a handler asked for a session, and whether there was one to be asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionRead(Arc<Clue>);

#[derive(Debug, Default)]
struct Clue {
    asked: AtomicBool,
    found: AtomicBool,
}

impl SessionRead {
    fn leave(&self, found: bool) {
        self.0.asked.store(true, Ordering::Relaxed);
        self.0.found.store(found, Ordering::Relaxed);
    }

    /// The answer depends on whether a session comes along.
    pub(crate) fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed)
    }

    /// The answer is for one session's eyes.
    pub(crate) fn found(&self) -> bool {
        self.0.found.load(Ordering::Relaxed)
    }
}
