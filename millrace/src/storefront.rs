//! The storefront as `make storefront` has built it: one page for every path that is nobody else's, and what it loads.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get_service},
};
use clap::Args;
use tower_http::services::{ServeDir, ServeFile};
use web::problem::Problem;

/// Paths below these are never the page's, so that whoever mistypes one is told.
const RESERVED: [&str; 4] = ["/api", "/docs", "/dev", "/.well-known"];
/// What has a hash of its content in its name.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What keeps its name and is asked for again.
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

#[derive(Args, Clone, Debug)]
pub(crate) struct Storefront {
    /// The folder of the built storefront; without it there is the API alone
    #[arg(long = "storefront", env = "MILLRACE_STOREFRONT", default_value = "storefront/dist")]
    folder: PathBuf,
}

impl Storefront {
    pub(crate) fn is_built(&self) -> bool {
        self.page().is_file()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn page(&self) -> PathBuf {
        self.folder.join("index.html")
    }

    /// The page and its files. Looked for at each request: a storefront that is built anew is served at once.
    pub(crate) fn router(&self) -> Router {
        let files = ServeDir::new(&self.folder).precompressed_br().precompressed_gzip();
        let page = ServeFile::new(self.page()).precompressed_br().precompressed_gzip();
        let pages =
            get_service(files.clone().fallback(page)).layer(from_fn(|request, next| keep(ASKED_AGAIN, request, next)));
        let assets = get_service(files).layer(from_fn(|request, next| keep(FOREVER, request, next)));
        let mut router =
            Router::new().route("/", pages.clone()).route("/{*path}", pages).route("/assets/{*path}", assets);
        for reserved in RESERVED {
            router = router.route(reserved, any(not_found)).route(&format!("{reserved}/{{*path}}"), any(not_found));
        }
        router
    }
}

async fn not_found() -> Problem {
    Problem::not_found()
}

/// Says how long a file may be kept. What is not there is a problem like any other.
async fn keep(how_long: HeaderValue, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    match response.status() {
        StatusCode::NOT_FOUND => return Problem::not_found().into_response(),
        status if status.is_success() => drop(response.headers_mut().insert(header::CACHE_CONTROL, how_long)),
        _ => {}
    }
    response
}
