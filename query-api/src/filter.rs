//! What may be asked of the catalogue, read and checked.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::caller::Caller;
use web::fields::Fields;
use web::problem::Problem;

use crate::page::{MOST, Span};

const MOST_IDS: usize = MOST as usize;
const LONGEST_TEXT: usize = 200;

/// What is asked of the catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Words of the name, the category or the description, or how they begin, in any case and without accents. Where nothing has
    /// them all, one letter of each may be wrong. The first ten count.
    #[param(max_length = 200, example = "blue teapot")]
    q: Option<String>,
    /// Exactly this category.
    category: Option<String>,
    /// Products of this seller.
    seller: Option<Uuid>,
    /// Leaves out the caller's own products.
    #[param(inline)]
    exclude_seller: Option<Excluded>,
    /// In minor units.
    min_price: Option<i64>,
    /// In minor units.
    max_price: Option<i64>,
    /// Only what can be ordered now.
    in_stock: Option<bool>,
    /// `relevance` when `q` is given, else `newest`.
    #[param(inline)]
    sort: Option<Sort>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only these products: up to 100 ids, with commas between them. Without `sort` they come in this order, on one page.
    ids: Option<String>,
}

/// Whose products to leave out.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Excluded {
    Me,
}

/// In which order.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sort {
    Newest,
    Price,
    #[serde(rename = "-price")]
    PriceDown,
    Name,
    Relevance,
}

/// In which order the products of a list come.
pub(crate) enum Order<'a> {
    By(Sort),
    /// As they were asked for.
    Of(&'a [Uuid]),
}

/// What narrows the catalogue down.
pub(crate) struct Filter {
    pub(crate) ids: Option<Vec<Uuid>>,
    pub(crate) category: Option<String>,
    pub(crate) seller: Option<Uuid>,
    pub(crate) excluded_seller: Option<Uuid>,
    pub(crate) min_price: Option<i64>,
    pub(crate) max_price: Option<i64>,
    pub(crate) in_stock: bool,
    pub(crate) q: Option<String>,
}

impl Wanted {
    /// Reads the filters; a 422 names each that is wrong.
    pub(crate) fn filter(&self, caller: Option<&Caller>) -> Result<Filter, Problem> {
        let mut fields = Fields::new();
        let q = fields.parse_some("?q", self.q.as_deref(), text);
        let category = fields.parse_some("?category", self.category.as_deref(), text);
        let ids = fields.parse_some("?ids", self.ids.as_deref(), ids);
        fields.finish(|| {
            Some(Filter {
                ids: ids?,
                category: category?.map(str::to_owned),
                seller: self.seller,
                excluded_seller: self.exclude_seller.and(caller).map(|caller| caller.user),
                min_price: self.min_price,
                max_price: self.max_price,
                in_stock: self.in_stock.unwrap_or_default(),
                q: q?.filter(|q| !q.trim().is_empty()).map(str::to_owned),
            })
        })
    }

    /// The order that is asked for; without words nothing is more relevant than anything else.
    pub(crate) fn order<'a>(&self, filter: &'a Filter) -> Order<'a> {
        match (self.sort, &filter.ids, &filter.q) {
            (None, Some(ids), _) => Order::Of(ids),
            (None | Some(Sort::Relevance), _, Some(_)) => Order::By(Sort::Relevance),
            (None | Some(Sort::Relevance), _, None) => Order::By(Sort::Newest),
            (Some(sort), ..) => Order::By(sort),
        }
    }

    /// The rows of a list that has a place for all that may be asked for by their ids.
    pub(crate) fn whole<K: DeserializeOwned>(&self, list: &'static str) -> Result<Span<K>, Problem> {
        Span::new(list, Some(MOST), self.cursor.as_deref())
    }

    /// The rows of `list` that are asked for.
    pub(crate) fn span<K: DeserializeOwned>(&self, list: &'static str) -> Result<Span<K>, Problem> {
        Span::new(list, self.limit, self.cursor.as_deref())
    }
}

/// Which of their products a seller wants to see.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Own {
    /// All of them by default.
    #[param(inline)]
    pub(crate) status: Option<Status>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// How far a product has come.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Draft,
    Active,
    Archived,
}

impl Own {
    /// The rows of `list` that are asked for.
    pub(crate) fn span<K: DeserializeOwned>(&self, list: &'static str) -> Result<Span<K>, Problem> {
        Span::new(list, self.limit, self.cursor.as_deref())
    }
}

impl Status {
    /// As the rows have it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// Reads a text to search for.
pub(crate) fn text(text: &str) -> Result<&str, String> {
    match text.chars().count() <= LONGEST_TEXT && !text.contains(char::is_control) {
        true => Ok(text),
        false => Err(format!("up to {LONGEST_TEXT} characters are expected, none of them a control character")),
    }
}

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Reads ids with commas between them.
pub(crate) fn ids(text: &str) -> Result<Vec<Uuid>, String> {
    let ids: Result<Vec<Uuid>, _> = text.split(',').map(str::parse).collect();
    let ids = ids.map_err(|_| "ids with commas between them are expected")?;
    match ids.len() {
        ..=MOST_IDS => Ok(ids),
        _ => Err(format!("up to {MOST_IDS} ids are expected")),
    }
}
