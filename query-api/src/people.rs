//! What may be asked of the list of users, read and checked.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};
use web::fields::Fields;
use web::problem::Problem;

use crate::filter;
use crate::page::Span;

/// Which users are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct People {
    /// Words that all occur in the e-mail address or a name.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Who has this role.
    #[param(inline)]
    pub(crate) role: Option<Role>,
    /// Only those who are suspended, or only those who are not.
    pub(crate) suspended: Option<bool>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What a user may act as.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Buyer,
    Seller,
    Admin,
    Support,
}

impl Role {
    /// As the rows have it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Admin => "admin",
            Self::Support => "support",
        }
    }
}

impl People {
    /// What is searched for; a 422 when that is no text.
    pub(crate) fn words(&self) -> Result<Vec<String>, Problem> {
        let mut fields = Fields::new();
        let q = fields.parse_some("?q", self.q.as_deref(), filter::text);
        fields.finish(|| Some(q?.map(filter::words).unwrap_or_default()))
    }

    /// The rows of `list` that are asked for.
    pub(crate) fn span<K: DeserializeOwned>(&self, list: &'static str) -> Result<Span<K>, Problem> {
        Span::new(list, self.limit, self.cursor.as_deref())
    }
}
