//! The OpenAPI document of the write side.

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(command_api::openapi()).unwrap()
}

fn names(operation: &Value) -> Vec<&str> {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect()
}

#[test]
fn names_every_route_of_the_write_side() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let operations: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}")))
        .collect();
    assert_eq!(
        operations,
        [
            "get /.well-known/jwks.json",
            "post /api/admin/dead-letters/{group}/discard",
            "post /api/admin/dead-letters/{group}/retry",
            "post /api/auth/change-password",
            "post /api/auth/demo-login",
            "post /api/auth/forgot-password",
            "post /api/auth/login",
            "post /api/auth/logout",
            "post /api/auth/refresh",
            "post /api/auth/resend-verification",
            "post /api/auth/reset-password",
            "delete /api/auth/sessions/{id}",
            "post /api/auth/signup",
            "delete /api/auth/totp",
            "post /api/auth/totp",
            "post /api/auth/totp/confirmation",
            "post /api/auth/verify-email",
            "post /api/inventory/{product_id}/adjustments",
            "post /api/inventory/{product_id}/receipts",
            "put /api/inventory/{product_id}/threshold",
            "post /api/orders",
            "post /api/orders/{id}/cancellation",
            "post /api/orders/{id}/delivery",
            "post /api/orders/{id}/messages",
            "post /api/orders/{id}/payment",
            "post /api/orders/{id}/returns",
            "post /api/orders/{id}/shipments",
            "post /api/orders/{id}/typing",
            "post /api/payments/callbacks/{provider}",
            "post /api/products",
            "delete /api/products/{id}",
            "patch /api/products/{id}",
            "delete /api/products/{id}/publication",
            "post /api/products/{id}/publication",
            "post /api/sellers",
            "delete /api/users/me",
            "patch /api/users/me",
            "post /api/users/{id}/roles",
            "delete /api/users/{id}/roles/{role}",
            "delete /api/users/{id}/suspension",
            "post /api/users/{id}/suspension",
            "post /api/webhooks",
            "delete /api/webhooks/{id}",
        ]
    );
}

#[test]
fn says_which_conditions_a_command_takes() {
    let document = document();
    let order = &document["paths"]["/api/orders"]["post"];
    let key = order["parameters"].as_array().unwrap().iter().find(|parameter| parameter["name"] == "Idempotency-Key");
    assert_eq!(key.unwrap()["required"], true);
    let headers = &order["responses"]["201"]["headers"];
    for name in ["Consistency-Token", "ETag", "Idempotency-Replayed", "Location"] {
        assert!(headers[name].is_object(), "{name}");
    }
    let renamed = &document["paths"]["/api/users/me"]["patch"]["responses"]["200"]["headers"];
    assert!(renamed["ETag"].is_object() && renamed["Idempotency-Replayed"].is_null(), "{renamed}");
    assert_eq!(names(&document["paths"]["/api/products/{id}"]["patch"]), ["id", "If-Match"]);
    assert!(names(&document["paths"]["/api/auth/login"]["post"]).is_empty());
}

#[test]
fn every_refusal_is_a_problem() {
    let document = document();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(status.starts_with('2'), problem.is_null(), "{method} {path} {status}");
            }
        }
    }
}
