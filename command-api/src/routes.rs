//! The routes of the write side, one file per group.

use std::sync::Arc;

use axum::Router;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use web::settings::Edge;

use crate::app::App;
use crate::openapi::add_command_headers;

mod dead_letters;
mod demo;
mod erasure;
mod inventory;
mod keys;
mod login;
mod messages;
mod orders;
mod passwords;
mod payments;
mod products;
mod profile;
mod roles;
mod sellers;
mod sessions;
mod shipments;
mod signup;
mod suspension;
mod totp;
mod verification;
mod webhooks;

/// What a change answers: what was changed, and the version it has now.
#[derive(Serialize, ToSchema)]
struct Changed {
    id: Uuid,
    #[schema(minimum = 1)]
    version: u64,
}

fn all() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(signup::sign_up))
        .routes(routes!(verification::verify_email))
        .routes(routes!(verification::resend_verification))
        .routes(routes!(login::log_in))
        .routes(routes!(demo::log_in_to_demo))
        .routes(routes!(sessions::refresh))
        .routes(routes!(sessions::log_out))
        .routes(routes!(sessions::end_session))
        .routes(routes!(passwords::forgot_password))
        .routes(routes!(passwords::reset_password))
        .routes(routes!(passwords::change_password))
        .routes(routes!(totp::enrol, totp::disable))
        .routes(routes!(totp::confirm))
        .routes(routes!(profile::change_profile, erasure::erase))
        .routes(routes!(roles::grant_role))
        .routes(routes!(roles::revoke_role))
        .routes(routes!(suspension::suspend, suspension::reinstate))
        .routes(routes!(sellers::open_shop))
        .routes(routes!(products::list_product))
        .routes(routes!(products::change_product, products::archive_product))
        .routes(routes!(products::publish_product, products::unpublish_product))
        .routes(routes!(inventory::set_threshold))
        .routes(routes!(inventory::receive_stock))
        .routes(routes!(inventory::adjust_stock))
        .routes(routes!(orders::place_order))
        .routes(routes!(orders::cancel_order))
        .routes(routes!(payments::pay_order))
        .routes(routes!(payments::hear_provider))
        .routes(routes!(shipments::ship_order))
        .routes(routes!(shipments::deliver_order))
        .routes(routes!(shipments::return_goods))
        .routes(routes!(dead_letters::retry))
        .routes(routes!(dead_letters::discard))
        .routes(routes!(messages::post_message))
        .routes(routes!(messages::tell_typing))
        .routes(routes!(webhooks::subscribe))
        .routes(routes!(webhooks::unsubscribe))
        .routes(routes!(keys::public_keys))
}

/// What the routes say of themselves. `web::openapi::Common` completes the document once it is whole.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = all().into_openapi();
    add_command_headers(&mut document);
    document
}

/// The routes alone, to be merged with others before `web::edge` is put around all of them.
pub fn router(app: Arc<App>) -> Router {
    all().with_state(app).into()
}

/// The routes as a service of their own.
pub fn service(app: Arc<App>, edge: &Edge) -> Router {
    let gate = app.gate();
    web::edge::wrap(router(app), gate, edge)
}
