//! What integrators have subscribed to.

use std::collections::HashMap;

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
    OpenApiRouter::new().routes(routes!(webhooks))
}

/// A place that is told of what happens.
#[derive(Debug, Serialize, ToSchema)]
struct Webhook {
    id: Uuid,
    #[schema(example = "https://example.org/hooks/millrace")]
    url: String,
    /// What it is told.
    #[schema(example = json!(["order.placed", "stock.ran_low"]))]
    events: Vec<String>,
    /// `active`, or `disabled`: nothing is sent any more. Remove it and subscribe again once it is mended.
    #[schema(example = "active")]
    status: &'static str,
    /// Why it is disabled: `failing` took nothing for long, `gone` said 410.
    disabled_because: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    disabled_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// The last ten messages, newest first.
    deliveries: Vec<WebhookDelivery>,
}

/// A message, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookDelivery {
    /// The `webhook-id`.
    id: String,
    #[serde(rename = "type")]
    #[schema(example = "order.placed")]
    kind: String,
    /// `due`: it is sent at `next_attempt_at`. `delivered`: it was taken. `dead`: it was sent as often as it may.
    #[schema(example = "delivered")]
    status: String,
    attempts: i32,
    #[serde(with = "time::serde::rfc3339::option")]
    next_attempt_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_attempt_at: Option<OffsetDateTime>,
    /// What was answered last.
    #[schema(example = 200)]
    response_status: Option<i32>,
    /// Why there was no answer: `timed_out`, `unreachable`, `broken_off`, `address_refused` or `not_signed`.
    error: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// The last messages to each of these webhooks, newest first.
async fn deliveries(app: &App, ids: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Vec<WebhookDelivery>>> {
    let rows = sqlx::query!(
        r#"select s.id as "subscription!", d.id as "id!", d.kind as "kind!", d.state as "state!", d.attempts as "attempts!",
                  d.next_at, d.last_at, d.response, d.error, d.made_at as "made_at!"
           from unnest($1::uuid[]) as s (id) cross join lateral (
             select * from webhooks.deliveries where subscription = s.id order by made_at desc, id desc limit 10
           ) d
           order by d.made_at desc, d.id desc"#,
        ids
    )
    .fetch_all(&app.pool)
    .await?;
    let mut all = HashMap::<_, Vec<_>>::new();
    for row in rows {
        all.entry(row.subscription).or_default().push(WebhookDelivery {
            id: row.id,
            kind: row.kind,
            status: row.state,
            attempts: row.attempts,
            next_attempt_at: row.next_at,
            last_attempt_at: row.last_at,
            response_status: row.response,
            error: row.error,
            created_at: row.made_at,
        });
    }
    Ok(all)
}

struct Row {
    id: Uuid,
    url: Option<String>,
    kinds: Vec<String>,
    subscribed_at: OffsetDateTime,
    disabled_at: Option<OffsetDateTime>,
    cause: Option<String>,
}

impl Row {
    fn show(self, deliveries: Vec<WebhookDelivery>) -> Webhook {
        Webhook {
            id: self.id,
            url: self.url.unwrap_or_default(),
            events: self.kinds,
            status: if self.disabled_at.is_some() { "disabled" } else { "active" },
            disabled_because: self.cause,
            disabled_at: self.disabled_at,
            created_at: self.subscribed_at,
            deliveries,
        }
    }
}

/// The caller's webhooks, newest first.
#[utoipa::path(get, path = "/api/webhooks", operation_id = "list_webhooks", tag = "webhooks", params(Paging),
    responses((status = 200, body = Page<Webhook>)), security(("session" = [])))]
async fn webhooks(State(app): State<App>, caller: Caller, Query(paging): Query<Paging>) -> Result<Json<Page<Webhook>>> {
    let span = paging.span::<At>("webhooks")?;
    if !caller.has("admin") {
        caller.require("seller")?;
    }
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", url, kinds as "kinds!", subscribed_at as "subscribed_at!", disabled_at, cause
           from subscriptions.subscriptions
           where owner = $1 and removed_at is null
             and (subscribed_at, id) < (coalesce($2, 'infinity'::timestamptz), $3)
           order by subscribed_at desc, id desc limit $4"#,
        caller.user,
        span.after.map(|at| at.0),
        span.after_id,
        span.rows()
    )
    .fetch_all(&app.pool)
    .await?;
    let page = span.page(rows, |row| (At(row.subscribed_at), row.id));
    let ids: Vec<_> = page.items.iter().map(|row| row.id).collect();
    let mut deliveries = deliveries(&app, &ids).await?;
    let show = |row: Row| {
        let of_row = deliveries.remove(&row.id).unwrap_or_default();
        row.show(of_row)
    };
    Ok(Json(page.map(show)))
}
