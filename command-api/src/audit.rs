//! The security log: lines of the target `audit`, each an `event` of OWASP's logging vocabulary.
//!
//! They name nobody. An `account` is the claim on its e-mail address, a keyed hash, also where there is no such account; a
//! `user` is the id that the log of events has. Addresses are those that clients come from. Logins are counted too: many that
//! fail, with accounts that differ, are somebody who tries one password after the other on everybody.

use domain::user::{Ending, Event};
use domain::{ClaimId, SessionId, UserId};
use event_store::requests::Request;
use tracing::{error, info, warn};
use web::address::ClientAddress;

/// Somebody has proven who they are, and has a session.
pub(crate) fn logged_in(account: ClaimId, user: UserId, ClientAddress(address): ClientAddress) {
    metrics::counter!("logins_total", "outcome" => "success").increment(1);
    info!(target: "audit", event = "authn_login_success", %account, %user, %address);
}

/// Somebody has not.
pub(crate) fn not_logged_in(account: ClaimId, ClientAddress(address): ClientAddress) {
    metrics::counter!("logins_total", "outcome" => "fail").increment(1);
    warn!(target: "audit", event = "authn_login_fail", %account, %address);
}

/// Somebody within a session did not know its user's password.
pub(crate) fn password_not_known(user: UserId, session: SessionId) {
    warn!(target: "audit", event = "authn_password_change_fail", %user, %session);
}

/// A session goes on.
pub(crate) fn renewed(user: UserId, session: SessionId) {
    info!(target: "audit", event = "session_renewed", %user, %session);
}

/// A refresh token was used whose session has ended.
pub(crate) fn used_after_end(session: SessionId) {
    warn!(target: "audit", event = "session_use_after_expire", %session);
}

/// Something has happened to a user.
pub(crate) fn happened(user: UserId, event: &Event) {
    match event {
        Event::Registered { .. } => info!(target: "audit", event = "user_created", %user),
        Event::PasswordChanged { by } => info!(target: "audit", event = "authn_password_change", %user, ?by),
        Event::SessionStarted { session, .. } => info!(target: "audit", event = "session_created", %user, %session),
        Event::SessionEnded { session, reason: Ending::Expired } => {
            info!(target: "audit", event = "session_expired", %user, %session);
        }
        Event::SessionEnded { session, reason } => {
            info!(target: "audit", event = "authn_token_revoked", %user, %session, reason = reason.as_str());
        }
        Event::RefreshReused { session } => error!(target: "audit", event = "authn_token_reuse", %user, %session),
        Event::RoleGranted { role } => {
            warn!(target: "audit", event = "authz_change", %user, granted = role.as_str());
        }
        Event::RoleRevoked { role } => {
            warn!(target: "audit", event = "authz_change", %user, revoked = role.as_str());
        }
        Event::EmailVerified {} => updated(user, "email_verified"),
        Event::SecondFactorEnabled {} => updated(user, "second_factor_enabled"),
        Event::SecondFactorDisabled {} => updated(user, "second_factor_disabled"),
        Event::Suspended { .. } => updated(user, "suspended"),
        Event::Reinstated {} => updated(user, "reinstated"),
        Event::Erased { .. } => warn!(target: "audit", event = "user_deleted", %user),
        Event::SignupRepeated {}
        | Event::VerificationRequested { .. }
        | Event::ProfileChanged { .. }
        | Event::ResetRequested { .. }
        | Event::ShopOpened { .. }
        | Event::CarriedForward { .. } => {}
    }
}

/// An admin has asked something of a consumer about a dead letter.
pub(crate) fn asked_of_consumer(user: UserId, group: &str, letter: &str, request: &Request) {
    let event = match request {
        Request::Retry(_) => "dead_letter_retry",
        Request::Discard { .. } => "dead_letter_discard",
        Request::Pause { .. } | Request::Resume => return,
    };
    warn!(target: "audit", event, %user, group, letter);
}

fn updated(user: UserId, what: &'static str) {
    info!(target: "audit", event = "user_updated", %user, what);
}
