//! The gateway alone, and in front of two instances of each service.

use std::collections::BTreeSet;

use axum::{Router, http::Request, routing::any};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};

use crate::{
    customer::{Customer, PASSWORD},
    ear::Ear,
    nginx::Gateway,
    readme::walk,
    running::{Shop, repository},
    services::Apart,
    storefront,
};

/// What browsers are told, beside what says how long a file is kept.
const TOLD: [&str; 6] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "cache-control",
];

fn told<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// A gateway whose services are all away.
async fn alone() -> Option<(Gateway, Client)> {
    let gateway = Gateway::open(&[test_kit::free_port()], &[test_kit::free_port()]).await?;
    let client = gateway.client().build().unwrap();
    Some((gateway, client))
}

async fn ask(client: &Client, method: Method, url: String) -> Response {
    client.request(method, url).header("x-requested-with", "test").send().await.unwrap()
}

async fn is_problem(answer: Response, status: u16, code: &str) {
    assert_eq!(answer.status(), status);
    assert_eq!(told(&answer, "content-type"), "application/problem+json");
    let id = told(&answer, "x-request-id").to_owned();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["status"]), (&code.into(), &status.into()));
    assert_eq!(problem["type"], format!("/docs/problems#{code}"));
    assert_eq!(problem["request_id"], id);
}

#[tokio::test]
async fn the_page_and_its_files_are_served_as_the_shop_itself_does() {
    let Some((gateway, client)) = alone().await else { return };
    let folder = tempfile::tempdir().unwrap();
    storefront::build(folder.path());
    let place = folder.path().to_str().unwrap().to_owned();
    let mut shop = Shop::with(vec![("MILLRACE_DEMO", "true".to_owned()), ("MILLRACE_STOREFRONT", place)]);
    let asked = [
        (Method::GET, "/"),
        (Method::GET, "/orders/019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b"),
        (Method::GET, "/robots.txt"),
        (Method::GET, "/assets/a-1.js"),
        (Method::GET, "/assets/of-an-older-page.js"),
        (Method::GET, "/docsandmore"),
        (Method::GET, "/api"),
        (Method::GET, "/dev"),
        (Method::POST, "/orders"),
        (Method::DELETE, "/assets/a-1.js"),
    ];
    for (method, path) in asked {
        let ours = ask(&client, method.clone(), format!("{}{path}", gateway.url())).await;
        let theirs = ask(&client, method.clone(), format!("{}{path}", shop.url())).await;
        assert_eq!(ours.status(), theirs.status(), "{method} {path}");
        for name in TOLD {
            assert_eq!(told(&ours, name), told(&theirs, name), "{name} of {method} {path}");
        }
        let kind = |answer: &Response| told(answer, "content-type").split(';').next().unwrap().to_owned();
        assert_eq!(kind(&ours), kind(&theirs), "{method} {path}");
        assert!(told(&ours, "strict-transport-security").starts_with("max-age=31536000"), "{method} {path}");
        if theirs.status().is_success() {
            assert_eq!(ours.text().await.unwrap(), theirs.text().await.unwrap(), "{method} {path}");
        }
    }
    shop.stop();
}

#[tokio::test]
async fn a_page_that_a_browser_has_kept_stays_under_its_policy() {
    let Some((gateway, client)) = alone().await else { return };
    let page = client.get(gateway.url()).send().await.unwrap();
    let again = client.get(gateway.url()).header(header::IF_NONE_MATCH, told(&page, "etag")).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(told(&again, "content-security-policy"), "");
}

#[tokio::test]
async fn files_are_sent_as_they_were_compressed() {
    let Some((gateway, client)) = alone().await else { return };
    let script = client.get(format!("{}/assets/a-1.js", gateway.url())).header(header::ACCEPT_ENCODING, "gzip");
    let script = script.send().await.unwrap();
    assert_eq!((told(&script, "content-encoding"), told(&script, "vary")), ("gzip", "Accept-Encoding"));
    assert_eq!(script.text().await.unwrap(), "gz");
}

#[tokio::test]
async fn what_the_gateway_says_by_itself_is_a_problem_of_the_contract() {
    let Some((gateway, client)) = alone().await else { return };
    let at = |path: &str| format!("{}{path}", gateway.url());
    is_problem(ask(&client, Method::GET, at("/assets/nothing.js")).await, 404, "not_found").await;
    is_problem(ask(&client, Method::POST, at("/")).await, 405, "method_not_allowed").await;
    let large =
        client.post(at("/api/products")).body(vec![b' '; web::json::BODY_LIMIT_BYTES + 1]).send().await.unwrap();
    is_problem(large, 413, "too_large").await;
    is_problem(ask(&client, Method::GET, at("/").replace("https:", "http:")).await, 400, "bad_request").await;
    for method in [Method::GET, Method::POST, Method::PATCH] {
        let away = ask(&client, method, at("/api/products")).await;
        assert_eq!(told(&away, "retry-after"), "1");
        is_problem(away, 503, "unavailable").await;
    }
    let named = client.get(at("/api/products")).header("x-request-id", "mine").send().await.unwrap();
    assert_eq!(told(&named, "x-request-id"), "mine");
    let junk = client.get(at("/api/products")).header("x-request-id", "\"} mine").send().await.unwrap();
    is_problem(junk, 503, "unavailable").await;
}

