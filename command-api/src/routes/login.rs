//! How a session begins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::text::Email;
use domain::user::{self, User};
use domain::{Aggregate, ClaimId, SessionId, UserId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;
use web::consistency::{Token, Write};
use web::json::Json;
use web::problem::Problem;
use web::tokens::Moment;

use super::sessions::{both, leave_for_another};
use crate::accounts::{private, secret, some_secret};
use crate::app::App;
use crate::audit;
use crate::changes::{Change, Unchanged};
use crate::failure::{no_session, unhashed, unread};
use crate::openapi::{Always, Body};
use crate::passwords::Verdict;
use crate::proof::MOST_ATTEMPTS;
use crate::second_factor::Passed;
use crate::visit::Visit;

/// Who somebody says they are, and the proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    #[schema(format = Email, example = "anna@example.org")]
    email: String,
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// With a second factor: a code, or a recovery code.
    #[serde(default, deserialize_with = "some_secret")]
    #[schema(value_type = Option<String>, example = "492039")]
    totp: Option<SecretString>,
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
    /// Whether the address is proven. Until then they may look around, not order or sell.
    email_verified: bool,
    username: Option<String>,
    display_name: Option<String>,
    shop_name: Option<String>,
    /// What they may act as: `buyer`, `seller`, `admin`, `support`.
    roles: Vec<&'static str>,
}

/// Begins a session. Of more than ten, the oldest ends.
///
/// Whoever does not exist, has another password, is suspended or erased gets the same answer after the same work.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "sessions",
    responses(
        (status = 200, description = "The session has begun: both cookies are set", body = LoggedIn),
        (status = 401, description = "No account has this address and this password; or (`totp_required`, `wrong_code`) it has a second factor too", body = Problem,
            content_type = "application/problem+json"),
        Always, Body
    )
)]
pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    visit: Visit,
    Json(body): Json<Credentials>,
) -> Result<Response, Problem> {
    let Credentials { email, password, totp } = body;
    let (normalised, email) = match Email::try_from(email.clone()) {
        Ok(email) => (email.normalised(), Some(email)),
        Err(_) => (email, None),
    };
    let attempt = app.limits.log_in(visit.address, &normalised).await?;
    let account = app.account(&normalised);
    let (begun, second_factor) = match prove_and_start(&app, &visit, email, password, totp.as_ref()).await {
        Ok(Outcome::Started { user, session, second_factor }) => {
            attempt.succeeded().await;
            ((user, session), second_factor)
        }
        Ok(Outcome::Refused(problem)) => {
            audit::not_logged_in(account, visit.address);
            return Err(problem);
        }
        Err(problem) => {
            attempt.undecided().await;
            return Err(problem);
        }
    };
    welcome(&app, &visit, account, begun, second_factor).await
}

/// What came of somebody's credentials.
enum Outcome {
    Started { user: UserId, session: SessionId, second_factor: bool },
    Refused(Problem),
}

impl Outcome {
    fn refused() -> Self {
        Self::Refused(Problem::wrong_credentials())
    }
}

/// Starts a session of whoever has these credentials. Whatever says nothing of them is an error.
async fn prove_and_start(
    app: &App,
    visit: &Visit,
    email: Option<Email>,
    password: SecretString,
    totp: Option<&SecretString>,
) -> Result<Outcome, Problem> {
    let owner = match email {
        Some(email) => app.owner(&email).await.map_err(unread)?,
        None => None,
    };
    let mut proof = app.prove(owner, &password).await?;
    let (mut rehashed, mut passed) = (None, Passed::NoneAsked);
    for _ in 0..MOST_ATTEMPTS {
        let (Some(id), Verdict::Right { outdated }) = (owner, proof.verdict) else { return Ok(Outcome::refused()) };
        if proof.user.is_suspended() {
            return Ok(Outcome::refused());
        }
        if passed == Passed::NoneAsked {
            passed = app.pass_second_factor(visit.context_of(id), id, &proof.user, totp).await?;
        }
        if passed == Passed::Wrong {
            return Ok(Outcome::Refused(Problem::wrong_code()));
        }
        if outdated && rehashed.is_none() {
            rehashed = Some(app.passwords.hash(password.clone()).await.map_err(unhashed)?);
        }
        // At the version of the proof: a password that is changed meanwhile lets nobody in.
        match start(app, visit, id, Some(proof.user.version()), rehashed.clone().filter(|_| outdated)).await {
            Ok(session) => {
                return Ok(Outcome::Started { user: id, session, second_factor: passed == Passed::Proven });
            }
            Err(Unchanged::Refused(_)) => return Ok(Outcome::refused()),
            Err(Unchanged::MovedOn) => proof = app.prove_again(id, &password, proof).await?,
            Err(unchanged @ Unchanged::Undecided(_)) => return Err(unchanged.problem()),
        }
    }
    Err(Unchanged::MovedOn.problem())
}

/// Starts a session in the log; nobody has it yet.
pub(super) async fn start(
    app: &App,
    visit: &Visit,
    id: UserId,
    version: Option<u64>,
    rehashed: Option<SecretString>,
) -> Result<SessionId, Unchanged> {
    let (session, at) = (SessionId::from(Uuid::now_v7()), OffsetDateTime::now_utc());
    let until = at + app.lifetimes.session_absolute;
    let most = app.lifetimes.session_most.into();
    let mut change = Change::new(user::Command::StartSession { session, at, until, most });
    if let Some(version) = version {
        change = change.at(version);
    }
    if let Some(hash) = rehashed {
        change = change.with_password(hash);
    }
    app.change(visit.context_of(id), id, change).await.map(|_| session)
}

/// Hands over a session that has started.
pub(super) async fn welcome(
    app: &App,
    visit: &Visit,
    account: ClaimId,
    (id, session): (UserId, SessionId),
    second_factor: bool,
) -> Result<Response, Problem> {
    // A browser has one session: the one that it brings along would be nobody's.
    leave_for_another(app, visit).await;
    let mut grant = app.sessions.open(session.into(), id.into(), visit.device()).await.map_err(no_session)?;
    if second_factor {
        app.sessions.raise(grant.session).await.map_err(no_session)?;
        grant.second_factor = true;
    }
    audit::logged_in(account, id, visit.address);
    let as_of = Moment::now();
    let user = app.store.load::<User>(id).await.map_err(unread)?;
    let profile = profile(app, id, &user).await?;
    // Queries are to know the account and the session that have just begun.
    let write = Write { category: User::CATEGORY.to_owned(), id: id.into(), version: user.version() };
    let token = Token::from_iter([write]);
    let cookies = both(app, as_of, &grant, &user).and(token.cookie(&visit.headers));
    Ok((cookies, token, Json(LoggedIn { user: profile })).into_response())
}

async fn profile(app: &App, id: UserId, user: &User) -> Result<Profile, Problem> {
    let mut records = app.store.private(User::CATEGORY, &[id.into()]).await.map_err(unread)?;
    let record = records.pop().unwrap_or_default();
    let field = |name| record.get(name).map(str::to_owned);
    Ok(Profile {
        id: id.into(),
        email: field(private::EMAIL),
        email_verified: user.is_verified(),
        username: field(private::USERNAME),
        display_name: field(private::DISPLAY_NAME),
        shop_name: field(private::SHOP_NAME),
        roles: user.roles().map(user::Role::as_str).collect(),
    })
}
