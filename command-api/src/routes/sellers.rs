//! How users begin to sell.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::Aggregate;
use domain::text::ShopName;
use domain::user::{self, User};
use event_store::{Record, Stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::fields::Fields;
use web::json::Json;
use web::problem::Problem;

use super::Changed;
use crate::accounts::private;
use crate::app::{App, require_verified};
use crate::call::Call;
use crate::claims::Unclaimed;
use crate::codes::field;
use crate::failure::undecided;
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// A shop to open.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewShop {
    /// Nobody else has it, in upper or lower case.
    #[schema(min_length = 2, max_length = 64, example = "Anna's Teapots")]
    shop_name: String,
}

/// Opens the caller's shop: they may sell from now on. Sets a new access cookie, which says so.
#[utoipa::path(
    post, path = "/api/sellers", tag = "sellers", security(("session" = [])),
    responses((status = 201, description = "The shop is open", body = Changed), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn open_shop(
    State(app): State<Arc<App>>,
    call: Call,
    Json(body): Json<NewShop>,
) -> Result<Response, Problem> {
    let user = app.user(&call).await?;
    require_verified(&user)?;
    let command = app.command(&call, &body)?;
    let mut fields = Fields::new();
    let name = fields.parse("/shop_name", body.shop_name, ShopName::try_from);
    let name = fields.finish(|| name)?;

    let (id, claim) = (call.user(), app.shop_claim(&name));
    // Who keeps a shop already needs no claim, whether this repeats its opening or is refused; nor who knows an older version.
    let mut taken = None;
    if user.shop().is_none() && call.if_match.check(&user.current_versions(), false).is_ok() {
        match app.claim(command.context(), claim, id).await {
            Ok(_) => {}
            Err(unclaimed @ Unclaimed::Taken(_)) => {
                taken = Some(unclaimed.problem("/shop_name", field::SHOP_NAME_TAKEN));
            }
            Err(Unclaimed::Undecided(failure)) => return Err(undecided(failure)),
        }
    }
    let response = command
        .run([Stream::of::<User>(id)], move |draft| {
            let user = draft.accessible::<User>(id, User::exists)?;
            draft.check_version::<User>(id)?;
            if let Some(problem) = &taken {
                return Err(problem.clone());
            }
            let events = user.decide(user::Command::OpenShop { name: claim }).map_err(rules::of_user)?;
            if !events.is_empty() {
                draft.set_private::<User>(id, Record::from([(private::SHOP_NAME, name.as_str().to_owned())]));
            }
            let version = draft.add::<User>(id, events);
            // Without the name: an answer is kept for repetitions, and names are to be forgotten with their user.
            Ok(Reply::created(None, &Changed { id: id.into(), version }))
        })
        .await?;
    Ok((app.access_anew(id, call.session(), call.caller.second_factor).await, response).into_response())
}
