//! `millrace doctor` names what is unsafe, on servers that are run unsafely.

use std::process::Command;

use sqlx::{Connection, PgConnection};

use crate::running::{MILLRACE, PATIENCE, Shop};

struct Found {
    succeeded: bool,
    lines: Vec<String>,
}

impl Found {
    fn by(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        Self { succeeded: output.status.success(), lines }
    }

    /// Asserts that a line of this level says this.
    fn has(&self, level: &str, said: &str) {
        let found = self.lines.iter().any(|line| line.starts_with(level) && line.contains(said));
        assert!(found, "{level} {said}: {:#?}", self.lines);
    }
}

fn doctor(redis: &str, database: &str) -> Command {
    let mut command = Command::new(MILLRACE);
    command.arg("doctor").env("REDIS_URL", redis).env("DATABASE_URL", database).env("MILLRACE_MAIL", "off");
    command
}

const NOWHERE: &str = "postgres://127.0.0.1:1/millrace";

#[tokio::test]
async fn each_unsafe_setting_of_redis_is_named() {
    let unsafe_settings = [
        "appendfsync everysec",
        "maxmemory-policy allkeys-lru",
        "no-appendfsync-on-rewrite yes",
        "auto-aof-rewrite-percentage 0",
        "save 60 1",
        "maxmemory 0",
        "protected-mode no",
        "user reports on nopass ~* +@all",
    ];
    let redis = test_kit::redis_with(&unsafe_settings).await;
    let found = Found::by(&mut doctor(&redis.url(), NOWHERE));
    assert!(!found.succeeded);
    found.has("FAIL", "appendfsync is everysec");
    found.has("FAIL", "maxmemory-policy is allkeys-lru");
    found.has("FAIL", "no-appendfsync-on-rewrite is yes");
    found.has("FAIL", "Redis has the append function");
    found.has("warn", "auto-aof-rewrite-percentage is 0");
    found.has("warn", "save is \"60 1\"");
    found.has("warn", "maxmemory is 0");
    found.has("warn", "protected-mode is no");
    found.has("warn", "default may do FLUSHALL, CONFIG SET");
    found.has("warn", "reports may empty or stop it");
    found.has("warn", "the password of Redis: there is none");
    found.has("ok", "the clock of Redis");
    found.has("ok", "the version of Redis: 7");
}

#[tokio::test]
async fn each_unsafe_setting_of_postgres_is_named() {
    let postgres = test_kit::postgres().await;
    let mut sql = PgConnection::connect(&postgres.url()).await.unwrap();
    for statement in [
        "alter system set full_page_writes = off",
        "alter system set synchronous_commit = off",
        "select pg_reload_conf()",
    ] {
        sqlx::raw_sql(statement).execute(&mut sql).await.unwrap();
    }
    let redis = test_kit::redis().await;
    let named = async || {
        let found = Found::by(&mut doctor(&redis.url(), &postgres.url()));
        found.has("FAIL", "fsync is off");
        found.has("warn", "millrace is a superuser");
        found.has("warn", "the password of Postgres: there is none");
        found.has("ok", "the clock of Postgres");
        let off = |name: &str| found.lines.iter().any(|line| line.starts_with("FAIL") && line.contains(name));
        off("full_page_writes is off") && off("synchronous_commit is off")
    };
    test_kit::eventually("the settings are in force", PATIENCE, named).await;
}

#[test]
fn a_password_that_everybody_knows_and_a_way_that_can_be_read_along_are_named() {
    let redis = "redis://:foobared@redis.invalid";
    let found = Found::by(&mut doctor(redis, "postgres://anna@postgres.invalid/millrace?sslmode=require"));
    found.has("FAIL", "the password of Redis: its password is one that everybody knows");
    found.has("warn", "the way to Redis: it leads to redis.invalid without TLS");
    found.has("FAIL", "the password of Postgres: it has no password, and postgres.invalid is not this machine");
    found.has("warn", "the way to Postgres: it leads to postgres.invalid");
    assert!(!found.lines.iter().any(|line| line.contains("foobared")), "{:#?}", found.lines);
}

#[tokio::test]
async fn warnings_count_where_they_are_asked_to() {
    let mut shop = Shop::open();
    let well = async || Found::by(shop.command().arg("doctor")).succeeded;
    test_kit::eventually("doctor finds the shop well", PATIENCE, well).await;
    let strict = Found::by(shop.command().args(["doctor", "--strict"]));
    assert!(!strict.succeeded);
    strict.has("warn", "demo mode");
    shop.stop();
}
