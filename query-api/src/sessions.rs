//! The caller's sessions.

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
use crate::page::{Page, Paging};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sessions))
}

/// A session that goes on.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    #[serde(with = "time::serde::rfc3339")]
    started_at: OffsetDateTime,
    /// When it ends in any case.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
}

struct Row {
    id: Uuid,
    started_at: OffsetDateTime,
    until: OffsetDateTime,
}

/// The sessions in which the caller is logged in, newest first.
#[utoipa::path(get, path = "/api/auth/sessions", operation_id = "list_sessions", tag = "sessions", params(Paging),
    responses((status = 200, body = Page<Session>)), security(("session" = [])))]
async fn sessions(State(app): State<App>, caller: Caller, Query(paging): Query<Paging>) -> Result<Json<Page<Session>>> {
    let span = paging.span::<At>("sessions")?;
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", started_at as "started_at!", until as "until!" from users.sessions
           where user_id = $1 and ended_at is null and until > now()
             and (started_at, id) < (coalesce($2, 'infinity'::timestamptz), $3)
           order by started_at desc, id desc limit $4"#,
        caller.user,
        span.after.map(|at| at.0),
        span.after_id,
        span.rows()
    )
    .fetch_all(&app.pool)
    .await?;
    let page = span.page(rows, |row| (At(row.started_at), row.id));
    Ok(Json(page.map(|Row { id, started_at, until }| Session { id, current: id == caller.session, started_at, until })))
}
