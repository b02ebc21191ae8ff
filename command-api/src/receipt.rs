//! Answers of commands: as they are given, and as they are kept to be given again.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::consistency::Token;
use web::cookies::SetCookies;
use web::problem::Problem;

use crate::call::Call;
use crate::codes;

const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a handler answers: a status, and what the client learns of the outcome. Never a secret.
pub(crate) struct Reply {
    status: StatusCode,
    location: Option<String>,
    body: Option<Value>,
}

impl Reply {
    /// 200 with a body.
    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self { status: StatusCode::OK, location: None, body: Some(json(body)) }
    }

    /// 201 with a body, and where the new thing is.
    pub(crate) fn created(location: Option<String>, body: &impl Serialize) -> Self {
        Self { status: StatusCode::CREATED, location, body: Some(json(body)) }
    }

    /// 202 with a body.
    pub(crate) fn accepted(body: &impl Serialize) -> Self {
        Self { status: StatusCode::ACCEPTED, location: None, body: Some(json(body)) }
    }

    /// 204.
    pub(crate) fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, location: None, body: None }
    }
}

fn json(body: &impl Serialize) -> Value {
    serde_json::to_value(body).expect("answers are structs with string keys")
}

/// An answer with everything that a repetition of the command hears again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answer {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consistency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

impl Answer {
    /// The answer to a command that was carried out.
    pub(crate) fn done(reply: Reply, version: Option<u64>, token: &Token) -> Self {
        let Reply { status, location, body } = reply;
        Self { status: status.as_u16(), version, consistency: Some(token.to_string()), location, body }
    }

    /// The answer to a command that wrote nothing to the log.
    pub(crate) fn beside(reply: Reply) -> Self {
        let Reply { status, location, body } = reply;
        Self { status: status.as_u16(), version: None, consistency: None, location, body }
    }

    /// The answer to a command that was refused for good: one that a repetition must hear again.
    fn refused(problem: &Problem) -> Option<Self> {
        let lasting = matches!(problem.status(), StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY);
        let status = problem.status().as_u16();
        lasting.then(|| Self { status, version: None, consistency: None, location: None, body: Some(json(problem)) })
    }

    /// The answer as HTTP, with the caller's cookie of recent writes.
    pub(crate) fn respond(self, call: &Call) -> Result<Response, Problem> {
        let status = StatusCode::from_u16(self.status).map_err(Problem::internal)?;
        let mut response = match self.body {
            Some(body) => (status, Json(body)).into_response(),
            None => status.into_response(),
        };
        let headers = response.headers_mut();
        if let Some(version) = self.version {
            headers.insert(header::ETAG, HeaderValue::try_from(format!("\"{version}\"")).map_err(Problem::internal)?);
        }
        if let Some(location) = self.location {
            headers.insert(header::LOCATION, HeaderValue::try_from(location).map_err(Problem::internal)?);
        }
        Ok(match self.consistency.map(|text| Token::parse(&text)) {
            Some(token) => (SetCookies::from(token.cookie(&call.headers)), token, response).into_response(),
            None => response,
        })
    }

    /// The answer to a repetition.
    fn respond_again(mut self, call: &Call) -> Result<Response, Problem> {
        let refused = self.status >= 400;
        // A problem names the request that it answers, which is this one.
        if let (true, Some(Value::Object(problem))) = (refused, &mut self.body) {
            problem.insert("request_id".to_owned(), call.request_id.clone().into());
        }
        let mut response = self.respond(call)?;
        let headers = response.headers_mut();
        headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
        if refused {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        }
        Ok(response)
    }
}

/// An answer as it is kept, with what it answered.
#[derive(Serialize, Deserialize)]
struct Receipt<A> {
    /// A keyed hash of the body, so that the receipt tells nobody what was asked.
    body_hash: String,
    #[serde(flatten)]
    answer: A,
}

/// What to keep of an answer; nothing when a repetition is to be decided anew.
pub(crate) fn keep(answer: &Result<Answer, Problem>, body_hash: &str) -> Option<String> {
    let kept = match answer {
        Ok(answer) => serde_json::to_string(&Receipt { body_hash: body_hash.to_owned(), answer }),
        Err(problem) => {
            let answer = Answer::refused(problem)?;
            serde_json::to_string(&Receipt { body_hash: body_hash.to_owned(), answer })
        }
    };
    Some(kept.expect("answers are structs with string keys"))
}

/// Gives a kept answer again, unless it answered something else.
pub(crate) fn respond(receipt: &str, body_hash: &str, call: &Call) -> Result<Response, Problem> {
    let receipt: Receipt<Answer> = serde_json::from_str(receipt).map_err(Problem::internal)?;
    if receipt.body_hash != body_hash {
        let detail = "this Idempotency-Key was used with another body";
        return Err(Problem::unprocessable(codes::IDEMPOTENCY_KEY_REUSED, detail));
    }
    receipt.answer.respond_again(call)
}
