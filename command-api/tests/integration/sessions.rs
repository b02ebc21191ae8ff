//! Sessions: how they begin, go on and end.

use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Partition;
use domain::user::{Command, Role};
use futures_util::future::join_all;
use redis::AsyncCommands;
use serde_json::{Value, json};

use crate::actors::{Anonymous, Buyer, PASSWORD, tell};
use crate::shop::{Ask, Shop};
use crate::work::Work;

fn refresh<'a>(shop: &'a Shop, token: &str) -> Ask<'a> {
    Anonymous(shop).refreshes(token)
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
    let once_more = refresh(&shop, child).await.is(StatusCode::NO_CONTENT);
    assert_eq!(once_more.cookie("__Host-refresh"), Some(child), "while a tab may still be on its way");
}

#[tokio::test]
async fn a_refresh_that_fails_costs_nobody_their_session() {
    let shop = Shop::open_with(&["--replay-grace", "0s"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let mut redis = shop.redis_connection().await;
    // What the log says of her cannot be read for a moment.
    let (stream, aside) = (format!("user:{{{}}}:{}", Partition::of(anna.id), anna.id), "user:{0}:aside");
    let () = redis.rename(&stream, aside).await.unwrap();
    let () = redis.set(&stream, "no stream").await.unwrap();
    let failed = refresh(&shop, &anna.refresh).await;
    assert!(failed.status.is_server_error() && failed.cookie("__Host-refresh").is_none(), "{failed:?}");
    let () = redis.rename(aside, &stream).await.unwrap();

    refresh(&shop, &anna.refresh).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_token_whose_session_is_forgotten_has_its_end_announced() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let mut redis = shop.redis_connection().await;
    let () = redis.del(format!("session:{{{}}}", anna.session())).await.unwrap();
    assert!(anna.is_let_in().await);

    refresh(&shop, &anna.refresh).await.is(StatusCode::UNAUTHORIZED);

    assert!(!anna.is_let_in().await);
}

#[tokio::test]
async fn a_refresh_token_that_was_copied_ends_the_session_and_is_told() {
    let shop = Shop::open_with(&["--replay-grace", "0s"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let elsewhere = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    let next = refresh(&shop, &anna.refresh).await.is(StatusCode::NO_CONTENT);
    let work = Work::default();
    let _watching = work.watch();

    let copied = refresh(&shop, &anna.refresh).await.is(StatusCode::UNAUTHORIZED);

    assert_eq!((copied.cookie("__Host-access"), copied.cookie("__Host-refresh")), (Some(""), Some("")));
    refresh(&shop, next.cookie("__Host-refresh").unwrap()).await.is(StatusCode::UNAUTHORIZED);
    refresh(&shop, &anna.refresh).await.is(StatusCode::UNAUTHORIZED);
    assert!(!anna.is_let_in().await && elsewhere.is_let_in().await);
    assert_eq!(shop.count("user.refresh_reused").await, 1, "the owner is to hear of it once");
    assert_eq!(work.count("refresh_tokens_reused_total"), 1);
}

#[tokio::test]
async fn a_copy_is_told_of_also_when_redis_was_away_at_first() {
    let shop = Shop::open_with(&["--replay-grace", "0s"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    refresh(&shop, &anna.refresh).await.is(StatusCode::NO_CONTENT);
    shop.redis.stop();
    refresh(&shop, &anna.refresh).await.is(StatusCode::SERVICE_UNAVAILABLE);

    shop.redis.restart().await;
    test_kit::eventually("the copy is refused", Duration::from_secs(30), async || {
        refresh(&shop, &anna.refresh).await.status == StatusCode::UNAUTHORIZED
    })
    .await;

    assert_eq!(shop.count("user.refresh_reused").await, 1);
}

#[tokio::test]
async fn a_refreshed_token_has_the_roles_of_the_moment() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    tell(&shop, anna.id, Command::GrantRole { role: Role::Support }).await;

    let answer = anna.refreshes().await.is(StatusCode::NO_CONTENT);

    let payload = answer.cookie("__Host-access").unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(claims["roles"], json!(["buyer", "support"]));
}

#[tokio::test]
async fn an_idle_session_ends() {
    let shop = Shop::open_with(&["--session-idle", "300ms"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    test_kit::eventually("nobody refreshes it", Duration::from_secs(10), async || {
        let mut redis = shop.redis_connection().await;
        !redis.exists::<_, bool>(format!("session:{{{}}}", anna.session())).await.unwrap()
    })
    .await;
    refresh(&shop, &anna.refresh).await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn no_session_outlives_its_end_in_the_log() {
    let shop = Shop::open_with(&["--session-absolute", "300ms"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    test_kit::eventually("its time is up", Duration::from_secs(10), async || !anna.is_let_in().await).await;
    refresh(&shop, &anna.refresh).await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn refreshing_nothing_is_refused() {
    let shop = Shop::open().await;
    shop.refuses(Anonymous(&shop).post("/api/auth/refresh")).await.is(StatusCode::UNAUTHORIZED);
    let made_up = shop.refuses(refresh(&shop, "made.up.token")).await.is(StatusCode::UNAUTHORIZED);
    assert_eq!(made_up.cookie("__Host-refresh"), Some(""), "it is of no use to anybody");
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
async fn logging_out_ends_this_session_the_others_or_all() {
    for (scope, lives) in [("current", [false, true]), ("others", [true, false]), ("all", [false, false])] {
        let shop = Shop::open().await;
        let here = Buyer::new(&shop, "anna").await;
        let there = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;

        let answer = here.post("/api/auth/logout").json(&json!({"scope": scope})).await.is(StatusCode::NO_CONTENT);

        let own = answer.cookie("__Host-access").unwrap();
        let here = Buyer { access: if own.is_empty() { here.access } else { own.to_owned() }, ..here };
        assert_eq!([here.is_let_in().await, there.is_let_in().await], lives, "{scope}");
        let refreshed = [here.refreshes().await.status, there.refreshes().await.status];
        assert_eq!(refreshed.map(|status| status == StatusCode::NO_CONTENT), lives, "{scope}");
        let ended = shop.count("user.session_ended").await;
        assert_eq!(ended, lives.iter().filter(|live| !**live).count(), "{scope}");
    }
}

#[tokio::test]
async fn whoever_was_away_for_a_while_logs_out_by_the_refresh_cookie() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let cookie = format!("__Host-refresh={}", anna.refresh);

    let ask = || Anonymous(&shop).post("/api/auth/logout").header("cookie", &cookie);
    let answer = ask().await.is(StatusCode::NO_CONTENT);

    assert_eq!(answer.cookie("__Host-refresh"), Some(""));
    assert!(!anna.is_let_in().await);
    let again = ask().await.is(StatusCode::UNAUTHORIZED);
    assert_eq!((again.cookie("__Host-access"), again.cookie("__Host-refresh")), (Some(""), Some("")));
}

#[tokio::test]
async fn ends_a_session_of_ones_own_from_another() {
    let shop = Shop::open().await;
    let (here, stranger) = (Buyer::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let there = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    let path = format!("/api/auth/sessions/{}", there.session());

    shop.refuses(stranger.delete(&path)).await.is(StatusCode::NOT_FOUND);
    let answer = here.delete(&path).await.is(StatusCode::NO_CONTENT);

    assert!(answer.header("consistency-token").starts_with("user:") && answer.cookie("__Host-access").is_none());
    assert!(here.is_let_in().await && !there.is_let_in().await && stranger.is_let_in().await);
    there.refreshes().await.is(StatusCode::UNAUTHORIZED);
    shop.refuses(here.delete(&path)).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ending_the_session_that_asks_clears_its_cookies() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let answer = anna.delete(&format!("/api/auth/sessions/{}", anna.session())).await.is(StatusCode::NO_CONTENT);
    assert_eq!((answer.cookie("__Host-access"), answer.cookie("__Host-refresh")), (Some(""), Some("")));
    assert!(answer.headers.contains_key("clear-site-data"));
}
