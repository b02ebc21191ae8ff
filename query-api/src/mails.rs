//! The mails of a demo shop that has no mail server: a page for people, outside the contract of the API.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use web::params::Query;

use crate::app::App;
use crate::error::Result;

/// `GET /dev/mail`: every mail with its link, without login. For demo shops alone.
pub fn mails(app: App) -> Router {
    Router::new().route("/dev/mail", get(list)).with_state(app)
}

#[derive(Deserialize)]
struct Filter {
    /// The address that mails went to.
    to: Option<String>,
}

#[derive(Serialize)]
struct Mail {
    to: String,
    subject: String,
    text: String,
    /// What it asks to open.
    link: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// The newest first.
async fn kept(app: &App, to: Option<&str>) -> sqlx::Result<Vec<Mail>> {
    sqlx::query_as!(
        Mail,
        r#"select address as "to", subject, body as text, link, at from mailer.outbox
           where $1::text is null or lower(address) = lower($1) order by number desc"#,
        to
    )
    .fetch_all(&app.pool)
    .await
}

async fn list(State(app): State<App>, Query(filter): Query<Filter>, headers: HeaderMap) -> Result<Response> {
    let mails = kept(&app, filter.to.as_deref()).await?;
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let about = [(header::CACHE_CONTROL, "no-store"), (header::VARY, "accept")];
    Ok(match accepted.contains("application/json") {
        true => (about, Json(serde_json::json!({ "items": mails }))).into_response(),
        false => (about, Html(page(&mails))).into_response(),
    })
}

fn page(mails: &[Mail]) -> String {
    let shown: String = mails.iter().map(show).collect();
    let shown = if mails.is_empty() { "<p>No mail yet.</p>".to_owned() } else { shown };
    format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mail</title><h1>Mail</h1>{shown}</html>")
}

fn show(Mail { to, subject, text, link, at }: &Mail) -> String {
    let at = at.format(&Rfc3339).unwrap_or_default();
    let link = link.as_deref().map(escaped).map(|link| format!("<p><a href=\"{link}\">Open the link</a></p>"));
    format!(
        "<article><h2>{}</h2><p>to {} at {at}</p>{}<pre>{}</pre></article>",
        escaped(subject),
        escaped(to),
        link.unwrap_or_default(),
        escaped(text)
    )
}

/// A text as HTML shows it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
