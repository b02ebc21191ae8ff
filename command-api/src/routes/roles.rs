//! How admins decide what others may act as.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::user::{self, Role, User};
use domain::{Aggregate, UserId};
use event_store::Stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use crate::app::App;
use crate::call::Call;
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// What a user may act as.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RoleName {
    Buyer,
    Seller,
    Admin,
    Support,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Buyer => Self::Buyer,
            RoleName::Seller => Self::Seller,
            RoleName::Admin => Self::Admin,
            RoleName::Support => Self::Support,
        }
    }
}

/// A role to grant. `seller` comes with a shop alone.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    role: RoleName,
}

/// What a user may act as now.
#[derive(Serialize, ToSchema)]
pub(super) struct Roles {
    id: Uuid,
    version: u64,
    roles: Vec<&'static str>,
}

/// Lets a user act as something more.
#[utoipa::path(
    post, path = "/api/users/{id}/roles", tag = "administration", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "The user has it", body = Roles), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn grant_role(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<Grant>,
) -> Result<Response, Problem> {
    let role = body.role.into();
    change(&app, &call, id.into(), &body, user::Command::GrantRole { role }).await
}

/// Lets a user no longer act as something. No admin can do this to their own role: so there is always one left.
#[utoipa::path(
    delete, path = "/api/users/{id}/roles/{role}", tag = "administration",
    params(("id" = Uuid, Path), ("role" = RoleName, Path)), security(("session" = [])),
    responses(
        (status = 200, description = "The user does not have it", body = Roles),
        (status = 422, description = "The role comes with a shop", body = Problem, content_type = "application/problem+json"),
        Session, Always, Existing, Forbidden
    )
)]
pub(super) async fn revoke_role(
    State(app): State<Arc<App>>,
    call: Call,
    Path((id, role)): Path<(Uuid, RoleName)>,
) -> Result<Response, Problem> {
    let (id, role) = (UserId::from(id), Role::from(role));
    app.admin(&call).await?;
    if role == Role::Admin {
        call.refuse_oneself(id)?;
    }
    change(&app, &call, id, &(), user::Command::RevokeRole { role }).await
}

async fn change(
    app: &App,
    call: &Call,
    id: UserId,
    body: &impl Serialize,
    decide: user::Command,
) -> Result<Response, Problem> {
    app.admin(call).await?;
    let command = app.command(call, body)?;
    let response = command
        .run([Stream::of::<User>(id)], move |draft| {
            let user = draft.accessible::<User>(id, User::has_account)?;
            draft.check_version::<User>(id)?;
            let events = user.decide(decide.clone()).map_err(rules::of_user)?;
            let mut after = user.clone();
            events.iter().for_each(|event| after.evolve(event));
            let version = draft.add::<User>(id, events);
            Ok(Reply::ok(&Roles { id: id.into(), version, roles: after.roles().map(Role::as_str).collect() }))
        })
        .await?;
    if id != call.user() {
        return Ok(response);
    }
    Ok((app.access_anew(id, call.session(), call.caller.second_factor).await, response).into_response())
}
