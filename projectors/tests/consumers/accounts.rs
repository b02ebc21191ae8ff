//! Accounts in the read models: standing, sessions, and what is left of whoever is erased.

use std::{collections::BTreeMap, path::PathBuf};

use domain::{
    Aggregate, SessionId, UserId,
    claim::{self, Claim},
    user::{Command, Ending, Role, User, Which},
};
use event_store::{Changes, Decision, Record, Request, Stream};
use projectors::{Upkeep, schema::READ_MODELS};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    replay::{differing, replay},
    shop::{SOON, Shop, context},
};

fn session() -> SessionId {
    Uuid::now_v7().into()
}

async fn start(shop: &Shop, user: UserId, session: SessionId) {
    let at = OffsetDateTime::now_utc();
    let start = Command::StartSession { session, at, until: at + Duration::days(30), most: 3 };
    shop.execute::<User>(user, start).await;
}

fn suspend() -> Command {
    Command::Suspend { reason: "Sold what never arrived.".to_owned().try_into().unwrap() }
}

/// Forgets a user as commands do: records and events in one append.
pub(crate) async fn erase(shop: &Shop, user: UserId) {
    let request = Request::new(context(), [Stream::of::<User>(user)]);
    let erase = move |states: &event_store::States<'_>| {
        let events = states.get::<User>(user).decide(Command::Erase).unwrap();
        let changes = Changes::none().and::<User>(user, events).and_private::<User>(user, Record::default());
        Decision::new(changes.and_credential(user, Record::default()), ())
    };
    shop.store.commit(request, erase).await.unwrap();
}

/// Writes a user's records along with an event.
async fn describe(shop: &Shop, user: UserId, private: Record, credential: Record) {
    let request = Request::new(context(), [Stream::of::<User>(user)]);
    let change = move |states: &event_store::States<'_>| {
        let events = states.get::<User>(user).decide(Command::ChangeProfile { username: None }).unwrap();
        let changes = Changes::none().and::<User>(user, events).and_private::<User>(user, private.clone());
        Decision::new(changes.and_credential(user, credential.clone()), ())
    };
    shop.store.commit(request, change).await.unwrap();
}

async fn row(shop: &Shop, table: &str, user: UserId) -> Value {
    let query = format!("select to_jsonb(t) from {table} t where id = $1");
    let row = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(Uuid::from(user));
    row.fetch_one(&mut shop.sql().await).await.unwrap()
}

/// The user's sessions, and why each ended.
async fn sessions(shop: &Shop, user: UserId) -> BTreeMap<SessionId, Option<String>> {
    let rows: Vec<(Uuid, Option<String>)> = sqlx::query_as(
        "select id, reason from users.sessions where user_id = $1 and (ended_at is null) = (reason is null)",
    )
    .bind(Uuid::from(user))
    .fetch_all(&mut shop.sql().await)
    .await
    .unwrap();
    rows.into_iter().map(|(id, reason)| (id.into(), reason)).collect()
}

