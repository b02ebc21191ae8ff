//! The two cookies of a session: how they are set, cleared and read.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponseParts, ResponseParts};
use cookie::{Cookie, SameSite};
use secrecy::{ExposeSecret, SecretString};

use crate::problem::Problem;

/// Holds the access token.
pub const ACCESS: &str = "__Host-access";
/// Holds the refresh token.
pub const REFRESH: &str = "__Host-refresh";

/// Cookies to set on an answer; part of a handler's answer tuple.
#[derive(Debug, Default)]
pub struct SetCookies {
    cookies: Vec<Cookie<'static>>,
    clear_site: bool,
}

/// Tells a browser to forget what pages of the shop have kept. Not `"cookies"`: those of other hosts of the domain would go too.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

impl SetCookies {
    /// A new access token alone, such as after the caller's roles changed.
    #[must_use]
    pub fn access(token: &SecretString, lifetime: Duration) -> Self {
        guarded(ACCESS, token.expose_secret().to_owned(), lifetime).into()
    }

    /// Adds the refresh token.
    #[must_use]
    pub fn and_refresh(self, token: &SecretString, lifetime: Duration) -> Self {
        self.and(guarded(REFRESH, token.expose_secret().to_owned(), lifetime))
    }

    /// Clears both cookies of a session.
    #[must_use]
    pub fn clear() -> Self {
        let cookies = [ACCESS, REFRESH].map(|name| guarded(name, String::new(), Duration::ZERO)).into();
        Self { cookies, clear_site: false }
    }

    /// Clears both cookies, and whatever else a browser keeps of the shop, since its user leaves.
    #[must_use]
    pub fn leave() -> Self {
        Self { clear_site: true, ..Self::clear() }
    }

    /// Adds one more cookie.
    #[must_use]
    pub fn and(mut self, cookie: Cookie<'static>) -> Self {
        self.cookies.push(cookie);
        self
    }
}

impl From<Cookie<'static>> for SetCookies {
    fn from(cookie: Cookie<'static>) -> Self {
        Self { cookies: vec![cookie], clear_site: false }
    }
}

impl IntoResponseParts for SetCookies {
    type Error = Problem;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Problem> {
        if self.clear_site {
            parts.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\", \"storage\""));
        }
        for cookie in self.cookies {
            let mut value = HeaderValue::try_from(cookie.to_string()).map_err(Problem::internal)?;
            value.set_sensitive(true);
            parts.headers_mut().append(header::SET_COOKIE, value);
        }
        Ok(parts)
    }
}

/// A cookie that scripts and other sites cannot reach: `Secure; HttpOnly; SameSite=Strict; Path=/`, no `Domain`.
pub(crate) fn guarded(name: &'static str, value: String, lifetime: Duration) -> Cookie<'static> {
    Cookie::build((name, value))
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .path("/")
        .max_age(time::Duration::try_from(lifetime).unwrap_or(time::Duration::MAX))
        .build()
}

/// The value of a request's cookie; what bytes other cookies on the same host hold does not matter.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    fn lines(cookies: SetCookies) -> Vec<String> {
        let response = (cookies, ()).into_response();
        response.headers().get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn sets_both_cookies_out_of_reach_of_scripts_and_other_sites() {
        let cookies = SetCookies::access(&"jwt".into(), Duration::from_secs(600))
            .and_refresh(&"opaque".into(), Duration::from_secs(60));

        assert_eq!(
            lines(cookies),
            [
                "__Host-access=jwt; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=600",
                "__Host-refresh=opaque; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=60",
            ]
        );
    }

    #[test]
    fn clears_what_it_has_set() {
        assert_eq!(
            lines(SetCookies::clear()),
            [
                "__Host-access=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0",
                "__Host-refresh=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0",
            ]
        );
    }

    #[test]
    fn who_leaves_leaves_nothing_behind() {
        let response = (SetCookies::leave(), ()).into_response();
        assert_eq!(response.headers()["clear-site-data"], "\"cache\", \"storage\"");
        assert_eq!(lines(SetCookies::leave()), lines(SetCookies::clear()));
    }

    #[test]
    fn reads_one_cookie_of_many() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "theme=dark; __Host-access=a.b.c".parse().unwrap());
        headers.append(header::COOKIE, "__Host-refresh=r".parse().unwrap());

        assert_eq!(read(&headers, ACCESS), Some("a.b.c"));
        assert_eq!(read(&headers, REFRESH), Some("r"));
        assert_eq!(read(&headers, "access"), None);
    }

    #[test]
    fn reads_a_cookie_beside_one_that_is_not_ascii() {
        for line in [&b"name=J\xc3\xb6rg; __Host-access=a.b.c"[..], b"name=J\xf6rg; __Host-access=a.b.c"] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line).unwrap())]);
            assert_eq!(read(&headers, ACCESS), Some("a.b.c"));
        }
    }
}
