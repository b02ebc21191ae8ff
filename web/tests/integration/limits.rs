//! Limits that several processes share through a real Redis.

use std::time::Duration;

use axum::http::header;
use axum::response::IntoResponse;
use clap::Parser;
use futures_util::future::join_all;
use test_kit::eventually;
use uuid::Uuid;
use web::address::ClientAddress;
use web::limits::Limits;
use web::problem::Problem;
use web::secret::Secret;
use web::settings;

use crate::shop::{LIFETIMES, Shop, shop};

const SOON: Duration = Duration::from_secs(10);

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    limits: settings::Limits,
}

/// Two processes of one shop, with flags of their own.
struct Pair {
    shop: Shop,
    one: Limits,
    other: Limits,
}

async fn pair(flags: &[&str]) -> Pair {
    let shop = shop(LIFETIMES).await;
    let folder = tempfile::tempdir().unwrap();
    let process = || {
        let Cli { limits } = Cli::parse_from(["shop"].iter().chain(flags));
        Limits::new(shop.connection.clone(), &Secret::open(folder.path()).unwrap(), limits)
    };
    let (one, other) = (process(), process());
    Pair { shop, one, other }
}

fn from(address: &str) -> ClientAddress {
    ClientAddress(address.parse().unwrap())
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Problem>) -> u64 {
    let response = outcome.unwrap_err().into_response();
    assert_eq!(response.status(), 429);
    response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn two_processes_share_one_limit() {
    let Pair { shop: _shop, one, other } = pair(&["--limit-signup", "4/1h"]).await;
    for limits in [&one, &other, &one, &other] {
        limits.sign_up(from("198.51.100.1")).await.unwrap();
    }

    let wait = refused(one.sign_up(from("198.51.100.1")).await);

    assert!((895..=900).contains(&wait), "one every fifteen minutes, not in {wait} s");
    refused(other.sign_up(from("198.51.100.1")).await);
    one.sign_up(from("198.51.100.2")).await.unwrap();
}

#[tokio::test]
async fn many_at_once_are_no_way_around_a_limit() {
    let Pair { shop: _shop, one, .. } = pair(&["--limit-commands", "5/1h"]).await;
    let user = Uuid::now_v7();

    let outcomes = join_all((0..50).map(|_| one.command(user))).await;

    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 5);
}

#[tokio::test]
async fn what_a_busy_user_may_do_is_lent_and_never_more() {
    let Pair { shop, one, other } = pair(&["--limit-commands", "1000/1h"]).await;
    let user = Uuid::now_v7();
    let commands = async |limits: &Limits, count| {
        let outcomes = join_all((0..count).map(|_| limits.command(user))).await;
        outcomes.iter().filter(|outcome| outcome.is_ok()).count()
    };
    assert_eq!(commands(&one, 500).await, 500);
    let stats: String = redis::cmd("INFO").arg("commandstats").query_async(&mut shop.connection.clone()).await.unwrap();
    let stats = stats.split_once("cmdstat_evalsha:calls=").unwrap().1;
    let asked: u32 = stats.split_once(',').unwrap().0.parse().unwrap();
    assert!(asked < 50, "Redis was asked {asked} times for 500 commands");

    let (here, there) = (commands(&one, 500).await, commands(&other, 500).await);

    // What one was lent and did not need has gone.
    assert!((500 - 32..=500).contains(&(here + there)), "{here} and {there} after the first 500");
}

#[tokio::test]
async fn who_has_waited_is_let_in_again() {
    let Pair { shop: _shop, one, .. } = pair(&["--limit-refresh", "1/100ms"]).await;
    let session = Uuid::now_v7();
    one.refresh(session).await.unwrap();
    assert_eq!(refused(one.refresh(session).await), 1);

    eventually("the time is up", SOON, async || one.refresh(session).await.is_ok()).await;
}

#[tokio::test]
async fn a_refused_attempt_costs_nothing() {
    let Pair { shop: _shop, one, .. } = pair(&["--limit-forgot", "1/1h"]).await;
    one.forgot(from("198.51.100.1"), "anna@example.org").await.unwrap();
    let first = refused(one.forgot(from("198.51.100.1"), "anna@example.org").await);
    let second = refused(one.forgot(from("198.51.100.1"), "anna@example.org").await);
    assert!(second <= first, "{first} s, then {second} s");
}

#[tokio::test]
async fn failed_logins_wait_longer_each_time_up_to_an_end() {
    let rates = "--limit-login-address 1000/1s --limit-login-account 1000/1s";
    let waits = "--login-failures 2 --login-first-wait 1h --login-longest-wait 3h";
    let flags: Vec<_> = rates.split(' ').chain(waits.split(' ')).collect();
    let Pair { shop, one, .. } = pair(&flags).await;
    let address = from("198.51.100.1");
    one.log_in(address, "anna").await.unwrap();
    let mut hours = Vec::new();
    for _ in 0..4 {
        one.log_in(address, "anna").await.unwrap();
        hours.push(refused(one.log_in(address, "anna").await).div_ceil(3600));
        // As if the wait were over.
        let mut redis = shop.connection.clone();
        let keys: Vec<String> = redis::cmd("KEYS").arg("limit:login-failures:*").query_async(&mut redis).await.unwrap();
        let fields: Vec<String> = redis::cmd("HKEYS").arg(&keys[0]).query_async(&mut redis).await.unwrap();
        let until = fields.iter().find(|field| field.starts_with("until:")).unwrap();
        redis::cmd("HDEL").arg(&keys[0]).arg(until).exec_async(&mut redis).await.unwrap();
    }
    assert_eq!(hours, [1, 2, 3, 3]);
    one.log_in(address, "bert").await.unwrap();
}

