//! The caller's own account.

use axum::extract::State;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::consistency::{Token, Write};
use web::json::Json;
use web::problem::Problem;

use crate::app::App;
use crate::error::Result;
use crate::freshness::ReadModel;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me))
}

/// What takes the place of the names of whoever is forgotten.
const DELETED: &str = "deleted user";

/// A name as it is shown.
pub(crate) fn name_of(name: Option<String>, erased: bool) -> Option<String> {
    if erased { Some(DELETED.to_owned()) } else { name }
}

/// An account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
struct Account {
    id: Uuid,
    email: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
    /// Null without a shop.
    shop_name: Option<String>,
    /// `buyer`, `seller`, `admin` or `support`.
    #[schema(example = json!(["buyer"]))]
    roles: Vec<String>,
    /// Whether the e-mail address is proven. Only then may its owner order and sell.
    email_verified: bool,
    /// Whether logins ask for a code.
    second_factor: bool,
    #[serde(with = "time::serde::rfc3339")]
    registered_at: OffsetDateTime,
    /// What `If-Match` names to change it.
    version: i64,
}

async fn account(app: &App, id: Uuid) -> sqlx::Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        r#"select id as "id!", email, username, display_name, shop_name, roles as "roles!",
                  verified as "email_verified!", second_factor as "second_factor!", registered_at as "registered_at!",
                  version as "version!"
           from users.users where id = $1 and erased_at is null"#,
        id
    )
    .fetch_optional(&app.keyed)
    .await
}

/// The caller's account.
#[utoipa::path(get, path = "/api/users/me", operation_id = "show_me", tag = "accounts",
    responses((status = 200, body = Account)), security(("session" = [])))]
async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Account>> {
    if let Some(account) = account(&app, caller.user).await? {
        return Ok(Json(account));
    }
    // Who has just signed up was given no consistency token, but does exist.
    let registered = Write { category: "user".to_owned(), id: caller.user, version: 1 };
    app.freshness.settle(&[ReadModel::Users], &Token::from_iter([registered])).await?;
    Ok(Json(account(&app, caller.user).await?.ok_or_else(Problem::not_found)?))
}
