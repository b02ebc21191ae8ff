//! Two processes of one shop.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;

use test_kit::Gate;

use crate::actors::{Admin, Anonymous, Buyer, PASSWORD};
use crate::shop::Shop;

#[tokio::test]
async fn a_session_that_ends_here_is_dead_there() {
    let here = Shop::open().await;
    let there = here.open_beside(&[]).await;
    let anna = Buyer::new(&here, "anna").await;
    let visiting = Buyer { shop: &there, access: anna.access.clone(), refresh: anna.refresh.clone(), id: anna.id };
    assert!(visiting.is_let_in().await);

    anna.post("/api/auth/logout").await.is(StatusCode::NO_CONTENT);

    visiting.refreshes().await.is(StatusCode::UNAUTHORIZED);
    assert!(!visiting.is_let_in().await, "commands ask the log");
    // Reading asks nothing but the process's own memory: introspection tells what that says.
    let known = async || there.app.gate().inspect(&visiting.access).is_none();
    test_kit::eventually("the other process knows", Duration::from_secs(1), known).await;
}

#[tokio::test]
async fn limits_hold_across_processes() {
    let flags = ["--limit-login-address", "10/1h"];
    let here = Shop::open_with(&flags).await;
    let there = here.open_beside(&flags).await;
    for number in 0..5 {
        for shop in [&here, &there] {
            let email = format!("a{number}@example.org");
            Anonymous(shop).logs_in(&email, PASSWORD).await.is(StatusCode::UNAUTHORIZED);
        }
    }
    for shop in [&here, &there] {
        Anonymous(shop).logs_in("b@example.org", PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn ten_tabs_get_the_same_child_from_two_processes() {
    let here = Shop::open().await;
    let there = here.open_beside(&[]).await;
    let anna = Buyer::new(&here, "anna").await;
    let asks =
        (0..10).map(|tab| Anonymous(if tab % 2 == 0 { &here } else { &there }).refreshes(&anna.refresh).into_future());

    let answers = futures_util::future::join_all(asks).await;

    let mut children = answers.into_iter().map(|answer| answer.is(StatusCode::NO_CONTENT));
    let first = children.next().unwrap();
    assert!(children.all(|answer| answer.cookie("__Host-refresh") == first.cookie("__Host-refresh")));
}

#[tokio::test]
async fn a_token_that_was_being_made_while_roles_changed_elsewhere_is_worthless() {
    let here = Shop::open().await;
    let gate = Gate::before(&here.redis).await;
    let there = here.open_beside(&["--redis-url", &gate.url()]).await;
    let (admin, anna) = (Admin::new(&here).await, Buyer::new(&here, "anna").await);
    // The refresh knows her roles by then, and is about to exchange her token.
    gate.hold("PXAT");

    let (refreshed, ()) = tokio::join!(Anonymous(&there).refreshes(&anna.refresh).into_future(), async {
        gate.holds().await;
        let roles = format!("/api/users/{}/roles", anna.id);
        admin.post(&roles).json(&json!({"role": "support"})).await.is(StatusCode::OK);
        gate.release().await;
    });

    let refreshed = refreshed.is(StatusCode::NO_CONTENT);
    assert!(here.app.gate().inspect(refreshed.cookie("__Host-access").unwrap()).is_none());
    let again = Anonymous(&there).refreshes(refreshed.cookie("__Host-refresh").unwrap()).await;
    assert!(here.app.gate().inspect(again.is(StatusCode::NO_CONTENT).cookie("__Host-access").unwrap()).is_some());
}

#[tokio::test]
async fn a_password_that_is_changed_here_keeps_its_old_one_out_there() {
    let here = Shop::open().await;
    let there = here.open_beside(&[]).await;
    let anna = Buyer::new(&here, "anna").await;
    let visiting = Buyer::returning(&there, "anna@example.org", PASSWORD).await;
    let body = json!({"current_password": PASSWORD, "new_password": "wheels turn all night"});

    anna.post("/api/auth/change-password").json(&body).await.is(StatusCode::NO_CONTENT);

    assert!(!visiting.is_let_in().await);
    Anonymous(&there).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
}
