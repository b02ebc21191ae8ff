//! Money as the API shows it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Money {
    /// In minor units of the currency, such as cents.
    #[schema(example = 1999)]
    pub(crate) amount: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub(crate) currency: String,
}
