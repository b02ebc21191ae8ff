//! Categories: the names that products on offer have given themselves.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::error::Result;
use crate::page::{Page, Paging};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(categories))
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
struct Category {
    name: String,
    /// How many products on offer are in it.
    count: i64,
}

/// The categories of the products on offer, by name.
#[utoipa::path(get, path = "/api/categories", operation_id = "list_categories", tag = "products", params(Paging),
    responses((status = 200, body = Page<Category>)))]
async fn categories(State(app): State<App>, Query(paging): Query<Paging>) -> Result<Json<Page<Category>>> {
    let span = paging.span::<String>("categories")?;
    let rows = sqlx::query_as!(
        Category,
        r#"select p.category as "name!", count(*) as "count!"
           from products.products p left join products.sellers k on k.id = p.seller
           where p.status = 'active' and k.suspended is not true and k.erased is not true
             and p.category > coalesce($1::text, '')
           group by p.category order by p.category limit $2"#,
        span.after.as_deref(),
        span.rows()
    )
    .fetch_all(&app.pool)
    .await?;
    Ok(Json(span.page(rows, |row| (row.name.clone(), Uuid::nil()))))
}
