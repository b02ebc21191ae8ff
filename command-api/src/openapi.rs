//! What the document says of commands beyond each handler's own words.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required, Type};

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $why:literal),+;)+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(($status, $why)),+].into_iter().map(|(status, why)| (status.to_owned(), problem(why))).collect()
            }
        }
    )+};
}

refusals! {
    /// Of whatever is asked.
    Always:
        "403" "Another site may have caused the request, or the caller may not do this.",
        "429" "That was too often. Repeat it after `Retry-After` seconds.",
        "503" "Redis is down or slow; whether it happened is unknown. Repeat it after `Retry-After` seconds.";
    /// Of what needs a session.
    Session:
        "401" "There is no session, or it has ended.";
    /// Of what brings a body.
    Body:
        "400" "The body is not JSON, or a header is not as it should be.",
        "413" "The body is larger than 64 KiB.",
        "415" "The body is not `application/json`.",
        "422" "A field breaks a rule; `errors` says which. Or the `Idempotency-Key` was used with another body.";
    /// Of what a link allows.
    Gone:
        "410" "The link was used already, a newer one was sent, its time is up, or it is not whole.";
    /// Of what a state can forbid.
    Forbidden:
        "409" "The state forbids it, or the same command is still being carried out.";
    /// Of what a payment provider sends.
    Callback:
        "400" "The body is not one of this provider's.",
        "401" "The signature is not good, or the timestamp is too far from now.",
        "404" "There is no such provider, order or attempt.",
        "409" "The provider has said otherwise before.",
        "413" "The body is larger than 64 KiB.",
        "422" "The amount is not what was asked for. The order is not paid by it.",
        "503" "Redis is down or slow; whether it was heard is unknown. Send it again.";
    /// Of what is about something that exists.
    There:
        "404" "It is not there, or it is not the caller's.";
    /// Of what changes something that exists.
    Existing:
        "404" "It is not there, or it is not the caller's.",
        "412" "It has moved on from the version that `If-Match` names.";
}

fn problem(why: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    RefOr::T(ResponseBuilder::new().description(why).content("application/problem+json", content).build())
}

/// Where commands write no events, and so have no version to tell.
const BESIDE_THE_LOG: &str = "/api/admin/dead-letters";

/// Adds the headers that every command takes and answers, by the rules of the contract.
pub(crate) fn add_command_headers(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        // What is only told changes nothing, and a callback is no command of a user.
        let is_none = path.starts_with("/api/payments/callbacks/") || path.ends_with("/typing");
        if path.starts_with("/api/auth") || is_none {
            continue;
        }
        let post = item.post.as_mut().map(|operation| (HttpMethod::Post, operation));
        let patch = item.patch.as_mut().map(|operation| (HttpMethod::Patch, operation));
        let put = item.put.as_mut().map(|operation| (HttpMethod::Put, operation));
        let delete = item.delete.as_mut().map(|operation| (HttpMethod::Delete, operation));
        for (method, operation) in [post, put, patch, delete].into_iter().flatten() {
            if !path.starts_with(BESIDE_THE_LOG) {
                add_answer_header(operation, "ETag", "The version that it has now: `\"4\"`.");
                add_answer_header(operation, "Consistency-Token", "What was written, for queries that are to show it.");
            }
            if method == HttpMethod::Post {
                let replayed = "`true` when the command had been carried out before.";
                add_answer_header(operation, "Idempotency-Replayed", replayed);
                let required = if path == "/api/orders" { Required::True } else { Required::False };
                let what = "1 to 255 characters that name this command: repeated, it is answered, not done, again.";
                add_parameter(operation, "Idempotency-Key", required, what);
            }
            if operation.responses.responses.contains_key("412") {
                let what = "The version that is to be changed, as its `ETag` names it: `\"3\"`.";
                add_parameter(operation, "If-Match", Required::False, what);
            }
        }
    }
}

fn add_parameter(operation: &mut Operation, name: &str, required: Required, what: &str) {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(what))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}

fn add_answer_header(operation: &mut Operation, name: &str, what: &str) {
    let successes = operation.responses.responses.iter_mut().filter(|(status, _)| status.starts_with('2'));
    for (_, response) in successes {
        let RefOr::T(response) = response else { continue };
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let header = HeaderBuilder::new().schema(Some(text)).description(Some(what)).build();
        response.headers.insert(name.to_owned(), RefOr::T(header));
    }
}
