//! Dead letters as those see them who look after the marketplace: events that fail by themselves, and wait for a person. Among
//! them is what integrators were to be told of an event, and have not taken.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, FromRow};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::fields::Fields;
use web::json::Json;
use web::params::Query;

use crate::app::App;
use crate::error::Result;
use crate::events::raw;
use crate::filter;
use crate::page::{Page, Span};
use crate::schemas::{self, unless_dropped};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(dead_letters))
}

/// Which dead letters are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Those of this consumer group.
    #[param(max_length = 200, example = "orders_g1")]
    group: Option<String>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// An event that one consumer group cannot deal with. What its aggregate did later waits behind it, but in the group `webhooks`.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetter {
    /// Names it when it is to be tried again or discarded: `<kind>:<aggregate>:<version>`.
    #[schema(example = "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1")]
    id: String,
    /// The consumer group.
    #[schema(example = "orders_g1")]
    group: String,
    /// The aggregate: `<kind>:<id>`.
    #[schema(example = "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b")]
    aggregate: String,
    /// Which of its events it is.
    version: i64,
    #[serde(rename = "type")]
    #[schema(example = "order.placed")]
    kind: String,
    /// What is wrong with it.
    error: String,
    /// How often it was tried.
    attempts: i32,
    /// How many events wait, this one included. Of the group `webhooks`: how many messages about it were given up.
    waiting: i64,
    #[serde(with = "time::serde::rfc3339")]
    first_failed_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    last_failed_at: OffsetDateTime,
    /// Whether somebody has asked for something that is not done yet.
    asked: bool,
    /// What the event says, or the first of the messages about it.
    #[schema(value_type = Object)]
    data: Option<Box<RawValue>>,
}

/// What a page begins after: group, kind of the aggregate, and version.
type Key = (String, String, i64);

#[derive(FromRow)]
struct Row {
    consumer: String,
    category: String,
    id: Uuid,
    version: i64,
    #[sqlx(rename = "type")]
    kind: String,
    error: String,
    attempts: i32,
    waiting: i64,
    first_failed_at: OffsetDateTime,
    last_failed_at: OffsetDateTime,
    asked: bool,
    data: Option<String>,
}

impl Row {
    fn key(&self) -> (&str, &str, Uuid, i64) {
        (&self.consumer, &self.category, self.id, self.version)
    }

    fn show(self) -> DeadLetter {
        let aggregate = format!("{}:{}", self.category, self.id);
        DeadLetter {
            id: format!("{aggregate}:{}", self.version),
            group: self.consumer,
            aggregate,
            version: self.version,
            kind: self.kind,
            error: self.error,
            attempts: self.attempts,
            waiting: self.waiting,
            first_failed_at: self.first_failed_at,
            last_failed_at: self.last_failed_at,
            asked: self.asked,
            data: self.data.as_deref().map(raw),
        }
    }
}

/// What was sent in vain as often as it may, event by event.
async fn given_up(app: &App, group: Option<&str>, span: &Span<Key>) -> sqlx::Result<Vec<Row>> {
    let (consumer, category, version) = span.after.clone().unwrap_or_default();
    sqlx::query_as!(
        Row,
        r#"select 'webhooks' as "consumer!", category, aggregate as id, version, min(kind) as "kind!",
                  string_agg(format('webhook %s: %s', subscription, coalesce('answered ' || response, error, 'unknown')),
                             ', ' order by id) as "error!",
                  max(attempts) as "attempts!", count(*) as "waiting!",
                  min(coalesce(first_failed_at, made_at)) as "first_failed_at!",
                  max(coalesce(last_at, made_at)) as "last_failed_at!", false as "asked!",
                  (array_agg(body order by id))[1] as data
           from webhooks.deliveries
           where state = 'dead' and coalesce($1, 'webhooks') = 'webhooks'
             and ('webhooks' collate "C", category collate "C", aggregate, version) > ($2, $3, $4, $5)
           group by category, aggregate, version
           order by category collate "C", aggregate, version limit $6"#,
        group,
        consumer,
        category,
        span.after_id,
        version,
        span.rows()
    )
    .fetch_all(&app.pool)
    .await
}

/// Dead letters, group by group.
#[utoipa::path(get, path = "/api/admin/dead-letters", operation_id = "list_dead_letters", tag = "administration",
    params(Wanted), responses((status = 200, body = Page<DeadLetter>)), security(("session" = [])))]
async fn dead_letters(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<DeadLetter>>> {
    caller.require_staff()?;
    let mut fields = Fields::new();
    let group = fields.parse_some("?group", wanted.group.as_deref(), filter::text);
    let group = fields.finish(|| group)?;
    let span = Span::<Key>::new("admin:dead-letters", wanted.limit, wanted.cursor.as_deref())?;
    let (consumer, category, version) = span.after.clone().unwrap_or_default();
    let mut rows = given_up(&app, group, &span).await?;
    for schema in schemas::of_consumers(&app.pool).await? {
        let statement = format!(
            r#"select consumer, category, id, version, type, error, attempts, first_failed_at, last_failed_at,
                      retry_asked or discard is not null as asked,
                      (select count(*) from {schema}.held_events e
                       where e.consumer = h.consumer and e.category = h.category and e.id = h.id) as waiting,
                      (select data from {schema}.held_events e where e.consumer = h.consumer
                       and e.category = h.category and e.id = h.id and e.version = h.version) as data
               from {schema}.held h
               where retry_at is null and ($1::text is null or consumer = $1)
                 and (consumer collate "C", category collate "C", id, version) > ($2, $3, $4, $5)
               order by consumer collate "C", category collate "C", id, version limit $6"#
        );
        let letters = sqlx::query_as(AssertSqlSafe(statement)).bind(group).bind(&consumer).bind(&category);
        let letters = letters.bind(span.after_id).bind(version).bind(span.rows()).fetch_all(&app.pool).await;
        rows.extend(unless_dropped(letters)?);
    }
    rows.sort_by(|a, b| a.key().cmp(&b.key()));
    let key = |row: &Row| ((row.consumer.clone(), row.category.clone(), row.version), row.id);
    Ok(Json(span.page(rows, key).map(Row::show)))
}
