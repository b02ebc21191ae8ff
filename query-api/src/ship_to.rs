//! Where an order goes: for its buyer and the sellers in it, and for nobody else.

use std::fmt;

use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;
use web::caller::Caller;
use web::problem::Problem;

use crate::error::Result;
use crate::messages::takes_part;
use crate::orders::{LineRow, Row};

/// Where an order goes.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ShipTo {
    /// Whom the parcel is for.
    #[schema(example = "Anna Berg")]
    name: String,
    /// What stands above the town.
    #[schema(example = json!(["Lange Straße 7", "Third floor"]))]
    lines: Vec<String>,
    #[schema(example = "Rostock")]
    city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "18055", nullable = false)]
    postcode: Option<String>,
    /// An ISO 3166-1 alpha-2 code.
    #[schema(example = "DE")]
    country: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+49 381 1234567", nullable = false)]
    phone: Option<String>,
}

impl fmt::Debug for ShipTo {
    /// Without what it says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShipTo(..)")
    }
}

/// Where an order goes, if that is known and the caller takes part in it.
pub(crate) async fn of(
    snapshot: &mut PgConnection,
    order: &Row,
    lines: &[LineRow],
    caller: &Caller,
) -> Result<Option<ShipTo>> {
    if !takes_part(order, lines, caller) {
        return Ok(None);
    }
    let found = sqlx::query_scalar!("select ship_to::text from orders.addresses where order_id = $1", order.id);
    let found = found.fetch_optional(snapshot).await?.flatten();
    let ship_to = found.map(|json| serde_json::from_str(&json)).transpose();
    // Not the error itself, which may repeat what it could not read.
    ship_to.map_err(|_| Problem::internal("an address cannot be read").into())
}
