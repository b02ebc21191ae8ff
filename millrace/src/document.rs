//! `millrace openapi`: one document for both sides.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use utoipa::{Modify, openapi::tag::Tag};

/// The parts of the document, in the order in which somebody who builds a storefront meets them.
const TAGS: [(&str, &str); 11] = [
    ("products", "The catalogue: browsed by anybody, kept by sellers"),
    ("orders", "From placing to return, with payments and messages"),
    ("live", "What changes, as it changes"),
    ("sessions", "Logging in and out, second factors"),
    ("accounts", "Signing up, profiles, passwords, leaving"),
    ("sellers", "Shops, and a seller's own trade"),
    ("inventory", "Stock and its ledger"),
    ("webhooks", "Having another system told"),
    ("administration", "For those who run the marketplace"),
    ("keys", "What tokens are verified with"),
    ("documentation", "This document"),
];

/// The OpenAPI document of both sides, as it is committed.
///
/// # Panics
/// When the document cannot be written as JSON, which the test that compares it would show.
#[must_use]
pub fn openapi() -> String {
    let mut document = command_api::openapi();
    web::openapi::join(&mut document, query_api::openapi());
    web::openapi::Common.modify(&mut document);
    document.info.title = "Millrace".to_owned();
    // utoipa's own author, where none is named.
    document.info.contact = None;
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description =
        Some("A marketplace: GET is answered by the read side, everything else by the write side.".to_owned());
    document.tags =
        Some(TAGS.map(|(name, description)| Tag::builder().name(name).description(Some(description)).build()).into());
    let codes = [web::codes::CODES, command_api::codes::CODES].concat();
    format!("{:#}\n", web::openapi::complete(&document, &codes))
}

pub(crate) fn print() -> anyhow::Result<ExitCode> {
    io::stdout().write_all(openapi().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
