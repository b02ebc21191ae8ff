//! Categories: the names that products on offer have given themselves.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::catalogue::{on_offer, reading};
use crate::error::Result;
use crate::filter::{Filter, Wanted};
use crate::page::Page;
use crate::search::Found;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(categories))
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
struct Category {
    #[schema(example = "Kitchen")]
    name: String,
    /// How many products on offer are in it.
    count: i64,
}

/// Counts products by category: what follows `from`, in pieces, and the arguments.
macro_rules! category_rows {
    ([] $($rest:literal)+ ; $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Category,
            r#"select p.category as "name!", count(*) as "count!"
               from products.products p
               left join products.stock s on s.id = p.id
               left join products.sellers k on k.id = p.seller
               "# $(+ $rest)+,
            $($argument),*
        )
    };
}

/// The categories of the products on offer, by name. It takes the filters of the catalogue, to show what choosing each category
/// would leave; the `category` that is chosen already makes no difference, nor does `sort`.
#[utoipa::path(get, path = "/api/categories", operation_id = "list_categories", tag = "products", params(Wanted),
    responses((status = 200, body = Page<Category>)))]
async fn categories(
    State(app): State<App>,
    caller: Option<Caller>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Category>>> {
    let filter = Filter { category: None, ..wanted.filter(caller.as_ref())? };
    let span = wanted.span::<Found<String>>("categories")?;
    let search = filter.search(&app, &span).await?;
    let rows = on_offer!(
        category_rows![],
        app,
        filter,
        search,
        "and p.category > coalesce($11::text, '') group by p.category order by p.category limit $12",
        span.after.as_ref().map(|(_, name)| name.as_str()),
        span.rows()
    );
    Ok(Json(span.page(rows, |row| ((reading(search.as_ref()), row.name.clone()), Uuid::nil()))))
}
