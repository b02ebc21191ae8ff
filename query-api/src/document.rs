//! The OpenAPI document of both services, as it is committed.

use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

const DOCUMENT: &str = include_str!("../../openapi.json");

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(document))
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "show_openapi", tag = "documentation",
    responses((status = 200, description = "The OpenAPI document", body = Object)))]
async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT)
}
