//! How users switch a second factor on and off.

use std::sync::Arc;

use axum::Json as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Aggregate;
use domain::text::Username;
use domain::user::User;
use event_store::CommandId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::json::Json;
use web::problem::Problem;

use crate::accounts::{private, secret};
use crate::app::App;
use crate::call::Call;
use crate::changes::Unchanged;
use crate::failure::unread;
use crate::openapi;
use crate::openapi::{Always, Forbidden, Session};

/// A secret for an authenticator. It is shown this one time.
#[derive(Serialize, ToSchema)]
pub(super) struct Enrolment {
    /// In base32, for whoever types it in.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// The same as `otpauth://…`, for a QR code.
    uri: String,
}

/// Makes a secret for the caller's authenticator. Nothing changes before a code confirms it.
#[utoipa::path(
    post, path = "/api/auth/totp", tag = "sessions", security(("session" = [])),
    responses((status = 200, description = "It is made, in place of one that was not confirmed", body = Enrolment), Session, Always, Forbidden)
)]
pub(super) async fn enrol(State(app): State<Arc<App>>, call: Call) -> Result<Response, Problem> {
    let user = app.user(&call).await?;
    let mut records = app.store.private(User::CATEGORY, &[call.user().into()]).await.map_err(unread)?;
    let username = records.pop().and_then(|record| record.get(private::USERNAME).map(str::to_owned));
    let username = Username::try_from(username.unwrap_or_default()).map_err(Problem::internal)?;
    let enrolment = app.enrol(&call, &user, &username).await?;
    let text = |secret: SecretString| secret.expose_secret().to_owned();
    Ok(Body(Enrolment { secret: text(enrolment.secret), uri: text(enrolment.uri) }).into_response())
}

/// What an authenticator shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirmation {
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "492039")]
    code: SecretString,
}

/// Codes for whoever has lost their authenticator: each is good once. They are shown this one time.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodes {
    #[schema(min_items = 10, max_items = 10, example = json!(["mzxw-6ytb-oi7q-2lma"]))]
    recovery_codes: Vec<String>,
}

/// Switches the second factor on: logins ask for a code from now on. The session that asks has it from now on too, and its
/// access cookie is set anew.
#[utoipa::path(
    post, path = "/api/auth/totp/confirmation", tag = "sessions", security(("session" = [])),
    responses((status = 200, description = "It is on", body = RecoveryCodes), Session, Always, openapi::Body, Forbidden)
)]
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    call: Call,
    Json(body): Json<Confirmation>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    let recovery_codes = app.confirm(&call, &body.code).await?;
    let cookies = app.access_anew(call.user(), call.session(), true).await;
    Ok((cookies, Body(RecoveryCodes { recovery_codes })).into_response())
}

/// Who says so knows the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordProof {
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Switches the second factor off: no login asks for a code any more.
#[utoipa::path(
    delete, path = "/api/auth/totp", tag = "sessions", security(("session" = [])),
    responses((status = 204, description = "It is off; the access cookie is set anew"), Session, Always, openapi::Body)
)]
pub(super) async fn disable(
    State(app): State<Arc<App>>,
    call: Call,
    Json(body): Json<PasswordProof>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    app.prove_caller(&call, &body.password).await?;
    let id = call.user();
    app.change(call.context(CommandId::random()), id, App::disable()).await.map_err(Unchanged::problem)?;
    Ok((app.access_anew(id, call.session(), false).await, StatusCode::NO_CONTENT).into_response())
}