#[tokio::test]
async fn there_is_nothing_without_tls_but_the_way_to_it() {
    let Some((gateway, client)) = alone().await else { return };
    let plain = format!("http://127.0.0.1:{}/orders?page=2", gateway.plain);
    let answer = ask(&client, Method::POST, plain).await;
    assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(told(&answer, "location"), format!("{}/orders?page=2", gateway.url()));
    // Whoever does not know the certificate is not led anywhere.
    assert!(Client::new().get(gateway.url()).send().await.is_err());
}

/// Takes requests, and hangs up instead of an answer.
async fn dying() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move { connection.read(&mut [0; 4096]).await });
        }
    });
    port
}

/// Says what it was asked.
async fn living() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let says = any(async |request: Request<axum::body::Body>| format!("{} {}", request.method(), request.uri()));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(says)).await });
    port
}

/// The operations of the contract: method, path, whether it knows idempotency keys.
fn operations() -> Vec<(Method, String, bool)> {
    let document: Value = serde_json::from_str(&repository("openapi.json")).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let keyed =
                operation["parameters"].as_array().into_iter().flatten().any(|it| it["name"] == "Idempotency-Key");
            // Its answer holds a secret, which is kept nowhere.
            let keyed = keyed && path != "/api/webhooks";
            operations.push((method.to_uppercase().parse().unwrap(), path.replace(['{', '}'], "x"), keyed));
        }
    }
    operations
}

#[tokio::test]
async fn only_what_may_happen_twice_is_sent_to_another_instance_when_one_hangs_up() {
    let (first, second) = (dying().await, living().await);
    let instances = format!("server 127.0.0.1:{first} max_fails=0;\nserver 127.0.0.1:{second} backup;");
    let Some(gateway) = Gateway::before(&instances, &instances).await else { return };
    let client = gateway.client().build().unwrap();
    for (method, path, keyed) in operations() {
        let request = || client.request(method.clone(), format!("{}{path}?a=%20b", gateway.url()));
        let named = || request().header("idempotency-key", "a key of mine").body("{}");
        let (once, again) = (request().send().await.unwrap(), named().send().await.unwrap());
        let repeatable = ![Method::POST, Method::PATCH].contains(&method);
        assert_eq!(once.status().is_success(), repeatable, "{method} {path}");
        assert_eq!(again.status().is_success(), repeatable || keyed, "{method} {path} with a key");
        if again.status().is_success() {
            assert_eq!(again.text().await.unwrap(), format!("{method} {path}?a=%20b"));
        }
    }
}

#[tokio::test]
async fn every_operation_reaches_the_side_that_has_it() {
    let (write, read) = (living_as("write").await, living_as("read").await);
    let Some(gateway) = Gateway::open(&[write], &[read]).await else { return };
    let client = gateway.client().build().unwrap();
    let sides = [command_api::openapi(), query_api::openapi()].map(|document| {
        let document = serde_json::to_value(document).unwrap();
        let paths = document["paths"].as_object().unwrap().iter();
        let of = |(path, item): (&String, &Value)| {
            item.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())).collect::<Vec<_>>()
        };
        paths.flat_map(of).collect::<BTreeSet<_>>()
    });
    for (side, operations) in ["write", "read"].iter().zip(&sides) {
        for (method, path) in operations {
            let url = format!("{}{}", gateway.url(), path.replace(['{', '}'], "x"));
            let answer = ask(&client, method.to_uppercase().parse().unwrap(), url).await;
            assert_eq!(answer.text().await.unwrap(), *side, "{method} {path}");
        }
    }
    for path in ["/docs", "/docs/problems", "/docs/assets/swagger-ui.css", "/api/openapi.json", "/dev/mail?to=anna"] {
        assert_eq!(ask(&client, Method::GET, format!("{}{path}", gateway.url())).await.text().await.unwrap(), "read");
    }
}

/// Says which side it is.
async fn living_as(side: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(any(async move || side))).await });
    port
}

#[tokio::test]
async fn the_journey_of_the_readme_leads_through_the_gateway_to_two_instances_of_each_service() {
    let shop = Apart::with_instances(2, &[("MILLRACE_DEMO", "true"), TRUSTED]).await;
    let Some(gateway) = shop.gateway().await else { return };
    let certificate = gateway.certificate().display().to_string();
    let stores = shop.stores();
    let variables = [&stores[..], &[("CURL_CA_BUNDLE", certificate)]].concat();
    walk(&gateway.url(), &variables);

    let instances: BTreeSet<_> = gateway.log().iter().map(|line| line["upstream"].to_string()).collect();
    assert!(instances.len() >= 4, "all of them had something to do: {instances:?}");
}

