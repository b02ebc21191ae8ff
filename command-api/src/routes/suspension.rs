//! How admins keep users out, and let them in again.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::text::Reason;
use domain::user::{self, User};
use domain::{Aggregate, UserId};
use event_store::Stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use crate::app::App;
use crate::call::Call;
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// Why somebody is kept out.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Suspension {
    /// It stays on record for ever: it must name nobody.
    #[schema(min_length = 1, max_length = 500, example = "Sold what never arrived")]
    reason: String,
}

/// Keeps a user out: their sessions end everywhere within a second, none begins, and what they have listed is not on offer.
#[utoipa::path(
    post, path = "/api/users/{id}/suspension", tag = "administration", params(("id" = Uuid, Path)),
    security(("session" = [])),
    responses((status = 204, description = "The user is out"), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn suspend(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<Suspension>,
) -> Result<Response, Problem> {
    app.admin(&call).await?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let reason = fields.parse("/reason", body.reason, Reason::try_from);
    let reason = fields.finish(|| reason)?;
    let id = UserId::from(id);
    call.refuse_oneself(id)?;
    command
        .run([Stream::of::<User>(id)], move |draft| {
            let user = draft.accessible::<User>(id, User::has_account)?;
            draft.check_version::<User>(id)?;
            let suspend = user::Command::Suspend { reason: reason.clone() };
            draft.add::<User>(id, user.decide(suspend).map_err(rules::of_user)?);
            Ok(Reply::no_content())
        })
        .await
}

/// Lets a user in again: they may log in, and what they have listed is on offer as before.
#[utoipa::path(
    delete, path = "/api/users/{id}/suspension", tag = "administration", params(("id" = Uuid, Path)),
    security(("session" = [])),
    responses((status = 204, description = "The user may come in"), Session, Always, Existing, Forbidden)
)]
pub(super) async fn reinstate(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    app.admin(&call).await?;
    let command = app.command(&call, &())?;
    let id = UserId::from(id);
    command
        .run([Stream::of::<User>(id)], move |draft| {
            let user = draft.accessible::<User>(id, User::has_account)?;
            draft.check_version::<User>(id)?;
            draft.add::<User>(id, user.decide(user::Command::Reinstate).map_err(rules::of_user)?);
            Ok(Reply::no_content())
        })
        .await
}
