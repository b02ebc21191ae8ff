//! How users have themselves forgotten.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{Aggregate, user};
use event_store::CommandId;
use futures_util::future::try_join_all;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use web::consistency;
use web::cookies::SetCookies;
use web::json::Json;
use web::problem::Problem;

use crate::accounts::secret;
use crate::app::App;
use crate::call::Call;
use crate::changes::{Change, Unchanged};
use crate::failure::no_session;
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::rules;

/// Who says so knows the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Farewell {
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Forgets the caller, for good: address, names, password, sessions and shop.
///
/// Orders stay, as those of a deleted user; products are on offer no more. The address and the names are free again soon
/// after. An admin cannot do this: another one takes the role first.
#[utoipa::path(
    delete, path = "/api/users/me", operation_id = "erase_me", tag = "accounts", security(("session" = [])),
    responses((status = 204, description = "The caller is forgotten: every cookie is cleared"), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn erase(
    State(app): State<Arc<App>>,
    call: Call,
    Json(body): Json<Farewell>,
) -> Result<Response, Problem> {
    let user = app.user(&call).await?;
    user.decide(user::Command::Erase).map_err(rules::of_user)?;
    app.prove_caller(&call, &body.password).await?;
    call.if_match.check(&user.current_versions(), false)?;
    // What is known of their devices goes first. The session that asks can be used until the log has its end, so that whoever
    // was not answered can ask again.
    try_join_all(user.sessions().map(|session| app.sessions.forget(session.id.into()))).await.map_err(no_session)?;
    let change = Change::new(user::Command::Erase);
    app.change(call.context(CommandId::random()), call.user(), change).await.map_err(Unchanged::problem)?;
    Ok((SetCookies::leave().and(consistency::forgotten()), StatusCode::NO_CONTENT).into_response())
}
