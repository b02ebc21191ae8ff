//! What a listener asks for.

use serde::Deserialize;
use utoipa::IntoParams;

/// What a listener asks for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Whose bands of stock to tell of: up to 100 products' ids, with commas between them. Without it, all that are on offer.
    pub(super) products: Option<String>,
}
