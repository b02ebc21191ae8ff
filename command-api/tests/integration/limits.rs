//! Who comes too often.

use axum::http::{StatusCode, header};
use clap::Parser;
use command_api::App;
use domain::Partition;
use redis::AsyncCommands;
use serde_json::json;

use crate::actors::{Anonymous, Buyer, PASSWORD};
use crate::shop::{Answer, Cli, Shop};
use crate::work::Work;

fn seconds(answer: &Answer) -> u64 {
    assert_eq!(answer.body["code"], "too_fast");
    answer.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_sixth_sign_up_from_one_address_has_to_wait() {
    let shop = Shop::open_with(&["--limit-signup", "5/1h"]).await;
    for number in 0..5 {
        Anonymous(&shop)
            .signs_up(&format!("a{number}@example.org"), &format!("anna{number}"))
            .await
            .is(StatusCode::ACCEPTED);
    }

    let answer = Anonymous(&shop).signs_up("b@example.org", "berta").await.is(StatusCode::TOO_MANY_REQUESTS);

    assert!(seconds(&answer) > 600);
}

#[tokio::test]
async fn an_application_with_a_mistake_costs_nothing() {
    let shop = Shop::open_with(&["--limit-signup", "1/1h"]).await;
    Anonymous(&shop).signs_up("no address", "anna").await.is(StatusCode::UNPROCESSABLE_ENTITY);
    Anonymous(&shop).signs_up("anna@example.org", "anna").await.is(StatusCode::ACCEPTED);
}

#[tokio::test]
async fn the_sixth_login_to_one_account_has_to_wait_whether_or_not_there_is_one() {
    let shop = Shop::open_with(&["--limit-login-account", "5/1m"]).await;
    Anonymous(&shop).signs_up("anna@example.org", "anna").await.is(StatusCode::ACCEPTED);
    for email in ["anna@example.org", "nobody@example.org", "no address"] {
        for _ in 0..5 {
            Anonymous(&shop).logs_in(email, "wrong horse battery").await.is(StatusCode::UNAUTHORIZED);
        }
        let answer = Anonymous(&shop).logs_in(email, PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
        assert!(seconds(&answer) <= 15);
    }
    let other_case = Anonymous(&shop).logs_in("Anna@Example.org", PASSWORD).await;
    other_case.is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn one_address_cannot_try_one_password_on_many_accounts() {
    let shop = Shop::open_with(&["--limit-login-address", "10/1m"]).await;
    let work = Work::default();
    let _watching = work.watch();
    for number in 0..10 {
        Anonymous(&shop).logs_in(&format!("a{number}@example.org"), PASSWORD).await.is(StatusCode::UNAUTHORIZED);
    }
    Anonymous(&shop).logs_in("a10@example.org", PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(work.count("logins_total"), 10, "an operator sees it");
}

#[tokio::test]
async fn nobody_gets_around_a_limit_by_naming_other_addresses() {
    let shop = Shop::open_with(&["--limit-login-address", "5/1h"]).await;
    let log_in = |number: u8| {
        let body = json!({"email": format!("a{number}@example.org"), "password": PASSWORD});
        let ask = Anonymous(&shop).post("/api/auth/login").from("203.0.113.9").json(&body);
        ask.header("x-forwarded-for", format!("198.51.100.{number}")).header("forwarded", "for=198.51.100.1")
    };
    for number in 0..5 {
        log_in(number).await.is(StatusCode::UNAUTHORIZED);
    }
    log_in(5).await.is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn whoever_knows_the_password_has_not_failed() {
    let shop = Shop::open_with(&["--login-failures", "2", "--login-first-wait", "1h"]).await;
    Buyer::new(&shop, "anna").await;
    for _ in 0..3 {
        Anonymous(&shop).logs_in("anna@example.org", "wrong horse battery").await.is(StatusCode::UNAUTHORIZED);
        Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    }
}

#[tokio::test]
async fn a_login_that_nobody_could_look_at_has_not_failed() {
    let shop = Shop::open_with(&["--login-failures", "1", "--login-first-wait", "1h"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let mut redis = shop.redis_connection().await;
    let credential = format!("credential:{{{}}}:{}", Partition::of(anna.id), anna.id);
    let () = redis.rename(&credential, "aside").await.unwrap();
    let () = redis.set(&credential, "no record").await.unwrap();
    let answer = Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await;
    assert!(answer.status.is_server_error(), "{answer:?}");
    let () = redis.rename("aside", &credential).await.unwrap();

    Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
}

#[tokio::test]
async fn a_session_that_refreshes_too_often_goes_on_later() {
    let shop = Shop::open_with(&["--limit-refresh", "1/1h"]).await;
    let (anna, berta) = (Buyer::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let refresh = |buyer: &Buyer<'_>| {
        Anonymous(&shop).post("/api/auth/refresh").header("cookie", format!("__Host-refresh={}", buyer.refresh))
    };
    refresh(&anna).await.is(StatusCode::NO_CONTENT);

    let answer = refresh(&anna).await.is(StatusCode::TOO_MANY_REQUESTS);

    assert_eq!(answer.cookie("__Host-refresh"), None, "the session has not ended");
    refresh(&berta).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_user_has_a_quota_of_commands() {
    let shop = Shop::open_with(&["--limit-commands", "2/1h"]).await;
    let (anna, berta) = (Buyer::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    for _ in 0..2 {
        anna.patch("/api/users/me").json(&json!({})).await.is(StatusCode::OK);
    }
    anna.patch("/api/users/me").json(&json!({})).await.is(StatusCode::TOO_MANY_REQUESTS);
    berta.patch("/api/users/me").json(&json!({})).await.is(StatusCode::OK);
    anna.post("/api/auth/logout").await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn limits_are_off_in_demo_mode_alone() {
    let shop = Shop::open_with(&["--demo", "--rate-limits", "off", "--limit-signup", "1/1h"]).await;
    Buyer::new(&shop, "anna").await;
    Buyer::new(&shop, "berta").await;

    let Cli { settings } = Cli::parse_from(["shop", "--redis-url", "redis://127.0.0.1", "--rate-limits", "off"]);
    let refusal = App::open(&settings).err().unwrap();

    assert!(refusal.to_string().contains("MILLRACE_DEMO") && !refusal.is_temporary(), "{refusal}");
}
