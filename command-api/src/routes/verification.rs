//! How an e-mail address is proven.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use domain::user;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use web::json::Json;
use web::problem::Problem;
use web::tokens::mail::Purpose;

use super::passwords::{Addressee, tell_owner};
use crate::accounts::secret;
use crate::app::App;
use crate::changes::{Change, Unchanged};
use crate::openapi::{Always, Body, Gone};
use crate::visit::Visit;

/// What the mail's link carries.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Proof {
    /// As the mail has it.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    token: SecretString,
}

/// Takes an e-mail address for proven, by the newest link that was sent to it, once.
#[utoipa::path(
    post, path = "/api/auth/verify-email", tag = "accounts",
    responses((status = 204, description = "It is proven"), Always, Body, Gone)
)]
pub(super) async fn verify_email(
    State(app): State<Arc<App>>,
    visit: Visit,
    Json(body): Json<Proof>,
) -> Result<StatusCode, Problem> {
    let (id, number) = app.link(&body.token, Purpose::VerifyEmail)?;
    let change = Change::new(user::Command::VerifyEmail { number });
    app.change(visit.context_of(id), id, change).await.map_err(Unchanged::problem)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends another link that proves an address, if there is such an account and it needs one. The answer does not tell.
#[utoipa::path(
    post, path = "/api/auth/resend-verification", tag = "accounts",
    responses((status = 202, description = "If there is such an account that needs one, a mail is on its way"), Always, Body)
)]
pub(super) async fn resend_verification(
    State(app): State<Arc<App>>,
    visit: Visit,
    Json(body): Json<Addressee>,
) -> Result<StatusCode, Problem> {
    let email = body.parse()?;
    app.limits.resend(visit.address, &email.normalised()).await?;
    tell_owner(app, email, visit, user::Command::RequestVerification);
    Ok(StatusCode::ACCEPTED)
}
