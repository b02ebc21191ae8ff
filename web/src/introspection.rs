//! Token introspection (RFC 7662), for services that cannot verify tokens themselves, or want to know of revocations.
//!
//! It belongs on the operations listener: whoever reaches it may ask about any token.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::caller::Gate;
use crate::codes;
use crate::problem::Problem;
use crate::tokens::Claims;

// Without `Debug`: a token is nobody's to see.
#[derive(Deserialize)]
struct Question {
    token: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(flatten)]
    claims: Option<&'a Claims>,
}

/// `POST /introspect`, form-encoded: `token=…`.
pub fn router(gate: Gate) -> Router {
    Router::new().route("/introspect", post(introspect)).with_state(gate)
}

async fn introspect(State(gate): State<Gate>, question: Result<Form<Question>, FormRejection>) -> Response {
    let Ok(Form(Question { token })) = question else {
        return Problem::bad_request(codes::BAD_REQUEST, "the form must have a token").into_response();
    };
    let claims = gate.inspect(&token);
    let (active, token_type) = (claims.is_some(), claims.is_some().then_some("Bearer"));
    let answer = Answer { active, token_type, claims: claims.as_deref() };
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}
