//! Routes that show something.
//!
//! Each route group is a file in which the SQL stands beside its row types and its handlers. All of it reads the views of
//! the read models (`products.products`, never `products_g1.products`) and no statement reads two read models, for each may
//! live in a database of its own. The crate cannot see how rows come to be: it depends on neither the domain nor the event
//! store, and changes nothing.

pub mod app;
pub mod settings;

// What every list and every answer has in common
mod caching;
mod cursor;
mod error;
mod freshness;
mod money;
mod page;
mod schemas;
mod snapshot;

// Route groups
mod admin;
mod catalogue;
mod categories;
mod consumers;
mod dead_letters;
mod document;
mod events;
mod filter;
mod inventory;
mod live;
mod mails;
mod measures;
mod messages;
mod orders;
mod people;
mod period;
mod products;
mod search;
mod sellers;
mod sessions;
mod ship_to;
mod summary;
mod timeline;
mod users;
mod webhooks;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use crate::app::App;
use crate::caching::{document_tags, revalidate};
use crate::freshness::{ReadModel, document_token, settle_first};
pub use crate::mails::mails;
use crate::snapshot::again;

/// The route groups, each with the read models that it serves from.
fn groups() -> Vec<(OpenApiRouter<App>, &'static [ReadModel])> {
    use ReadModel::{Archive, Inventory, Orders, Products, Subscriptions, Users};
    vec![
        (products::routes(), &[Products]),
        (categories::routes(), &[Products]),
        (sellers::routes(), &[Products]),
        // Whose product it is, is for the catalogue to say.
        (inventory::routes(), &[Inventory, Products]),
        (orders::routes().merge(timeline::routes()).merge(messages::routes()), &[Orders]),
        (summary::routes(), &[Orders, Products]),
        (users::routes().merge(sessions::routes()).merge(admin::routes()), &[Users]),
        (events::routes(), &[Archive]),
        // What consumers have made of the log themselves.
        (consumers::routes().merge(dead_letters::routes()), &[]),
        (webhooks::routes(), &[Subscriptions]),
    ]
}

/// Every route, without the edge: to be merged with other routes and wrapped once, by [`web::edge::wrap`].
pub fn router(app: App) -> Router {
    let mut router = Router::from(document::routes()).merge(Router::from(live::routes()));
    for (group, read_models) in groups() {
        let waiting = from_fn_with_state((app.clone(), read_models), settle_first);
        let again = from_fn_with_state(app.clone(), again);
        router =
            router.merge(Router::from(group).route_layer(from_fn(revalidate)).route_layer(waiting).route_layer(again));
    }
    router.with_state(app)
}

/// The OpenAPI document of these routes, before [`web::openapi::Common`] completes it.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut document = OpenApi::default();
    for (group, _) in groups() {
        web::openapi::join(&mut document, group.into_openapi());
    }
    document_token(&mut document);
    document_tags(&mut document);
    document.merge(document::routes().into_openapi());
    document.merge(live::routes().into_openapi());
    document
}
