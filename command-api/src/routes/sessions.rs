//! How a session goes on and ends.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::user::{self, Ending, User, Which};
use domain::{Aggregate, SessionId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::caller::Caller;
use web::consistency::{Token, Write};
use web::cookies::{self, SetCookies};
use web::json::Json;
use web::params::Path;
use web::problem::Problem;
use web::sessions::{Error, Grant, Holder};
use web::tokens::Moment;

use crate::app::App;
use crate::audit;
use crate::call::Call;
use crate::changes::{Change, Changed, Unchanged};
use crate::failure::no_session;
use crate::openapi::{Always, Body, Session};
use crate::visit::Visit;

/// Goes on with a session: both cookies are set anew, and the new access token has the roles of this moment.
///
/// A refresh token is used once. Used again within 10 s it gives the same successor, which itself is handed out again, not
/// exchanged, for so long; later it ends the session.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "sessions",
    responses((status = 204, description = "Both cookies are set"), Session, Always)
)]
pub(super) async fn refresh(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    let Some(token) = cookies::read(&visit.headers, cookies::REFRESH) else { return Ok(dead()) };
    // Whatever can fail comes before the token is exchanged, so that no failure costs anybody their session.
    let Some(holder) = holder(&app, &visit, token).await? else { return Ok(dead()) };
    let as_of = Moment::now();
    let Some(user) = app.live(holder.user.into(), holder.session.into()).await? else {
        // It has ended in the log, and whoever ended it did not get to its record.
        audit::used_after_end(holder.session.into());
        app.sessions.end(holder.session).await.map_err(no_session)?;
        return Ok(dead());
    };
    let Some(grant) = known(&app, &visit, app.sessions.rotate(token).await).await? else { return Ok(dead()) };
    audit::renewed(grant.user.into(), grant.session.into());
    Ok((both(&app, as_of, &grant, &user), StatusCode::NO_CONTENT).into_response())
}

/// Whom a refresh token belongs to; `None` when its session has ended, if need be by this.
async fn holder(app: &App, visit: &Visit, token: &str) -> Result<Option<Holder>, Problem> {
    let Some(session) = app.sessions.session(token) else { return Ok(None) };
    app.limits.refresh(session).await?;
    known(app, visit, app.sessions.holder(token).await).await
}

/// What came of a refresh token; `None` when its session has ended, if need be by this.
async fn known<T>(app: &App, visit: &Visit, outcome: Result<T, Error>) -> Result<Option<T>, Problem> {
    match outcome {
        Ok(known) => Ok(Some(known)),
        Err(Error::Reused { session, user }) => {
            metrics::counter!("refresh_tokens_reused_total").increment(1);
            let report = user::Command::ReportReuse { session: session.into() };
            // On record first: the owner is to hear of it, whatever happens next.
            match app.change(visit.anonymous(), user.into(), Change::new(report)).await {
                Ok(changed) if !changed.events.is_empty() => {}
                Ok(_) | Err(Unchanged::Refused(_)) => audit::used_after_end(session.into()),
                Err(unchanged @ (Unchanged::MovedOn | Unchanged::Undecided(_))) => return Err(unchanged.problem()),
            }
            app.sessions.end(session).await.map_err(no_session)?;
            Ok(None)
        }
        Err(Error::Ended { session }) => {
            audit::used_after_end(session.into());
            // Nobody may have heard of it: its record can have gone without an announcement.
            app.sessions.end(session).await.map_err(no_session)?;
            Ok(None)
        }
        Err(Error::Unknown) => Ok(None),
        Err(error @ (Error::Store(_) | Error::Revocation(_))) => Err(no_session(error)),
    }
}

/// Both cookies of a session that goes on.
pub(super) fn both(app: &App, as_of: Moment, grant: &Grant, user: &User) -> SetCookies {
    let access = app.access(as_of, grant.user.into(), grant.session, user, grant.second_factor);
    access.and_refresh(&grant.refresh, app.lifetimes.session_idle)
}

/// The answer to tokens of no session. They will never work again, and are of no more use to their browser.
fn dead() -> Response {
    (SetCookies::clear(), Problem::unauthenticated()).into_response()
}

/// Which sessions are to end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Logout {
    #[serde(default)]
    scope: Scope,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Scope {
    /// The one that asks.
    #[default]
    Current,
    /// All but the one that asks.
    Others,
    /// All.
    All,
}

