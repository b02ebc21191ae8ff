//! Who is let in, and what everybody else learns.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use axum::http::StatusCode;
use domain::Partition;
use domain::user::{Command, Ending, Which};
use redis::AsyncCommands;
use serde_json::{Value, json};

use crate::actors::{Anonymous, Buyer, PASSWORD, tell};
use crate::shop::{Answer, Shop};
use crate::work::Work;

/// Everything that a client can tell answers apart by, beside what names the request.
fn told(mut answer: Answer) -> (StatusCode, Vec<(String, String)>, Value) {
    answer.body["request_id"] = json!(null);
    for volatile in ["x-request-id", "traceparent"] {
        answer.headers.remove(volatile);
    }
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, headers.collect(), answer.body)
}

#[tokio::test]
async fn whoever_is_not_let_in_learns_nothing_and_costs_the_same() {
    let shop = Shop::open().await;
    for name in ["anna", "suspended", "erased"] {
        Buyer::new(&shop, name).await;
    }
    let owner = async |name: &str| Buyer::returning(&shop, &format!("{name}@example.org"), PASSWORD).await.id;
    let reason = "Sold what never arrived.".to_owned().try_into().unwrap();
    tell(&shop, owner("suspended").await, Command::Suspend { reason }).await;
    tell(&shop, owner("erased").await, Command::Erase).await;
    let work = Work::default();
    let _watching = work.watch();

    let mut answers = Vec::new();
    for (email, password) in [
        ("anna@example.org", "wrong horse battery"),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("suspended@example.org", PASSWORD),
        ("erased@example.org", PASSWORD),
    ] {
        let answer =
            shop.refuses(Anonymous(&shop).post("/api/auth/login").json(&json!({"email": email, "password": password})));
        let answer = answer.await.is(StatusCode::UNAUTHORIZED);
        assert_eq!(work.hashes(), 1, "{email}");
        answers.push(told(answer));
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::OK);
    assert_eq!(work.hashes(), 1, "the right password costs as much");
}

#[tokio::test]
async fn the_unverified_are_let_in() {
    let shop = Shop::open().await;
    let anna = Buyer::unverified(&shop, "anna").await;
    assert!(anna.is_let_in().await);
}

#[tokio::test]
async fn every_login_is_a_session_of_its_own_in_the_log() {
    let shop = Shop::open().await;
    let here = Buyer::new(&shop, "anna").await;
    let there = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;

    let sessions: Vec<_> = shop.user(here.id).await.sessions().map(|session| session.id).collect();

    assert_eq!(sessions, [here.session(), there.session()]);
    assert!(here.is_let_in().await && there.is_let_in().await);
}

#[tokio::test]
async fn one_session_too_many_ends_the_oldest_at_once() {
    let shop = Shop::open_with(&["--session-most", "2"]).await;
    let oldest = Buyer::new(&shop, "anna").await;
    let older = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    let newest = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;

    assert!(!oldest.is_let_in().await && older.is_let_in().await && newest.is_let_in().await);
    oldest.refreshes().await.is(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_browser_that_logs_in_anew_leaves_its_session() {
    let shop = Shop::open().await;
    let before = Buyer::new(&shop, "anna").await;
    let body = json!({"email": "anna@example.org", "password": PASSWORD});
    let cookie = format!("__Host-refresh={}", before.refresh);
    let answer = Anonymous(&shop).post("/api/auth/login").header("cookie", cookie).json(&body).await.is(StatusCode::OK);

    let after = Buyer::welcomed(&shop, &answer);

    assert!(after.is_let_in().await && !before.is_let_in().await);
    before.refreshes().await.is(StatusCode::UNAUTHORIZED);
    let user = shop.user(after.id).await;
    assert!(user.sessions().map(|session| session.id).eq([after.session()]));
}

#[tokio::test]
async fn a_hash_of_older_parameters_is_replaced_at_the_next_login() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(7168, 5, 1, None).unwrap());
    let older = older.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    let key = format!("credential:{{{}}}:{}", Partition::of(anna.id), anna.id);
    let () = shop.redis_connection().await.hset(key, "password", older).await.unwrap();
    let hash = async || shop.app.store().credential(anna.id).await.unwrap().get("password").unwrap().to_owned();

    Buyer::returning(&shop, "anna@example.org", PASSWORD).await;

    let renewed = hash().await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    assert_eq!(hash().await, renewed, "once");
}

#[tokio::test]
async fn a_session_that_ended_in_the_log_alone_is_dead_all_the_same() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    // As if the process had died before it told anybody.
    let which = Which::One(anna.session());
    tell(&shop, anna.id, Command::EndSession { which, reason: Ending::Revoked }).await;

    shop.refuses(anna.patch("/api/users/me").json(&json!({"username": "anouk"}))).await.is(StatusCode::UNAUTHORIZED);
    let answer = shop.refuses(anna.refreshes()).await.is(StatusCode::UNAUTHORIZED);
    assert_eq!((answer.cookie("__Host-access"), answer.cookie("__Host-refresh")), (Some(""), Some("")));
}