#[tokio::test]
async fn the_right_password_ends_a_row_of_failures() {
    let Pair { shop: _shop, one, .. } = pair(&["--login-failures", "3", "--login-first-wait", "1h"]).await;
    for _ in 0..2 {
        one.log_in(from("198.51.100.1"), "anna").await.unwrap();
        one.log_in(from("198.51.100.1"), "anna").await.unwrap().succeeded().await;
    }
}

#[tokio::test]
async fn an_attempt_without_a_verdict_is_no_failure() {
    let Pair { shop: _shop, one, .. } = pair(&["--login-failures", "2", "--login-first-wait", "1h"]).await;
    let address = from("198.51.100.1");
    for _ in 0..2 {
        one.log_in(address, "anna").await.unwrap().undecided().await;
    }
    one.log_in(address, "anna").await.unwrap();
    // The second would begin a wait.
    one.log_in(address, "anna").await.unwrap().undecided().await;
    one.log_in(address, "anna").await.unwrap();
    refused(one.log_in(address, "anna").await);
}

#[tokio::test]
async fn wrong_codes_wait_longer_each_time_whoever_tries_them() {
    let flags = ["--limit-proof", "1000/1s", "--login-failures", "2", "--login-first-wait", "1h"];
    let Pair { shop: _shop, one, other } = pair(&flags).await;
    let user = Uuid::now_v7();
    one.try_code(user).await.unwrap();
    other.try_code(user).await.unwrap();
    assert_eq!(refused(one.try_code(user).await).div_ceil(3600), 1);
    one.try_code(Uuid::now_v7()).await.unwrap();
    one.prove(user).await.unwrap().succeeded().await;
    refused(one.try_code(user).await);

    one.reset(user, "anna").await.unwrap();

    one.try_code(user).await.unwrap().succeeded().await;
}

#[tokio::test]
async fn whoever_proves_to_be_themselves_waits_after_failures_too() {
    let Pair { shop: _shop, one, .. } = pair(&["--login-failures", "2", "--login-first-wait", "1h"]).await;
    let user = Uuid::now_v7();
    one.prove(user).await.unwrap();
    one.prove(user).await.unwrap().succeeded().await;
    one.prove(user).await.unwrap();
    one.prove(user).await.unwrap();
    refused(one.prove(user).await);
}

#[tokio::test]
async fn a_stranger_who_fails_makes_nobody_else_wait() {
    let flags = ["--login-failures", "2", "--login-first-wait", "1h", "--limit-login-account", "5/1h"];
    let Pair { shop: _shop, one, .. } = pair(&flags).await;
    let (stranger, owner) = (from("203.0.113.7"), from("198.51.100.1"));
    one.log_in(stranger, "anna").await.unwrap();
    one.log_in(stranger, "anna").await.unwrap();
    for _ in 0..9 {
        refused(one.log_in(stranger, "anna").await);
    }
    one.log_in(owner, "anna").await.unwrap();
}

#[tokio::test]
async fn a_reset_lets_the_owner_in_whatever_strangers_have_tried() {
    let Pair { shop: _shop, one, .. } = pair(&["--limit-login-account", "5/1h"]).await;
    for attempt in 0..5 {
        one.log_in(from(&format!("198.51.100.{attempt}")), "anna").await.unwrap();
    }
    let owner = from("203.0.113.9");
    refused(one.log_in(owner, "anna").await);

    one.reset(Uuid::now_v7(), "anna").await.unwrap();

    one.log_in(owner, "anna").await.unwrap();
}

#[tokio::test]
async fn a_network_of_one_customer_counts_as_one_address() {
    let Pair { shop: _shop, one, .. } = pair(&["--limit-signup", "1/1h"]).await;
    one.sign_up(from("2001:db8:0:1::1")).await.unwrap();
    refused(one.sign_up(from("2001:db8:0:1:ffff::2")).await);
    one.sign_up(from("2001:db8:0:2::1")).await.unwrap();
}

#[tokio::test]
async fn nothing_is_limited_when_limits_are_off() {
    let Pair { shop: _shop, one, .. } =
        pair(&["--rate-limits", "off", "--limit-signup", "1/1h", "--login-failures", "1"]).await;
    for _ in 0..3 {
        one.sign_up(from("198.51.100.1")).await.unwrap();
        one.log_in(from("198.51.100.1"), "anna").await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_let_through_while_redis_is_down() {
    let Pair { shop, one, .. } = pair(&[]).await;
    shop.redis.kill9();
    assert_eq!(one.sign_up(from("198.51.100.1")).await.unwrap_err().status(), 503);
}

#[tokio::test]
async fn redis_learns_no_address_and_forgets_by_itself() {
    let Pair { shop, one, .. } = pair(&[]).await;
    one.log_in(from("198.51.100.1"), "anna@example.org").await.unwrap();

    let mut redis = shop.connection.clone();
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    assert_eq!(keys.len(), 3);
    for key in keys {
        assert!(!key.contains("anna") && !key.contains("198"), "{key}");
        assert!(redis::cmd("PTTL").arg(&key).query_async::<i64>(&mut redis).await.unwrap() > 0, "{key}");
    }
}

#[tokio::test]
async fn what_is_good_once_is_used_up_by_one_of_many() {
    let Pair { shop: _shop, one, other } = pair(&["--rate-limits", "off"]).await;
    let (user, hour) = (Uuid::now_v7(), Duration::from_secs(3600));

    let uses =
        join_all((0..20).map(|n| if n % 2 == 0 { &one } else { &other }).map(|l| l.use_up(user, b"1", hour))).await;

    assert_eq!(uses.into_iter().filter(|used| *used.as_ref().unwrap()).count(), 1);
    assert!(one.use_up(user, b"2", hour).await.unwrap() && one.use_up(Uuid::now_v7(), b"1", hour).await.unwrap());
}
