//! Timers fire, whatever stops and starts in between.

use std::time::Duration;

use domain::{
    Aggregate, ClaimId, Partition, UserId,
    claim::{self, Claim, TAKE_OVER_AFTER},
    user::{self, User},
};
use event_store::{Changes, Decision, Failure, Outcome, Recorded, Request, Settings, Store, Stream};
use redis::AsyncCommands;
use test_kit::Gate;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::shop::{SOON, Shop, context, patient};

const QUICK: projectors::Timing = projectors::Timing {
    lease: Duration::from_secs(3),
    grace: Duration::from_secs(2),
    tick: Duration::from_millis(100),
    linger: Duration::from_millis(1),
    retry_after: Duration::from_millis(1),
    attempts: 5,
    most_failing: 20,
};

/// Somebody's claim in a partition, which another may have this long from now.
pub(crate) async fn claimed(shop: &Shop, partition: u8, free_in: Duration) -> (ClaimId, UserId) {
    let (claim, owner) =
        (Partition::new(partition).unwrap().adopt(Uuid::now_v7()).into(), UserId::from(Uuid::now_v7()));
    let at = OffsetDateTime::now_utc() + free_in - TAKE_OVER_AFTER;
    shop.execute::<Claim>(claim, claim::Command::Claim { owner, at, holder_appeared: false }).await;
    (claim, owner)
}

async fn register(store: &Store, user: UserId, not_after: Option<OffsetDateTime>) -> Result<Outcome<()>, Failure> {
    let request = Request { not_after, ..Request::new(context(), [Stream::of::<User>(user)]) };
    let claim = || ClaimId::from(Uuid::now_v7());
    let register = user::Command::Register { email: claim(), username: claim() };
    let commit = store.commit(request, move |states| {
        let events = states.get::<User>(user).decide(register.clone()).unwrap();
        Decision::new(Changes::none().and::<User>(user, events), ())
    });
    commit.await
}

async fn history(shop: &Shop, claim: ClaimId) -> Vec<Recorded> {
    shop.store.history("claim", claim.into()).await.unwrap()
}

pub(crate) async fn is_free(shop: &Shop, claim: ClaimId) -> bool {
    shop.store.load::<Claim>(claim).await.unwrap().owner().is_none()
}

/// How many timers are set in a partition.
async fn timers(shop: &Shop, partition: u8) -> u64 {
    shop.operator().await.zcard(format!("timers:{{{}}}", Partition::new(partition).unwrap())).await.unwrap()
}

#[tokio::test]
async fn a_claim_whose_owner_never_registered_is_given_back_though_everything_was_restarted_in_between() {
    let shop = Shop::open().await;
    let running = shop.consume_with(QUICK);
    let free_at = OffsetDateTime::now_utc() + Duration::from_secs(2);
    let (claim, owner) = claimed(&shop, 4, Duration::from_secs(2)).await;
    shop.at_rest().await;
    running.stop().await;
    shop.redis.kill9();
    shop.redis.restart().await;

    let running = shop.consume_with(QUICK);
    let back = async || shop.store.history("claim", claim.into()).await.is_ok_and(|history| history.len() == 2);
    test_kit::eventually("the claim is given back", SOON, back).await;
    let released = history(&shop, claim).await.remove(1);
    assert_eq!(released.event::<Claim>().unwrap(), claim::Event::Released { owner });
    assert_eq!(released.actor, "policy:timers");
    assert!(released.time().unwrap() >= free_at - Duration::from_millis(1), "before its time: {}", released.at);
    assert_eq!(timers(&shop, 4).await, 0);
    running.stop().await;
}

#[tokio::test]
async fn an_owner_who_registered_keeps_what_they_claimed_and_nobody_looks_again() {
    let shop = Shop::open().await;
    let (claim, owner) = claimed(&shop, 4, Duration::ZERO).await;
    register(&shop.store, owner, None).await.unwrap();
    assert_eq!(timers(&shop, 4).await, 1);
    let running = shop.consume_with(QUICK);
    test_kit::eventually("the timer is gone", SOON, async || timers(&shop, 4).await == 0).await;
    assert_eq!(history(&shop, claim).await.len(), 1);
    assert_eq!(shop.store.load::<Claim>(claim).await.unwrap().owner(), Some(owner));
    running.stop().await;
}

