//! Pages for people, which belong to neither side: the API to read and to try, and what its problems mean.
//!
//! Everything they load is in the binary. A page may load what is its own and nothing inline, as any page of the shop.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};
use utoipa_swagger_ui::Config;
use web::problem::Problem;

/// The page, which is Swagger UI over `/api/openapi.json`.
const PAGE: &str = include_str!("pages/docs.html");
/// What opens it.
const OPEN: &str = include_str!("pages/docs.js");
/// What it needs of Swagger UI.
const OF_SWAGGER_UI: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];

pub(crate) fn router() -> Router {
    Router::new()
        .route("/docs", get(async || Html(PAGE)))
        .route("/docs/open.js", get(async || ([(header::CONTENT_TYPE, "text/javascript")], OPEN)))
        .route("/docs/assets/{file}", get(asset))
        // Where the `type` of a problem points to.
        .route("/docs/problems", get(async || web::codes::page(command_api::codes::CODES)))
}

async fn asset(Path(file): Path<String>) -> Result<impl IntoResponse, Problem> {
    if !OF_SWAGGER_UI.contains(&&*file) {
        return Err(Problem::not_found());
    }
    let asset = utoipa_swagger_ui::serve(&file, Arc::new(Config::default()))
        .map_err(|error| Problem::internal(error.to_string()))?;
    let asset = asset.ok_or_else(Problem::not_found)?;
    let headers =
        [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, "public, max-age=3600".to_owned())];
    Ok((headers, asset.bytes.into_owned()))
}
