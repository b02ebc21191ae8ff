//! What one request has caused is found by its trace: in the log of events, in the logs of every service, and at the receivers
//! of webhooks.

use domain::{Aggregate, Partition, inventory::Inventory, order::Order};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{running::PATIENCE, services::Apart};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// The lines of a service that belong to the trace.
fn lines(shop: &Apart, service: &str) -> Vec<Value> {
    let log = shop.log(service);
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
    lines.filter(|line| line["trace_id"] == TRACE).collect()
}

fn has(lines: &[Value], fields: &Value) -> bool {
    lines.iter().any(|line| fields.as_object().unwrap().iter().all(|(name, value)| line[name] == *value))
}

#[tokio::test]
async fn a_trace_is_followed_from_a_request_to_the_last_of_what_it_causes() {
    let mut shop = Apart::open(&[
        ("MILLRACE_DEMO", "true"),
        ("MILLRACE_LOG", "info,projectors=debug"),
        ("MILLRACE_LOG_FORMAT", "json"),
        ("MILLRACE_WEBHOOK_ALLOW", "127.0.0.1/32"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:hunter2@127.0.0.1:1"),
    ])
    .await;
    let receiver = test_kit::receiver().await;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let subscription = json!({ "url": receiver.url(), "events": ["order.confirmed"] });
    assert!(seller.post("/api/webhooks", subscription).await.status().is_success());
    shop.at_rest().await;

    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let order = buyer.sending([("traceparent", &traceparent), ("x-request-id", "r1")]).order(&product, 2).await;
    test_kit::eventually("the webhook arrives", PATIENCE, async || !receiver.posted().is_empty()).await;
    shop.at_rest().await;

    // Events, of the order and of what the policy changed because of it.
    let (order, product): (Uuid, Uuid) = (order.parse().unwrap(), product.parse().unwrap());
    let of_request = shop.store().history(Order::CATEGORY, order).await.unwrap();
    let of_policy = shop.store().history(Inventory::CATEGORY, product).await.unwrap();
    let kinds: Vec<_> = of_request.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["order.placed", "order.confirmed"]);
    let reserved = of_policy.iter().find(|event| event.kind == "inventory.reserved").unwrap();
    let told = receiver.posted()[0].header("traceparent").to_owned();
    let places = [&of_request[0].trace, &of_request[1].trace, &reserved.trace, &told];
    for place in places {
        assert!(place.starts_with(&format!("00-{TRACE}-")) && *place != traceparent, "{place}");
    }
    // What the policy did has a place of its own, and the message another.
    assert_eq!(of_request[1].trace, reserved.trace);
    assert!(of_request[0].trace != reserved.trace && told != reserved.trace && told != of_request[0].trace);

    let answered = json!({ "message": "answered", "request_id": "r1", "route": "/api/orders", "status": 201 });
    assert!(has(&lines(&shop, "command-api"), &answered), "{}", shop.log("command-api"));
    let about = |group: &str, version: u32, kind: &str, message: &str| {
        let partition = Partition::of(order).to_string();
        json!({
            "group": group, "category": "order", "partition": partition, "id": order, "version": version, "type": kind,
            "message": message,
        })
    };
    let expected = [
        about("order-fulfilment", 1, "order.placed", "dealt with"),
        about("orders_g1", 2, "order.confirmed", "settled"),
        about("mailer", 2, "order.confirmed", "mail sent"),
        about("webhooks", 2, "order.confirmed", "a message was taken"),
    ];
    for expected in expected {
        let logged = async || has(&lines(&shop, "projectors"), &expected);
        test_kit::eventually(&format!("{expected} is logged"), PATIENCE, logged).await;
    }

    shop.stop_all();
    for service in ["command-api", "query-api", "projectors"] {
        let log = shop.log(service);
        let all: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(log.contains("without the feature `otlp`"), !cfg!(feature = "otlp"), "{log}");
        let version = env!("CARGO_PKG_VERSION");
        for state in [json!({ "message": "started", "version": version }), json!({ "message": "stopped" })] {
            assert!(has(&all, &state), "{state}: {log}");
        }
        for secret in ["@example.com", "anna", "bert", "hunter2", crate::customer::PASSWORD, &receiver.url()] {
            assert!(!log.contains(secret), "{service} logs {secret}");
        }
    }
}
