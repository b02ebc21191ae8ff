//! What may be asked of the catalogue, read and checked.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::caller::Caller;
use web::fields::Fields;
use web::problem::Problem;

use crate::page::Span;

const MOST_IDS: usize = 100;
const LONGEST_TEXT: usize = 200;

/// What is asked of the catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Words that all occur in the name or the description.
    #[param(max_length = 200)]
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
    #[param(inline)]
    pub(crate) sort: Option<Sort>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only these products: up to 100 ids, with commas between them.
    ids: Option<String>,
}

/// Whose products to leave out.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Excluded {
    Me,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sort {
    #[default]
    Newest,
    Price,
    #[serde(rename = "-price")]
    PriceDown,
    Name,
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
    pub(crate) words: Vec<String>,
}

impl Wanted {
    /// Reads the filters; a 422 names each that is wrong.
    pub(crate) fn filter(&self, caller: Option<&Caller>) -> Result<Filter, Problem> {
        let mut fields = Fields::new();
        let words = fields.parse_some("?q", self.q.as_deref(), text);
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
                words: words?.map(self::words).unwrap_or_default(),
            })
        })
    }

    /// The rows of `list` that are asked for.
    pub(crate) fn span<K: DeserializeOwned>(&self, list: &'static str) -> Result<Span<K>, Problem> {
        Span::new(list, self.limit, self.cursor.as_deref())
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

fn ids(text: &str) -> Result<Vec<Uuid>, String> {
    let ids: Result<Vec<Uuid>, _> = text.split(',').map(str::parse).collect();
    let ids = ids.map_err(|_| "ids with commas between them are expected")?;
    match ids.len() {
        ..=MOST_IDS => Ok(ids),
        _ => Err(format!("up to {MOST_IDS} ids are expected")),
    }
}
