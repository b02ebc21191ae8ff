//! Passwords that are changed, and set anew.

use axum::http::StatusCode;
use domain::UserId;
use futures_util::future::join;
use serde_json::json;
use web::tokens::mail::Purpose;

use crate::actors::{Anonymous, Buyer, PASSWORD};
use crate::shop::{Ask, Shop};
use crate::work::Work;

const NEW: &str = "wheels turn all night";

fn forgets<'a>(shop: &'a Shop, email: &str) -> Ask<'a> {
    Anonymous(shop).post("/api/auth/forgot-password").json(&json!({"email": email}))
}

fn resets<'a>(shop: &'a Shop, token: &str, password: &str) -> Ask<'a> {
    Anonymous(shop).post("/api/auth/reset-password").json(&json!({"token": token, "password": password}))
}

/// Asks for the first link of a user, and reads their mail.
async fn link(shop: &Shop, email: &str, user: UserId) -> String {
    forgets(shop, email).await.is(StatusCode::ACCEPTED);
    shop.counts("user.reset_requested", 1).await;
    shop.link(Purpose::ResetPassword, user, 1)
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_link_and_every_session_ends() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let elsewhere = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    let token = link(&shop, "Anna@Example.org", anna.id).await;

    let answer = resets(&shop, &token, NEW).await.is(StatusCode::NO_CONTENT);

    assert!(answer.cookie("__Host-access").is_none(), "nobody is logged in");
    for session in [&anna, &elsewhere] {
        assert!(!session.is_let_in().await);
        session.refreshes().await.is(StatusCode::UNAUTHORIZED);
    }
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
    Anonymous(&shop).logs_in("anna@example.org", NEW).await.is(StatusCode::OK);
}

#[tokio::test]
async fn nobody_learns_whose_password_can_be_forgotten() {
    let shop = Shop::open().await;
    Buyer::new(&shop, "anna").await;
    let work = Work::default();
    let _watching = work.watch();

    let known = forgets(&shop, "anna@example.org").await.is(StatusCode::ACCEPTED);
    let unknown = forgets(&shop, "nobody@example.org").await.is(StatusCode::ACCEPTED);

    assert_eq!((&known.body, work.hashes()), (&unknown.body, 0));
    assert!(known.headers.keys().eq(unknown.headers.keys()), "{known:?} {unknown:?}");
    shop.counts("user.reset_requested", 1).await;
}

#[tokio::test]
async fn a_link_sets_one_password() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let token = link(&shop, "anna@example.org", anna.id).await;

    let (one, other) =
        join(resets(&shop, &token, NEW).into_future(), resets(&shop, &token, "quiet mill by the river").into_future())
            .await;

    let mut answers = [one, other];
    answers.sort_by_key(|answer| answer.status);
    assert_eq!([answers[0].status, answers[1].status], [StatusCode::NO_CONTENT, StatusCode::GONE]);
    assert_eq!(answers[1].text("code"), "link_used");
    assert_eq!(shop.count("user.password_changed").await, 1);
}

