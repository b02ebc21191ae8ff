//! How the news of an ended session reaches every service.

use std::time::Duration;

use test_kit::eventually;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use web::revocations::Revocations;

use crate::shop::{ACCESS, LIFETIMES, Shop, claims, claims_of, shop};

const SOON: Duration = Duration::from_secs(10);

/// Another service, following until it is dropped.
struct Follower {
    revocations: Revocations,
    shutdown: CancellationToken,
}

impl Follower {
    fn of(shop: &Shop) -> Self {
        let (revocations, shutdown) = (Revocations::new(ACCESS), CancellationToken::new());
        tokio::spawn(revocations.clone().follow(shop.connection.clone(), shutdown.clone()));
        Self { revocations, shutdown }
    }

    async fn learns_of(&self, session: Uuid) {
        eventually("the revocation arrives", SOON, async || self.revocations.is_revoked(&claims(session))).await;
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

#[tokio::test]
async fn an_ended_session_is_known_to_every_service() {
    let shop = shop(LIFETIMES).await;
    let others = [Follower::of(&shop), Follower::of(&shop)];
    let (ended, alive) = (Uuid::now_v7(), Uuid::now_v7());

    shop.sessions.end(ended).await.unwrap();

    assert!(shop.revocations.is_revoked(&claims(ended)));
    for other in &others {
        other.learns_of(ended).await;
        assert!(!other.revocations.is_revoked(&claims(alive)));
    }
}

#[tokio::test]
async fn a_service_that_starts_later_knows_what_happened_before() {
    let shop = shop(LIFETIMES).await;
    let ended: Vec<Uuid> = (0..2500).map(|_| Uuid::now_v7()).collect();
    for session in &ended {
        shop.revocations.revoke_session(&shop.connection, *session).await.unwrap();
    }

    let late = Follower::of(&shop);
    tokio::time::timeout(SOON, late.revocations.caught_up()).await.unwrap();

    assert!(ended.iter().all(|session| late.revocations.is_revoked(&claims(*session))));
}

#[tokio::test]
async fn following_outlives_a_redis_that_was_down() {
    let shop = shop(LIFETIMES).await;
    let other = Follower::of(&shop);
    let (before, after) = (Uuid::now_v7(), Uuid::now_v7());
    shop.sessions.end(before).await.unwrap();
    other.learns_of(before).await;

    shop.redis.kill9();
    assert!(other.revocations.is_revoked(&claims(before)));
    shop.redis.restart().await;

    eventually("Redis takes revocations again", SOON, async || shop.sessions.end(after).await.is_ok()).await;
    other.learns_of(after).await;
}

#[tokio::test]
async fn a_service_may_start_while_redis_is_down() {
    let shop = shop(LIFETIMES).await;
    let ended = Uuid::now_v7();
    shop.sessions.end(ended).await.unwrap();
    shop.redis.kill9();

    let other = Follower::of(&shop);
    shop.redis.restart().await;

    other.learns_of(ended).await;
}

#[tokio::test]
async fn a_user_whose_tokens_are_revoked_gets_new_ones_at_once() {
    let shop = shop(LIFETIMES).await;
    let other = Follower::of(&shop);
    let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
    let (old, stranger) = (claims_of(user, session), claims(Uuid::now_v7()));

    shop.sessions.renew(user).await.unwrap();
    let new = claims_of(user, session);

    eventually("the revocation arrives", SOON, async || other.revocations.is_revoked(&old)).await;
    for revocations in [&shop.revocations, &other.revocations] {
        assert!(revocations.is_revoked(&old));
        assert!(!revocations.is_revoked(&new) && !revocations.is_revoked(&stranger));
    }
}

#[tokio::test]
async fn a_service_that_starts_later_knows_which_users_were_to_renew_their_tokens() {
    let shop = shop(LIFETIMES).await;
    let user = Uuid::now_v7();
    let first = claims_of(user, Uuid::now_v7());
    shop.sessions.renew(user).await.unwrap();
    let second = claims_of(user, Uuid::now_v7());
    shop.sessions.renew(user).await.unwrap();

    let late = Follower::of(&shop);
    tokio::time::timeout(SOON, late.revocations.caught_up()).await.unwrap();

    assert!(late.revocations.is_revoked(&first) && late.revocations.is_revoked(&second));
    assert!(!late.revocations.is_revoked(&claims_of(user, Uuid::now_v7())));
}

#[tokio::test]
async fn a_service_without_redis_can_be_told_what_has_ended() {
    let revocations = Revocations::new(ACCESS);
    let (ended, alive, long_ago) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());

    let now = OffsetDateTime::now_utc();
    revocations.seed([(long_ago, now - 2 * ACCESS)]);
    revocations.seed([(ended, now)]);

    assert!(revocations.is_revoked(&claims(ended)) && !revocations.is_revoked(&claims(alive)));
    assert!(!revocations.is_revoked(&claims(long_ago)), "no token of it is left");

    let (changed, unchanged) = (Uuid::now_v7(), Uuid::now_v7());
    revocations.seed_users([(changed, now + SOON), (unchanged, now - SOON)]);
    assert!(revocations.is_revoked(&claims_of(changed, alive)), "its token is older than the change");
    assert!(!revocations.is_revoked(&claims_of(unchanged, alive)));
}

#[tokio::test]
async fn redis_forgets_sessions_whose_access_tokens_have_expired() {
    let shop = shop(LIFETIMES).await;
    let mut redis = shop.connection.clone();
    for entry in 1..1000 {
        let old = format!("{entry}-1");
        redis::cmd("XADD").arg("revocations").arg(old).arg("session").arg("x").exec_async(&mut redis).await.unwrap();
    }

    shop.sessions.end(Uuid::now_v7()).await.unwrap();

    let left: usize = redis::cmd("XLEN").arg("revocations").query_async(&mut redis).await.unwrap();
    assert!(left < 200, "{left}");
}
