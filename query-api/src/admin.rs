//! Users as those see them who look after the marketplace.

use axum::extract::State;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::cursor::At;
use crate::error::Result;
use crate::page::Page;
use crate::people::{People, Role};
use crate::users::name_of;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(users))
}

/// A user. Of whoever is erased there is neither address nor name.
#[derive(Debug, Serialize, ToSchema)]
struct User {
    id: Uuid,
    email: Option<String>,
    /// `deleted user` when the person is forgotten.
    username: Option<String>,
    display_name: Option<String>,
    /// Null without a shop.
    shop_name: Option<String>,
    #[schema(example = json!(["buyer"]))]
    roles: Vec<String>,
    /// Whether the e-mail address is proven.
    email_verified: bool,
    /// Whether logins ask for a code.
    second_factor: bool,
    /// Null unless the user is suspended.
    suspension: Option<KeptOut>,
    #[serde(with = "time::serde::rfc3339")]
    registered_at: OffsetDateTime,
    /// When the person was forgotten.
    #[serde(with = "time::serde::rfc3339::option")]
    erased_at: Option<OffsetDateTime>,
    /// What `If-Match` names to change it.
    version: i64,
}

/// Since when and why a user is kept out.
#[derive(Debug, Serialize, ToSchema)]
struct KeptOut {
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
    reason: Option<String>,
}

struct Row {
    id: Uuid,
    version: i64,
    email: Option<String>,
    username: Option<String>,
    display_name: Option<String>,
    shop_name: Option<String>,
    roles: Vec<String>,
    registered_at: OffsetDateTime,
    verified: bool,
    second_factor: bool,
    suspended_at: Option<OffsetDateTime>,
    suspension_reason: Option<String>,
    erased_at: Option<OffsetDateTime>,
}

impl Row {
    fn show(self) -> User {
        let reason = self.suspension_reason;
        User {
            id: self.id,
            email: self.email,
            username: name_of(self.username, self.erased_at.is_some()),
            display_name: self.display_name,
            shop_name: self.shop_name,
            roles: self.roles,
            email_verified: self.verified,
            second_factor: self.second_factor,
            suspension: self.suspended_at.map(|since| KeptOut { since, reason }),
            registered_at: self.registered_at,
            erased_at: self.erased_at,
            version: self.version,
        }
    }
}

/// All users, newest first.
#[utoipa::path(get, path = "/api/admin/users", operation_id = "list_users", tag = "administration", params(People),
    responses((status = 200, body = Page<User>)), security(("session" = [])))]
async fn users(State(app): State<App>, caller: Caller, Query(wanted): Query<People>) -> Result<Json<Page<User>>> {
    caller.require_staff()?;
    let words = wanted.words()?;
    let span = wanted.span::<At>("admin:users")?;
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", version as "version!", email, username, display_name, shop_name, roles as "roles!",
                  registered_at as "registered_at!", verified as "verified!", second_factor as "second_factor!",
                  suspended_at, suspension_reason, erased_at
           from users.users
           where ($1::text is null or $1 = any(roles))
             and ($2::bool is null or (suspended_at is not null) = $2)
             and not exists (
               select from unnest($3::text[]) as word
               where strpos(lower(concat_ws(' ', email, username, display_name, shop_name) collate "und-x-icu"),
                            lower(word collate "und-x-icu")) = 0)
             and (registered_at, id) < (coalesce($4, 'infinity'::timestamptz), $5)
           order by registered_at desc, id desc limit $6"#,
        wanted.role.map(Role::as_str),
        wanted.suspended,
        &words,
        span.after.map(|at| at.0),
        span.after_id,
        span.rows()
    )
    .fetch_all(&app.pool)
    .await?;
    Ok(Json(span.page(rows, |row| (At(row.registered_at), row.id)).map(Row::show)))
}
