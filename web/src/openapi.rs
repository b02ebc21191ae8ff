//! What both services add to the OpenAPI document: problems, the session cookie, the header of unsafe operations.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder, Type,
};
use utoipa::{Modify, PartialSchema, ToSchema};

use crate::cookies;
use crate::csrf;
use crate::problem::{FieldError, Problem};

/// The security scheme that operations name when they need a session.
pub const SESSION: &str = "session";

/// Completes a document: to be applied to the finished one, once.
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
                answer_problems(operation);
            }
            item.get.iter_mut().for_each(answer_problems);
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
        .build()
}

fn answer_problems(operation: &mut Operation) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let response = ResponseBuilder::new()
        .description("Why the request was not carried out")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(response));
}
