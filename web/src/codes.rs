//! The stable codes of problems that any route may answer, and the page that explains them.
//!
//! A problem's `type` is `/docs/problems#<code>`: [`page`] is what is served there. Routes add codes of their own.

use axum::http::StatusCode;
use axum::response::Html;
use serde_json::{Value, json};

/// One documented problem code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// What `code` says, and the anchor of the problem's `type`.
    pub name: &'static str,
    /// The status it comes with.
    pub status: StatusCode,
    /// What it means, and what the client can do.
    pub meaning: &'static str,
    /// The operations that answer it: by their ids, by how their paths begin, by a header that they take, or by `requestBody`.
    /// None named: whichever has this status.
    pub answered_by: &'static [&'static str],
}

impl Code {
    /// A problem of this code.
    #[must_use]
    pub fn example(&self) -> Value {
        let title = crate::problem::title(self.name);
        json!({
            "type": format!("/docs/problems#{}", self.name), "title": title, "status": self.status.as_u16(),
            "code": self.name, "request_id": "7c3f2a90d1e84b5fa6c0d9e8b7a61524",
        })
    }
}

/// Constants of codes, and the list of all of them.
#[macro_export]
macro_rules! codes {
    ($(#[$all:meta])* $list:ident: $($constant:ident = $name:literal, $status:ident, $meaning:literal $(, by $by:expr)?;)*) => {
        $(#[doc = $meaning] pub const $constant: &str = $name;)*

        $(#[$all])*
        pub const $list: &[$crate::codes::Code] = &[$($crate::codes::Code {
            name: $name,
            status: ::axum::http::StatusCode::$status,
            meaning: $meaning,
            answered_by: { let by: &[&str] = &[]; $(let by: &[&str] = { let _ = by; &$by };)? by },
        },)*];
    };
}

/// How paths begin that are there for staff or sellers alone.
pub(crate) const FOR_SOME: [&str; 4] = ["/api/admin/", "/api/users/{id}/", "/api/seller/", "/api/webhooks"];
/// How paths begin that are there for staff alone.
const FOR_STAFF: [&str; 2] = ["/api/admin/", "/api/users/{id}/"];

codes! {
    /// Every code that this crate answers by itself.
    CODES:
    BAD_REQUEST = "bad_request", BAD_REQUEST, "The request is not well-formed, or a required header is missing.";
    MALFORMED_JSON = "malformed_json", BAD_REQUEST, "The body is not JSON.", by ["requestBody"];
    WRONG_CREDENTIALS = "wrong_credentials", UNAUTHORIZED, "No account has this address and this password.", by ["log_in"];
    TOTP_REQUIRED = "totp_required", UNAUTHORIZED,
        "The password is right, and the account has a second factor. Log in again with `totp`: a code, or a recovery code.", by ["log_in"];
    WRONG_CODE = "wrong_code", UNAUTHORIZED, "The code of the second factor is wrong, or was used before.",
        by ["log_in"];
    UNAUTHENTICATED = "unauthenticated", UNAUTHORIZED, "There is no session, or it has ended. Refresh it or log in.";
    CROSS_SITE = "cross_site", FORBIDDEN, "The request seems to come from another site, or lacks `X-Requested-With`.",
        by ["X-Requested-With"];
    ROLE_REQUIRED = "role_required", FORBIDDEN, "The caller lacks the role that this needs.", by FOR_SOME;
    SECOND_FACTOR_REQUIRED = "second_factor_required", FORBIDDEN,
        "Admins and support may do this only in a session with a second factor: switch it on, or log in with it.",
        by FOR_STAFF;
    WRONG_PASSWORD = "wrong_password", FORBIDDEN, "This is not the caller's current password.",
        by ["change_password", "disable", "erase_me"];
    NOT_FOUND = "not_found", NOT_FOUND, "It does not exist, or it is not the caller's.";
    METHOD_NOT_ALLOWED = "method_not_allowed", METHOD_NOT_ALLOWED, "The resource exists but knows no such method.";
    MOVED_ON = "moved_on", PRECONDITION_FAILED, "`If-Match` names an older version. Read again, then decide again.";
    TOO_LARGE = "too_large", PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be `application/json`.";
    INVALID = "invalid", UNPROCESSABLE_ENTITY, "The input breaks a rule; `errors` names each field.";
    TOO_FAST = "too_fast", TOO_MANY_REQUESTS, "Too many requests. Wait for `Retry-After` seconds.";
    INTERNAL = "internal", INTERNAL_SERVER_ERROR, "A fault of the service. Quote the `request_id` when reporting it.";
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE,
        "A dependency is down and the outcome is unknown. Repeat the call, with the same `Idempotency-Key`, after `Retry-After` seconds.";
}

/// The page behind every problem's `type`: this crate's codes, then `more`.
pub fn page(more: &[Code]) -> Html<String> {
    let rows: String = CODES.iter().chain(more).map(row).collect();
    Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Problems</title><h1>Problems</h1><dl>{rows}</dl>"
    ))
}

fn row(code: &Code) -> String {
    let Code { name, status, meaning, .. } = code;
    format!("<dt id=\"{name}\"><code>{name}</code> ({status})</dt><dd>{meaning}</dd>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_an_anchor_for_every_code() {
        let (name, status, meaning) = ("sold_out", StatusCode::CONFLICT, "There is none left.");
        let sold_out = Code { name, status, meaning, answered_by: &[] };

        let Html(page) = page(&[sold_out]);

        for Code { name, .. } in CODES.iter().chain([&sold_out]) {
            assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
        }
    }
}
