//! Products: how the catalogue shows them, and one of them by itself.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use crate::app::App;
use crate::catalogue;
use crate::error::Result;
use crate::money::Money;
use crate::users::name_of;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(product)).merge(catalogue::routes())
}

/// A product with its stock and its shop, as the read model has them.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) version: i64,
    pub(crate) seller: Uuid,
    pub(crate) shop_name: Option<String>,
    pub(crate) seller_suspended: bool,
    pub(crate) seller_erased: bool,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) price_amount: i64,
    pub(crate) price_currency: String,
    pub(crate) images: Vec<String>,
    pub(crate) status: String,
    pub(crate) slug: String,
    pub(crate) sort_name: String,
    pub(crate) listed_at: OffsetDateTime,
    pub(crate) offered_at: OffsetDateTime,
    pub(crate) changed_at: OffsetDateTime,
    pub(crate) on_hand: i64,
    pub(crate) reserved: i64,
    pub(crate) threshold: i64,
    pub(crate) stock_version: i64,
    /// How well it matches what is searched for.
    pub(crate) rank: i64,
}

/// Reads [`Row`]s: their rank, what follows `from`, in pieces, and the arguments.
macro_rules! product_rows {
    ([$rank:literal] $($rest:literal)+ ; $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            $crate::products::Row,
            r#"select p.id as "id!", p.version as "version!", p.seller as "seller!", k.shop_name,
                      coalesce(k.suspended, false) as "seller_suspended!", coalesce(k.erased, false) as "seller_erased!",
                      p.name as "name!", p.description, p.category, p.price_amount as "price_amount!",
                      p.price_currency as "price_currency!", p.images as "images!", p.status as "status!", p.slug as "slug!",
                      p.sort_name as "sort_name!", p.listed_at as "listed_at!",
                      coalesce(p.offered_at, p.listed_at) as "offered_at!", p.changed_at as "changed_at!",
                      coalesce(s.on_hand, 0) as "on_hand!", coalesce(s.reserved, 0) as "reserved!",
                      coalesce(s.threshold, 0) as "threshold!", coalesce(s.version, 0) as "stock_version!", "#
                + $rank
                + r#" as "rank!"
               from products.products p
               left join products.stock s on s.id = p.id
               left join products.sellers k on k.id = p.seller
               "# $(+ $rest)+,
            $($argument),*
        )
    };
}
pub(crate) use product_rows;

/// A product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Product {
    id: Uuid,
    /// Of the product itself: what `If-Match` names to change it.
    version: i64,
    seller: Seller,
    name: String,
    /// The name as a part of an address, with a piece of the id.
    #[schema(example = "blue-teapot-3f2a9c41")]
    slug: String,
    description: Option<String>,
    category: Option<String>,
    price: Money,
    images: Vec<String>,
    /// `active`; or `draft` or `archived`, which only its seller, admins and support get to see.
    #[schema(example = "active")]
    status: String,
    stock: Stock,
    /// The numbers, for its seller alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stock_exact: Option<StockNumbers>,
    #[serde(with = "time::serde::rfc3339")]
    listed_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    changed_at: OffsetDateTime,
}

/// Who sells a product.
#[derive(Debug, Serialize, ToSchema)]
struct Seller {
    id: Uuid,
    /// `deleted user` when the seller has left.
    shop_name: Option<String>,
}

/// How much there is of a product: `low` is less than the threshold that its seller has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stock {
    In,
    Low,
    Out,
}

impl Stock {
    pub(crate) const fn of(available: i64, threshold: i64) -> Self {
        match available {
            ..=0 => Self::Out,
            few if few < threshold => Self::Low,
            _ => Self::In,
        }
    }
}

/// How many units there are of a product.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockNumbers {
    on_hand: i64,
    /// Promised to orders.
    reserved: i64,
    /// On hand and not reserved.
    available: i64,
    /// As soon as fewer are available, the seller is told; 0 for never.
    threshold: i64,
    /// Of the inventory: what `If-Match` names to change it.
    version: i64,
}

impl StockNumbers {
    pub(crate) const fn new(on_hand: i64, reserved: i64, threshold: i64, version: i64) -> Self {
        Self { on_hand, reserved, available: on_hand - reserved, threshold, version }
    }
}

impl Row {
    /// The product as somebody may see it.
    pub(crate) fn show(self, caller: Option<&Caller>) -> Product {
        let stock = StockNumbers::new(self.on_hand, self.reserved, self.threshold, self.stock_version);
        let is_own = caller.is_some_and(|caller| caller.user == self.seller);
        Product {
            id: self.id,
            version: self.version,
            seller: Seller { id: self.seller, shop_name: name_of(self.shop_name, self.seller_erased) },
            name: self.name,
            slug: self.slug,
            description: self.description,
            category: self.category,
            price: Money { amount: self.price_amount, currency: self.price_currency },
            images: self.images,
            status: self.status,
            stock: Stock::of(stock.available, stock.threshold),
            stock_exact: is_own.then_some(stock),
            listed_at: self.listed_at,
            changed_at: self.changed_at,
        }
    }

    /// What is not on offer has not gone for those who look after it.
    fn is_visible_to(&self, caller: Option<&Caller>) -> bool {
        let is_on_offer = self.status == "active" && !self.seller_suspended && !self.seller_erased;
        is_on_offer || caller.is_some_and(|caller| caller.user == self.seller || caller.is_staff())
    }

    fn etag(&self) -> HeaderValue {
        HeaderValue::try_from(format!("\"{}.{}\"", self.version, self.stock_version)).expect("digits are visible ASCII")
    }
}

/// One product.
#[utoipa::path(get, path = "/api/products/{id}", operation_id = "show_product", tag = "products",
    params(("id" = Uuid, Path)),
    responses(
        (status = 200, body = Product, headers(("ETag" = String, description = "`\"<product version>.<stock version>\"`"))),
    ))]
async fn product(State(app): State<App>, caller: Option<Caller>, Path(id): Path<Uuid>) -> Result<Response> {
    let row = product_rows!(["0::bigint"] "where p.id = $1"; id).fetch_optional(&app.keyed).await?;
    let row = row.filter(|row| row.is_visible_to(caller.as_ref())).ok_or_else(Problem::not_found)?;
    Ok(([(header::ETAG, row.etag())], Json(row.show(caller.as_ref()))).into_response())
}
