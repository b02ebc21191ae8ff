//! The public keys that verify access tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::app::App;

/// The public keys that verify access tokens, as a JWK set (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "keys", responses((status = 200, description = "The keys", body = Object)))]
pub(super) async fn public_keys(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.public_keys.clone())
}
