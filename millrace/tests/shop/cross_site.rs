//! What another site can have a real browser do in somebody's name, which is nothing.

use std::collections::BTreeSet;

use axum::{Router, response::Html, routing::get};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::{browser::Browser, running::Shop};

/// A page of somebody else's, which can be reached under any name of this machine.
async fn foreign_site() -> u16 {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let page = Router::new().route("/", get(async || Html("<!doctype html><title>Win a teapot</title>")));
    tokio::spawn(async move { axum::serve(listener, page).await });
    port
}

/// Every way that a page has to send something elsewhere. Comes to how often it has tried, once all of it is over.
const ATTACK: &str = "
    const [shop, operations] = given;
    const body = JSON.stringify({ email: 'demo@demo.com', password: 'demotest', role: 'admin', scope: 'all', lines: [] });
    const text = { credentials: 'include', headers: { 'Content-Type': 'text/plain' }, body };
    const asked = { 'Content-Type': 'application/json', 'X-Requested-With': 'x', 'Idempotency-Key': 'x' };
    let attempts = 0;
    const attempt = async send => { attempts += 1; try { await send(); } catch { /* the browser has refused it */ } };
    const submit = (url, enctype) => new Promise(over => {
        const frame = document.createElement('iframe');
        frame.name = 'frame' + attempts;
        document.body.append(frame);
        const form = document.createElement('form');
        Object.assign(form, { action: url, method: 'post', enctype, target: frame.name });
        const field = document.createElement('input');
        Object.assign(field, { name: body.slice(0, -1) + ', \"x\": \"', value: '\"}' });
        form.append(field);
        document.body.append(form);
        frame.onload = over;
        form.submit();
    });
    for (const [method, path] of operations) {
        const url = shop + path;
        await attempt(() => fetch(url, { method, credentials: 'include', headers: asked, body }));
        if (method !== 'POST') continue;
        await attempt(() => fetch(url, { method, mode: 'no-cors', ...text }));
        await attempt(() => submit(url, 'text/plain'));
        await attempt(() => submit(url, 'application/x-www-form-urlencoded'));
        await attempt(() => navigator.sendBeacon(url, body));
    }
    return attempts;";

/// Who is logged in, and what the list of their sessions says: asked by a page of the shop itself.
const WHO: &str = "
    const me = await fetch('/api/users/me');
    const sessions = me.ok ? (await (await fetch('/api/auth/sessions')).json()).items.map(session => session.id) : [];
    return [me.ok ? (await me.json()).id : null, sessions];";

const LOG_IN: &str = "
    const headers = { 'Content-Type': 'application/json', 'X-Requested-With': 'x' };
    const answer = await fetch('/api/auth/demo-login', { method: 'POST', headers, body: JSON.stringify({ role: 'buyer' }) });
    return answer.status;";

/// Method and path of everything that changes something, with some id in it.
fn unsafe_operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&millrace::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let id = uuid::Uuid::now_v7().to_string();
        let filled = path.split('/').map(|part| if part.starts_with('{') { &*id } else { part });
        let path = filled.collect::<Vec<_>>().join("/");
        let methods =
            item.as_object().unwrap().keys().filter(|method| ["post", "put", "patch", "delete"].contains(&&***method));
        operations.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
    }
    operations
}

async fn events(shop: &Shop) -> i64 {
    shop.at_rest().await;
    let mut postgres = PgConnection::connect(&shop.database_url()).await.unwrap();
    sqlx::query_scalar("select count(*) from archive.events").fetch_one(&mut postgres).await.unwrap()
}

/// How often the shop has seen through a request.
fn refusals(shop: &Shop) -> usize {
    shop.log().matches("malicious_csrf").count()
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing_and_sets_no_cookie() {
    let Some(browser) = Browser::open().await else { return };
    let shop = Shop::logging(vec![("MILLRACE_DEMO", "true".to_owned())]);
    let (home, foreign, operations) = (shop.url(), foreign_site().await, unsafe_operations());
    let page_of_the_shop = format!("{home}/docs/problems");
    // `localhost` is another site than 127.0.0.1; another port of it is the same site, and yet another origin.
    let others = [format!("http://localhost:{foreign}/"), format!("http://127.0.0.1:{foreign}/")];

    browser.visit(&page_of_the_shop).await;
    let before = events(&shop).await;
    for other in &others {
        browser.visit(other).await;
        let refused = refusals(&shop);
        let attempts = browser.run(ATTACK, json!([home, operations])).await;
        assert!(attempts.as_u64().unwrap() > 100, "{attempts}");
        assert!(refusals(&shop) > refused, "what {other} sent has reached the shop");
        browser.visit(&page_of_the_shop).await;
        assert_eq!(browser.cookies().await, [], "{other} logs nobody in");
    }
    assert_eq!(events(&shop).await, before, "nobody is logged in, and nothing has happened");

    assert_eq!(browser.run(LOG_IN, json!([])).await, 200);
    let (cookies, who, before) = (browser.cookies().await, browser.run(WHO, json!([])).await, events(&shop).await);
    let names: BTreeSet<_> = cookies.iter().map(|(name, _)| &**name).collect();
    assert!(names.is_superset(&BTreeSet::from(["__Host-access", "__Host-refresh"])), "{names:?}");
    for other in &others {
        browser.visit(other).await;
        browser.run(ATTACK, json!([home, operations])).await;
        browser.visit(&page_of_the_shop).await;
        let session = |cookies: Vec<(String, String)>| -> Vec<_> {
            cookies.into_iter().filter(|(name, _)| name.starts_with("__Host-")).collect()
        };
        assert_eq!(session(browser.cookies().await), session(cookies.clone()), "{other} changes no cookie");
        assert_eq!(browser.run(WHO, json!([])).await, who, "{other} ends no session");
    }
    assert_eq!(events(&shop).await, before, "whoever is logged in has done nothing either");
}
