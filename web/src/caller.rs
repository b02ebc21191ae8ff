//! Who calls: the session behind a request's access token.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use uuid::Uuid;

use crate::address::ClientAddress;
use crate::codes;
use crate::cookies;
use crate::devices::Devices;
use crate::problem::Problem;
use crate::revocations::Revocations;
use crate::settings::Demand;
use crate::tokens::{Claims, Verifier};

/// Roles that are worth a second factor.
const STAFF: [&str; 2] = ["admin", "support"];

/// What tells a live session from a dead one. [`crate::edge`] hands it to every request.
#[derive(Clone, Debug)]
pub struct Gate {
    verifier: Arc<Verifier>,
    revocations: Revocations,
    devices: Option<Devices>,
    second_factor: Demand,
}

impl Gate {
    /// Lets in who has a token that the verifier accepts, of a session that has not been revoked.
    #[must_use]
    pub fn new(verifier: Verifier, revocations: Revocations) -> Self {
        Self { verifier: Arc::new(verifier), revocations, devices: None, second_factor: Demand::Optional }
    }

    /// Notes when and from where each session is let in.
    #[must_use]
    pub fn noting(self, devices: Devices) -> Self {
        Self { devices: Some(devices), ..self }
    }

    /// Lets admins and support be that only in sessions with a second factor, where it is required.
    #[must_use]
    pub fn demanding(self, second_factor: Demand) -> Self {
        Self { second_factor, ..self }
    }

    /// What a token says that lets in at this moment.
    #[must_use]
    pub fn inspect(&self, token: &str) -> Option<Arc<Claims>> {
        self.verifier.verify(token).ok().filter(|claims| !self.revocations.is_revoked(claims))
    }

    pub(crate) const fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    fn admit(&self, token: &str, address: ClientAddress) -> Option<Caller> {
        let claims = self.inspect(token)?;
        if let Some(devices) = &self.devices {
            devices.see(claims.sid, address);
        }
        let second_factor = claims.has_second_factor();
        let staff = second_factor || self.second_factor == Demand::Optional;
        Some(Caller { user: claims.sub, session: claims.sid, roles: claims.roles.clone(), second_factor, staff })
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
    /// Whether the session has a second factor.
    pub second_factor: bool,
    /// Whether the session will do for what admins and support may: a second factor can be required for that.
    pub staff: bool,
}

impl Caller {
    /// Whether the caller has a role, and a session that will do for it.
    #[must_use]
    pub fn has(&self, role: &str) -> bool {
        self.holds(role) && (self.staff || !STAFF.contains(&role))
    }

    /// Whether the caller sees what the marketplace's own people may: as admin or support.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        STAFF.iter().any(|role| self.has(role))
    }

    /// Demands a role.
    ///
    /// # Errors
    /// A 403 without it.
    pub fn require(&self, role: &str) -> Result<(), Problem> {
        self.require_one(&[role])
    }

    /// Demands the role admin or support: both see what the marketplace's own people may.
    ///
    /// # Errors
    /// A 403 without either.
    pub fn require_staff(&self) -> Result<(), Problem> {
        self.require_one(&STAFF)
    }

    fn require_one(&self, roles: &[&str]) -> Result<(), Problem> {
        if roles.iter().any(|role| self.has(role)) {
            return Ok(());
        }
        match roles.iter().any(|role| self.holds(role)) {
            true => Err(Problem::second_factor_required()),
            false => {
                let needed = format!("this needs the role {}", roles.join(" or "));
                Err(Problem::forbidden(codes::ROLE_REQUIRED, needed))
            }
        }
    }

    fn holds(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held == role)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        let token = cookies::read(&parts.headers, cookies::ACCESS);
        let clue = parts.extensions.get::<SessionRead>();
        if let Some(clue) = clue {
            clue.leave(token.is_some());
        }
        let Some(token) = token else { return Ok(None) };
        let gate = parts.extensions.get::<Gate>().ok_or_else(|| Problem::internal("the router has no gate"))?;
        let caller = gate.admit(token, address).ok_or_else(Problem::unauthenticated)?;
        if let Some(clue) = clue {
            clue.name(caller.user);
        }
        Ok(Some(caller))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        caller.ok_or_else(Problem::unauthenticated)
    }
}

/// A clue for the edge: whether a handler asked for a session, whether there was one to be asked for, and whose it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionRead(Arc<Clue>);

#[derive(Debug, Default)]
struct Clue {
    asked: AtomicBool,
    found: AtomicBool,
    user: OnceLock<Uuid>,
}

impl SessionRead {
    fn leave(&self, found: bool) {
        self.0.asked.store(true, Ordering::Relaxed);
        self.0.found.store(found, Ordering::Relaxed);
    }

    fn name(&self, user: Uuid) {
        // A handler may ask twice; it is the same user.
        let _ = self.0.user.set(user);
    }

    /// Who was let in.
    pub(crate) fn user(&self) -> Option<Uuid> {
        self.0.user.get().copied()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(role: &str, staff: bool) -> Caller {
        let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
        Caller { user, session, roles: vec!["buyer".into(), role.into()], second_factor: staff, staff }
    }

    fn code(answer: Result<(), Problem>) -> String {
        answer.map_or_else(|problem| problem.code().to_owned(), |()| "ok".to_owned())
    }

    #[test]
    fn staff_without_a_second_factor_where_it_is_required_are_nobody_special() {
        for role in STAFF {
            let (proven, unproven) = (caller(role, true), caller(role, false));
            assert!(proven.has(role) && !unproven.has(role));
            assert_eq!(code(proven.require_staff()), "ok");
            assert_eq!(code(unproven.require_staff()), codes::SECOND_FACTOR_REQUIRED);
            assert_eq!(code(unproven.require("buyer")), "ok");
        }
    }

    #[test]
    fn a_role_that_is_not_held_is_asked_for() {
        assert_eq!(code(caller("seller", false).require_staff()), codes::ROLE_REQUIRED);
        assert_eq!(code(caller("support", true).require("admin")), codes::ROLE_REQUIRED);
    }
}
