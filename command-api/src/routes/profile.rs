//! How users change what they are called.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::Aggregate;
use domain::text::{DisplayName, Username};
use domain::user::{self, User};
use event_store::{Record, Stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::fields::Fields;
use web::json::Json;
use web::problem::Problem;

use super::Changed;
use crate::accounts::private;
use crate::app::App;
use crate::call::Call;
use crate::codes::field;
use crate::failure::unread;
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// What to change; what is absent stays.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    #[schema(min_length = 3, max_length = 32)]
    username: Option<String>,
    #[schema(min_length = 1, max_length = 64)]
    display_name: Option<String>,
}

/// Changes what the caller is called. The old user name is free again soon after.
#[utoipa::path(
    patch, path = "/api/users/me", tag = "accounts", security(("session" = [])),
    responses((status = 200, description = "It is changed", body = Changed), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn change_profile(
    State(app): State<Arc<App>>,
    call: Call,
    Json(body): Json<Names>,
) -> Result<Response, Problem> {
    let user = app.user(&call).await?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let username = fields.parse_some("/username", body.username, Username::try_from);
    let display_name = fields.parse_some("/display_name", body.display_name, DisplayName::try_from);
    let (username, display_name) = fields.finish(|| Some((username?, display_name?)))?;

    let id = call.user();
    let mut records = app.store.private(User::CATEGORY, &[id.into()]).await.map_err(unread)?;
    let Record(known) = records.pop().unwrap_or_default();
    let wanted = [
        (private::USERNAME, username.as_ref().map(Username::as_str)),
        (private::DISPLAY_NAME, display_name.as_ref().map(DisplayName::as_str)),
    ];
    let changes = wanted.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    let changes = Record(changes.filter(|(name, value)| known.get(name) != Some(value)).collect());

    // A name is not claimed for a change that is refused anyway; whether it is, is decided below.
    call.if_match.check(&user.current_versions(), false)?;
    let claim = username.map(|username| app.username_claim(&username));
    if let Some(claim) = claim {
        let claimed = app.claim(command.context(), claim, id).await;
        claimed.map_err(|unclaimed| unclaimed.problem("/username", field::USERNAME_TAKEN))?;
    }
    let decide = user::Command::ChangeProfile { username: claim };
    command
        .run([Stream::of::<User>(id)], move |draft| {
            let user = draft.accessible::<User>(id, User::exists)?;
            draft.check_version::<User>(id)?;
            let events = match changes.0.is_empty() {
                true => Vec::new(),
                false => user.decide(decide.clone()).map_err(rules::of_user)?,
            };
            let version = draft.add::<User>(id, events);
            if !changes.0.is_empty() {
                draft.set_private::<User>(id, changes.clone());
            }
            Ok(Reply::ok(&Changed { id: id.into(), version }))
        })
        .await
}
