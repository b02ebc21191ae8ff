//! Examples of what is sent and answered, where nobody has written one: made of the schemas.

use serde_json::{Map, Value, json};

/// Texts as a shop has them, for fields of these names.
const TEXTS: [(&str, &str); 12] = [
    ("email", "anna@example.com"),
    ("username", "anna"),
    ("display_name", "Anna"),
    ("shop_name", "Anna's lanterns"),
    ("password", "a quiet mill by the river"),
    ("current_password", "a quiet mill by the river"),
    ("new_password", "wheels turn all night"),
    ("name", "White metal lantern"),
    ("category", "Home"),
    ("currency", "EUR"),
    ("reason", "Broken in the warehouse"),
    ("text", "Is it still warm?"),
];
const ID: &str = "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b";
const TIME: &str = "2026-11-21T02:38:21Z";
/// Deeper than any schema: one that holds itself ends here.
const DEEPEST: usize = 12;

/// Gives every body and every required parameter an example, and every operation and answer a description.
pub(super) fn complete(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    super::each_operation(document, |_, _, operation| {
        describe(operation);
        if let Some(body) = operation.get_mut("requestBody") {
            illustrate(body, &schemas);
        }
        for response in responses(operation) {
            illustrate(response, &schemas);
        }
        for parameter in parameters(operation) {
            if parameter["required"] == true && parameter["example"].is_null() {
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                parameter["example"] = example(&name, &parameter["schema"], &schemas, 0);
            }
        }
    });
}

/// What every operation, answer and parameter should say, from what is known of it.
fn describe(operation: &mut Value) {
    let summary = operation["summary"].as_str().unwrap_or_default().to_owned();
    if operation["description"].is_null() {
        let who = if operation["security"].is_array() { "Needs a session." } else { "Needs no session." };
        operation["description"] = format!("{summary} {who}").into();
    }
    for response in responses(operation) {
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = summary.clone().into();
        }
    }
    for parameter in parameters(operation) {
        if parameter["description"].is_null() {
            let name = parameter["name"].as_str().unwrap_or_default().replace('_', " ");
            parameter["description"] = format!("Which {}.", if name == "id" { "one: its id" } else { &name }).into();
        }
    }
}

fn responses(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
}

fn parameters(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten()
}

/// Adds an example to each content of a body that has none.
fn illustrate(body: &mut Value, schemas: &Value) {
    let Some(contents) = body.get_mut("content").and_then(Value::as_object_mut) else { return };
    for content in contents.values_mut() {
        let illustrated = !content["example"].is_null() || !content["examples"].is_null();
        if let (false, Some(schema)) = (illustrated, content.get("schema")) {
            content["example"] = example("", schema, schemas, 0);
        }
    }
}

/// A value that a schema describes, for a field of this name.
fn example(name: &str, schema: &Value, schemas: &Value, depth: usize) -> Value {
    if DEEPEST < depth {
        return Value::Null;
    }
    let inner = |schema: &Value| example(name, schema, schemas, depth + 1);
    if let Some(reference) = schema["$ref"].as_str() {
        return inner(&schemas[reference.rsplit('/').next().unwrap_or_default()]);
    }
    let given = [&schema["example"], &schema["examples"][0], &schema["default"], &schema["const"], &schema["enum"][0]];
    if let Some(given) = given.into_iter().find(|value| !value.is_null()) {
        return given.clone();
    }
    if let Some(all) = schema["allOf"].as_array() {
        let parts = all.iter().map(inner).filter_map(|part| part.as_object().cloned());
        return parts.flatten().collect::<Map<_, _>>().into();
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let choice = choices.iter().find(|choice| choice["type"] != "null");
        return choice.map_or(Value::Null, inner);
    }
    let named = &schema["type"];
    let kinds = named.as_array().cloned().unwrap_or_else(|| vec![named.clone()]);
    let kind = kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("object");
    match kind {
        "string" => text(name, schema).into(),
        "integer" | "number" => match schema["minimum"].as_i64() {
            Some(minimum) => json!(minimum.max(1)),
            None => json!(1),
        },
        "boolean" => true.into(),
        "array" => json!([inner(&schema["items"])]),
        _ => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields.map(|(name, field)| (name.clone(), example(name, field, schemas, depth + 1)));
            fields.collect::<Map<_, _>>().into()
        }
    }
}

fn text(name: &str, schema: &Value) -> String {
    match schema["format"].as_str() {
        Some("uuid") => return ID.to_owned(),
        Some("date-time") => return TIME.to_owned(),
        Some("uri") => return "https://example.com/lantern.webp".to_owned(),
        _ => {}
    }
    let known = TEXTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    known.unwrap_or("text").to_owned()
}
