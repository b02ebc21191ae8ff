//! Refresh families in Redis.

use std::time::Duration;

use futures_util::future::join_all;
use secrecy::ExposeSecret;
use test_kit::eventually;
use uuid::Uuid;
use web::devices::Device;
use web::sessions::{Error, Grant, Lifetimes};

use crate::shop::{LIFETIMES, Shop, claims, shop};

fn token(grant: &Grant) -> &str {
    grant.refresh.expose_secret()
}

async fn open(shop: &Shop, user: Uuid) -> Grant {
    let device = Device { user_agent: Some("curl".into()), address: "198.51.100.1".parse().unwrap() };
    shop.sessions.open(Uuid::now_v7(), user, device).await.unwrap()
}

#[tokio::test]
async fn a_refresh_token_continues_its_session_with_a_new_one() {
    let shop = shop(Lifetimes { replay_grace: Duration::ZERO, ..LIFETIMES }).await;
    let user = Uuid::now_v7();
    let opened = open(&shop, user).await;

    let child = shop.sessions.rotate(token(&opened)).await.unwrap();
    let grandchild = shop.sessions.rotate(token(&child)).await.unwrap();

    assert_eq!((grandchild.session, grandchild.user), (opened.session, user));
    assert_ne!(token(&child), token(&opened));
    assert_ne!(token(&child), token(&grandchild));
}

#[tokio::test]
async fn refreshing_in_many_tabs_at_once_gives_the_same_child() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;

    let children = join_all((0..500).map(|_| shop.sessions.rotate(token(&opened)))).await;

    let children: Vec<_> = children.into_iter().map(Result::unwrap).collect();
    assert!(children.iter().all(|child| token(child) == token(&children[0])));
}

#[tokio::test]
async fn a_tab_that_is_late_is_not_outrun_by_one_that_refreshes_twice() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    let child = shop.sessions.rotate(token(&opened)).await.unwrap();

    let again = shop.sessions.rotate(token(&child)).await.unwrap();
    let late = shop.sessions.rotate(token(&opened)).await.unwrap();

    assert_eq!((token(&again), token(&late)), (token(&child), token(&child)));
}

#[tokio::test]
async fn a_session_shorter_than_the_grace_goes_on_too() {
    let idle = Duration::from_secs(1);
    let shop = shop(Lifetimes { idle, replay_grace: Duration::from_secs(3600), ..LIFETIMES }).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    let child = shop.sessions.rotate(token(&opened)).await.unwrap();

    eventually("the child is exchanged before the session ends", Duration::from_secs(10), async || {
        token(&shop.sessions.rotate(token(&child)).await.unwrap()) != token(&child)
    })
    .await;
}

#[tokio::test]
async fn a_token_replayed_too_late_gives_no_child_and_names_the_family_to_end() {
    let shop = shop(Lifetimes { replay_grace: Duration::ZERO, ..LIFETIMES }).await;
    let user = Uuid::now_v7();
    let opened = open(&shop, user).await;
    shop.sessions.rotate(token(&opened)).await.unwrap();

    for _ in 0..2 {
        let replayed = shop.sessions.rotate(token(&opened)).await;
        assert!(
            matches!(replayed, Err(Error::Reused { session, user: of }) if session == opened.session && of == user),
            "for as long as nobody has ended it"
        );
    }
}

#[tokio::test]
async fn an_older_ancestor_is_a_copy_also_right_after_a_rotation() {
    let shop = shop(Lifetimes { replay_grace: Duration::from_millis(200), ..LIFETIMES }).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    let child = shop.sessions.rotate(token(&opened)).await.unwrap();
    eventually("the child is exchanged", Duration::from_secs(10), async || {
        token(&shop.sessions.rotate(token(&child)).await.unwrap()) != token(&child)
    })
    .await;

    assert!(matches!(shop.sessions.rotate(token(&opened)).await, Err(Error::Reused { .. })));
}

#[tokio::test]
async fn asking_whose_a_token_is_does_not_use_it() {
    let shop = shop(Lifetimes { replay_grace: Duration::ZERO, ..LIFETIMES }).await;
    let user = Uuid::now_v7();
    let opened = open(&shop, user).await;
    for _ in 0..2 {
        let holder = shop.sessions.holder(token(&opened)).await.unwrap();
        assert_eq!((holder.session, holder.user), (opened.session, user));
    }

    shop.sessions.rotate(token(&opened)).await.unwrap();

    assert!(matches!(shop.sessions.holder(token(&opened)).await, Err(Error::Reused { .. })));
}

