//! Pages for people, which belong to neither side.

use axum::{Router, routing::get};

/// What every code of a problem means: where the `type` of a problem points to.
pub(crate) fn router() -> Router {
    Router::new().route("/docs/problems", get(async || web::codes::page(command_api::codes::CODES)))
}
