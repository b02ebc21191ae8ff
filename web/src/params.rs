//! Path and query parameters, refused the way the rest of the API refuses.

use std::error::Error;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::fields::refused;
use crate::json::explain;
use crate::problem::Problem;

/// Path parameters. One that cannot be parsed names nothing that exists: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let axum::extract::Path(parsed) =
            axum::extract::Path::from_request_parts(parts, state).await.map_err(|_| Problem::not_found())?;
        Ok(Self(parsed))
    }
}

/// Query parameters. One that cannot be parsed is named: 422.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(parsed)| Self(parsed))
            .map_err(|rejection| refuse(&innermost(&rejection)))
    }
}

/// What the rejection's last source says: `limit: invalid digit found in string`.
fn innermost(error: &dyn Error) -> String {
    match error.source() {
        Some(source) if !source.to_string().is_empty() => match source.source() {
            // Below the path stands the bare error, which no longer names the parameter.
            Some(below) if below.source().is_some() => innermost(source),
            _ => source.to_string(),
        },
        _ => error.to_string(),
    }
}

fn refuse(said: &str) -> Problem {
    let (name, message) = match said.split_once(": ") {
        Some((name, message)) if !name.contains(' ') => (name, message),
        _ => (said.split('`').nth(1).unwrap_or_default(), said),
    };
    let (_, code, message) = explain(String::new(), message);
    refused(format!("?{name}"), code, message)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use axum::routing::get;
    use serde::Deserialize;
    use serde_json::Value;
    use tower::ServiceExt;
    use uuid::Uuid;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "what matters is whether it parses")]
    struct Page {
        limit: Option<u8>,
    }

    async fn answer(path: &str) -> (StatusCode, Value) {
        let router = Router::new()
            .route("/products/{id}", get(async |Path(_): Path<Uuid>| ()))
            .route("/products", get(async |Query(_): Query<Page>| ()));
        let response = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn an_id_that_is_none_is_not_found() {
        assert_eq!(answer("/products/7").await.0, StatusCode::NOT_FOUND);
        assert_eq!(answer("/products/0190d3f0-0000-7000-8000-000000000000").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn names_the_parameter_that_is_wrong() {
        let (status, problem) = answer("/products?limit=many").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["errors"][0]["pointer"], "?limit", "{problem}");
    }

    #[tokio::test]
    async fn names_the_parameter_that_does_not_exist() {
        let (status, problem) = answer("/products?limt=9").await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(problem["errors"][0]["pointer"], "?limt", "{problem}");
        assert_eq!(problem["errors"][0]["code"], "unknown_field");
    }
}
