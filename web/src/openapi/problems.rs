//! Which problems an operation may answer, by the rules of the contract: every status, and every code that comes with it.

use serde_json::{Map, Value, json};

use crate::codes::{Code, FOR_SOME};

/// What unsafe operations take that another site could ask for.
const X_REQUESTED_WITH: &str = "X-Requested-With";

/// Puts in place of what an operation says of its problems one response for each status, with the codes that it may have.
pub(super) fn complete(document: &mut Value, codes: &[Code]) {
    let mut shared = Map::new();
    super::each_operation(document, |path, method, operation| {
        let statuses = statuses(path, method, operation);
        let responses = operation["responses"].as_object_mut().expect("every operation answers something");
        responses.retain(|status, _| status.starts_with(['2', '3']));
        for status in statuses {
            let answered = |code: &&Code| code.status.as_u16() == status && may_answer(code, path, operation);
            let answered: Vec<_> = codes.iter().filter(answered).collect();
            let names = answered.iter().map(|code| code.name).collect::<Vec<_>>().join(".");
            let name = format!("{status}.{names}");
            let reference = json!({ "$ref": format!("#/components/responses/{name}") });
            shared.entry(name).or_insert_with(|| response(status, &answered));
            operation["responses"][status.to_string()] = reference;
        }
    });
    document["components"]["responses"] = shared.into();
}

/// The statuses of problems: those that the operation names, and those that follow from what it is.
fn statuses(path: &str, method: &str, operation: &Value) -> Vec<u16> {
    let named = operation["responses"].as_object().into_iter().flatten();
    let mut statuses: Vec<u16> = named.filter_map(|(status, _)| status.parse().ok()).filter(|s| *s >= 400).collect();
    let takes = |place: &str| parameters(operation).any(|parameter| parameter["in"] == place);
    let takes_header = |name| takes_header(operation, name);
    statuses.extend([500, 503]);
    for (applies, follow) in [
        (operation["security"].is_array() || (method == "get" && takes("query")), &[401][..]),
        (takes_header(X_REQUESTED_WITH) || FOR_SOME.iter().any(|some| path.starts_with(some)), &[403]),
        (takes("path"), &[404]),
        (takes("query"), &[422]),
        (operation["requestBody"].is_object(), &[400, 413, 415, 422]),
        (takes_header("Idempotency-Key"), &[400, 409, 422]),
        (takes_header("If-Match"), &[412]),
    ] {
        if applies {
            statuses.extend(follow);
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn takes_header(operation: &Value, name: &str) -> bool {
    parameters(operation).any(|parameter| parameter["name"] == name)
}

fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"].as_array().into_iter().flatten()
}

/// Whether an operation may answer a code, if it may answer the code's status.
fn may_answer(code: &Code, path: &str, operation: &Value) -> bool {
    let named = |place: &&str| {
        operation["operationId"] == **place
            || (place.starts_with('/') && path.starts_with(*place))
            || takes_header(operation, place)
            || operation[*place].is_object()
    };
    code.answered_by.is_empty() || code.answered_by.iter().any(named)
}

fn response(status: u16, codes: &[&Code]) -> Value {
    let meanings: Vec<_> = codes.iter().map(|code| format!("`{}`: {}", code.name, code.meaning)).collect();
    let examples: Map<_, _> =
        codes.iter().map(|code| (code.name.to_owned(), json!({ "value": code.example() }))).collect();
    let names: Vec<_> = codes.iter().map(|code| code.name).collect();
    let schema = json!({ "allOf": [
        { "$ref": "#/components/schemas/Problem" },
        { "type": "object", "properties": { "status": { "const": status }, "code": { "enum": names } } },
    ]});
    let mut response = json!({
        "description": meanings.join("\n\n"),
        "content": { "application/problem+json": { "schema": schema, "examples": examples } },
    });
    if matches!(status, 429 | 503) {
        let seconds = json!({ "description": "After how many seconds to try again.", "schema": { "type": "integer", "minimum": 0 } });
        response["headers"] = json!({ "Retry-After": seconds });
    }
    response
}