#[tokio::test]
async fn two_processes_share_the_timers_and_each_fires_once() {
    let shop = Shop::open().await;
    let mut claims = Vec::new();
    for number in 0..64 {
        claims.push(claimed(&shop, number % 16, Duration::from_millis(1_500)).await.0);
    }
    let (one, two) = (shop.consume_with(QUICK), shop.consume_with(QUICK));
    let shared = "select count(distinct owner) from policies.positions where consumer = 'timers' and owner is not null";
    test_kit::eventually("both hold some", SOON, async || shop.count(shared).await == 2).await;
    let all_free = async || {
        for claim in &claims {
            if !is_free(&shop, *claim).await {
                return false;
            }
        }
        true
    };
    test_kit::eventually("all claims are free", SOON, all_free).await;
    for claim in &claims {
        assert_eq!(history(&shop, *claim).await.len(), 2);
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_timer_that_nobody_knows_is_left_and_hides_no_other() {
    let shop = Shop::open().await;
    let mut operator = shop.operator().await;
    for member in [format!("claim:{}:lunch", Uuid::now_v7()), "none of ours".to_owned()] {
        let _: u64 = operator.zadd("timers:{4}", member, 1).await.unwrap();
    }
    let (claim, _) = claimed(&shop, 4, Duration::ZERO).await;
    let running = shop.consume_with(QUICK);
    test_kit::eventually("the claim is given back", SOON, async || is_free(&shop, claim).await).await;
    assert_eq!(timers(&shop, 4).await, 2);
    assert_eq!(running.faults(), []);
    running.stop().await;
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_is_left_and_holds_up_no_other() {
    let mut shop = Shop::open().await;
    let (broken, _) = claimed(&shop, 4, Duration::ZERO).await;
    let (claim, _) = claimed(&shop, 4, Duration::ZERO).await;
    let stream = format!("claim:{{4}}:{}", Uuid::from(broken));
    let _: u64 =
        redis::cmd("XTRIM").arg(stream).arg("MAXLEN").arg(0).query_async(&mut shop.operator().await).await.unwrap();
    // What is cached could go on.
    shop.store = Store::open(&shop.redis.url(), &Settings::default()).unwrap();
    let running = shop.consume_with(QUICK);
    test_kit::eventually("the claim is given back", SOON, async || is_free(&shop, claim).await).await;
    assert_eq!(timers(&shop, 4).await, 1);
    running.stop().await;
}

#[tokio::test]
async fn a_take_over_that_overtakes_the_registration_wins_and_the_registration_is_late() {
    let shop = Shop::open().await;
    let gate = Gate::before(&shop.redis).await;
    let (claim, owner) = claimed(&shop, 4, Duration::ZERO).await;
    let until = shop.store.load::<Claim>(claim).await.unwrap().until();
    let slow = Store::open(&gate.url(), &patient()).unwrap();
    gate.hold("user.registered");
    let registering = tokio::spawn(async move { register(&slow, owner, until).await });
    gate.holds().await;

    let running = shop.consume_with(QUICK);
    test_kit::eventually("the claim is given back", SOON, async || is_free(&shop, claim).await).await;
    let answer = gate.release().await;
    assert!(answer.contains("late"), "{answer:?}");
    // Its caller may have given up waiting by then; either way there is no such user.
    registering.await.unwrap().unwrap_err();
    assert_eq!(shop.store.load::<User>(owner).await.unwrap().version(), 0);
    running.stop().await;
}

#[tokio::test]
async fn a_registration_that_comes_while_the_take_over_is_on_its_way_is_late() {
    let shop = Shop::open().await;
    let gate = Gate::before(&shop.redis).await;
    let (claim, owner) = claimed(&shop, 4, Duration::ZERO).await;
    let until = shop.store.load::<Claim>(claim).await.unwrap().until().unwrap();
    gate.hold("claim.released");
    let running = shop.consume_through(&gate, QUICK);
    gate.holds().await;

    // The owner was looked for and not found. Had they been in time, they would have been there.
    let registered = register(&shop.store, owner, Some(until)).await;
    assert!(matches!(registered, Err(Failure::Late)), "{registered:?}");
    let answer = gate.release().await;
    assert!(!answer.contains("conflict"), "{answer:?}");
    test_kit::eventually("the claim is given back", SOON, async || is_free(&shop, claim).await).await;
    running.stop().await;
}

#[tokio::test]
async fn a_take_over_that_another_claim_overtakes_takes_nothing_back() {
    let shop = Shop::open().await;
    let gate = Gate::before(&shop.redis).await;
    let (claim, _) = claimed(&shop, 4, Duration::ZERO).await;
    gate.hold("claim.released");
    let running = shop.consume_through(&gate, QUICK);
    gate.holds().await;

    let (next, at) = (UserId::from(Uuid::now_v7()), OffsetDateTime::now_utc());
    shop.execute::<Claim>(claim, claim::Command::Claim { owner: next, at, holder_appeared: false }).await;
    let answer = gate.release().await;
    assert!(answer.contains("conflict"), "{answer:?}");
    shop.at_rest().await;
    assert_eq!(shop.store.load::<Claim>(claim).await.unwrap().owner(), Some(next));
    // The new owner's time is looked at again, in a quarter of an hour.
    let left = async || timers(&shop, 4).await == 1 && history(&shop, claim).await.len() == 2;
    test_kit::eventually("only the new timer is left", SOON, left).await;
    let due: f64 =
        shop.operator().await.zscore("timers:{4}", format!("claim:{}:take-over", Uuid::from(claim))).await.unwrap();
    assert!(due > (at + TAKE_OVER_AFTER).unix_timestamp() as f64 * 1_000.0 - 1.0);
    running.stop().await;
}

#[tokio::test]
async fn timers_wait_while_they_are_paused() {
    let shop = Shop::open().await;
    let pause =
        "insert into policies.paused (consumer, reason, actor, at) values ('timers', 'stocktaking', 'operator', now())";
    sqlx::query(pause).execute(&mut shop.sql().await).await.unwrap();
    let (claim, _) = claimed(&shop, 4, Duration::ZERO).await;
    let running = shop.consume_with(QUICK);
    let says = async || running.faults() == [("timers".to_owned(), "paused by operator: stocktaking".to_owned())];
    test_kit::eventually("they say that they wait", SOON, says).await;
    assert_eq!(timers(&shop, 4).await, 1);
    sqlx::query("delete from policies.paused").execute(&mut shop.sql().await).await.unwrap();
    test_kit::eventually("the claim is given back", SOON, async || is_free(&shop, claim).await).await;
    running.stop().await;
}
