//! Keeps other sites from acting in a visitor's name.
//!
//! Cookies are `SameSite=Strict` already; this is the second lock. An unsafe request needs `X-Requested-With`, which a
//! foreign page cannot send without asking first, and must not be told cross-site by the browser itself.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Uri, header};

use crate::codes;
use crate::problem::Problem;

/// The header that unsafe requests must carry, with any value.
pub const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Called by payment providers, not by browsers; they sign what they send instead.
const EXEMPT: [&str; 1] = ["/api/payments/callbacks/"];

/// Whether what is sent to this path comes from no browser.
pub(crate) fn is_exempt(path: &str) -> bool {
    EXEMPT.iter().any(|prefix| path.starts_with(prefix))
}

/// Refuses unsafe requests that another site may have caused: 403.
pub(crate) fn check(request: &Request) -> Result<(), Problem> {
    if request.method().is_safe() || is_exempt(request.uri().path()) {
        return Ok(());
    }
    is_own(request.headers(), request.uri()).map_err(|reason| {
        tracing::warn!(target: "audit", event = "malicious_csrf", reason);
        Problem::forbidden(codes::CROSS_SITE, reason)
    })
}

fn is_own(headers: &HeaderMap, uri: &Uri) -> Result<(), &'static str> {
    if !headers.contains_key(X_REQUESTED_WITH) {
        return Err("the X-Requested-With header is missing");
    }
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return match site.as_bytes() {
            b"same-origin" | b"none" => Ok(()),
            _ => Err("the request comes from another site"),
        };
    }
    match headers.get(header::ORIGIN) {
        None => Ok(()),
        Some(origin) if origin.to_str().is_ok_and(|origin| Some(authority(origin)) == host(headers, uri)) => Ok(()),
        Some(_) => Err("the request comes from another origin"),
    }
}

/// `https://shop.example:8443` names the authority `shop.example:8443`.
fn authority(origin: &str) -> String {
    origin.split_once("://").map_or(origin, |(_, authority)| authority).to_ascii_lowercase()
}

fn host(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    // HTTP/2 carries the host in the request line.
    named.or_else(|| uri.authority().map(Authority::as_str)).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(headers: &[(&'static str, &'static str)]) -> Result<(), &'static str> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .chain([(header::HOST, "shop.example:8080".parse().unwrap())])
            .collect();
        is_own(&headers, &Uri::from_static("/api/orders"))
    }

    #[test]
    fn needs_x_requested_with() {
        assert!(verdict(&[]).is_err());
        assert!(verdict(&[("sec-fetch-site", "same-origin")]).is_err());
        assert!(verdict(&[("x-requested-with", "curl")]).is_ok());
    }

    #[test]
    fn believes_the_browser_about_the_site() {
        for site in ["same-origin", "none"] {
            assert!(verdict(&[("x-requested-with", "x"), ("sec-fetch-site", site)]).is_ok(), "{site}");
        }
        for site in ["same-site", "cross-site", "junk"] {
            assert!(verdict(&[("x-requested-with", "x"), ("sec-fetch-site", site)]).is_err(), "{site}");
        }
    }

    #[test]
    fn compares_the_origin_where_the_browser_says_nothing_of_the_site() {
        for origin in ["http://shop.example:8080", "https://SHOP.example:8080"] {
            assert!(verdict(&[("x-requested-with", "x"), ("origin", origin)]).is_ok(), "{origin}");
        }
        for origin in ["https://evil.example", "http://shop.example:9999", "http://shop.example", "null"] {
            assert!(verdict(&[("x-requested-with", "x"), ("origin", origin)]).is_err(), "{origin}");
        }
    }
}