#[tokio::test]
async fn an_older_expired_or_foreign_link_sets_none_and_costs_no_hash() {
    let shop = Shop::open_with(&["--reset-lifetime", "1ms"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    link(&shop, "anna@example.org", anna.id).await;
    forgets(&shop, "anna@example.org").await.is(StatusCode::ACCEPTED);
    shop.counts("user.reset_requested", 2).await;
    let work = Work::default();
    let _watching = work.watch();

    for (token, code) in [
        (shop.link(Purpose::ResetPassword, anna.id, 1), "link_used"),
        (shop.link(Purpose::ResetPassword, anna.id, 2), "link_expired"),
        (shop.link(Purpose::ResetPassword, anna.id, 3), "link_used"),
        (shop.link(Purpose::VerifyEmail, anna.id, 1), "link_expired"),
        (anna.access.clone(), "link_expired"),
        ("junk".to_owned(), "link_expired"),
    ] {
        let answer = shop.refuses(resets(&shop, &token, NEW)).await.is(StatusCode::GONE);
        assert_eq!(answer.text("code"), code);
    }
    assert_eq!(work.hashes(), 0);
}

#[tokio::test]
async fn a_new_password_obeys_the_rules() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let token = link(&shop, "anna@example.org", anna.id).await;
    for (password, code) in
        [("short", "password_length"), ("Password1234", "password_common"), ("anna-2026-anna", "password_similar")]
    {
        let reset = shop.refuses(resets(&shop, &token, password)).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(reset.field_error(), ("/password", code));
        let body = json!({"current_password": PASSWORD, "new_password": password});
        let change = shop.refuses(anna.post("/api/auth/change-password").json(&body)).await;
        assert_eq!(change.is(StatusCode::UNPROCESSABLE_ENTITY).field_error(), ("/new_password", code));
    }
    resets(&shop, &token, NEW).await.is(StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn strangers_who_guess_keep_nobody_from_setting_a_new_password() {
    let shop = Shop::open_with(&["--login-failures", "2", "--login-first-wait", "1h"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    for _ in 0..2 {
        Anonymous(&shop).logs_in("anna@example.org", "wrong horse battery").await.is(StatusCode::UNAUTHORIZED);
    }
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::TOO_MANY_REQUESTS);

    let token = link(&shop, "anna@example.org", anna.id).await;
    resets(&shop, &token, NEW).await.is(StatusCode::NO_CONTENT);

    Anonymous(&shop).logs_in("anna@example.org", NEW).await.is(StatusCode::OK);
}

#[tokio::test]
async fn mails_are_not_for_flooding_anybody() {
    let shop = Shop::open_with(&["--limit-forgot", "2/1h"]).await;
    for email in ["anna@example.org", "nobody@example.org"] {
        for status in [StatusCode::ACCEPTED, StatusCode::ACCEPTED, StatusCode::TOO_MANY_REQUESTS] {
            forgets(&shop, email).await.is(status);
        }
    }
}

#[tokio::test]
async fn one_address_cannot_have_mails_sent_to_everybody() {
    let shop = Shop::open_with(&["--limit-mail-address", "2/1h"]).await;
    forgets(&shop, "anna@example.org").await.is(StatusCode::ACCEPTED);
    let again = |email: &str| Anonymous(&shop).post("/api/auth/resend-verification").json(&json!({"email": email}));
    again("berta@example.org").await.is(StatusCode::ACCEPTED);

    forgets(&shop, "carla@example.org").await.is(StatusCode::TOO_MANY_REQUESTS);
    again("doris@example.org").await.is(StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let shop = Shop::open().await;
    let here = Buyer::new(&shop, "anna").await;
    let there = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    let body = json!({"current_password": PASSWORD, "new_password": NEW});

    let answer = here.post("/api/auth/change-password").json(&body).await.is(StatusCode::NO_CONTENT);

    assert!(!there.is_let_in().await);
    there.refreshes().await.is(StatusCode::UNAUTHORIZED);
    here.refreshes().await.is(StatusCode::NO_CONTENT);
    let here = Buyer { access: answer.cookie("__Host-access").unwrap().to_owned(), ..here };
    assert!(here.is_let_in().await);
    Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
    Anonymous(&shop).logs_in("anna@example.org", NEW).await.is(StatusCode::OK);
}

#[tokio::test]
async fn whoever_found_a_session_cannot_guess_its_password_for_long() {
    let shop = Shop::open_with(&["--limit-proof", "2/1h"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let guess = || {
        let body = json!({"current_password": "wrong horse battery", "new_password": NEW});
        shop.refuses(anna.post("/api/auth/change-password").json(&body))
    };
    for _ in 0..2 {
        assert_eq!(guess().await.is(StatusCode::FORBIDDEN).text("code"), "wrong_password");
    }
    guess().await.is(StatusCode::TOO_MANY_REQUESTS);
    assert!(anna.is_let_in().await);
}

#[tokio::test]
async fn a_password_that_is_set_anew_while_somebody_logs_in_with_the_old_one_keeps_them_out() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let token = link(&shop, "anna@example.org", anna.id).await;

    let logins = futures_util::future::join_all((0..8).map(|_| Anonymous(&shop).logs_in("anna@example.org", PASSWORD)));
    let (let_in, reset) = join(logins, resets(&shop, &token, NEW).into_future()).await;

    reset.is(StatusCode::NO_CONTENT);
    for answer in let_in.into_iter().filter(|answer| answer.status == StatusCode::OK) {
        let early = Buyer::welcomed(&shop, &answer);
        assert!(!early.is_let_in().await, "a session of the old password goes on");
    }
    assert_eq!(shop.user(anna.id).await.sessions().count(), 0);
}