/// The gateway of tests.
const TRUSTED: (&str, &str) = ("MILLRACE_TRUSTED_PROXIES", "127.0.0.1");

#[tokio::test]
async fn requests_go_on_when_one_instance_of_each_service_is_killed() {
    let mut shop = Apart::with_instances(2, &[TRUSTED]).await;
    let Some(gateway) = shop.gateway().await else { return };
    let seller = shop.customer_at(&gateway.url(), "anna").await;
    let buyer = shop.customer_at(&gateway.url(), "bert").await;
    let product = seller.sell("Anna's lanterns", 30).await;

    shop.kill_one_of_each();

    for _ in 0..10 {
        let order = buyer.order(&product, 1).await;
        assert_eq!(buyer.decision(&order).await, "confirmed");
    }
    assert!(gateway.log().iter().all(|line| line["status"].as_u64().unwrap() < 500));
}

#[tokio::test]
async fn events_pass_the_gateway_as_they_come() {
    let shop = Apart::open(&[TRUSTED]).await;
    let Some(gateway) = shop.gateway().await else { return };
    let seller = shop.customer_at(&gateway.url(), "anna").await;
    let buyer = shop.customer_at(&gateway.url(), "bert").await;
    let product = seller.sell("Anna's lanterns", 3).await;

    // The greeting is here, and the answer goes on.
    let begun = std::time::Instant::now();
    let mut ear = Ear::open(&buyer, None).await;
    println!("the first byte of /api/live came after {:?}", begun.elapsed());
    let order = buyer.order(&product, 1).await;
    assert_eq!(ear.until(&order, "confirmed").await, ["pending", "confirmed"]);
}

#[tokio::test]
async fn a_session_is_two_cookies_out_of_reach_and_strangers_do_not_choose_their_address() {
    let shop = Apart::open(&[TRUSTED, ("MILLRACE_LIMIT_LOGIN_ADDRESS", "3/1h")]).await;
    let Some(gateway) = shop.gateway().await else { return };
    shop.customer_at(&gateway.url(), "anna").await;
    let stranger = gateway.client().local_address(std::net::IpAddr::from([127, 0, 0, 2])).build().unwrap();
    let log_in = |password: &str, claimed: usize| -> RequestBuilder {
        let body = json!({ "email": "anna@example.com", "password": password });
        let request = stranger.post(format!("{}/api/auth/login", gateway.url())).header("x-requested-with", "test");
        let request =
            request.header("x-forwarded-for", format!("203.0.113.{claimed}")).header("x-real-ip", "203.0.113.9");
        request.header("forwarded", "for=203.0.113.9").header("x-forwarded-proto", "http").json(&body)
    };

    let entered = log_in(PASSWORD, 1).send().await.unwrap();
    assert_eq!(entered.status(), StatusCode::OK);
    assert!(told(&entered, "strict-transport-security").starts_with("max-age=31536000"));
    let cookies: Vec<_> =
        entered.headers().get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect();
    for name in ["__Host-access", "__Host-refresh"] {
        let cookie = cookies.iter().find(|line| line.starts_with(&format!("{name}="))).unwrap();
        let attributes: BTreeSet<_> = cookie.split("; ").skip(1).collect();
        let expected = ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"];
        assert!(expected.iter().all(|attribute| attributes.contains(attribute)), "{cookie}");
        assert!(!cookie.to_lowercase().contains("domain"), "{cookie}");
    }

    let pairs: Vec<_> = cookies.iter().map(|line| line.split(';').next().unwrap()).collect();
    let sessions =
        stranger.get(format!("{}/api/auth/sessions", gateway.url())).header(header::COOKIE, pairs.join("; "));
    let sessions: Value = sessions.send().await.unwrap().json().await.unwrap();
    let addresses: BTreeSet<_> =
        sessions["items"].as_array().unwrap().iter().map(|session| session["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, BTreeSet::from(["127.0.0.1", "127.0.0.2"]));

    let mut answers = Vec::new();
    for claimed in 2..6 {
        answers.push(log_in("wrong wrong wrong", claimed).send().await.unwrap().status());
    }
    assert_eq!(answers.last(), Some(&StatusCode::TOO_MANY_REQUESTS), "{answers:?}");
    // Somebody elsewhere is not kept out.
    let elsewhere = Customer::anonymous(&gateway.url());
    let body = json!({ "email": "carl@example.com", "password": "wrong wrong wrong" });
    assert_eq!(elsewhere.post("/api/auth/login", body).await.status(), StatusCode::UNAUTHORIZED);
}
