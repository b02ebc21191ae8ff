//! Each service as its own user of Redis and role of Postgres: it can do what it has to, and nothing else.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    process::{Command, Output, Stdio},
};

use redis::{RedisResult, Value, aio::MultiplexedConnection};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use test_kit::{TestDatabase, TestRedis};

use crate::{
    conversation,
    customer::PASSWORD,
    running::{MILLRACE, PATIENCE, repository},
    services::Apart,
};

const USERS: [&str; 5] = ["command-api", "projectors", "query-api", "operator", "admin"];

fn password(user: &str) -> String {
    format!("{user}-4fd1c29b0a")
}

fn sha256(text: &str) -> String {
    let mut sum = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    sum.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let printed = String::from_utf8(sum.wait_with_output().unwrap().stdout).unwrap();
    printed.split_whitespace().next().unwrap().to_owned()
}

/// A Redis with the users of `ops/redis/users.acl`.
async fn guarded_redis() -> TestRedis {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let file = folder.path().join("users.acl");
    fs::write(&file, "").unwrap();
    let redis = test_kit::redis_with(&[&format!("aclfile {}", file.display())]).await;
    fs::write(&file, users()).unwrap();
    let mut nobody = redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let () = redis::cmd("ACL").arg("LOAD").query_async(&mut nobody).await.unwrap();
    redis
}

/// What the template becomes.
fn users() -> String {
    USERS.iter().fold(repository("ops/redis/users.acl"), |users, user| {
        let placeholder = format!("#{}_SHA256", user.to_uppercase().replace('-', "_"));
        assert!(users.contains(&placeholder), "{placeholder}");
        users.replace(&placeholder, &format!("#{}", sha256(&password(user))))
    })
}

fn address(redis: &str, user: &str) -> String {
    redis.replace("redis://", &format!("redis://{user}:{}@", password(user)))
}

async fn connect(redis: &str, user: &str) -> MultiplexedConnection {
    redis::Client::open(address(redis, user)).unwrap().get_multiplexed_async_connection().await.unwrap()
}

/// What Redis has refused anybody, since it was asked last.
async fn refused(redis: &str) -> Vec<String> {
    let mut admin = connect(redis, "admin").await;
    let log: Vec<Value> = redis::cmd("ACL").arg("LOG").query_async(&mut admin).await.unwrap();
    let () = redis::cmd("ACL").arg("LOG").arg("RESET").query_async(&mut admin).await.unwrap();
    log.iter().map(|entry| format!("{entry:?}")).collect()
}

/// A database with the roles of `ops/postgres/roles.sql`.
async fn guarded_database() -> TestDatabase {
    let database = test_kit::database().await;
    let mut superuser = PgConnection::connect(database.url()).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(repository("ops/postgres/roles.sql"))).execute(&mut superuser).await.unwrap();
    database
}

fn in_role(database: &str, role: &str) -> String {
    database.replace("postgres://millrace@", &format!("postgres://{role}:{}@", password(role)))
}

/// A shop whose services are told apart.
struct Guarded {
    shop: Apart,
    redis: String,
    database: String,
}

