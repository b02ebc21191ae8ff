//! Sessions: how they begin, go on and end.

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::json;

use crate::actors::{Anonymous, Buyer};
use crate::shop::{Ask, Shop};

fn refresh<'a>(shop: &'a Shop, token: &str) -> Ask<'a> {
    Anonymous(shop).post("/api/auth/refresh").header("cookie", format!("__Host-refresh={token}"))
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let shop = Shop::open().await;
    Buyer::new(&shop, "anna").await;

    let mut answers = Vec::new();
    for email in ["anna@example.org", "nobody@example.org", "no address"] {
        let mut answer = Anonymous(&shop).logs_in(email, "wrong horse battery").await.is(StatusCode::UNAUTHORIZED);
        answer.body["request_id"] = json!(null);
        assert!(answer.cookie("__Host-access").is_none());
        answers.push(answer.body);
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn refreshing_goes_on_with_the_session() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;

    let answer = refresh(&shop, &anna.refresh).await.is(StatusCode::NO_CONTENT);

    assert_ne!(answer.cookie("__Host-refresh"), Some(anna.refresh.as_str()));
    let renewed = Buyer { access: answer.cookie("__Host-access").unwrap().to_owned(), ..anna };
    renewed.patch("/api/users/me").json(&json!({})).await.is(StatusCode::OK);
}

#[tokio::test]
async fn ten_tabs_that_refresh_at_once_get_the_same_child() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;

    let answers = join_all((0..10).map(|_| refresh(&shop, &anna.refresh).into_future())).await;

    let mut children = answers.into_iter().map(|answer| answer.is(StatusCode::NO_CONTENT));
    let first = children.next().unwrap();
    let child = first.cookie("__Host-refresh").unwrap();
    assert_ne!(child, anna.refresh);
    assert!(children.all(|answer| answer.cookie("__Host-refresh") == Some(child)));
    refresh(&shop, child).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_refresh_token_that_was_copied_ends_the_session() {
    let shop = Shop::open_with(&["--replay-grace", "0s"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let next = refresh(&shop, &anna.refresh).await.is(StatusCode::NO_CONTENT);

    let copied = refresh(&shop, &anna.refresh).await.is(StatusCode::UNAUTHORIZED);

    assert_eq!(copied.cookie("__Host-refresh"), Some(""));
    refresh(&shop, next.cookie("__Host-refresh").unwrap()).await.is(StatusCode::UNAUTHORIZED);
    anna.patch("/api/users/me").json(&json!({})).await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn refreshing_nothing_is_refused() {
    let shop = Shop::open().await;
    Anonymous(&shop).post("/api/auth/refresh").await.is(StatusCode::UNAUTHORIZED);
    refresh(&shop, "made.up.token").await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn logging_out_revokes_both_tokens() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;

    let answer = anna.post("/api/auth/logout").json(&json!({"scope": "current"})).await.is(StatusCode::NO_CONTENT);

    assert_eq!((answer.cookie("__Host-access"), answer.cookie("__Host-refresh")), (Some(""), Some("")));
    assert_eq!(answer.headers["clear-site-data"], "\"cache\", \"storage\"");
    anna.patch("/api/users/me").json(&json!({})).await.is(StatusCode::UNAUTHORIZED);
    refresh(&shop, &anna.refresh).await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn logging_out_leaves_other_sessions_alone() {
    let shop = Shop::open().await;
    let here = Buyer::new(&shop, "anna").await;
    let there = Buyer::returning(&shop, "anna@example.org", crate::actors::PASSWORD).await;

    here.post("/api/auth/logout").await.is(StatusCode::NO_CONTENT);

    there.patch("/api/users/me").json(&json!({})).await.is(StatusCode::OK);
}
