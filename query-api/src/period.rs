//! How far back a summary looks, read and checked.

use serde::Deserialize;
use utoipa::IntoParams;
use web::codes;
use web::fields::refused;
use web::problem::Problem;

const DEFAULT_DAYS: i32 = 30;
const MOST_DAYS: i32 = 366;

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Period {
    /// How many days of revenue, today being the last.
    #[param(minimum = 1, maximum = 366, default = 30)]
    days: Option<i32>,
}

impl Period {
    /// How many days; a 422 when they are too many, or none.
    pub(crate) fn days(&self) -> Result<i32, Problem> {
        let days = self.days.unwrap_or(DEFAULT_DAYS);
        match (1..=MOST_DAYS).contains(&days) {
            true => Ok(days),
            false => Err(refused("?days", codes::INVALID, format!("1 to {MOST_DAYS} days are expected"))),
        }
    }
}
