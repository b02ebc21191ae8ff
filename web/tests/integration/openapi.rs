//! What both services add to the OpenAPI document.

use serde_json::{Value, json};
use utoipa::OpenApi;
use web::openapi::Common;

#[derive(OpenApi)]
#[openapi(paths(read, write), modifiers(&Common))]
struct Document;

#[utoipa::path(get, path = "/api/things", responses((status = 200)))]
#[expect(dead_code, reason = "documented, never served")]
fn read() {}

#[utoipa::path(post, path = "/api/things", responses((status = 201)))]
#[expect(dead_code, reason = "documented, never served")]
fn write() {}

fn document() -> Value {
    serde_json::to_value(Document::openapi()).unwrap()
}

#[test]
fn unsafe_operations_alone_require_x_requested_with() {
    let things = &document()["paths"]["/api/things"];
    assert_eq!(things["post"]["parameters"][0]["name"], "X-Requested-With");
    assert_eq!(things["post"]["parameters"][0]["required"], true);
    assert_eq!(things["get"]["parameters"], Value::Null);
}

#[test]
fn every_operation_may_answer_a_problem() {
    let document = document();
    let reference = json!({"$ref": "#/components/schemas/Problem"});
    for method in ["get", "post"] {
        let default = &document["paths"]["/api/things"][method]["responses"]["default"];
        assert_eq!(default["content"]["application/problem+json"]["schema"], reference);
    }
    let problem = &document["components"]["schemas"]["Problem"];
    assert_eq!(problem["required"], json!(["type", "title", "status", "code"]));
    assert_eq!(problem["properties"]["errors"]["items"]["$ref"], "#/components/schemas/FieldError");
    assert!(document["components"]["schemas"]["FieldError"].is_object());
}

#[test]
fn the_session_is_a_cookie() {
    let session = &document()["components"]["securitySchemes"]["session"];
    assert_eq!((&session["in"], &session["name"]), (&json!("cookie"), &json!("__Host-access")));
}