/// Ends sessions of the caller, in every service within a second.
///
/// Either cookie will do, so that whoever was away for a while need not refresh a session to leave it. Cookies of a session
/// that has ended are cleared as well.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "sessions", security(("session" = [])), request_body = Option<Logout>,
    responses(
        (status = 204, description = "They have ended. Both cookies are cleared, or, if the session that asks goes on, the access cookie is set anew"),
        Session, Always, Body
    )
)]
pub(super) async fn log_out(
    State(app): State<Arc<App>>,
    caller: Result<Caller, Problem>,
    visit: Visit,
    body: Option<Json<Logout>>,
) -> Result<Response, Problem> {
    let scope = body.map_or(Scope::Current, |Json(body)| body.scope);
    let known = match caller {
        Ok(Caller { user, session, second_factor, .. }) => Some((user.into(), session.into(), second_factor)),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => brought_along(&app, &visit).await?,
        Err(problem) => return Err(problem),
    };
    let Some((id, session, second_factor)) = known else {
        return Ok((SetCookies::leave(), Problem::unauthenticated()).into_response());
    };
    let which = match scope {
        Scope::Current => Which::One(session),
        Scope::Others if app.live(id, session).await?.is_none() => {
            return Ok((SetCookies::leave(), Problem::unauthenticated()).into_response());
        }
        Scope::Others => Which::Others(session),
        Scope::All => Which::All,
    };
    let changed = end(&app, &visit, id, which, Ending::LoggedOut).await?;
    if scope != Scope::Current {
        // Also of sessions that had ended before without everybody having heard of it.
        app.sessions.renew(id.into()).await.map_err(no_session)?;
    }
    let as_of = Moment::now();
    let live = if scope == Scope::Others { app.live(id, session).await? } else { None };
    let Some(user) = live else {
        app.sessions.end(session.into()).await.map_err(no_session)?;
        return Ok((SetCookies::leave(), StatusCode::NO_CONTENT).into_response());
    };
    let access = app.access(as_of, id, session.into(), &user, second_factor);
    Ok((written(access, &visit.headers, id, &changed), StatusCode::NO_CONTENT).into_response())
}

/// Ends one of the caller's sessions, in every service within a second.
#[utoipa::path(
    delete, path = "/api/auth/sessions/{id}", tag = "sessions", params(("id" = Uuid, Path)), security(("session" = [])),
    responses(
        (status = 204, description = "It has ended; if it is the one that asks, both cookies are cleared"),
        (status = 404, description = "The caller has no such session", body = Problem, content_type = "application/problem+json"),
        Session, Always
    )
)]
pub(super) async fn end_session(
    State(app): State<Arc<App>>,
    call: Call,
    visit: Visit,
    Path(session): Path<Uuid>,
) -> Result<Response, Problem> {
    let (user, session) = (app.user(&call).await?, SessionId::from(session));
    if !user.sessions().any(|own| own.id == session) {
        return Err(Problem::not_found());
    }
    let changed = end(&app, &visit, call.user(), Which::One(session), Ending::Revoked).await?;
    let cookies = if session == call.session() { SetCookies::leave() } else { SetCookies::default() };
    Ok((written(cookies, &visit.headers, call.user(), &changed), StatusCode::NO_CONTENT).into_response())
}

/// What a change of sessions answers beside its cookies, so that the next list of them shows it.
pub(super) fn written(cookies: SetCookies, headers: &HeaderMap, id: UserId, changed: &Changed) -> (SetCookies, Token) {
    let write = Write { category: User::CATEGORY.to_owned(), id: id.into(), version: changed.version };
    let token = Token::from_iter([write]);
    (cookies.and(token.cookie(headers)), token)
}

async fn end(app: &App, visit: &Visit, id: UserId, which: Which, reason: Ending) -> Result<Changed, Problem> {
    let change = Change::new(user::Command::EndSession { which, reason });
    match app.change(visit.context_of(id), id, change).await {
        // Whoever is erased has no session any more.
        Err(Unchanged::Refused(user::Error::Erased | user::Error::Unknown)) => Err(Problem::unauthenticated()),
        changed => changed.map_err(Unchanged::problem),
    }
}

/// The session of the refresh token that a visitor brings along, its user, and whether it has a second factor.
async fn brought_along(app: &App, visit: &Visit) -> Result<Option<(UserId, SessionId, bool)>, Problem> {
    let Some(token) = cookies::read(&visit.headers, cookies::REFRESH) else { return Ok(None) };
    let holder = holder(app, visit, token).await?;
    Ok(holder.map(|holder| (holder.user.into(), holder.session.into(), holder.second_factor)))
}

/// Ends the session that a browser leaves behind when its user logs in anew. What cannot be ended now ends by itself.
pub(super) async fn leave_for_another(app: &App, visit: &Visit) {
    if let Ok(Some((id, session, _))) = brought_along(app, visit).await {
        let _ = end(app, visit, id, Which::One(session), Ending::LoggedOut).await;
    }
}
