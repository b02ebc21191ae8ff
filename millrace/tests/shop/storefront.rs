//! `millrace up` serves the built storefront beside the API.

use std::{fs, path::Path};

use reqwest::{Client, Method, StatusCode, header};

use crate::running::Shop;

const PAGE: &str = "<!doctype html><title>A shop</title>";

/// A storefront of a page and a script, which is there twice: as it is, and compressed.
pub(crate) fn build(folder: &Path) {
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (file, content) in
        [("index.html", PAGE), ("robots.txt", "all"), ("assets/a-1.js", "run()"), ("assets/a-1.js.gz", "gz")]
    {
        fs::write(folder.join(file), content).unwrap();
    }
}

/// A shop with this storefront.
fn with_storefront() -> (Shop, tempfile::TempDir) {
    let built = tempfile::tempdir().unwrap();
    build(built.path());
    let folder = built.path().to_str().unwrap().to_owned();
    (Shop::with(vec![("MILLRACE_DEMO", "true".to_owned()), ("MILLRACE_STOREFRONT", folder)]), built)
}

async fn ask(method: Method, url: String) -> reqwest::Response {
    Client::new().request(method, url).header("x-requested-with", "test").send().await.unwrap()
}

fn header(answer: &reqwest::Response, name: header::HeaderName) -> &str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_path_that_is_nobody_elses_shows_the_page() {
    let (mut shop, _built) = with_storefront();
    for path in ["/", "/orders/019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b", "/no/such/page", "/%2e%2e/%2e%2e/etc/passwd"] {
        let answer = ask(Method::GET, format!("{}{path}", shop.url())).await;
        assert_eq!((answer.status(), header(&answer, header::CACHE_CONTROL)), (StatusCode::OK, "no-cache"), "{path}");
        assert!(header(&answer, header::CONTENT_SECURITY_POLICY).starts_with("default-src 'self'"), "{path}");
        assert_eq!(answer.text().await.unwrap(), PAGE, "{path}");
    }
    shop.stop();
}

#[tokio::test]
async fn a_page_that_a_browser_has_kept_stays_under_its_policy() {
    let (mut shop, _built) = with_storefront();
    let page = ask(Method::GET, shop.url()).await;
    let again = Client::new().get(shop.url()).header(header::IF_MODIFIED_SINCE, header(&page, header::LAST_MODIFIED));
    let again = again.send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    // Another policy here would take the place of the page's own (RFC 9111, 3.2).
    assert_eq!(header(&again, header::CONTENT_SECURITY_POLICY), "");
    shop.stop();
}

#[tokio::test]
async fn what_is_no_page_is_a_problem() {
    let (mut shop, _built) = with_storefront();
    let unknown = [
        (Method::GET, "/api/nothing", 404),
        (Method::POST, "/api/nothing", 404),
        (Method::GET, "/api", 404),
        (Method::GET, "/docs/nothing", 404),
        (Method::GET, "/assets/of-an-older-page.js", 404),
        (Method::POST, "/orders", 405),
        (Method::PUT, "/api/products", 405),
    ];
    for (method, path, status) in unknown {
        let answer = ask(method, format!("{}{path}", shop.url())).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(header(&answer, header::CONTENT_TYPE), "application/problem+json", "{path}");
    }
    shop.stop();
}

#[tokio::test]
async fn files_with_a_hash_in_their_name_are_kept_forever_and_sent_compressed() {
    let (mut shop, _built) = with_storefront();
    let script = ask(Method::GET, format!("{}/assets/a-1.js", shop.url())).await;
    assert_eq!(header(&script, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert!(header(&script, header::CONTENT_TYPE).starts_with("text/javascript"));
    let compressed = Client::new().get(format!("{}/assets/a-1.js", shop.url()));
    let compressed = compressed.header(header::ACCEPT_ENCODING, "gzip").send().await.unwrap();
    assert_eq!(header(&compressed, header::CONTENT_ENCODING), "gzip");
    let robots = ask(Method::GET, format!("{}/robots.txt", shop.url())).await;
    assert_eq!(header(&robots, header::CACHE_CONTROL), "no-cache");
    assert_eq!(robots.text().await.unwrap(), "all");
    shop.stop();
}

#[tokio::test]
async fn without_a_storefront_there_is_the_api_and_it_says_so() {
    let mut shop =
        Shop::with(vec![("MILLRACE_DEMO", "true".to_owned()), ("MILLRACE_STOREFRONT", "nowhere".to_owned())]);
    assert!(shop.printed.iter().any(|line| line.contains("make storefront")), "{:?}", shop.printed);
    for (path, status) in [("/", 404), ("/orders", 404), ("/api/products", 200)] {
        assert_eq!(ask(Method::GET, format!("{}{path}", shop.url())).await.status(), status, "{path}");
    }
    shop.stop();
}
