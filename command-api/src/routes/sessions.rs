//! How a session begins, goes on and ends.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::claim::Claim;
use domain::text::Email;
use domain::user::User;
use domain::{Aggregate, UserId};
use event_store::Loaded;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::address::ClientAddress;
use web::caller::Caller;
use web::consistency::{Token, Write};
use web::cookies::{self, SetCookies};
use web::devices::Device;
use web::json::Json;
use web::problem::Problem;
use web::sessions::Grant;

use crate::accounts::{PASSWORD, private, secret};
use crate::app::App;
use crate::failure::{no_session, unhashed, unread};
use crate::openapi::{Always, Body, Session};
use crate::passwords::Verdict;

const LONGEST_USER_AGENT: usize = 200;

/// Who somebody says they are, and the proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    #[schema(format = Email, example = "anna@example.org")]
    email: String,
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Who has logged in.
#[derive(Serialize, ToSchema)]
pub(super) struct LoggedIn {
    user: Profile,
}

/// A user, to themselves.
#[derive(Serialize, ToSchema)]
struct Profile {
    id: Uuid,
    email: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
    shop_name: Option<String>,
    /// What they may act as: `buyer`, `seller`, `admin`, `support`.
    roles: Vec<&'static str>,
}

/// Begins a session.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "sessions",
    responses(
        (status = 200, description = "The session has begun: both cookies are set", body = LoggedIn),
        (status = 401, description = "No account has this address and this password", body = Problem,
            content_type = "application/problem+json"),
        Always, Body
    )
)]
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    address: ClientAddress,
    headers: HeaderMap,
    Json(body): Json<Credentials>,
) -> Result<Response, Problem> {
    let Credentials { email, password } = body;
    let (account, email) = match Email::try_from(email.clone()) {
        Ok(email) => (email.normalised(), Some(email)),
        Err(_) => (email, None),
    };
    app.limits.log_in(address, &account).await?;
    let id = prove(&app, email, password).await?.ok_or_else(Problem::wrong_credentials)?;
    let user = app.store.load::<User>(id).await.map_err(unread)?;
    if !user.has_account() || user.is_suspended() {
        return Err(Problem::wrong_credentials());
    }
    app.limits.logged_in(&account).await?;
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let user_agent = user_agent.map(|text| text.chars().take(LONGEST_USER_AGENT).collect());
    let device = Device { user_agent, address: address.0 };
    let grant = app.sessions.open(Uuid::now_v7(), id.into(), device).await.map_err(no_session)?;
    let profile = profile(&app, id, &user).await?;
    // Queries are to know the account that has just been opened.
    let write = Write { category: User::CATEGORY.to_owned(), id: id.into(), version: user.version() };
    let token = Token::from_iter([write]);
    let cookies = both(&app, &grant, &user).and(token.cookie(&headers));
    Ok((cookies, token, Json(LoggedIn { user: profile })).into_response())
}

/// Whose credentials these are. Takes the same time whoever does not exist.
async fn prove(app: &App, email: Option<Email>, password: SecretString) -> Result<Option<UserId>, Problem> {
    let owner = match email {
        Some(email) => app.store.load::<Claim>(app.email_claim(&email)).await.map_err(unread)?.owner(),
        None => None,
    };
    // Nobody has the credentials of the nil id.
    let credential = app.store.credential(owner.map_or(Uuid::nil(), Uuid::from)).await.map_err(unread)?;
    let hash = credential.get(PASSWORD).map(SecretString::from);
    let verdict = app.passwords.verify(password, hash).await.map_err(unhashed)?;
    Ok(owner.filter(|_| verdict != Verdict::Wrong))
}

async fn profile(app: &App, id: UserId, user: &Loaded<User>) -> Result<Profile, Problem> {
    let mut records = app.store.private(User::CATEGORY, &[id.into()]).await.map_err(unread)?;
    let record = records.pop().unwrap_or_default();
    let field = |name| record.get(name).map(str::to_owned);
    Ok(Profile {
        id: id.into(),
        email: field(private::EMAIL),
        username: field(private::USERNAME),
        display_name: field(private::DISPLAY_NAME),
        shop_name: field(private::SHOP_NAME),
        roles: user.roles().map(domain::user::Role::as_str).collect(),
    })
}

fn both(app: &App, grant: &Grant, user: &User) -> SetCookies {
    app.access(grant.user.into(), grant.session, user).and_refresh(&grant.refresh, app.refresh_lifetime)
}

/// Goes on with a session: both cookies are set anew.
///
/// A refresh token is used once. Used again within 10 s it gives the same successor; later it ends the session.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "sessions",
    responses((status = 204, description = "Both cookies are set"), Session, Always)
)]
pub(super) async fn refresh(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(token) = cookies::read(&headers, cookies::REFRESH) else { return Err(Problem::unauthenticated()) };
    if let Some(session) = app.sessions.session(token) {
        app.limits.refresh(session).await?;
    }
    let grant = match app.sessions.rotate(token).await.map_err(no_session) {
        Ok(grant) => grant,
        // A token that will never work again is of no more use to its browser.
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
            return Ok((SetCookies::clear(), problem).into_response());
        }
        Err(problem) => return Err(problem),
    };
    let user = app.store.load::<User>(grant.user.into()).await.map_err(unread)?;
    Ok((both(&app, &grant, &user), StatusCode::NO_CONTENT).into_response())
}

/// Which sessions are to end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Logout {
    #[serde(default)]
    #[expect(dead_code, reason = "there is one scope so far: to name another is refused")]
    scope: Scope,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Scope {
    /// The one that asks.
    #[default]
    Current,
}

/// Ends the session that asks, in every service within a second.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "sessions", security(("session" = [])),
    responses((status = 204, description = "The session has ended: both cookies are cleared"), Session, Always, Body)
)]
pub(super) async fn log_out(
    State(app): State<Arc<App>>,
    caller: Caller,
    _body: Option<Json<Logout>>,
) -> Result<Response, Problem> {
    app.sessions.end(caller.session).await.map_err(no_session)?;
    Ok((SetCookies::leave(), StatusCode::NO_CONTENT).into_response())
}
