//! A shop to play with lets its people in without a password.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use domain::text::Email;
use serde::Deserialize;
use utoipa::ToSchema;
use web::json::Json;
use web::problem::Problem;

use super::login::{LoggedIn, start, welcome};
use crate::app::App;
use crate::changes::Unchanged;
use crate::demo;
use crate::failure::unread;
use crate::openapi::{Always, Body};
use crate::visit::Visit;

/// Whom to play.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    role: DemoRole,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DemoRole {
    Buyer,
    Seller,
    Admin,
}

impl DemoRole {
    const fn email(&self) -> &'static str {
        match self {
            Self::Buyer => demo::BUYER,
            Self::Seller => demo::SELLER,
            Self::Admin => demo::ADMIN,
        }
    }
}

/// There is no such route outside demo mode.
pub(super) struct InDemoMode;

impl FromRequestParts<Arc<App>> for InDemoMode {
    type Rejection = Problem;

    async fn from_request_parts(_parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if app.demo { Ok(Self) } else { Err(Problem::not_found()) }
    }
}

/// Begins a session as one of the people of a demo shop.
#[utoipa::path(
    post, path = "/api/auth/demo-login", tag = "sessions",
    responses(
        (status = 200, description = "The session has begun: both cookies are set", body = LoggedIn),
        (status = 404, description = "This is no demo shop, or nobody plays this part any more", body = Problem,
            content_type = "application/problem+json"),
        Always, Body
    )
)]
pub(super) async fn log_in_to_demo(
    State(app): State<Arc<App>>,
    _demo: InDemoMode,
    visit: Visit,
    Json(body): Json<Part>,
) -> Result<Response, Problem> {
    let email = Email::try_from(body.role.email().to_owned()).map_err(Problem::internal)?;
    app.limits.log_in_to_demo(visit.address).await?;
    let id = app.owner(&email).await.map_err(unread)?.ok_or_else(Problem::not_found)?;
    let session = start(&app, &visit, id, None, None).await.map_err(Unchanged::problem)?;
    welcome(&app, &visit, app.email_claim(&email), (id, session), false).await
}