#[tokio::test]
async fn rows_follow_the_standing_of_a_user() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.execute::<User>(seller, Command::EnableSecondFactor).await;
    shop.at_rest().await;
    let user = row(&shop, "users.users", seller).await;
    assert_eq!((&user["verified"], &user["second_factor"]), (&json!(true), &json!(true)));
    assert!(user["suspended_at"].is_null() && user["tokens_valid_after"].is_null(), "{user}");

    shop.execute::<User>(seller, suspend()).await;
    shop.at_rest().await;
    let user = row(&shop, "users.users", seller).await;
    assert_eq!(user["suspension_reason"], json!("Sold what never arrived."));
    assert!(user["suspended_at"].is_string() && user["suspended_at"] == user["tokens_valid_after"], "{user}");
    assert_eq!(row(&shop, "products.sellers", seller).await["suspended"], json!(true));

    shop.execute::<User>(seller, Command::Reinstate).await;
    shop.at_rest().await;
    let user = row(&shop, "users.users", seller).await;
    assert!(user["suspended_at"].is_null() && user["suspension_reason"].is_null(), "{user}");
    assert_eq!(row(&shop, "products.sellers", seller).await["suspended"], json!(false));
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn rows_follow_the_sessions_of_a_user() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let [first, second, third, fourth] = std::array::from_fn(|_| session());
    for session in [first, second, third, fourth] {
        start(&shop, seller, session).await;
    }
    shop.execute::<User>(seller, Command::ReportReuse { session: second }).await;
    shop.at_rest().await;
    let leave = Command::EndSession { which: Which::Others(third), reason: Ending::LoggedOut };
    shop.execute::<User>(seller, leave).await;
    shop.at_rest().await;
    let ended = |reason: Ending| Some(reason.as_str().to_owned());
    let expected = [
        (first, ended(Ending::Displaced)),
        (second, ended(Ending::Reused)),
        (third, None),
        (fourth, ended(Ending::LoggedOut)),
    ];
    assert_eq!(sessions(&shop, seller).await, BTreeMap::from(expected));
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn what_changes_a_users_rights_makes_older_tokens_invalid() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let user = shop.seller("anna").await;
    let asking = session();
    start(&shop, user, asking).await;
    let mut before = Value::Null;
    for change in [
        Command::GrantRole { role: Role::Support },
        Command::RevokeRole { role: Role::Support },
        Command::ChangePassword { session: asking },
        suspend(),
    ] {
        shop.execute::<User>(user, change.clone()).await;
        shop.at_rest().await;
        let valid_after = row(&shop, "users.users", user).await["tokens_valid_after"].take();
        assert!(valid_after.is_string() && valid_after != before, "{change:?}");
        before = valid_after;
    }
    running.stop().await;
}

#[tokio::test]
async fn of_whoever_is_erased_no_row_tells_who_they_were_and_a_replay_changes_nothing() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (anna, other) = (shop.seller("annabel").await, shop.seller("berta").await);
    let private = [("email", "annabel@example.org".to_owned()), ("display_name", "Annabel Berg".to_owned())];
    describe(&shop, anna, Record::from(private), Record::from([("password", "annabel's hash".to_owned())])).await;
    start(&shop, anna, session()).await;
    let product = shop.product(anna, 5).await;
    shop.order_one(anna, product).await;
    shop.at_rest().await;
    assert!(told(&shop, "annabel").await.len() >= 4, "users, sellers and both records");

    erase(&shop, anna).await;
    shop.at_rest().await;
    assert_eq!(told(&shop, "annabel").await, Vec::<String>::new());
    let user = row(&shop, "users.users", anna).await;
    assert!(user["erased_at"].is_string() && user["erased_at"] == user["tokens_valid_after"], "{user}");
    assert_eq!(row(&shop, "products.sellers", anna).await["erased"], json!(true));
    assert_eq!(row(&shop, "products.sellers", other).await["erased"], json!(false));
    assert_eq!(sessions(&shop, anna).await.values().flatten().collect::<Vec<_>>(), ["erased"]);
    shop.verify().await;

    for read_model in READ_MODELS {
        replay(&shop, read_model.name).await.unwrap();
        let (before, after) = (format!("{}_g1", read_model.name), format!("{}_g2", read_model.name));
        assert_eq!(differing(&shop, &before, &after).await, Vec::<String>::new());
    }
    assert_eq!(told(&shop, "annabel").await, Vec::<String>::new());
    running.stop().await;
}

/// Keeps up all the time, and rewrites the file of Redis as often as that.
fn keen(rewrite_every: std::time::Duration) -> Upkeep {
    Upkeep { trim_every: std::time::Duration::from_millis(20), rewrite_every, ..Upkeep::default() }
}

