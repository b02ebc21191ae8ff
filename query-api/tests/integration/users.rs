//! Who has an account, and in which sessions.

use query_api::App;
use query_api::settings::{Live, Reading};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use web::connection;
use web::devices::{Device, Devices};
use web::revocations::Revocations;
use web::secret::Secret;
use web::sessions::{Lifetimes, Sessions};

use crate::actors::{Admin, Anonymous, Buyer, InSession, Seller, Support};
use crate::rows::{Member, at, log_in, register};
use crate::shop::{ACCESS, Service, Shop, shop};

#[tokio::test]
async fn lists_the_sessions_that_go_on_and_says_which_one_asks() {
    let (shop, user, other) = (shop().await, Uuid::now_v7(), Uuid::now_v7());
    let later = OffsetDateTime::now_utc() + Duration::DAY;
    let [old, current, ended, expired, foreign] = std::array::from_fn(|_| Uuid::now_v7());
    log_in(&shop.rows, user, old, [at(1), later], None).await;
    log_in(&shop.rows, user, current, [at(2), later], None).await;
    log_in(&shop.rows, user, ended, [at(3), later], Some(at(4))).await;
    log_in(&shop.rows, user, expired, [at(4), at(5)], None).await;
    log_in(&shop.rows, other, foreign, [at(5), later], None).await;

    let sessions = shop.get(&InSession(user, current), "/api/auth/sessions").await.items();

    let shown: Vec<_> = sessions.iter().map(|session| (&session["id"], &session["current"])).collect();
    assert_eq!(shown, [(&json!(current), &json!(true)), (&json!(old), &json!(false))]);
    assert_eq!(sessions[1]["started_at"], "2026-11-02T09:00:01Z");
}