impl Guarded {
    async fn open(variables: &[(&'static str, &str)]) -> Self {
        let (redis, database) = (guarded_redis().await, guarded_database().await);
        let (redis_url, database_url) = (redis.url(), database.url().to_owned());
        let addresses = Box::new(move |service: &str| {
            let role = if service == "projectors" { "millrace_projectors" } else { "millrace_query_api" };
            [address(&redis.url(), service), in_role(database.url(), role)]
        });
        let shop = Apart::reaching(addresses, 1, variables).await;
        Self { shop, redis: redis_url, database: database_url }
    }

    /// A command of the operator's.
    fn operate(&self, redis: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(MILLRACE);
        command.args(arguments).env("REDIS_URL", address(redis, "operator"));
        command.env("DATABASE_URL", in_role(&self.database, "millrace_projectors"));
        command.env("MILLRACE_MAIL", "on").env("MILLRACE_SMTP_URL", "smtp://127.0.0.1");
        command.env("MILLRACE_MAIL_FROM", "shop@example.org").env("MILLRACE_PUBLIC_URL", "http://127.0.0.1");
        command.env("MILLRACE_KEYS_DIR", self.shop.keys_dir()).output().unwrap()
    }

    /// Nobody was refused anything.
    async fn nobody_was_refused(&self, redis: &str) {
        assert_eq!(refused(redis).await, [""; 0]);
        for service in ["command-api", "query-api", "projectors"] {
            let log = self.shop.log(service);
            assert!(!log.contains("NOPERM") && !log.contains("permission denied"), "{log}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_service_and_the_operator_can_do_all_that_they_have_to() {
    let guarded = Guarded::open(&[("MILLRACE_PAYMENT_PROVIDER", "fake"), ("MILLRACE_REWRITE_EVERY", "1s")]).await;
    let shop = &guarded.shop;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 9).await;
    let order = buyer.order_to(&product, "Millstreet 1").await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    let payment = json!({ "method_token": "tok_twice" });
    buyer.post(&format!("/api/orders/{order}/payment"), payment).await;
    buyer.write(&order, "When will it come?").await;
    let again = shop.again("bert").await;
    assert_eq!(again.get_json("/api/auth/sessions").await["items"].as_array().unwrap().len(), 2);
    assert_eq!(again.post("/api/auth/logout", json!({ "scope": "others" })).await.status(), StatusCode::NO_CONTENT);
    again.decision(&order).await;

    let operate = |arguments: &[&str]| {
        let done = guarded.operate(&guarded.redis, arguments);
        let said = [done.stdout, done.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        assert!(done.status.success(), "{arguments:?}: {said}");
        said
    };
    operate(&["users", "grant", "anna@example.com", "admin"]);
    operate(&["consumers", "pause", "orders_g1", "--reason", "to see whether it can be"]);
    operate(&["consumers", "resume", "orders_g1"]);
    operate(&["dead-letters", "list"]);
    operate(&["replay", "orders"]);
    operate(&["verify"]);
    // Somebody has to take on the generation that the replay has made. The Postgres of tests does not sync, and doctor says so.
    let well = async || {
        let found = String::from_utf8(guarded.operate(&guarded.redis, &["doctor"]).stdout).unwrap();
        let wrong: Vec<_> = found.lines().filter(|line| !line.starts_with("ok")).collect();
        matches!(wrong[..], [fsync] if fsync.contains("fsync is off"))
    };
    test_kit::eventually("doctor finds the shop well", PATIENCE, well).await;
    // It is shown as well.
    assert_eq!(again.get(&format!("/api/orders/{order}")).await.status(), StatusCode::OK);

    let erased = again.try_send(Method::DELETE, "/api/users/me", Some(json!({ "password": PASSWORD }))).await.unwrap();
    assert_eq!(erased.status(), StatusCode::NO_CONTENT);
    let mut admin = connect(&guarded.redis, "admin").await;
    let mut rewritten = async || {
        let info: redis::InfoDict = redis::cmd("INFO").arg("persistence").query_async(&mut admin).await.unwrap();
        info.get::<u64>("aof_rewrites") > Some(0)
    };
    test_kit::eventually("the append-only file is rewritten", PATIENCE, &mut rewritten).await;
    guarded.nobody_was_refused(&guarded.redis).await;

    let empty = guarded_redis().await;
    let restored = guarded.operate(&empty.url(), &["restore"]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    let healed = guarded.operate(&empty.url(), &["heal"]);
    assert!(healed.status.success(), "{}", String::from_utf8_lossy(&healed.stderr));
    guarded.nobody_was_refused(&empty.url()).await;
}

#[tokio::test]
async fn people_talk_and_are_told_through_users_that_may_no_more_than_that() {
    let guarded = Guarded::open(&[("MILLRACE_RATE_LIMITS", "off"), ("MILLRACE_DEMO", "true")]).await;
    let mut people = Vec::new();
    for name in conversation::NAMES {
        people.push(guarded.shop.customer(name).await);
    }
    conversation::talk(people).await;
    guarded.nobody_was_refused(&guarded.redis).await;
}

#[tokio::test]
async fn the_same_users_will_do_on_every_node_of_a_cluster() {
    let (cluster, database) = (test_kit::cluster().await, guarded_database().await);
    for node in &cluster.nodes {
        let mut nobody = redis::Client::open(node.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
        // The default user, who stands first, is switched off last.
        for user in users().lines().rev() {
            let rules = user.split(' ').skip(1).collect::<Vec<_>>();
            let () = redis::cmd("ACL").arg("SETUSER").arg(rules).query_async(&mut nobody).await.unwrap();
        }
    }
    let nodes: Vec<_> = cluster.nodes.iter().map(TestRedis::url).collect();
    let addresses = Box::new(move |service: &str| {
        let role = if service == "projectors" { "millrace_projectors" } else { "millrace_query_api" };
        [address(&cluster.url(), service), in_role(database.url(), role)]
    });
    let shop = Apart::reaching(addresses, 1, &[]).await;
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 3).await;
    let order = buyer.order(&product, 2).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    for node in nodes {
        assert_eq!(refused(&node).await, [""; 0]);
    }
}

/// What each user may not do, as lines to type.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "command-api",
        &[
            "XTRIM feed:order:{0} MAXLEN 0",
            "XREADGROUP GROUP orders me STREAMS feed:order:{0} >",
            "XDEL requests 1-0",
            "XRANGE requests - +",
            "XADD dead:orders:{0} * a b",
            "FUNCTION DELETE millrace_3",
            "FUNCTION FLUSH",
            "BGREWRITEAOF",
            "SUBSCRIBE elsewhere",
            "GET elsewhere",
        ],
    ),
    (
        "projectors",
        &[
            "GET session:0",
            "SET session:0 {}",
            "EVAL return 1 session:0",
            "XADD revocations * session 0",
            "XREAD STREAMS revocations 0",
            "GET limit:login:0",
            "HSET credential:{0}:0 password stolen",
            "DEL credential:{0}:0",
            "PUBLISH typing {}",
            "FUNCTION DELETE millrace_3",
        ],
    ),
    (
        "query-api",
        &[
            "HGETALL credential:{0}:0",
            "HGETALL private:user:{0}:0",
            "XRANGE order:{0}:0 - +",
            "XREAD STREAMS feed:order:{0} 0",
            "XADD order:{0}:0 1-0 type order.placed",
            "XADD revocations * session 0",
            "FCALL millrace_append_3 0",
            "SET session:0 {}",
            "DEL session:0",
            "HSET session:0 a b",
            "PEXPIRE session:0 1",
            "GET limit:login:0",
            "FUNCTION LOAD code",
            "CONFIG GET dir",
            "PUBLISH typing {}",
            "INFO",
        ],
    ),
    (
        "operator",
        &[
            "GET session:0",
            "SET session:0 {}",
            "GET seen:0",
            "DEL limit:login:0",
            "HGETALL payment:fake:0",
            "ACL LIST",
            "ACL GETUSER admin",
            "EVAL return 1 0",
        ],
    ),
    ("health", &["INFO", "GET session:0", "ACL WHOAMI"]),
];

/// What nobody may do but the administrator.
const DANGEROUS: [&str; 16] = [
    "FLUSHALL",
    "FLUSHDB",
    "KEYS *",
    "CONFIG SET appendonly no",
    "CONFIG REWRITE",
    "SHUTDOWN NOSAVE",
    "SAVE",
    "BGSAVE",
    "MONITOR",
    "REPLICAOF 127.0.0.1 1",
    "MIGRATE 127.0.0.1 1 store 0 100",
    "ACL SETUSER me",
    "CLIENT KILL TYPE normal",
    "MODULE LIST",
    "RENAME store elsewhere",
    "SWAPDB 0 1",
];

async fn type_in(redis: &mut MultiplexedConnection, line: &str) -> RedisResult<Value> {
    let mut words = line.split(' ');
    let mut command = redis::cmd(words.next().unwrap());
    if line.starts_with("EVAL") {
        // The script is two words, and its only key is the last.
        let key = words.nth(2).unwrap();
        return command.arg("return 1").arg(u8::from(key != "0")).arg(key).query_async(redis).await;
    }
    command.arg(words.collect::<Vec<_>>()).query_async(redis).await
}

#[tokio::test]
async fn redis_refuses_each_user_what_is_not_theirs_to_do() {
    let redis = guarded_redis().await;
    for (user, lines) in FORBIDDEN {
        // Whoever looks after health has no password: any will do.
        let mut connection = connect(&redis.url(), user).await;
        assert_eq!(type_in(&mut connection, "PING").await, Ok(Value::SimpleString("PONG".to_owned())));
        for line in lines.iter().chain(&DANGEROUS) {
            let answer = type_in(&mut connection, line).await;
            assert_eq!(answer.unwrap_err().code(), Some("NOPERM"), "{user}: {line}");
        }
    }
    let mut nobody = redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    for line in ["PING", "GET store", "FLUSHALL"] {
        assert_eq!(type_in(&mut nobody, line).await.unwrap_err().code(), Some("NOAUTH"), "{line}");
    }
}

/// A script is no way around: what it calls is asked of whoever runs it.
#[tokio::test]
async fn a_script_of_the_read_side_may_not_end_a_session() {
    let redis = guarded_redis().await;
    let mut reader = connect(&redis.url(), "query-api").await;
    for call in ["'DEL', KEYS[1]", "'SET', KEYS[1], ''", "'HSET', KEYS[1], 'a', 'b'", "'GET', 'limit:0'"] {
        let mut script = redis::cmd("EVAL");
        script.arg(format!("return redis.call({call})")).arg(1).arg("session:0");
        let refused = script.exec_async(&mut reader).await.unwrap_err().to_string();
        assert!(refused.contains("NOPERM") || refused.contains("can't"), "{call}: {refused}");
    }
}

#[tokio::test]
async fn the_template_is_refused_by_redis_until_every_password_is_set() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let file = folder.path().join("users.acl");
    fs::write(&file, "").unwrap();
    let redis = test_kit::redis_with(&[&format!("aclfile {}", file.display())]).await;
    fs::write(&file, repository("ops/redis/users.acl")).unwrap();
    let mut nobody = redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let loaded = redis::cmd("ACL").arg("LOAD").exec_async(&mut nobody).await;
    assert!(loaded.unwrap_err().to_string().contains("password"));
}

#[tokio::test]
async fn the_role_that_reads_sees_what_there_is_to_show_and_no_more() {
    let database = guarded_database().await;
    let owner: PgConnectOptions = in_role(database.url(), "millrace_projectors").parse().unwrap();
    projectors::schema::migrate(&owner).await.unwrap();
    let mut reader = PgConnection::connect(&in_role(database.url(), "millrace_query_api")).await.unwrap();
    for readable in ["orders.orders", "orders_g1.held", "users.users", "archive.events", "policies.positions"] {
        let read = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("select from {readable}"))).execute(&mut reader).await;
        assert!(read.is_ok(), "{readable}: {read:?}");
    }
    for forbidden in [
        "select from records.private",
        "select from records.credentials",
        "set role millrace_records",
        "set role millrace_projectors",
        "delete from archive.events",
        "update orders_g1.positions set position = 0",
        "insert into orders_g1.paused values ('orders', 'because', 'me', now())",
        "truncate orders_g1.orders",
        "drop schema orders_g1 cascade",
        "create schema mine",
        "create table public.mine ()",
        "create table orders.mine ()",
        "create temporary table mine ()",
    ] {
        let refused = sqlx::raw_sql(forbidden).execute(&mut reader).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        assert_eq!(code.as_deref(), Some("42501"), "{forbidden}: {refused}");
    }
}

#[test]
fn every_category_of_events_is_let_into_redis() {
    let users = repository("ops/redis/users.acl");
    for name in ["command-api", "projectors", "operator"] {
        let user = users.lines().find(|user| user.starts_with(&format!("user {name} "))).unwrap();
        for category in domain::event::categories() {
            assert!(user.contains(&format!(" ~{category}:{{?}}:* ")), "{category} is missing in the keys of {name}");
        }
    }
}
