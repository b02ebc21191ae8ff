//! Live updates: one long answer (Server-Sent Events) that tells of orders, messages and stock as they change.
//!
//! One task per process reads the rows that are new and hands them to all connections. Each connection passes on what its
//! listener may know, with the places in the feeds up to which everything is told as the id. So a connection that was cut goes
//! on where it was, at whatever process, after whatever restart or replay: places are in the rows.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

mod connection;
mod doors;
mod follower;
mod messages;
mod news;
mod orders;
mod places;
mod rows;
mod stock;
mod wanted;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::poll_fn;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::address::ClientAddress;
use web::caller::Caller;
use web::fields::Fields;
use web::params::Query;
use web::standing::Standing;

use self::connection::Connection;
use self::doors::{Doors, Holder};
use self::follower::Source;
use self::news::Listener;
use self::wanted::Wanted;
use crate::app::App;
use crate::error::Result;
use crate::filter;
use crate::settings;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx to pass every event on at once.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
/// How many connections look at the same time for what they have missed.
const TURNS: usize = 4;
/// How many events wait for a slow client.
const WAITING: usize = 64;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(live))
}

/// What all connections of a process share. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Live(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: settings::Live,
    source: Source,
    doors: Doors,
    /// So many look at the same time for what they have missed.
    turns: Semaphore,
    over: CancellationToken,
}

impl Live {
    pub(crate) fn new(settings: settings::Live) -> Self {
        let (source, doors, turns) = (Source::new(), Doors::new(settings), Semaphore::new(TURNS));
        Self(Arc::new(Shared { settings, source, doors, turns, over: CancellationToken::new() }))
    }

    /// Reads what is new until this is dropped; then every connection ends.
    pub(crate) async fn follow(&self, app: &App) {
        let _over = self.0.over.clone().drop_guard();
        self.0.source.follow(app).await;
    }
}

/// Tells of orders, messages and stock as they change, for as long as the client listens.
///
/// Server-Sent Events. `order`: an order that the caller placed, sells in or looks after as admin or support, with `id`,
/// `version`, `type`, `status` and `at`. `message`: what was written about an order, to whoever reads its messages: its `id`,
/// and the message as `GET /api/orders/{id}/messages` shows it. `typing`: somebody else in an order is writing, with `id`,
/// `party` and `seller_id`; it is told once, to whoever listens, and has no id. `stock`: `product_id`, `stock` (`in`, `low` or
/// `out`) and `at`, when the band of a product on offer changes; to its seller at every change, with `stock_exact`. `reset`: too
/// much has happened since, or what was shown has changed; read anew what is on the screen. Every event but `typing` has an id;
/// whoever brings the last one along in `Last-Event-ID` misses nothing and hears nothing twice. The answer ends with its session
/// or access token.
#[utoipa::path(get, path = "/api/live", operation_id = "listen", tag = "live",
    params(Wanted, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard.")),
    responses((status = 200, body = String, content_type = "text/event-stream",
        example = "id: 1a..............._...............1____\nevent: order\ndata: {\"id\":\"019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b\",\"version\":2,\"type\":\"order.confirmed\",\"status\":\"confirmed\",\"at\":\"2026-11-02T09:00:00Z\"}\n\n")))]
async fn live(
    State(app): State<App>,
    caller: Option<Caller>,
    standing: Standing,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let mut fields = Fields::new();
    let products = fields.parse_some("?products", wanted.products.as_deref(), filter::ids);
    let products = fields.finish(|| products)?;
    let user = caller.as_ref().map(|caller| caller.user);
    let entry = app.live.0.doors.enter(Holder::of(user, address))?;
    let (staff, admin) = caller.map_or((false, false), |caller| (caller.is_staff(), caller.has("admin")));
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let connection = Connection {
        app,
        listener: Listener { user, staff, admin, products },
        standing,
        last: headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or_default().to_owned()),
        sender,
    };
    let following = async move {
        let _entry = entry;
        connection.run().await;
    };
    tokio::spawn(following.in_current_span());
    let events =
        poll_fn(move |context| receiver.poll_recv(context).map(|event: Option<Event>| event.map(Ok::<_, Infallible>)));
    let mut answer = Sse::new(events).into_response();
    answer.headers_mut().insert(BUFFERING, HeaderValue::from_static("no"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