#[tokio::test]
async fn a_made_up_token_ends_nothing() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    let [session, _, seal] = token(&opened).split('.').collect::<Vec<_>>()[..] else { panic!() };

    for made_up in ["", "junk", &format!("{session}.{}.{seal}", "A".repeat(43)), &format!("{}.x", token(&opened))] {
        assert!(matches!(shop.sessions.rotate(made_up).await, Err(Error::Unknown)), "{made_up}");
    }
    shop.sessions.rotate(token(&opened)).await.unwrap();
}

#[tokio::test]
async fn an_ended_session_does_not_come_back() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;

    let (ended, _) = tokio::join!(shop.sessions.end(opened.session), shop.sessions.rotate(token(&opened)));

    ended.unwrap();
    assert!(matches!(shop.sessions.rotate(token(&opened)).await, Err(Error::Ended { .. })));
    assert!(shop.revocations.is_revoked(&claims(opened.session)));
}

#[tokio::test]
async fn a_session_whose_end_is_not_announced_goes_on() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    let mut redis = shop.connection.clone();
    redis::cmd("SET").arg("revocations").arg("no stream").exec_async(&mut redis).await.unwrap();

    assert!(shop.sessions.end(opened.session).await.is_err());

    assert!(!shop.revocations.is_revoked(&claims(opened.session)));
    shop.sessions.rotate(token(&opened)).await.unwrap();
}

#[tokio::test]
async fn an_idle_session_ends_by_itself() {
    let shop = shop(Lifetimes { idle: Duration::from_millis(300), ..LIFETIMES }).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    let key = format!("session:{{{}}}", opened.session);

    let mut redis = shop.connection.clone();
    eventually("the record expires", Duration::from_secs(10), async || {
        redis::cmd("EXISTS").arg(&key).query_async::<i64>(&mut redis).await.unwrap() == 0
    })
    .await;
    assert!(matches!(shop.sessions.rotate(token(&opened)).await, Err(Error::Ended { .. })));
}

#[tokio::test]
async fn refreshing_does_not_prolong_a_session_for_ever() {
    let absolute = Duration::from_secs(3600);
    let shop = shop(Lifetimes { absolute, ..LIFETIMES }).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    shop.sessions.rotate(token(&opened)).await.unwrap();

    let key = format!("session:{{{}}}", opened.session);
    let left: u64 = redis::cmd("PTTL").arg(key).query_async(&mut shop.connection.clone()).await.unwrap();
    assert!(Duration::from_millis(left) <= absolute);
}

#[tokio::test]
async fn redis_holds_no_token_that_could_be_used() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;

    let key = format!("session:{{{}}}", opened.session);
    let record: String = redis::cmd("GET").arg(key).query_async(&mut shop.connection.clone()).await.unwrap();
    let secret = token(&opened).split('.').nth(1).unwrap();
    assert!(!record.contains(secret), "{record}");
}

#[tokio::test]
async fn says_so_when_redis_is_down() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    shop.redis.kill9();

    assert!(matches!(shop.sessions.rotate(token(&opened)).await, Err(Error::Store(_))));
    assert!(shop.sessions.end(opened.session).await.is_err());
}

#[tokio::test]
async fn a_second_factor_that_was_proven_stays_proven_for_the_session() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    let child = shop.sessions.rotate(token(&opened)).await.unwrap();
    assert!(!opened.second_factor && !child.second_factor);

    shop.sessions.raise(opened.session).await.unwrap();

    let again = shop.sessions.rotate(token(&opened)).await.unwrap();
    assert_eq!((token(&again), again.second_factor), (token(&child), true), "a tab that was late learns of it too");
    assert!(shop.sessions.rotate(token(&child)).await.unwrap().second_factor);
    assert!(shop.sessions.holder(token(&child)).await.unwrap().second_factor);
}

#[tokio::test]
async fn no_second_factor_brings_back_a_session_that_has_ended() {
    let shop = shop(LIFETIMES).await;
    let opened = open(&shop, Uuid::now_v7()).await;
    shop.sessions.end(opened.session).await.unwrap();

    assert!(matches!(shop.sessions.raise(opened.session).await, Err(Error::Ended { .. })));
    assert!(matches!(shop.sessions.rotate(token(&opened)).await, Err(Error::Ended { .. })));
}
