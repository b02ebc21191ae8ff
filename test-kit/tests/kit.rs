//! The servers do what the tests of the other crates rely on, and nothing outlives a test process.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use test_kit::{TestPostgres, TestRedis, eventually};

const DEADLINE: Duration = Duration::from_secs(30);
const A_WHILE: Duration = Duration::from_millis(200);

/// With more patience than the client's own 500 ms: a machine that runs all the tests at once may be slow.
async fn connect(redis: &TestRedis) -> redis::aio::MultiplexedConnection {
    let patient =
        redis::AsyncConnectionConfig::new().set_connection_timeout(Some(DEADLINE)).set_response_timeout(Some(DEADLINE));
    let client = redis::Client::open(redis.url()).unwrap();
    client.get_multiplexed_async_connection_with_config(&patient).await.unwrap()
}

async fn number(url: &str, query: &'static str) -> sqlx::Result<i32> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query_scalar(query).fetch_one(&mut connection).await
}

async fn remember(postgres: &TestPostgres) {
    let mut connection = PgConnection::connect(&postgres.url()).await.unwrap();
    sqlx::raw_sql("create table remembered as select 42 as number").execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn redis_keeps_what_it_acknowledged_through_kill9() {
    let redis = test_kit::redis().await;
    let () = redis::cmd("SET").arg("key").arg("value").query_async(&mut connect(&redis).await).await.unwrap();
    redis.kill9();
    redis.restart().await;
    let value: String = redis::cmd("GET").arg("key").query_async(&mut connect(&redis).await).await.unwrap();
    assert_eq!(value, "value");
}

#[tokio::test]
async fn redis_runs_with_the_projects_settings() {
    let redis = test_kit::redis().await;
    let mut connection = connect(&redis).await;
    for (setting, expected) in
        [("appendfsync", "always"), ("maxmemory-policy", "noeviction"), ("stream-node-max-bytes", "1024"), ("save", "")]
    {
        let (_, value): (String, String) =
            redis::cmd("CONFIG").arg("GET").arg(setting).query_async(&mut connection).await.unwrap();
        assert_eq!(value, expected, "{setting}");
    }
}

#[tokio::test]
async fn a_paused_redis_answers_once_it_is_resumed() {
    let redis = test_kit::redis().await;
    let mut connection = connect(&redis).await;
    redis.pause();
    let ping = redis::cmd("PING");
    let mut answer = Box::pin(ping.query_async::<String>(&mut connection));
    assert!(tokio::time::timeout(A_WHILE, &mut answer).await.is_err());
    redis.resume();
    assert_eq!(answer.await.unwrap(), "PONG");
}

#[tokio::test]
async fn a_stopped_redis_refuses_connections_until_it_is_restarted() {
    let redis = test_kit::redis().await;
    redis.stop();
    assert!(redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.is_err());
    redis.restart().await;
    connect(&redis).await;
}

#[tokio::test]
async fn postgres_keeps_what_it_committed_through_kill9_and_stop() {
    let postgres = test_kit::postgres().await;
    remember(&postgres).await;
    postgres.kill9();
    postgres.restart().await;
    assert_eq!(number(&postgres.url(), "select number from remembered").await.unwrap(), 42);
    postgres.stop();
    assert!(number(&postgres.url(), "select 1").await.is_err());
    postgres.restart().await;
    assert_eq!(number(&postgres.url(), "select number from remembered").await.unwrap(), 42);
}

#[tokio::test]
async fn a_paused_postgres_answers_once_it_is_resumed() {
    let postgres = test_kit::postgres().await;
    let mut connection = PgConnection::connect(&postgres.url()).await.unwrap();
    postgres.pause();
    let mut ping = Box::pin(connection.ping());
    assert!(tokio::time::timeout(A_WHILE, &mut ping).await.is_err());
    postgres.resume();
    tokio::time::timeout(DEADLINE, ping).await.unwrap().unwrap();
}

#[tokio::test]
async fn each_database_is_empty_and_dropped_with_its_value() {
    let (one, other) = (test_kit::database().await, test_kit::database().await);
    for database in [&one, &other] {
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        sqlx::raw_sql("create table same_name (id int)").execute(&mut connection).await.unwrap();
    }
    let url = one.url().to_owned();
    drop(one);
    assert!(number(&url, "select 1").await.is_err());
    assert_eq!(number(other.url(), "select count(*)::int from same_name").await.unwrap(), 0);
}

#[tokio::test]
async fn a_dropped_server_leaves_nothing_behind() {
    let redis = test_kit::redis().await;
    let folder = folder_of(&redis).await;
    let url = redis.url();
    drop(redis);
    assert!(!Path::new(&folder).exists());
    assert!(redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.is_err());
}

async fn folder_of(redis: &TestRedis) -> String {
    let answer: (String, String) =
        redis::cmd("CONFIG").arg("GET").arg("dir").query_async(&mut connect(redis).await).await.unwrap();
    answer.1
}

/// Plays the test process of the test below; by itself it has nothing to do.
#[tokio::test]
async fn hold_servers_until_killed() {
    let Ok(told) = std::env::var("TEST_KIT_TELL") else { return };
    let redis = test_kit::redis().await;
    let database = test_kit::database().await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    let cluster: String = sqlx::query_scalar("show data_directory").fetch_one(&mut connection).await.unwrap();
    let half_written = format!("{told}.new");
    std::fs::write(&half_written, format!("{}\n{cluster}\n", folder_of(&redis).await)).unwrap();
    redis.pause();
    std::fs::rename(half_written, told).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_test_process_leaves_nothing_behind_not_even_a_paused_server() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("folders");
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold_servers_until_killed"])
        .env("TEST_KIT_TELL", &told)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the process has its servers", DEADLINE, async || told.exists()).await;
    let folders = std::fs::read_to_string(&told).unwrap();
    assert!(folders.lines().all(|folder| Path::new(folder).exists()));

    process.kill().unwrap();
    process.wait().unwrap();
    eventually("the servers and their folders are gone", DEADLINE, async || {
        folders.lines().all(|folder| !Path::new(folder).exists())
    })
    .await;
}
