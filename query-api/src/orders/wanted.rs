//! Which orders are asked for.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use web::problem::Problem;

use crate::cursor::At;
use crate::page::Span;

/// Which orders are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only those that are this far.
    #[param(inline)]
    pub(super) status: Option<Status>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which of all orders are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AnyWanted {
    /// Only those that are this far.
    #[param(inline)]
    pub(super) status: Option<Status>,
    /// In which order.
    #[param(inline)]
    pub(super) sort: Option<Sort>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(super) limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrderStatus)]
pub(crate) enum Status {
    Pending,
    Confirmed,
    Paid,
    PartlyShipped,
    Shipped,
    Delivered,
    Completed,
    Rejected,
    Expired,
    Cancelled,
    Refunded,
}

impl Status {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Pending,
        Self::Confirmed,
        Self::Paid,
        Self::PartlyShipped,
        Self::Shipped,
        Self::Delivered,
        Self::Completed,
        Self::Rejected,
        Self::Expired,
        Self::Cancelled,
        Self::Refunded,
    ];

    /// Whether nothing is expected to happen to such an order any more.
    pub(crate) const fn is_over(self) -> bool {
        match self {
            Self::Pending | Self::Confirmed | Self::Paid | Self::PartlyShipped | Self::Shipped | Self::Delivered => {
                false
            }
            Self::Completed | Self::Rejected | Self::Expired | Self::Cancelled | Self::Refunded => true,
        }
    }

    /// As the rows have it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Paid => "paid",
            Self::PartlyShipped => "partly_shipped",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }
}

/// By the time they were placed.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OrderSort)]
pub(super) enum Sort {
    #[default]
    Newest,
    Oldest,
}

impl Wanted {
    /// The rows of `list` that are asked for.
    pub(super) fn span(&self, list: &'static str) -> Result<Span<At>, Problem> {
        Span::new(list, self.limit, self.cursor.as_deref())
    }
}
