//! `millrace openapi`: one document for both sides.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use utoipa::Modify;

/// The OpenAPI document of both sides, as it is committed.
///
/// # Panics
/// When the document cannot be written as JSON, which the test that compares it would show.
#[must_use]
pub fn openapi() -> String {
    let mut document = command_api::openapi();
    document.merge(query_api::openapi());
    web::openapi::Common.modify(&mut document);
    document.info.title = "Millrace".to_owned();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description =
        Some("A marketplace: GET is answered by the read side, everything else by the write side.".to_owned());
    let mut text = document.to_pretty_json().expect("a document has string keys alone");
    text.push('\n');
    text
}

pub(crate) fn print() -> anyhow::Result<ExitCode> {
    io::stdout().write_all(openapi().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
