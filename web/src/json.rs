//! JSON bodies: parsed strictly, refused with the pointer of the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, OptionalFromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::codes;
use crate::fields::refused;
use crate::problem::Problem;
use crate::strict::Strict;

/// The most bytes of a body that are read.
pub const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// A JSON body, of a request or of an answer.
///
/// `Option<Json<T>>` takes a request without a body, which then needs no `Content-Type`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Some(body) = read(request, state).await? else {
            return Err(Problem::malformed_json("a JSON body is required"));
        };
        parse(&body).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        read(request, state).await?.map(|body| parse(&body).map(Self)).transpose()
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The body, if there is one, once it is known to be JSON by its own word and not too large.
async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Option<Bytes>, Problem> {
    let says_json = says_json(request.headers());
    let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(BODY_LIMIT_BYTES),
        _ => Problem::bad_request(codes::BAD_REQUEST, "the body could not be read"),
    })?;
    match (body.is_empty(), says_json) {
        (true, _) => Ok(None),
        (false, true) => Ok(Some(body)),
        (false, false) => Err(Problem::unsupported_media_type()),
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(Strict(&mut json)).map_err(|error| {
        let pointer = error.path().iter().map(segment).collect();
        // serde_json calls some values that it cannot read a fault of the syntax, such as 1e400.
        match error.inner().classify() == Category::Data || serde_json::from_slice::<IgnoredAny>(body).is_ok() {
            true => refuse(pointer, error.inner()),
            false => malformed(error.inner()),
        }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(parsed)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::malformed_json(format!("not JSON at line {} column {}", error.line(), error.column()))
}

fn refuse(pointer: String, error: &serde_json::Error) -> Problem {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let (pointer, code, message) = explain(pointer, said);
    refused(pointer, code, message)
}

/// A field error in a stable form, from the words of serde; the refused value is not repeated.
pub(crate) fn explain(pointer: String, said: &str) -> (String, &'static str, String) {
    let quoted = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("missing field") {
        return (format!("{pointer}/{quoted}"), "required", "this field is required".to_owned());
    }
    if said.starts_with("unknown field") {
        return (pointer, "unknown_field", "there is no such field".to_owned());
    }
    if said.starts_with("duplicate field") {
        return (format!("{pointer}/{quoted}"), "duplicate_field", "this field appears twice".to_owned());
    }
    match said.find("expected ") {
        Some(at) if said.starts_with("invalid ") || said.starts_with("unknown ") => {
            let expected = if said[at..].starts_with("expected struct ") { "expected an object" } else { &said[at..] };
            (pointer, "wrong_type", expected.to_owned())
        }
        _ => (pointer, "invalid", said.to_owned()),
    }
}

/// One step of a JSON pointer (RFC 6901).
fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what matters is whether it parses")]
    struct Basket {
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what matters is whether it parses")]
    struct Line {
        quantity: u32,
    }

    fn post(content_type: Option<&str>, body: impl Into<Body>) -> Request {
        let request = Request::post("/");
        match content_type {
            Some(content_type) => request.header(header::CONTENT_TYPE, content_type),
            None => request,
        }
        .body(body.into())
        .unwrap()
    }

    async fn refused(request: Request) -> Value {
        let parsed = <Json<Basket> as FromRequest<()>>::from_request(request, &()).await;
        serde_json::to_value(parsed.map(|_| ()).unwrap_err()).unwrap()
    }

    async fn first_error(body: Value) -> (String, String) {
        let problem = refused(post(Some("application/json"), body.to_string())).await;
        assert_eq!(problem["status"], 422, "{problem}");
        let error = &problem["errors"][0];
        (error["pointer"].as_str().unwrap().into(), error["code"].as_str().unwrap().into())
    }

    #[tokio::test]
    async fn takes_json_with_a_charset() {
        let request = post(Some("Application/JSON; charset=utf-8"), r#"{"lines":[{"quantity":1}]}"#);
        assert!(<Json<Basket> as FromRequest<()>>::from_request(request, &()).await.is_ok());
    }

    #[tokio::test]
    async fn names_the_field_of_a_wrong_type() {
        for quantity in [json!(-5), json!(1.5), json!(1e12), json!("one")] {
            let (pointer, code) = first_error(json!({"lines": [{"quantity": 1}, {"quantity": quantity}]})).await;
            assert_eq!((pointer.as_str(), code.as_str()), ("/lines/1/quantity", "wrong_type"));
        }
    }

    #[tokio::test]
    async fn names_an_unknown_field() {
        let found = first_error(json!({"lines": [{"price": 1, "quantity": 1}]})).await;
        assert_eq!(found, ("/lines/0/price".to_owned(), "unknown_field".to_owned()));
    }

    #[tokio::test]
    async fn names_a_missing_field() {
        let found = first_error(json!({"lines": [{}]})).await;
        assert_eq!(found, ("/lines/0/quantity".to_owned(), "required".to_owned()));
    }

    #[tokio::test]
    async fn an_object_is_not_written_as_an_array() {
        assert_eq!(first_error(json!([[{"quantity": 1}]])).await, (String::new(), "wrong_type".to_owned()));
        assert_eq!(first_error(json!({"lines": [[1]]})).await, ("/lines/0".to_owned(), "wrong_type".to_owned()));
    }

    #[test]
    fn a_choice_is_a_name() {
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Size {
            Small,
        }
        assert_eq!(parse::<Size>(br#""small""#), Ok(Size::Small));
        for body in [r#"{"small":null}"#, "null", "1", r#""large""#] {
            let problem = serde_json::to_value(parse::<Size>(body.as_bytes()).unwrap_err()).unwrap();
            assert_eq!(
                (&problem["status"], &problem["errors"][0]["code"]),
                (&422.into(), &"wrong_type".into()),
                "{body}"
            );
        }
    }

    #[tokio::test]
    async fn names_a_field_that_appears_twice() {
        let problem = refused(post(Some("application/json"), r#"{"lines":[{"quantity":1,"quantity":2}]}"#)).await;
        let error = &problem["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&"/lines/0/quantity".into(), &"duplicate_field".into()));
    }

    #[tokio::test]
    async fn names_the_field_of_a_value_that_cannot_be_read() {
        let problem = refused(post(Some("application/json"), r#"{"lines":[{"quantity":1e400}]}"#)).await;
        assert_eq!((&problem["status"], &problem["errors"][0]["pointer"]), (&422.into(), &"/lines/0/quantity".into()));
    }

    #[tokio::test]
    async fn does_not_repeat_the_refused_value() {
        let problem = refused(post(Some("application/json"), r#"{"lines":"hunter2"}"#)).await;
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
    }

    #[tokio::test]
    async fn answers_400_to_what_is_not_json() {
        for body in ["", "{", "{\"lines\":[]}x", "not json"] {
            assert_eq!(refused(post(Some("application/json"), body)).await["status"], 400, "{body}");
        }
    }

    #[tokio::test]
    async fn answers_415_to_another_media_type() {
        for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            assert_eq!(refused(post(content_type, r#"{"lines":[]}"#)).await["status"], 415);
        }
    }

    #[tokio::test]
    async fn an_optional_body_needs_no_content_type_when_absent() {
        let absent = <Json<Basket> as OptionalFromRequest<()>>::from_request(post(None, ""), &()).await;
        assert!(absent.unwrap().is_none());
    }
}