#[tokio::test]
async fn pages_through_sessions() {
    let (shop, user) = (shop().await, Uuid::now_v7());
    let later = OffsetDateTime::now_utc() + Duration::DAY;
    for second in 0..3 {
        log_in(&shop.rows, user, Uuid::now_v7(), [at(second), later], None).await;
    }
    let first = shop.get(&Buyer(user), "/api/auth/sessions?limit=2").await.ok();
    let path = format!("/api/auth/sessions?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = shop.get(&Buyer(user), &path).await.ok();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
    assert_eq!(second["items"][0]["started_at"], "2026-11-02T09:00:00Z");
}

/// Reads from the shop's database, and knows of devices what this Redis does.
fn with_devices(shop: &Shop, redis_url: &str) -> App {
    let redis = connection::open(&redis_url.into()).unwrap();
    let reading = Reading { read_connections: 5, freshness_wait: ACCESS, live: Live::default() };
    let app = App::new(shop.database.url().parse().unwrap(), &reading);
    app.with_devices(Devices::new(redis, ACCESS))
}

#[tokio::test]
async fn tells_where_a_session_is_used_and_leaves_out_what_has_run_out() {
    let (shop, user, redis) = (shop().await, Uuid::now_v7(), test_kit::redis().await);
    let app = with_devices(&shop, &redis.url());
    let connection = connection::open(&redis.url().into()).unwrap();
    let (known, run_out) = (Uuid::now_v7(), Uuid::now_v7());
    let folder = tempfile::tempdir().unwrap();
    let lifetimes = Lifetimes { idle: ACCESS, absolute: ACCESS, replay_grace: ACCESS };
    let secret = Secret::open(folder.path()).unwrap();
    let sessions = Sessions::new(connection, &secret, Revocations::new(ACCESS), lifetimes);
    let device = Device { user_agent: Some("curl".to_owned()), address: "192.0.2.7".parse().unwrap() };
    sessions.open(known, user, device).await.unwrap();
    let later = OffsetDateTime::now_utc() + Duration::DAY;
    log_in(&shop.rows, user, known, [at(1), later], None).await;
    log_in(&shop.rows, user, run_out, [at(2), later], None).await;

    let service = Service::of(app, Revocations::new(ACCESS));
    let items = service.get(&Buyer(user), "/api/auth/sessions").await.items();

    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!((&items[0]["id"], &items[0]["device"]), (&json!(known), &json!("curl")));
    assert!(items[0]["address"] == "192.0.2.7" && items[0]["last_seen_at"].is_string(), "{items:?}");
}

#[tokio::test]
async fn shows_sessions_without_their_devices_while_redis_is_down() {
    let (shop, user) = (shop().await, Uuid::now_v7());
    let app = with_devices(&shop, "redis://127.0.0.1:1");
    let later = OffsetDateTime::now_utc() + Duration::DAY;
    log_in(&shop.rows, user, Uuid::now_v7(), [at(1), later], None).await;

    let items = Service::of(app, Revocations::new(ACCESS)).get(&Buyer(user), "/api/auth/sessions").await.items();

    assert!(items.len() == 1 && items[0]["device"].is_null() && items[0]["last_seen_at"].is_null(), "{items:?}");
}

#[tokio::test]
async fn a_start_without_redis_refuses_the_sessions_that_have_ended_of_late() {
    let (shop, now) = (shop().await, OffsetDateTime::now_utc());
    let [left, stays, resigned] = std::array::from_fn(|_| InSession(Uuid::now_v7(), Uuid::now_v7()));
    let (begun, later) = (now - Duration::HOUR, now + Duration::DAY);
    log_in(&shop.rows, left.0, left.1, [begun, later], Some(now)).await;
    log_in(&shop.rows, stays.0, stays.1, [begun, later], None).await;
    for user in [left.0, stays.0, resigned.0] {
        register(&shop.rows, user, "ann").await;
    }
    let change = sqlx::query("update users_g1.users set tokens_valid_after = $2 where id = $1");
    change.bind(resigned.0).bind(now + Duration::MINUTE).execute(&shop.rows).await.unwrap();
    let reading = Reading { read_connections: 5, freshness_wait: ACCESS, live: Live::default() };
    let app = App::new(shop.database.url().parse().unwrap(), &reading);
    let revocations = Revocations::new(ACCESS);

    app.clone().tell_of_ended(revocations.clone(), ACCESS).await;

    let service = Service::of(app, revocations);
    for (actor, status) in [(&left, 401), (&stays, 200), (&resigned, 401)] {
        assert_eq!(service.get(actor, "/api/users/me").await.status, status);
    }
}

#[tokio::test]
async fn an_end_that_nobody_announced_is_known_soon_after() {
    let (shop, now) = (shop().await, OffsetDateTime::now_utc());
    let ann = InSession(Uuid::now_v7(), Uuid::now_v7());
    register(&shop.rows, ann.0, "ann").await;
    let reading = Reading { read_connections: 5, freshness_wait: ACCESS, live: Live::default() };
    let app = App::new(shop.database.url().parse().unwrap(), &reading);
    let revocations = Revocations::new(ACCESS);
    tokio::spawn(app.clone().go_on_telling_of_ended(revocations.clone(), ACCESS));
    let service = Service::of(app, revocations);
    assert_eq!(service.get(&ann, "/api/users/me").await.status, 200);

    log_in(&shop.rows, ann.0, ann.1, [now - Duration::HOUR, now + Duration::DAY], Some(now)).await;

    let refused = async || service.get(&ann, "/api/users/me").await.status == 401;
    test_kit::eventually("the session is dead", ACCESS, refused).await;
}

/// A shop with four people: Ann sells, Bob is suspended, Cleo helps, and one is forgotten.
async fn populated() -> Shop {
    let shop = shop().await;
    let member = |name, second| Member::new(name, at(second));
    for member in [
        Member { email: Some("ann@example.org"), roles: &["buyer", "seller"], ..member("ann", 1) },
        Member { email: Some("bob@example.com"), suspended_at: Some(at(60)), ..member("Bob", 2) },
        Member { email: Some("cleo@example.org"), roles: &["buyer", "support"], ..member("cleo", 3) },
        Member { username: None, erased_at: Some(at(70)), ..member("", 4) },
    ] {
        member.join(&shop.rows).await;
    }
    shop
}

async fn named(shop: &Shop, query: &str) -> Vec<String> {
    shop.get(&Admin::new(), &format!("/api/admin/users?{query}")).await.each("username")
}

#[tokio::test]
async fn staff_sees_all_users_newest_first() {
    let shop = populated().await;
    assert_eq!(named(&shop, "").await, ["deleted user", "cleo", "Bob", "ann"]);
    assert_eq!(shop.get(&Support::new(), "/api/admin/users").await.items().len(), 4);
    for status in [
        shop.get(&Buyer::new(), "/api/admin/users").await.status,
        shop.get(&Seller::new(), "/api/admin/users").await.status,
    ] {
        assert_eq!(status, 403);
    }
    assert_eq!(shop.get(&Anonymous, "/api/admin/users").await.status, 401);
}

#[tokio::test]
async fn staff_finds_users_by_role_standing_address_and_name() {
    let shop = populated().await;
    assert_eq!(named(&shop, "role=seller").await, ["ann"]);
    assert_eq!(named(&shop, "suspended=true").await, ["Bob"]);
    assert_eq!(named(&shop, "suspended=false&q=example").await, ["cleo", "ann"]);
    assert_eq!(named(&shop, "q=EXAMPLE.org%20cle").await, ["cleo"]);
    assert_eq!(named(&shop, "q=bob").await, ["Bob"]);
    let refused = async |query: &str| shop.get(&Admin::new(), &format!("/api/admin/users?{query}")).await.refused();
    assert_eq!(refused("role=owner").await, "?role");
    assert_eq!(refused("q=%00").await, "?q");
}

#[tokio::test]
async fn staff_pages_through_users() {
    let shop = populated().await;
    let first = shop.get(&Admin::new(), "/api/admin/users?limit=3").await.ok();
    let cursor = format!("limit=3&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(named(&shop, &cursor).await, ["ann"]);
}

#[tokio::test]
async fn staff_sees_how_a_user_stands_and_no_secret() {
    let shop = populated().await;
    let users = shop.get(&Admin::new(), "/api/admin/users").await.items();
    assert_eq!(users[2]["suspension"], json!({"since": "2026-11-02T09:01:00Z", "reason": "Sold nothing."}));
    let members: Vec<_> = users[0].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "display_name",
            "email",
            "email_verified",
            "erased_at",
            "id",
            "registered_at",
            "roles",
            "second_factor",
            "shop_name",
            "suspension",
            "username",
            "version"
        ]
    );
    assert_eq!((&users[0]["erased_at"], &users[0]["email"]), (&json!("2026-11-02T09:01:10Z"), &Value::Null));
}

#[tokio::test]
async fn an_erased_account_is_shown_to_nobody_as_theirs() {
    let shop = shop().await;
    let gone = Member { username: None, erased_at: Some(at(70)), ..Member::new("", at(1)) }.join(&shop.rows).await;
    crate::rows::apply(&shop.rows, "users", "user", gone, 3).await;
    assert_eq!(shop.get(&Buyer(gone), "/api/users/me").await.status, 404);
}
