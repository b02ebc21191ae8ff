//! What other services learn of a token.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;
use web::introspection;
use web::tokens::Moment;

use crate::shop::{ACCESS, LIFETIMES, gate, shop};

async fn ask(router: &Router, form: String) -> (StatusCode, Value) {
    let request = Request::post("/introspect").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
    let status = answer.status();
    (status, serde_json::from_slice(&to_bytes(answer.into_body(), usize::MAX).await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_token_is_active_until_its_session_ends() {
    let shop = shop(LIFETIMES).await;
    let (signer, gate) = gate(shop.revocations.clone());
    let router = introspection::router(gate);
    let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
    let token = signer.sign(Moment::now(), user, session, vec!["seller".into()]);
    let form = || format!("token={}&token_type_hint=access_token", token.expose_secret());

    let (status, said) = ask(&router, form()).await;
    assert_eq!((status, &said["active"], &said["token_type"]), (StatusCode::OK, &json!(true), &json!("Bearer")));
    assert_eq!((&said["sub"], &said["sid"], &said["roles"]), (&json!(user), &json!(session), &json!(["seller"])));
    assert_eq!(said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(), ACCESS.as_secs() as i64);

    shop.sessions.end(session).await.unwrap();
    assert_eq!(ask(&router, form()).await, (StatusCode::OK, json!({"active": false})));
}

#[tokio::test]
async fn whatever_is_no_token_is_not_active() {
    let (_, gate) = gate(web::revocations::Revocations::new(ACCESS));
    let router = introspection::router(gate);
    for token in ["", "junk", "a.b.c"] {
        assert_eq!(ask(&router, format!("token={token}")).await, (StatusCode::OK, json!({"active": false})), "{token}");
    }
    let (status, problem) = ask(&router, "nothing=here".to_owned()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("bad_request")));
}
