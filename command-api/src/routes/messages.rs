//! How the buyer and the sellers of an order write to one another.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::message::{self, Conversation};
use domain::order::Order;
use domain::text::MessageText;
use domain::{Aggregate, OrderId};
use event_store::{Record, Stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;
use web::typing::{self, Typing};

use crate::app::App;
use crate::call::Call;
use crate::failure::unread;
use crate::openapi::{Always, Body, Existing, Forbidden, Session, There};
use crate::receipt::Reply;
use crate::rules;

/// Something to say about an order.
// No `Debug`: what cannot be printed stands in no log.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMessage {
    /// Plain text over any number of lines. Markup is text like any other.
    #[schema(min_length = 1, max_length = 2000, example = "Could you leave it with the neighbour?")]
    text: String,
}

/// A message that everybody in the order can read.
#[derive(Serialize, ToSchema)]
pub(super) struct PostedMessage {
    /// Of the order.
    id: Uuid,
    /// The how-manieth of the order it is.
    #[schema(minimum = 1)]
    number: u32,
    /// Of the conversation.
    #[schema(minimum = 1)]
    version: u64,
}

/// Writes to everybody in an order: its buyer and the sellers in it share one conversation.
///
/// An order has 1,000 messages at most.
#[utoipa::path(
    post, path = "/api/orders/{id}/messages", tag = "orders", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 201, description = "It is there to read", body = PostedMessage), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn post_message(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<NewMessage>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    app.limits.message(call.caller.user).await?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let text = fields.parse("/text", body.text, MessageText::try_from);
    let text = String::from(fields.finish(|| text)?);
    let (id, author) = (OrderId::from(id), call.user());
    command
        .run([Stream::of::<Order>(id), Stream::of::<Conversation>(id)], move |draft| {
            let order = draft.accessible::<Order>(id, |order| order.party(author).is_some())?;
            let party = order.party(author).ok_or_else(Problem::not_found)?;
            draft.check_version::<Conversation>(id)?;
            let post = message::Command::Post { author, party };
            let events = draft.state::<Conversation>(id).decide(post).map_err(rules::of_message)?;
            let number = Conversation::replay(&events).posted();
            let version = draft.add::<Conversation>(id, events);
            draft.set_private::<Conversation>(id, Record::from([(&*number.to_string(), text.clone())]));
            Ok(Reply::created(None, &PostedMessage { id: id.into(), number, version }))
        })
        .await
}

/// Tells everybody else in an order that the caller is writing something. It is told live, and kept nowhere.
#[utoipa::path(
    post, path = "/api/orders/{id}/typing", operation_id = "tell_typing", tag = "orders", params(("id" = Uuid, Path)),
    security(("session" = [])), responses((status = 204, description = "It is told"), Session, Always, There)
)]
pub(super) async fn tell_typing(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    app.user(&call).await?;
    app.limits.typing(call.caller.user).await?;
    let author = call.user();
    let order = app.store.load::<Order>(id.into()).await.map_err(unread)?;
    let party = order.party(author).ok_or_else(Problem::not_found)?;
    let everybody = order.buyer().into_iter().chain(order.sellers());
    let audience = everybody.filter(|user| *user != author).map(Uuid::from).collect();
    let typing = Typing { order: id, author: author.into(), party: party.as_str().to_owned(), audience };
    typing::tell(app.redis(), &typing).await.map_err(Problem::unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
