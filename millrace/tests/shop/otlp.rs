//! Spans as a collector gets them.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, routing::post};
use serde_json::json;
use uuid::Uuid;

use crate::{running::PATIENCE, services::Apart};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLIENT: &str = "00f067aa0ba902b7";
const SERVER: u64 = 2;
const CONSUMER: u64 = 5;

/// A span of an export request, as far as the test looks at it.
#[derive(Clone, Debug, Default)]
struct Span {
    service: String,
    trace: String,
    id: String,
    parent: String,
    name: String,
    kind: u64,
    attributes: Vec<(String, Vec<u8>)>,
    /// The traces that it is linked to.
    links: Vec<String>,
}

impl Span {
    /// The value of an attribute: a text, or the bytes of a number.
    fn attribute(&self, key: &str) -> &[u8] {
        self.attributes.iter().find(|(known, _)| known == key).map_or(&[], |(_, value)| value)
    }
}

/// The fields of a protobuf message: numbers, and what has a length.
fn fields(mut message: &[u8]) -> Vec<(u64, Vec<u8>, u64)> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let (bytes, number) = match tag & 7 {
            0 => (Vec::new(), varint(&mut message)),
            1 => (take(&mut message, 8), 0),
            2 => {
                let length = varint(&mut message);
                (take(&mut message, usize::try_from(length).unwrap()), 0)
            }
            5 => (take(&mut message, 4), 0),
            other => panic!("wire type {other}"),
        };
        fields.push((tag >> 3, bytes, number));
    }
    fields
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let byte = take(message, 1)[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

fn take(message: &mut &[u8], count: usize) -> Vec<u8> {
    let (taken, rest) = message.split_at(count);
    *message = rest;
    taken.to_vec()
}

/// What is in all fields of this number.
fn all(message: &[u8], number: u64) -> impl Iterator<Item = Vec<u8>> {
    fields(message).into_iter().filter(move |field| field.0 == number).map(|(_, bytes, _)| bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// `KeyValue { key = 1, value = 2 }`, the value being a text (1), a number (3), …
fn attribute(message: &[u8]) -> (String, Vec<u8>) {
    let value = all(message, 2).next().unwrap_or_default();
    let value = fields(&value).into_iter().next().map(|(_, bytes, number)| match bytes.is_empty() {
        true => number.to_string().into_bytes(),
        false => bytes,
    });
    (text(all(message, 1).next().unwrap()), value.unwrap_or_default())
}

/// `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`.
fn spans(request: &[u8]) -> Vec<Span> {
    let mut spans = Vec::new();
    for of_resource in all(request, 1) {
        let resource = all(&of_resource, 1).next().unwrap_or_default();
        let attributes: Vec<_> = all(&resource, 1).map(|attribute_of| attribute(&attribute_of)).collect();
        let service = attributes.into_iter().find(|(key, _)| key == "service.name").map(|(_, value)| text(value));
        for span in all(&of_resource, 2).flat_map(|of_scope| all(&of_scope, 2).collect::<Vec<_>>()) {
            let mut read = Span { service: service.clone().unwrap(), ..Span::default() };
            for (number, bytes, value) in fields(&span) {
                match number {
                    1 => read.trace = hex(&bytes),
                    2 => read.id = hex(&bytes),
                    4 => read.parent = hex(&bytes),
                    5 => read.name = text(bytes),
                    6 => read.kind = value,
                    9 => read.attributes.push(attribute(&bytes)),
                    13 => read.links.extend(all(&bytes, 1).map(|trace| hex(&trace))),
                    _ => {}
                }
            }
            spans.push(read);
        }
    }
    spans
}

/// A collector, and what it has got.
async fn collector() -> (String, Arc<Mutex<Vec<Span>>>) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let (url, collected) = (format!("http://{}", listener.local_addr().unwrap()), Arc::<Mutex<Vec<Span>>>::default());
    let collect = async |State(collected): State<Arc<Mutex<Vec<Span>>>>, body: Bytes| {
        collected.lock().unwrap().extend(spans(&body));
    };
    let router = Router::new().route("/v1/traces", post(collect)).with_state(collected.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, collected)
}

// The collector answers while the test waits for the services to end.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_sees_an_order_from_the_request_to_what_policies_make_of_it() {
    let (url, collected) = collector().await;
    let mut shop = Apart::open(&[("MILLRACE_DEMO", "true"), ("OTEL_EXPORTER_OTLP_ENDPOINT", &url)]).await;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let traceparent = format!("00-{TRACE}-{CLIENT}-01");

    let order = buyer.sending([("traceparent", &traceparent), ("x-request-id", "r1")]).order(&product, 2).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    shop.at_rest().await;
    // What they still had is sent before they are gone.
    shop.stop_all();

    let collected = collected.lock().unwrap().clone();
    let of_trace: Vec<&Span> = collected.iter().filter(|span| span.trace == TRACE).collect();
    let named = |name: &str| {
        let mut named = of_trace.iter().filter(|span| span.name == name);
        let span = named.next().unwrap_or_else(|| panic!("{name} is not among {of_trace:#?}"));
        assert!(named.next().is_none(), "{name} is there twice");
        *span
    };
    let request = named("POST /api/orders");
    assert_eq!((&*request.service, &*request.parent, request.kind), ("command-api", CLIENT, SERVER));
    assert_eq!(request.attribute("http.request.method"), b"POST");
    assert_eq!(request.attribute("http.route"), b"/api/orders");
    assert_eq!(request.attribute("http.response.status_code"), b"201");
    let within = |parent: &Span, name: &str| of_trace.iter().any(|span| span.name == name && span.parent == parent.id);
    assert!(within(request, "append"), "{of_trace:#?}");
    // The id in the event is the id of the span.
    let placed = named("order-fulfilment order.placed");
    assert_eq!((&*placed.service, &placed.parent, placed.kind), ("projectors", &request.id, CONSUMER));
    assert!(within(placed, "append"), "{of_trace:#?}");
    assert_eq!(named("mailer order.placed").parent, request.id);
    assert_eq!(named("mailer order.confirmed").parent, placed.id);
    // Turns are traces of their own.
    let turns = collected.iter().filter(|span| span.name == "orders_g1 turn");
    assert!(turns.clone().all(|turn| turn.trace != TRACE && turn.parent.is_empty()));
    assert!(turns.clone().any(|turn| turn.links.iter().any(|link| link == TRACE)), "{collected:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_costs_a_warning() {
    let nowhere = format!("http://127.0.0.1:{}", test_kit::free_port());
    let variables =
        [("MILLRACE_LOG", "warn"), ("MILLRACE_LOG_FORMAT", "json"), ("OTEL_EXPORTER_OTLP_ENDPOINT", &*nowhere)];
    let mut shop = Apart::open(&[&variables[..], &[("OTEL_BSP_SCHEDULE_DELAY", "100")]].concat()).await;
    let buyer = shop.customer("bert").await;
    for _ in 0..3 {
        let answer = buyer.get(&format!("/api/orders/{}", Uuid::now_v7())).await;
        assert_eq!(answer.status(), 404);
        let lost = async || shop.log("query-api").contains("spans are lost");
        test_kit::eventually("the loss is said", PATIENCE, lost).await;
    }
    shop.stop_all();
    assert_eq!(shop.log("query-api").matches("spans are lost").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_exported_of_a_trace_that_is_not_sampled() {
    let (url, collected) = collector().await;
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*url), ("OTEL_TRACES_SAMPLER", "parentbased_always_off")];
    let mut shop = Apart::open(&variables).await;
    let anna = shop.customer("anna").await;
    let traceparent = format!("00-{TRACE}-{CLIENT}-01");
    let sampled = anna.sending([("traceparent", &traceparent), ("x-request-id", "r1")]);
    assert_eq!(sampled.post("/api/sellers", json!({ "shop_name": "Lanterns" })).await.status(), 201);
    shop.stop_all();

    let collected = collected.lock().unwrap().clone();
    assert!(collected.iter().any(|span| span.name == "POST /api/sellers"), "{collected:#?}");
    assert!(collected.iter().all(|span| span.trace == TRACE), "{collected:#?}");
}
