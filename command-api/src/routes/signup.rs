//! How somebody gets an account.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use domain::text::{Email, Username};
use domain::user;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use web::fields::Fields;
use web::json::Json;
use web::problem::Problem;

use crate::accounts::{Applicant, Registered, secret};
use crate::app::App;
use crate::changes::{Change, Unchanged};
use crate::failure::unhashed;
use crate::openapi::{Always, Body};
use crate::visit::Visit;

/// Somebody who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Application {
    #[schema(format = Email, max_length = 254, example = "anna@example.org")]
    email: String,
    /// Letters, digits, `_`, `-` and `.`; nobody else has it, in upper or lower case.
    #[schema(min_length = 3, max_length = 32, example = "anna")]
    username: String,
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
    password: SecretString,
}

/// Opens an account, which may log in at once, and sends a link that proves the address.
///
/// The answer is the same, after the same work, whether or not the e-mail address has an account already; then its owner is
/// told by mail.
#[utoipa::path(
    post, path = "/api/auth/signup", tag = "accounts",
    responses((status = 202, description = "The application was taken"), Always, Body)
)]
pub(super) async fn sign_up(
    State(app): State<Arc<App>>,
    visit: Visit,
    Json(body): Json<Application>,
) -> Result<StatusCode, Problem> {
    let mut fields = Fields::new();
    let Application { email, username, password } = body;
    let email = fields.parse("/email", email, Email::try_from);
    let username = fields.parse("/username", username, Username::try_from);
    // What is neither may be of any length, and takes too long to compare.
    let names: Vec<_> = email.iter().map(Email::as_str).chain(username.iter().map(Username::as_str)).collect();
    let accepted = app.passwords.check(&password, &names);
    if let Err(refusal) = accepted {
        fields.refuse("/password", refusal.code(), refusal.to_string());
    }
    let (email, username) = fields.finish(|| Some((email?, username?)))?;

    app.limits.sign_up(visit.address).await?;
    // Before anything is known of the address, so that it takes its time in any case.
    let password_hash = app.passwords.hash(password).await.map_err(unhashed)?;
    let id = app.application(&email, &username).await?;
    let applicant = Applicant { email, username, password_hash, verified: false };
    if let Registered::Owned(owner) = app.register(visit.context_of(id), id, applicant).await? {
        let repeated = Change::new(user::Command::RepeatSignup);
        match app.change(visit.anonymous(), owner, repeated).await {
            // The owner is erased, or yet to appear: there is nobody to be told.
            Ok(_) | Err(Unchanged::Refused(_)) => {}
            Err(unchanged @ (Unchanged::MovedOn | Unchanged::Undecided(_))) => return Err(unchanged.problem()),
        }
    }
    Ok(StatusCode::ACCEPTED)
}
