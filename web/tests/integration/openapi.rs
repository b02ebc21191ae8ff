//! What both services add to the OpenAPI document.

use serde_json::{Value, json};
use utoipa::{OpenApi, ToSchema};
use uuid::Uuid;
use web::codes::CODES;
use web::openapi::{Common, complete, join};

#[derive(OpenApi)]
#[openapi(paths(read, write, keep), modifiers(&Common))]
struct Document;

#[utoipa::path(get, path = "/api/things", responses((status = 200)))]
#[expect(dead_code, reason = "documented, never served")]
fn read() {}

#[utoipa::path(post, path = "/api/things", responses((status = 201)))]
#[expect(dead_code, reason = "documented, never served")]
fn write() {}

#[derive(ToSchema)]
#[expect(dead_code, reason = "documented, never served")]
struct Thing {
    id: Uuid,
    name: String,
    #[schema(minimum = 3)]
    units: i64,
    parts: Vec<Part>,
    size: Size,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "documented, never served")]
struct Part {
    note: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "documented, never served")]
enum Size {
    Small,
    Large,
}

/// Keeps a thing.
#[utoipa::path(put, path = "/api/things", request_body = Thing, responses((status = 200, body = Thing)))]
#[expect(dead_code, reason = "documented, never served")]
fn keep() {}

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
fn every_status_of_a_problem_says_with_which_codes_it_comes() {
    let document = complete(&Document::openapi(), CODES);
    let responses = |method: &str| document["paths"]["/api/things"][method]["responses"].as_object().unwrap().clone();
    assert_eq!(responses("get").keys().collect::<Vec<_>>(), ["200", "500", "503"]);
    let refusals = responses("post");
    assert_eq!(refusals.keys().collect::<Vec<_>>(), ["201", "403", "500", "503"]);

    let reference = refusals["403"]["$ref"].as_str().unwrap();
    assert_eq!(reference, "#/components/responses/403.cross_site");
    let refusal = &document["components"]["responses"]["403.cross_site"];
    assert!(refusal["description"].as_str().unwrap().contains("`X-Requested-With`"), "{refusal}");
    let content = &refusal["content"]["application/problem+json"];
    assert_eq!(content["schema"]["allOf"][0]["$ref"], "#/components/schemas/Problem");
    assert_eq!(content["schema"]["allOf"][1]["properties"]["code"]["enum"], json!(["cross_site"]));
    assert_eq!(content["examples"]["cross_site"]["value"]["type"], "/docs/problems#cross_site");
    let problem = &document["components"]["schemas"]["Problem"];
    assert_eq!(problem["required"], json!(["type", "title", "status", "code"]));
    assert_eq!(problem["properties"]["errors"]["items"]["$ref"], "#/components/schemas/FieldError");
}

#[test]
fn every_body_has_an_example_made_of_its_schema() {
    let document = complete(&Document::openapi(), CODES);
    let operation = &document["paths"]["/api/things"]["put"];
    let id = "019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b";
    let parts = json!([{ "note": "text" }]);
    let example = json!({ "id": id, "name": "White metal lantern", "units": 3, "parts": parts, "size": "small" });
    assert_eq!(operation["requestBody"]["content"]["application/json"]["example"], example);
    assert_eq!(operation["responses"]["200"]["content"]["application/json"]["example"], example);
    assert_eq!(operation["description"], "Keeps a thing. Needs no session.");
    assert_eq!(operation["responses"]["200"]["description"], "Keeps a thing.");
}

#[test]
#[should_panic(expected = "there are two schemas Thing")]
fn two_things_of_one_name_are_not_joined() {
    mod another {
        #[derive(utoipa::ToSchema)]
        #[expect(dead_code, reason = "documented, never served")]
        pub(super) struct Thing {
            title: String,
        }
    }
    #[derive(OpenApi)]
    #[openapi(components(schemas(another::Thing)))]
    struct Other;
    join(&mut Document::openapi(), Other::openapi());
}

#[test]
fn the_session_is_a_cookie() {
    let session = &document()["components"]["securitySchemes"]["session"];
    assert_eq!((&session["in"], &session["name"]), (&json!("cookie"), &json!("__Host-access")));
}
