//! How integrators have themselves told of what happens.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::user::User;
use domain::webhook::{self, Kind, Scope, Webhooks, secret_field, url_field};
use domain::{Aggregate, SubscriptionId};
use event_store::{Record, Stream};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;
use web::webhooks::draw_secret;

use crate::app::{App, require_seller};
use crate::call::Call;
use crate::codes::field;
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// The names of what can be told, for the document.
fn kinds() -> RefOr<Schema> {
    let names = Kind::ALL.iter().map(|kind| kind.as_str());
    RefOr::T(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into())
}

/// A place that wants to be told.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSubscription {
    /// Where messages are posted to: https, at port 443 or 8443 of the open net.
    #[schema(min_length = 10, max_length = 2048, example = "https://example.org/hooks/millrace")]
    url: String,
    /// What is told.
    #[schema(schema_with = kinds_list)]
    events: Vec<String>,
}

fn kinds_list() -> RefOr<Schema> {
    RefOr::T(ArrayBuilder::new().items(kinds()).min_items(Some(1)).max_items(Some(Kind::ALL.len())).into())
}

/// A subscription, and the secret that its messages are signed with. It is shown this one time.
#[derive(Serialize, ToSchema)]
pub(super) struct Subscribed {
    id: Uuid,
    #[schema(minimum = 1)]
    version: u64,
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
}

/// Has messages posted to an address from now on, signed as Standard Webhooks describes.
///
/// A seller is told of their own products and stock, and of orders with their own lines; an admin, for as long as they are
/// one, of everything. An `Idempotency-Key` is not honoured: the answer holds a secret, which is kept nowhere.
#[utoipa::path(
    post, path = "/api/webhooks", tag = "webhooks", security(("session" = [])),
    responses((status = 201, description = "It is subscribed", body = Subscribed), Session, Always, Body, Forbidden)
)]
pub(super) async fn subscribe(
    State(app): State<Arc<App>>,
    mut call: Call,
    Json(body): Json<NewSubscription>,
) -> Result<Response, Problem> {
    let scope = scope(&app, &call).await?;
    // A receipt would keep the secret.
    call.key = None;
    let mut fields = Fields::new();
    let url = fields.parse("/url", body.url, |text| app.reach.admit(&text));
    let kinds = kinds_of(body.events, &mut fields);
    let (url, kinds) = fields.finish(|| Some((url?, kinds?)))?;
    let mut fields = Fields::new();
    let looked_up = app.reach.look_up(&url).await;
    let url = fields.parse("/url", url, |url| looked_up.map(|()| url));
    let url = fields.finish(|| url)?;

    let command = app.command(&call, &())?;
    let (owner, id, secret) = (call.user(), command.new_id::<SubscriptionId>(), draw_secret());
    let sealed = app.webhook_secrets.close(id.into(), &secret);
    let record = Record::from([(url_field(id).as_str(), String::from(url)), (secret_field(id).as_str(), sealed)]);
    let (at, most) = (command.context().at, usize::from(app.webhook_most));
    let subscribe = webhook::Command::Subscribe { id, kinds, scope, at, most };
    command
        .run([Stream::of::<User>(owner), Stream::of::<Webhooks>(owner)], move |draft| {
            draft.accessible::<User>(owner, User::has_account)?;
            let webhooks = draft.state::<Webhooks>(owner);
            let events = webhooks.decide(subscribe.clone()).map_err(rules::of_webhook)?;
            draft.set_private::<Webhooks>(owner, record.clone());
            let version = draft.add::<Webhooks>(owner, events);
            let secret = secret.expose_secret().to_owned();
            Ok(Reply::created(None, &Subscribed { id: id.into(), version, secret }))
        })
        .await
}

/// Ends a subscription: nothing more is sent, not even what was waiting.
#[utoipa::path(
    delete, path = "/api/webhooks/{id}", tag = "webhooks", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 204, description = "It has ended"), Session, Always, Existing)
)]
pub(super) async fn unsubscribe(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    app.user(&call).await?;
    let (owner, id) = (call.user(), SubscriptionId::from(id));
    let command = app.command(&call, &())?;
    command
        .run([Stream::of::<Webhooks>(owner)], move |draft| {
            let webhooks = draft.accessible::<Webhooks>(owner, |webhooks| webhooks.get(id).is_some())?;
            draft.check_version::<Webhooks>(owner)?;
            let events = webhooks.decide(webhook::Command::Remove { id }).map_err(rules::of_webhook)?;
            // With the last one the whole record goes.
            let fields = [url_field(id), secret_field(id)].into_iter().filter(|_| webhooks.len() > 1);
            let record = Record(fields.map(|name| (name, String::new())).collect());
            draft.set_private::<Webhooks>(owner, record);
            draft.add::<Webhooks>(owner, events);
            Ok(Reply::no_content())
        })
        .await
}

/// What is to be told: something at least.
fn kinds_of(names: Vec<String>, fields: &mut Fields) -> Option<BTreeSet<Kind>> {
    let name = |(index, name): (usize, String)| {
        fields.parse(format!("/events/{index}"), name, |name| Kind::try_from(name.as_str()))
    };
    // To the end, so that the client learns of every wrong one.
    let kinds: Vec<_> = names.into_iter().take(Kind::ALL.len() + 1).enumerate().map(name).collect();
    if !(1..=Kind::ALL.len()).contains(&kinds.len()) {
        fields.refuse("/events", field::OUT_OF_RANGE, format!("1 to {} events are told", Kind::ALL.len()));
    }
    kinds.into_iter().collect()
}

/// Whose affairs the caller may be told of.
async fn scope(app: &App, call: &Call) -> Result<Scope, Problem> {
    let user = app.user(call).await?;
    if user.is_admin() {
        app.admin(call).await?;
        return Ok(Scope::All);
    }
    require_seller(&user)?;
    Ok(Scope::Own)
}
