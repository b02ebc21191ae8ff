//! A client of live updates.

use std::collections::BTreeMap;

use axum::body::{Body, BodyDataStream};
use axum::http::StatusCode;
use futures_util::StreamExt;
use query_api::App;
use query_api::settings::{Live, Reading};
use serde_json::Value;
use sqlx::PgPool;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use web::revocations::Revocations;

use crate::actors::Actor;
use crate::shop::{ACCESS, LONG, Service, Shop};

/// A client that listens.
pub(crate) struct Ear {
    pub(crate) stream: BodyDataStream,
    pub(crate) waiting: String,
    /// The id of the last event, as a browser remembers it.
    pub(crate) id: String,
}

/// An event that was heard.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl Heard {
    pub(crate) fn text(&self, member: &str) -> String {
        self.data[member].as_str().unwrap_or_default().to_owned()
    }
}

impl Ear {
    /// Opens a connection, going on from an id.
    pub(crate) async fn open(service: &Service, actor: &impl Actor, path: &str, last: Option<&str>) -> Self {
        Self::try_open(service, actor, path, last).await.expect("there is room")
    }

    /// The same; `None` when there is no room.
    pub(crate) async fn try_open(
        service: &Service,
        actor: &impl Actor,
        path: &str,
        last: Option<&str>,
    ) -> Option<Self> {
        let headers: Vec<_> = last.map(|last| ("last-event-id", last)).into_iter().collect();
        let answer = service.answer(actor, path, &headers).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            return None;
        }
        assert_eq!(answer.status(), StatusCode::OK);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        assert_eq!((header("x-accel-buffering"), header("cache-control")), ("no".to_owned(), "no-store".to_owned()));
        let mut ear =
            Self { stream: Body::into_data_stream(answer.into_body()), waiting: String::new(), id: String::new() };
        // Whoever has been greeted misses nothing from then on.
        assert_eq!(ear.block().await, Some((None, None)));
        Some(ear)
    }

    pub(crate) async fn on(service: &Service, actor: &impl Actor) -> Self {
        Self::open(service, actor, "/api/live", None).await
    }

    /// The next block of the stream: the name of its event and its data, if it has any. `None` at the end.
    async fn block(&mut self) -> Option<(Option<String>, Option<Value>)> {
        while !self.waiting.contains("\n\n") {
            let bytes = self.stream.next().await?.ok()?;
            self.waiting += std::str::from_utf8(&bytes).unwrap();
        }
        let (block, rest) = self.waiting.split_once("\n\n").unwrap();
        let fields: BTreeMap<_, _> = block.lines().filter_map(|line| line.split_once(": ")).collect();
        if let Some(id) = fields.get("id") {
            self.id = (*id).to_owned();
        }
        let heard = (
            fields.get("event").map(|event| (*event).to_owned()),
            fields.get("data").map(|data| serde_json::from_str(data).unwrap()),
        );
        self.waiting = rest.to_owned();
        Some(heard)
    }

    /// The next event. `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        let heard = async {
            loop {
                if let (Some(event), Some(data)) = self.block().await? {
                    return Some(Heard { event, data });
                }
            }
        };
        timeout(LONG, heard).await.expect("there is something to hear")
    }

    /// So many events, by what one member of each says.
    pub(crate) async fn hear(&mut self, count: usize, member: &str) -> Vec<String> {
        let mut heard = Vec::new();
        while heard.len() < count {
            heard.push(self.next().await.expect("the stream goes on").text(member));
        }
        heard
    }
}

/// The id of somebody who has heard of nothing.
pub(crate) fn places_of_nothing() -> String {
    "_".repeat(5)
}

/// Another process over the same rows.
pub(crate) fn process(shop: &Shop, live: Live) -> (Service, Revocations, CancellationToken) {
    let reading = Reading { read_connections: 5, freshness_wait: LONG, live };
    let app = App::new(shop.database.url().parse().unwrap(), &reading);
    let (revocations, stop) = (Revocations::new(ACCESS), CancellationToken::new());
    tokio::spawn(app.clone().follow(stop.clone()));
    (Service::serving(app, revocations.clone()), revocations, stop)
}

/// Says that a read model has changed.
pub(crate) async fn notify(rows: &PgPool, read_model: &str) {
    sqlx::query("select pg_notify('millrace', $1)").bind(read_model).execute(rows).await.unwrap();
}