/// Whether any file of Redis has a text.
async fn is_in_files(shop: &Shop, text: &str) -> bool {
    let (_, folder): (String, String) =
        redis::cmd("CONFIG").arg("GET").arg("dir").query_async(&mut shop.operator().await).await.unwrap();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                // A file that is gone by now has no text.
                false => {
                    let bytes = std::fs::read(path).unwrap_or_default();
                    if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                        return true;
                    }
                }
            }
        }
    }
    false
}

async fn rewrites(shop: &Shop) -> u64 {
    let info: redis::InfoDict =
        redis::cmd("INFO").arg("persistence").query_async(&mut shop.operator().await).await.unwrap();
    info.get("aof_rewrites").unwrap()
}

#[tokio::test]
async fn the_files_of_redis_lose_what_was_deleted() {
    let shop = Shop::open().await;
    let running = shop.consume_keeping(keen(std::time::Duration::ZERO));
    let (anna, berta) = (shop.seller("annabel").await, shop.seller("bertrada").await);
    erase(&shop, anna).await;
    let is_gone = async || !is_in_files(&shop, "annabel").await;
    test_kit::eventually("the file is rewritten", SOON, is_gone).await;
    assert!(is_in_files(&shop, "bertrada").await);
    let settled = async || shop.count("select count(*) from archive.erased").await == 0;
    test_kit::eventually("nobody is left to be forgotten", SOON, settled).await;

    erase(&shop, berta).await;
    let is_gone = async || !is_in_files(&shop, "bertrada").await;
    test_kit::eventually("the file is rewritten again", SOON, is_gone).await;
    running.stop().await;
}

#[tokio::test]
async fn a_rewrite_follows_another_after_a_while() {
    let shop = Shop::open().await;
    let running = shop.consume_keeping(keen(std::time::Duration::from_secs(3600)));
    let (anna, berta) = (shop.seller("annabel").await, shop.seller("bertrada").await);
    erase(&shop, anna).await;
    let is_gone = async || shop.count("select count(*) from archive.erased").await == 0 && rewrites(&shop).await == 1;
    test_kit::eventually("the file is rewritten", SOON, is_gone).await;
    erase(&shop, berta).await;
    shop.at_rest().await;
    running.stop().await;
    assert_eq!(rewrites(&shop).await, 1);
    assert_eq!(shop.count("select count(*) from archive.erased").await, 1);

    let running = shop.consume_keeping(keen(std::time::Duration::ZERO));
    let is_gone = async || shop.count("select count(*) from archive.erased").await == 0;
    test_kit::eventually("whoever takes over has the file rewritten", SOON, is_gone).await;
    assert!(!is_in_files(&shop, "bertrada").await);
    running.stop().await;
}

/// The tables of Postgres in which a text occurs.
pub(crate) async fn told(shop: &Shop, text: &str) -> Vec<String> {
    let mut sql = shop.sql().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select schemaname || '.' || tablename from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema') order by 1",
    )
    .fetch_all(&mut sql)
    .await
    .unwrap();
    let mut told = Vec::new();
    for table in tables {
        let query = format!("select count(*) from {table} t where strpos(lower(t::text), $1) > 0");
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(text).fetch_one(&mut sql).await.unwrap();
        told.extend((count > 0).then_some(table));
    }
    told
}

#[tokio::test]
async fn the_names_of_whoever_is_erased_become_free() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let (user, email, username) = (UserId::from(Uuid::now_v7()), Uuid::now_v7().into(), Uuid::now_v7().into());
    for name in [email, username] {
        let at = OffsetDateTime::now_utc();
        shop.execute::<Claim>(name, claim::Command::Claim { owner: user, at, holder_appeared: true }).await;
    }
    shop.execute::<User>(user, Command::Register { email, username }).await;
    erase(&shop, user).await;
    shop.at_rest().await;
    for name in [email, username] {
        assert_eq!(shop.store.load::<Claim>(name).await.unwrap().owner(), None);
    }
    shop.verify().await;
    running.stop().await;
}
