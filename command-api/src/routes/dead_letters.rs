//! What admins do about events that a consumer cannot deal with.
//!
//! Consumers are asked through a stream of requests, as `millrace dead-letters` does, so this needs nothing but Redis. Letters
//! are known from the stream in which consumers report them; whether one has been dealt with since is for its consumer to say.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::text::Reason;
use event_store::requests::{Request, Which};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::codes::INVALID;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use crate::app::App;
use crate::audit;
use crate::call::Call;
use crate::failure::unread;
use crate::openapi::{Always, Body, Existing, Session};
use crate::receipt::Reply;

/// Which dead letter: by its own id, or by that of its aggregate.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1"}))]
pub(super) struct Letter {
    /// The letter, as the list of them names it: `<kind>:<aggregate>:<version>`.
    #[schema(example = "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1")]
    id: Option<String>,
    /// In place of `id`: whatever letter this aggregate has, `<kind>:<id>`.
    aggregate: Option<String>,
}

/// Which dead letter is to be passed over, and why.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"id": "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1", "reason": "Written by a test"}))]
pub(super) struct Discard {
    /// The letter, as the list of them names it: `<kind>:<aggregate>:<version>`.
    #[schema(example = "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1")]
    id: Option<String>,
    /// In place of `id`: the last letter that was reported of this aggregate, `<kind>:<id>`.
    aggregate: Option<String>,
    /// It stays on record for ever: it must name nobody.
    #[schema(min_length = 1, max_length = 500, example = "Written by a test")]
    reason: String,
}

/// The dead letter that something was asked for.
#[derive(Serialize, ToSchema)]
pub(super) struct Asked {
    /// `<kind>:<aggregate>:<version>`.
    #[schema(example = "order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b:1")]
    id: String,
    #[schema(example = "orders_g1")]
    group: String,
}

/// An aggregate with a letter, and the version of the event if that is named.
struct Named {
    category: String,
    id: Uuid,
    version: Option<u64>,
}

/// Reads `id` or `aggregate`, of which there must be one.
fn named(id: Option<&str>, aggregate: Option<&str>, fields: &mut Fields) -> Option<Named> {
    match (id, aggregate) {
        (Some(id), None) => fields.parse("/id", id, |id| {
            let (aggregate, version) = id.rsplit_once(':').ok_or("<kind>:<aggregate>:<version> is expected")?;
            let version = version.parse().map_err(|_| "<kind>:<aggregate>:<version> is expected")?;
            Ok::<_, &str>(Named { version: Some(version), ..of_aggregate(aggregate)? })
        }),
        (None, Some(aggregate)) => fields.parse("/aggregate", aggregate, of_aggregate),
        (None, None) => {
            fields.refuse("/id", "required", "this field or `aggregate` is required");
            None
        }
        (Some(_), Some(_)) => {
            fields.refuse("/aggregate", INVALID, "either this field or `id` is expected");
            None
        }
    }
}

fn of_aggregate(text: &str) -> Result<Named, &'static str> {
    let parts = text.split_once(':').and_then(|(category, id)| Some((category.to_owned(), id.parse().ok()?)));
    let (category, id) = parts.ok_or("<kind>:<id> is expected")?;
    Ok(Named { category, id, version: None })
}

impl Named {
    /// The version of the letter's event; 404 when the group has reported no such letter.
    async fn find(&self, app: &App, group: &str) -> Result<u64, Problem> {
        let last = app.store.last_dead(group, &self.category, self.id, self.version).await.map_err(unread)?;
        last.ok_or_else(Problem::not_found)
    }
}

/// Asks a consumer to try a dead letter again, now, and with it whatever else of its aggregate is given up.
///
/// Whether that goes well shows in the list of dead letters: a letter that fails again is there again. A consumer that is
/// paused does it once it goes on.
#[utoipa::path(
    post, path = "/api/admin/dead-letters/{group}/retry", tag = "administration",
    params(("group" = String, Path, description = "The consumer group", example = "orders_g1")),
    security(("session" = [])),
    responses((status = 202, description = "It is asked for", body = Asked), Session, Always, Body, Existing)
)]
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    call: Call,
    Path(group): Path<String>,
    Json(body): Json<Letter>,
) -> Result<Response, Problem> {
    app.admin(&call).await?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let letter = named(body.id.as_deref(), body.aggregate.as_deref(), &mut fields);
    let letter = fields.finish(|| letter)?;
    command
        .run_beside(async || {
            let version = letter.find(&app, &group).await?;
            let which = Which::Aggregate(letter.category.clone(), letter.id);
            ask(&app, &call, &group, &letter, version, &Request::Retry(which)).await
        })
        .await
}

/// Asks a consumer to pass over a dead letter, for good: no replay will fold that event either.
///
/// What its aggregate did later goes on behind it. When the letter has been dealt with meanwhile, or another event fails in its
/// place, nothing happens.
#[utoipa::path(
    post, path = "/api/admin/dead-letters/{group}/discard", tag = "administration",
    params(("group" = String, Path, description = "The consumer group", example = "orders_g1")),
    security(("session" = [])),
    responses((status = 202, description = "It is asked for", body = Asked), Session, Always, Body, Existing)
)]
pub(super) async fn discard(
    State(app): State<Arc<App>>,
    call: Call,
    Path(group): Path<String>,
    Json(body): Json<Discard>,
) -> Result<Response, Problem> {
    app.admin(&call).await?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let letter = named(body.id.as_deref(), body.aggregate.as_deref(), &mut fields);
    let reason = fields.parse("/reason", body.reason, Reason::try_from);
    let (letter, reason) = fields.finish(|| letter.zip(reason))?;
    command
        .run_beside(async || {
            let version = letter.find(&app, &group).await?;
            let (category, id, reason) = (letter.category.clone(), letter.id, reason.as_str().to_owned());
            let discard = Request::Discard { category, id, version, reason };
            ask(&app, &call, &group, &letter, version, &discard).await
        })
        .await
}

async fn ask(
    app: &App,
    call: &Call,
    group: &str,
    letter: &Named,
    version: u64,
    request: &Request,
) -> Result<Reply, Problem> {
    app.store.ask(group, request, &format!("user:{}", call.user())).await.map_err(unread)?;
    let id = format!("{}:{}:{version}", letter.category, letter.id);
    audit::asked_of_consumer(call.user(), group, &id, request);
    Ok(Reply::accepted(&Asked { id, group: group.to_owned() }))
}
