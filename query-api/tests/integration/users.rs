//! Who has an account, and in which sessions.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::actors::{Admin, Anonymous, Buyer, InSession, Seller, Support};
use crate::rows::{Member, at, log_in};
use crate::shop::{Shop, shop};

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
            "erased_at",
            "id",
            "registered_at",
            "roles",
            "second_factor",
            "shop_name",
            "suspension",
            "username",
            "verified",
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
