//! What has happened, from the archive: who did what, and the history of any one aggregate.
//!
//! No personal data is in events, so they are shown as they stand.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::caller::Caller;
use web::codes;
use web::fields::{Fields, refused};
use web::json::Json;
use web::params::{Path, Query};
use web::problem::Problem;

use crate::app::App;
use crate::error::Result;
use crate::filter;
use crate::page::{Page, Paging, Span};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(audit)).routes(routes!(events))
}

/// Sorts behind every moment as events have it.
const BEHIND_ALL: &str = "~";

/// Something that has happened.
#[derive(Debug, Serialize, ToSchema)]
struct Event {
    /// What kind of aggregate it has happened to.
    #[schema(example = "order")]
    kind: String,
    /// Which aggregate.
    id: Uuid,
    /// The how-manieth of its events.
    version: i64,
    #[serde(rename = "type")]
    #[schema(example = "order.placed")]
    event: String,
    /// The shape of its data.
    schema: i32,
    #[schema(value_type = String, format = DateTime)]
    at: String,
    /// Who did it: `user:<id>`, `policy:<name>` or `operator`.
    #[schema(example = "user:019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6001")]
    actor: String,
    /// The command that it followed from: events of one command have the same.
    command: String,
    /// The W3C `traceparent` of the request; null where there was none.
    trace: Option<String>,
    /// What it says.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
}

struct Row {
    category: String,
    id: Uuid,
    version: i64,
    kind: String,
    schema: i32,
    at: String,
    actor: String,
    command: String,
    trace: String,
    data: String,
}

impl Row {
    fn show(self) -> Event {
        Event {
            kind: self.category,
            id: self.id,
            version: self.version,
            event: self.kind,
            schema: self.schema,
            at: self.at,
            actor: self.actor,
            command: self.command,
            trace: Some(self.trace).filter(|trace| !trace.is_empty()),
            data: raw(&self.data),
        }
    }
}

/// What an event says, as it stands; as a text where it is no JSON.
pub(crate) fn raw(data: &str) -> Box<RawValue> {
    RawValue::from_string(data.to_owned()).or_else(|_| to_raw_value(data)).expect("a text can be written as JSON")
}

/// The kinds of aggregates that the archive has events of.
async fn kinds(app: &App) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select distinct category from archive.positions where consumer = 'archive'")
        .fetch_all(&app.pool)
        .await
}

/// Which events are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// What this actor did: `user:<id>`, `policy:<name>` or `operator`.
    #[param(max_length = 200, example = "operator")]
    actor: Option<String>,
    /// What happened then or later, to the millisecond.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<OffsetDateTime>,
    /// What happened before, to the millisecond.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<OffsetDateTime>,
    /// What happened to this kind of aggregate.
    #[param(max_length = 200, example = "order")]
    kind: Option<String>,
    /// How many rows.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A moment as events have it.
fn written(at: OffsetDateTime) -> std::result::Result<String, &'static str> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let utc = at.checked_to_offset(UtcOffset::UTC).filter(|at| (0..=9999).contains(&at.year()));
    utc.and_then(|at| at.format(format).ok()).ok_or("there is no such moment")
}

/// Who did what: every event, newest first.
#[utoipa::path(get, path = "/api/admin/audit", operation_id = "list_audit", tag = "administration",
    params(Wanted), responses((status = 200, body = Page<Event>)), security(("session" = [])))]
async fn audit(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Json<Page<Event>>> {
    caller.require_staff()?;
    let mut fields = Fields::new();
    let actor = fields.parse_some("?actor", wanted.actor.as_deref(), filter::text);
    let from = fields.parse_some("?from", wanted.from, written);
    let to = fields.parse_some("?to", wanted.to, written);
    let (actor, from, to) = fields.finish(|| Some((actor?, from?, to?)))?;
    // The moment, the version and the kind of the last row before.
    let span = Span::<(String, i64, String)>::new("admin:audit", wanted.limit, wanted.cursor.as_deref())?;
    let mut kinds = kinds(&app).await?;
    if let Some(kind) = wanted.kind {
        if !kinds.contains(&kind) {
            return Err(refused("?kind", codes::INVALID, "there is no such kind of aggregate").into());
        }
        kinds = vec![kind];
    }
    let (before, version, kind) = span.after.clone().unwrap_or_else(|| (BEHIND_ALL.to_owned(), 0, String::new()));
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_else(|| BEHIND_ALL.to_owned()));
    // Each kind has its newest in an index, in the order of the list but for the kinds themselves, which decide last.
    macro_rules! newest {
        ($of_actor:literal, $($actor:expr)?) => {
            sqlx::query_as!(
                Row,
                r#"select e.category, e.id, e.version, e.type as kind, e.schema, e.at, e.actor, e.command, e.trace, e.data
                   from unnest($1::text[]) as k (category) cross join lateral (
                     select * from archive.events a
                     where a.category = k.category and a.at collate "C" >= $2 and a.at collate "C" < $3
                       and (a.at collate "C", a.id, a.version)
                         < ($4, $5, $6::bigint + (k.category collate "C" < $7)::integer)"#
                    + $of_actor
                    + r#" order by a.at collate "C" desc, a.id desc, a.version desc limit $8) e
                   order by e.at collate "C" desc, e.id desc, e.version desc, e.category collate "C" desc limit $8"#,
                &kinds,
                from,
                to,
                before,
                span.after_id,
                version,
                kind,
                span.rows()
                $(, $actor)?
            )
            .fetch_all(&app.pool)
            .await?
        };
    }
    let rows = match actor {
        None => newest!("",),
        Some(actor) => newest!(" and a.actor = $9", actor),
    };
    Ok(Json(span.page(rows, |row| ((row.at.clone(), row.version, row.category.clone()), row.id)).map(Row::show)))
}

/// The events of one aggregate, the first first.
#[utoipa::path(get, path = "/api/admin/events/{kind}/{id}", operation_id = "list_events", tag = "administration",
    params(("kind" = String, Path, description = "The kind of the aggregate", example = "order"), ("id" = Uuid, Path), Paging),
    responses((status = 200, body = Page<Event>)), security(("session" = [])))]
async fn events(
    State(app): State<App>,
    caller: Caller,
    Path((kind, id)): Path<(String, Uuid)>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Event>>> {
    caller.require_staff()?;
    let kind = filter::text(&kind).map_err(|_| Problem::not_found())?;
    let span = paging.span::<i64>("admin:events")?;
    let rows = sqlx::query_as!(
        Row,
        "select category, id, version, type as kind, schema, at, actor, command, trace, data from archive.events
         where category = $1 and id = $2 and version > coalesce($3, 0::bigint) order by version limit $4",
        kind,
        id,
        span.after,
        span.rows()
    )
    .fetch_all(&app.pool)
    .await?;
    if rows.is_empty() {
        return Err(Problem::not_found().into());
    }
    Ok(Json(span.page(rows, |row| (row.version, id)).map(Row::show)))
}
