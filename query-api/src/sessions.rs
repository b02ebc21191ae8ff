//! The caller's sessions: which they are, of the read model, and where they are used, of their records in Redis.
//!
//! For a start without Redis, the read model also knows which sessions have ended of late.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::State;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::time::{sleep, timeout};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::devices::Details;
use web::json::Json;
use web::params::Query;
use web::revocations::Revocations;

use crate::app::App;
use crate::cursor::At;
use crate::error::Result;
use crate::page::{Page, Paging};

/// How long Redis has to tell of devices before sessions are shown without.
const DETAILS_WITHIN: Duration = Duration::from_millis(500);
/// By how much the clocks of services may differ.
const SKEW: Duration = Duration::from_secs(60);
const RETRY: Duration = Duration::from_millis(500);
/// How often the read model is asked which sessions have ended.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sessions))
}

/// A session that goes on.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    id: Uuid,
    /// Whether it is the one that asks.
    current: bool,
    /// What the browser says it is. This, where it was seen and when are null while that cannot be looked up.
    device: Option<String>,
    /// Where it was last seen.
    #[schema(example = "192.0.2.7")]
    address: Option<String>,
    /// To within a few minutes.
    #[serde(with = "time::serde::rfc3339::option")]
    last_seen_at: Option<OffsetDateTime>,
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

impl Row {
    fn show(self, caller: &Caller, details: Option<&Details>) -> Session {
        let Self { id, started_at, until } = self;
        Session {
            id,
            current: id == caller.session,
            device: details.and_then(|details| details.user_agent.clone()),
            address: details.and_then(|details| details.seen_address).map(|address| address.to_string()),
            last_seen_at: details.map(|details| details.seen_at),
            started_at,
            until,
        }
    }
}

/// The sessions in which the caller is logged in, newest first.
///
/// A session that was not used for so long that it cannot go on is left out, so a page may hold less than its limit.
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
    let details = details(&app, &page.items).await;
    let Page { items, next_cursor } = page;
    let shown = items.into_iter().filter_map(|row| match &details {
        Some(details) => details.get(&row.id).map(|known| row.show(&caller, Some(known))),
        None => Some(row.show(&caller, None)),
    });
    Ok(Json(Page { items: shown.collect(), next_cursor }))
}

/// What is known of the devices of sessions; `None` when nobody can tell now.
async fn details(app: &App, rows: &[Row]) -> Option<HashMap<Uuid, Details>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let asked = timeout(DETAILS_WITHIN, app.devices.as_ref()?.details(&ids)).await;
    asked.ok()?.inspect_err(|error| tracing::warn!(%error, "sessions are shown without their devices")).ok()
}

impl App {
    /// Tells of the sessions that have ended, and of the users whose rights have changed, while access tokens of before may
    /// still be about; tries until Postgres answers.
    pub async fn tell_of_ended(self, revocations: Revocations, access_lifetime: Duration) {
        while let Err(error) = self.seed(&revocations, access_lifetime + SKEW).await {
            tracing::warn!(%error, "the read model does not tell which sessions have ended; trying again");
            sleep(RETRY).await;
        }
    }

    /// Goes on telling of them: whoever ends a session may die before they have announced it, and then the read model is what
    /// knows.
    pub async fn go_on_telling_of_ended(self, revocations: Revocations, access_lifetime: Duration) {
        loop {
            sleep(LOOK_EVERY).await;
            if let Err(error) = self.seed(&revocations, access_lifetime + SKEW).await {
                tracing::debug!(%error, "the read model does not tell which sessions have ended");
            }
        }
    }

    async fn seed(&self, revocations: &Revocations, within: Duration) -> sqlx::Result<()> {
        let since = OffsetDateTime::now_utc() - within;
        let sessions =
            sqlx::query!(r#"select id as "id!", ended_at as "at!" from users.sessions where ended_at > $1"#, since);
        revocations.seed(sessions.fetch_all(&self.pool).await?.into_iter().map(|row| (row.id, row.at)));
        let users = sqlx::query!(
            r#"select id as "id!", tokens_valid_after as "at!" from users.users where tokens_valid_after > $1"#,
            since
        );
        revocations.seed_users(users.fetch_all(&self.pool).await?.into_iter().map(|row| (row.id, row.at)));
        Ok(())
    }
}
