//! What a client is told when something is refused or fails: RFC 9457 problem details.
//!
//! A [`Problem`] carries nothing that the client may not see. The cause of a failure goes to the log instead, once,
//! where the problem is made. `request_id` is filled in by [`crate::edge`] on the way out.

use std::error::Error;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::codes;

/// Seconds after which a client may try again when a dependency is down.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Why a request was not carried out, as `application/problem+json`.
// Boxed, since nearly every function of a service returns one as its error.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<Details>);

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
struct Details {
    /// A URI reference that names and documents the kind of problem: `/docs/problems#<code>`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem in a few words; the same for every problem of that kind.
    title: String,
    /// The HTTP status, again.
    status: u16,
    /// The stable name of the kind of problem.
    code: &'static str,
    /// What is wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    /// The request, as `X-Request-Id` names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten)]
    #[schema(ignore)]
    members: Map<String, Value>,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after_seconds: Option<u64>,
}

/// What is wrong with one field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer into the body (`/lines/0/quantity`), or `?name` for a parameter of the query.
    pub pointer: String,
    /// The stable name of what is wrong.
    pub code: String,
    /// What is wrong, for a person to read.
    pub message: String,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str) -> Self {
        Self(Box::new(Details {
            kind: format!("/docs/problems#{code}"),
            title: title(code),
            status: status.as_u16(),
            code,
            detail: None,
            errors: Vec::new(),
            request_id: None,
            members: Map::new(),
            retry_after_seconds: None,
        }))
    }

    fn detailed(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(status, code);
        problem.0.detail = Some(detail.into());
        problem
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// 400: the request itself is wrong, whatever it asks.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 400: the body is not JSON.
    pub fn malformed_json(detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::BAD_REQUEST, codes::MALFORMED_JSON, detail)
    }

    /// 401: no session, or a dead one.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::detailed(StatusCode::UNAUTHORIZED, codes::UNAUTHENTICATED, "there is no valid session")
    }

    /// 401: whoever sends this did not prove who they are.
    pub fn unauthorized(code: &'static str, detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 401: whoever they say they are, they did not prove it.
    #[must_use]
    pub fn wrong_credentials() -> Self {
        Self::detailed(
            StatusCode::UNAUTHORIZED,
            codes::WRONG_CREDENTIALS,
            "no account has this address and this password",
        )
    }

    /// 401: the password was right, but the account has a second factor.
    #[must_use]
    pub fn totp_required() -> Self {
        Self::detailed(StatusCode::UNAUTHORIZED, codes::TOTP_REQUIRED, "a code of the second factor is needed too")
    }

    /// 401: the code of the second factor was not right, or was used before.
    #[must_use]
    pub fn wrong_code() -> Self {
        Self::detailed(StatusCode::UNAUTHORIZED, codes::WRONG_CODE, "the code is wrong, or was used before")
    }

    /// 403: whoever has such roles needs a second factor here.
    #[must_use]
    pub fn second_factor_required() -> Self {
        Self::forbidden(codes::SECOND_FACTOR_REQUIRED, "admins and support need a session with a second factor")
    }

    /// 403: whoever has the session does not know its user's password.
    #[must_use]
    pub fn wrong_password() -> Self {
        Self::forbidden(codes::WRONG_PASSWORD, "this is not the current password")
    }

    /// 403: the caller may not.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: not there, or not the caller's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, codes::NOT_FOUND)
    }

    /// 405: there, but not with this method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, codes::METHOD_NOT_ALLOWED)
    }

    /// 409: the state forbids it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::CONFLICT, code, detail)
    }

    /// 410: it was there, and is good for nothing any more.
    pub fn gone(code: &'static str, detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::GONE, code, detail)
    }

    /// 412: `If-Match` named an older version.
    pub fn moved_on(detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::PRECONDITION_FAILED, codes::MOVED_ON, detail)
    }

    /// 413: more than the service reads.
    #[must_use]
    pub fn too_large(limit_bytes: usize) -> Self {
        Self::detailed(
            StatusCode::PAYLOAD_TOO_LARGE,
            codes::TOO_LARGE,
            format!("the body may have {limit_bytes} bytes at most"),
        )
    }

    /// 415: a body that is not JSON by its own word.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::detailed(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            codes::UNSUPPORTED_MEDIA_TYPE,
            "the body must be application/json",
        )
    }

    /// 422: input that breaks rules, field by field.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, codes::INVALID);
        problem.0.errors = errors;
        problem
    }

    /// 422: input that breaks a rule of no single field, such as an idempotency key used with another body.
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::detailed(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 429: too many requests; may try again after so many seconds.
    #[must_use]
    pub fn too_fast(retry_after_seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, codes::TOO_FAST).retry_after(retry_after_seconds)
    }

    /// 500: a fault of ours. Logs the cause; the client is shown nothing of it.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        tracing::error!(cause = %chain(&*cause.into()), "the request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, codes::INTERNAL)
    }

    /// 500: a panic, which has been logged where it happened.
    pub(crate) fn after_panic() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, codes::INTERNAL)
    }

    /// 503: a dependency is down or slow, the outcome is unknown. Logs the cause; the client is told when to try again.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        tracing::warn!(cause = %chain(&*cause.into()), "a dependency is unavailable");
        Self::detailed(StatusCode::SERVICE_UNAVAILABLE, codes::UNAVAILABLE, "try again shortly")
            .retry_after(RETRY_AFTER_SECONDS)
    }

    /// Adds a member of its own to the problem, such as the new `total` of a `price_changed`.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(member.to_owned(), value.into());
        self
    }

    /// Names the request that the problem answers.
    #[must_use]
    pub(crate) fn for_request(mut self, id: &str) -> Self {
        self.0.request_id = Some(id.to_owned());
        self
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).expect("it was made from a status")
    }

    /// The stable name of the kind of problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Details::schema()
    }
}

impl ToSchema for Problem {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Details::schemas(schemas);
    }
}

impl IntoResponse for Problem {
    /// The problem also stays in the response's extensions, from which the edge renders it again with the request's id.
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// `price_changed` reads as "Price changed".
pub(crate) fn title(code: &str) -> String {
    let mut words = code.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// An error and its sources on one line.
fn chain(cause: &(dyn Error + 'static)) -> String {
    let mut line = cause.to_string();
    let mut source = cause.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn body(problem: Problem) -> Value {
        serde_json::from_slice(&to_bytes(problem.into_response().into_body(), usize::MAX).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_conflict_tells_its_code_and_its_own_members() {
        let problem = Problem::conflict("price_changed", "the total is now 2099").with("total", 2099);

        assert_eq!(
            body(problem).await,
            serde_json::json!({
                "type": "/docs/problems#price_changed", "title": "Price changed", "status": 409,
                "code": "price_changed", "detail": "the total is now 2099", "total": 2099,
            })
        );
    }

    #[tokio::test]
    async fn an_internal_problem_shows_nothing_of_its_cause() {
        let shown = body(Problem::internal("password of the database is hunter2")).await;

        assert_eq!(
            shown,
            serde_json::json!({
                "type": "/docs/problems#internal", "title": "Internal", "status": 500, "code": "internal",
            })
        );
    }

    #[test]
    fn an_unavailable_dependency_says_when_to_try_again() {
        let response = Problem::unavailable("connection refused").into_response();

        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}
