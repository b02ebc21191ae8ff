//! How a password is changed, and set anew by whoever forgot it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Aggregate;
use domain::UserId;
use domain::text::Email;
use domain::user::{self, User};
use secrecy::SecretString;
use serde::Deserialize;
use time::OffsetDateTime;
use tracing::Instrument;
use utoipa::ToSchema;
use web::fields::{Fields, refused};
use web::json::Json;
use web::problem::Problem;
use web::tokens::mail::Purpose;

use super::sessions::written;
use crate::accounts::{private, secret};
use crate::app::App;
use crate::call::Call;
use crate::changes::{Change, Unchanged};
use crate::failure::{unhashed, unread};
use crate::openapi::{Always, Body, Gone, Session};
use crate::passwords::Verdict;
use crate::proof::MOST_ATTEMPTS;
use crate::visit::Visit;

/// An account, by its address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Addressee {
    #[schema(format = Email, max_length = 254, example = "anna@example.org")]
    email: String,
}

impl Addressee {
    pub(super) fn parse(self) -> Result<Email, Problem> {
        let mut fields = Fields::new();
        let email = fields.parse("/email", self.email, Email::try_from);
        fields.finish(|| email)
    }
}

/// Sends a link that sets a new password, if there is such an account. The answer does not tell.
#[utoipa::path(
    post, path = "/api/auth/forgot-password", tag = "accounts",
    responses((status = 202, description = "If there is such an account, a mail is on its way"), Always, Body)
)]
pub(super) async fn forgot_password(
    State(app): State<Arc<App>>,
    visit: Visit,
    Json(body): Json<Addressee>,
) -> Result<StatusCode, Problem> {
    let email = body.parse()?;
    app.limits.forgot(visit.address, &email.normalised()).await?;
    let until = OffsetDateTime::now_utc() + app.reset_lifetime;
    tell_owner(app, email, visit, user::Command::RequestReset { until });
    Ok(StatusCode::ACCEPTED)
}

/// Lets the owner of an address have a mail. Nobody waits for it: how long it takes would tell whether there is one.
pub(super) fn tell_owner(app: Arc<App>, email: Email, visit: Visit, command: user::Command) {
    let asking = async move {
        let owner = match app.owner(&email).await {
            Ok(Some(owner)) => owner,
            Ok(None) => return,
            Err(error) => {
                return tracing::warn!(%error, "a mail was not asked for: its addressee could not be looked up");
            }
        };
        if let Err(Unchanged::Undecided(error)) = app.change(visit.anonymous(), owner, Change::new(command)).await {
            tracing::warn!(%error, "a mail was not asked for");
        }
    };
    tokio::spawn(asking.in_current_span());
}

/// A new password, and the link that allows it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// As the mail has it.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    token: SecretString,
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: SecretString,
}

/// Sets a new password by a link, once. Every session ends, and nobody is logged in; waits after failed logins are over.
#[utoipa::path(
    post, path = "/api/auth/reset-password", tag = "accounts",
    responses((status = 204, description = "The password is set"), Always, Body, Gone)
)]
pub(super) async fn reset_password(
    State(app): State<Arc<App>>,
    visit: Visit,
    Json(body): Json<NewPassword>,
) -> Result<StatusCode, Problem> {
    let NewPassword { token, password } = body;
    let (id, number) = app.link(&token, Purpose::ResetPassword)?;
    let reset = || user::Command::ResetPassword { number, at: OffsetDateTime::now_utc() };
    // A link that is good for nothing any more costs no hash.
    let user = app.store.load::<User>(id).await.map_err(unread)?;
    user.decide(reset()).map_err(|error| Unchanged::Refused(error).problem())?;
    let email = acceptable(&app, id, &password, "/password").await?;
    let hash = app.passwords.hash(password).await.map_err(unhashed)?;
    let change = Change::new(reset()).with_password(hash);
    app.change(visit.context_of(id), id, change).await.map_err(Unchanged::problem)?;
    if let Some(email) = email {
        app.limits.reset(id.into(), &email.normalised()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Demands a password that the rules allow, and returns the user's address.
async fn acceptable(app: &App, id: UserId, password: &SecretString, pointer: &str) -> Result<Option<Email>, Problem> {
    let mut records = app.store.private(User::CATEGORY, &[id.into()]).await.map_err(unread)?;
    let record = records.pop().unwrap_or_default();
    let names = [private::EMAIL, private::USERNAME, private::DISPLAY_NAME, private::SHOP_NAME];
    let names: Vec<_> = names.into_iter().filter_map(|name| record.get(name)).collect();
    let verdict = app.passwords.check(password, &names);
    verdict.map_err(|refusal| refused(pointer, refusal.code(), refusal.to_string()))?;
    Ok(record.get(private::EMAIL).and_then(|email| Email::try_from(email.to_owned()).ok()))
}

/// A new password, and the one that it replaces.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    new_password: SecretString,
}

/// Changes the caller's password. Their other sessions end; this one gets a new access token.
#[utoipa::path(
    post, path = "/api/auth/change-password", tag = "accounts", security(("session" = [])),
    responses((status = 204, description = "The password is changed"), Session, Always, Body)
)]
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    call: Call,
    visit: Visit,
    Json(body): Json<PasswordChange>,
) -> Result<Response, Problem> {
    let PasswordChange { current_password, new_password } = body;
    let (id, session) = (call.user(), call.session());
    app.user(&call).await?;
    acceptable(&app, id, &new_password, "/new_password").await?;
    let mut proof = app.prove_caller(&call, &current_password).await?;
    let hash = app.passwords.hash(new_password).await.map_err(unhashed)?;
    for _ in 0..MOST_ATTEMPTS {
        if proof.verdict == Verdict::Wrong || !proof.user.is_live(session, OffsetDateTime::now_utc()) {
            return Err(Problem::unauthenticated());
        }
        let change = Change::new(user::Command::ChangePassword { session }).with_password(hash.clone());
        match app.change(visit.context_of(id), id, change.at(proof.user.version())).await {
            Ok(changed) => {
                let access = app.access_anew(id, session, call.caller.second_factor).await;
                return Ok((written(access, &visit.headers, id, &changed), StatusCode::NO_CONTENT).into_response());
            }
            Err(Unchanged::MovedOn) => proof = app.prove_again(id, &current_password, proof).await?,
            Err(unchanged) => return Err(unchanged.problem()),
        }
    }
    Err(Unchanged::MovedOn.problem())
}
