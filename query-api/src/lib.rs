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
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use crate::app::App;
use crate::caching::{document_tags, revalidate};
use crate::freshness::{ReadModel, document_token, settle_first};
pub use crate::mails::mails;
use crate::snapshot::{Outdated, twice};

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

type Group = (App, &'static [ReadModel]);

/// What stands around every query, one layer for all of it. What failed over an outdated statement is answered once more, on a
/// new connection: queries change nothing.
async fn answer(State(group): State<Group>, request: Request, next: Next) -> Response {
    let (request, once_more) = twice(request);
    let answered = answer_once(&group, request, next.clone()).await;
    if !Outdated::marks(&answered) {
        return answered;
    }
    group.0.shape.changed();
    answer_once(&group, once_more, next).await
}

/// After the caller's own writes, and only what they do not have yet.
async fn answer_once((app, read_models): &Group, request: Request, next: Next) -> Response {
    settle_first(app, read_models, request, async |request| revalidate(request, next).await).await
}

/// Every route, without the edge: to be merged with other routes and wrapped once, by [`web::edge::wrap`].
pub fn router(app: App) -> Router {
    let mut router = Router::from(document::routes()).merge(Router::from(live::routes()));
    for (group, read_models) in groups() {
        router = router.merge(Router::from(group).route_layer(from_fn_with_state((app.clone(), read_models), answer)));
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
