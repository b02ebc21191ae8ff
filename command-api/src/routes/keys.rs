//! The public keys that verify access tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::app::App;

/// Much shorter than a new key is public before it signs.
const CACHE_CONTROL: &str = "public, max-age=300";

/// The public keys that verify access tokens, as a JWK set (RFC 7517).
///
/// A key is here before it signs anything, and as long as anything that it has signed is valid.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "keys", responses((status = 200, description = "The keys", body = Object)))]
pub(super) async fn public_keys(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, CACHE_CONTROL)], Json(app.public_keys.jwks()))
}
