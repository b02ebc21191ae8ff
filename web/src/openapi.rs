//! What both services add to the OpenAPI document: problems, the session cookie, the header of unsafe operations.

mod examples;
mod problems;

use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, ObjectBuilder, OpenApi, RefOr, Required, Type};
use utoipa::{Modify, PartialSchema, ToSchema};

use crate::codes::Code;
use crate::cookies;
use crate::csrf;
use crate::problem::{FieldError, Problem};

/// The security scheme that operations name when they need a session.
pub const SESSION: &str = "session";

/// Adds what operations name: to be applied to the whole document, once, before it is [`complete`]d.
#[derive(Clone, Copy, Debug)]
pub struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        components.schemas.insert(Problem::name().into_owned(), Problem::schema());
        components.schemas.insert(FieldError::name().into_owned(), FieldError::schema());
        let session = ApiKeyValue::with_description(cookies::ACCESS, "Set by logging in; valid for ten minutes.");
        let session = SecurityScheme::ApiKey(ApiKey::Cookie(session));
        components.security_schemes.insert(SESSION.to_owned(), RefOr::T(session));
        for (path, item) in &mut document.paths.paths {
            for operation in [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten() {
                if !csrf::is_exempt(path) {
                    operation.parameters.get_or_insert_default().push(RefOr::T(x_requested_with()));
                }
            }
        }
    }
}

fn x_requested_with() -> Parameter {
    ParameterBuilder::new()
        .name("X-Requested-With")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("Any value. Other sites cannot send it, which is its purpose."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .example(Some(json!("browser")))
        .build()
}

/// Adds a part to a document.
///
/// # Panics
/// When both call different things the same: one of the two would be described as the other.
pub fn join(document: &mut OpenApi, part: OpenApi) {
    let schemas =
        |document: &OpenApi| serde_json::to_value(&document.components).expect("schemas have string keys alone");
    let (mut known, added) = (schemas(document), schemas(&part));
    for (name, schema) in known["schemas"].as_object_mut().into_iter().flatten() {
        let other = &added["schemas"][name];
        assert!(
            other.is_null() || fields(schema) == fields(other),
            "there are two schemas {name}: call one of them otherwise"
        );
    }
    document.merge(part);
}

/// What a schema is made of. Limits of what is sent need not be told of what is shown.
fn fields(schema: &Value) -> (Option<Vec<&String>>, &Value, &Value) {
    let names = schema["properties"].as_object().map(|fields| fields.keys().collect());
    (names, &schema["required"], &schema["enum"])
}

/// The finished document: every operation with a description, every status that it may answer with the codes of its
/// problems, and an example of everything that is sent and answered.
///
/// # Panics
/// When the document cannot be written as JSON, which the test that compares it would show.
#[must_use]
pub fn complete(document: &OpenApi, codes: &[Code]) -> Value {
    let mut document = serde_json::to_value(document).expect("a document has string keys alone");
    examples::complete(&mut document);
    problems::complete(&mut document, codes);
    document
}

/// Visits every operation with its path and method.
fn each_operation(document: &mut Value, mut visit: impl FnMut(&str, &str, &mut Value)) {
    let paths = document["paths"].as_object_mut().expect("a document has paths");
    for (path, item) in paths {
        let item = item.as_object_mut().expect("a path has operations");
        for (method, operation) in item.iter_mut().filter(|(_, operation)| operation["responses"].is_object()) {
            visit(path, method, operation);
        }
    }
}
