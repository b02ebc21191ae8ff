//! What everybody may see is sent again only when it has changed: without a session, answers have an entity tag.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ObjectBuilder, OpenApi, RefOr, Required, Type};
use web::cookies;
use web::problem::Problem;

/// Tags answers, and sends none to who has it already. Who keeps one has to ask each time whether it is still good.
pub(crate) async fn revalidate(request: Request, next: Next) -> Response {
    if cookies::read(request.headers(), cookies::ACCESS).is_some() {
        return next.run(request).await;
    }
    let asked = request.headers().clone();
    let answer = next.run(request).await;
    if answer.status() != StatusCode::OK {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return Problem::internal(error).into_response(),
    };
    let tag = parts.headers.entry(header::ETAG).or_insert_with(|| tag_of(&body)).clone();
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if !names(&asked, &tag) {
        return Response::from_parts(parts, Body::from(body));
    }
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

fn tag_of(body: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    HeaderValue::try_from(format!("\"{:016x}\"", hasher.finish())).expect("digits are visible ASCII")
}

/// Whether `If-None-Match` names an entity tag, compared weakly (RFC 9110, 13.1.2).
fn names(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// Documents the tags of what needs no session.
pub(crate) fn document_tags(document: &mut OpenApi) {
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    let asked = ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The `ETag` of an answer that is known. Compared without a session alone."))
        .schema(Some(text()))
        .build();
    let known = ResponseBuilder::new().description("It is as `If-None-Match` names it").build();
    let tag = HeaderBuilder::new().schema(Some(text())).description(Some("Of this answer, without a session")).build();
    let operations = document.paths.paths.values_mut().filter_map(|item| item.get.as_mut());
    for operation in operations.filter(|operation| operation.security.is_none()) {
        operation.parameters.get_or_insert_default().push(RefOr::T(asked.clone()));
        let responses = &mut operation.responses.responses;
        responses.insert("304".to_owned(), RefOr::T(known.clone()));
        if let Some(RefOr::T(answer)) = responses.get_mut("200") {
            answer.headers.entry("ETag".to_owned()).or_insert_with(|| RefOr::T(tag.clone()));
        }
    }
}
