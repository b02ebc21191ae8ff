//! The private servers of a shop: they come back from a crash with their data, and go when they are told to.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use servers::{Error, Servers, Settings, find};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

const DEADLINE: Duration = Duration::from_secs(60);

/// A temporary folder that any user can enter. A failing test leaves servers in it, which go with it.
struct Folder(TempDir);

impl Folder {
    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for process in processes_in(self.path()) {
            let pid = process.file_name().unwrap().to_str().unwrap().parse().unwrap();
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// A folder with a shop's data folder in it.
fn folder() -> (Folder, Settings) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let settings = Settings { elsewhere: folder.path().join("elsewhere"), ..Settings::new(folder.path().join("data")) };
    (Folder(folder), settings)
}

fn redis_alone() -> (Folder, Settings) {
    let (folder, settings) = folder();
    (folder, Settings { postgres: false, ..settings })
}

async fn ask(url: &str, command: &[&str]) -> redis::RedisResult<String> {
    // The client's own 500 ms are too little on a machine that runs all the tests at once.
    let patient = redis::AsyncConnectionConfig::new().set_response_timeout(Some(DEADLINE));
    let mut connection = redis::Client::open(url)?.get_multiplexed_async_connection_with_config(&patient).await?;
    let mut query = redis::Cmd::new();
    command.iter().for_each(|word| {
        query.arg(word);
    });
    query.query_async(&mut connection).await
}

async fn select(url: &str, query: &'static str) -> sqlx::Result<String> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query_scalar(query).fetch_one(&mut connection).await
}

async fn redis_pid(url: &str) -> i32 {
    let info = ask(url, &["INFO", "server"]).await.unwrap();
    info.lines().find_map(|line| line.strip_prefix("process_id:")).unwrap().trim().parse().unwrap()
}

async fn eventually(what: &str, condition: impl AsyncFn() -> bool) {
    let holds = async {
        while !condition().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(DEADLINE, holds).await.expect(what);
}

/// The processes whose working directory is in `folder`.
fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir("/proc").unwrap().flatten().map(|process| process.path());
    all.filter(|process| fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder))).collect()
}

#[tokio::test]
async fn a_killed_redis_comes_back_with_its_data() {
    let (_folder, settings) = redis_alone();
    let servers = Servers::start(&settings).await.unwrap();
    let url = servers.redis_url().unwrap();
    ask(url, &["SET", "key", "value"]).await.unwrap();
    let pid = redis_pid(url).await;

    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    eventually("Redis is back", async || ask(url, &["GET", "key"]).await.is_ok_and(|value| value == "value")).await;
    assert_ne!(redis_pid(url).await, pid);
    servers.stop().await;
}

#[tokio::test]
async fn a_killed_postgres_comes_back_with_its_data() {
    let (_folder, settings) = folder();
    let servers = Servers::start(&Settings { redis: false, ..settings.clone() }).await.unwrap();
    let url = servers.postgres_url().unwrap();
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("create table kept as select 'value' as value").execute(&mut connection).await.unwrap();

    let pid_file = settings.data_dir.join("postgres/postmaster.pid");
    let pid = fs::read_to_string(pid_file).unwrap().lines().next().unwrap().parse().unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    eventually("Postgres is back", async || {
        select(url, "select value from kept").await.is_ok_and(|value| value == "value")
    })
    .await;
    servers.stop().await;
}

#[tokio::test]
async fn servers_left_by_a_killed_run_are_taken_over_with_data_and_addresses() {
    let (folder, settings) = folder();
    let first = Servers::start(&settings).await.unwrap();
    let (redis, postgres) = (first.redis_url().unwrap().to_owned(), first.postgres_url().unwrap().to_owned());
    ask(&redis, &["SET", "key", "value"]).await.unwrap();
    drop(first);
    assert_eq!(find(&settings.data_dir).unwrap().unwrap().redis_url.as_ref(), Some(&redis));

    let second = Servers::start(&settings).await.unwrap();
    assert_eq!((second.redis_url(), second.postgres_url()), (Some(redis.as_str()), Some(postgres.as_str())));
    assert_eq!(ask(&redis, &["GET", "key"]).await.unwrap(), "value");
    assert_eq!(select(&postgres, "select current_database()::text").await.unwrap(), "millrace");
    second.stop().await;
    assert_eq!(processes_in(folder.path()), Vec::<PathBuf>::new());
    assert_eq!(find(&settings.data_dir).unwrap(), None);
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let (_folder, settings) = redis_alone();
    let servers = Servers::start(&settings).await.unwrap();
    let refused = Servers::start(&settings).await.unwrap_err();
    assert!(
        matches!(&refused, Error::InUse(folder) if *folder == settings.data_dir.canonicalize().unwrap()),
        "{refused}"
    );
    servers.stop().await;
    Servers::start(&settings).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_port_taken_meanwhile_is_replaced() {
    let (_folder, settings) = redis_alone();
    let servers = Servers::start(&settings).await.unwrap();
    let url = servers.redis_url().unwrap().to_owned();
    servers.stop().await;
    let port = url.rsplit_once(':').unwrap().1.parse().unwrap();
    let _other = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).unwrap();

    let servers = Servers::start(&settings).await.unwrap();
    assert_ne!(servers.redis_url(), Some(url.as_str()));
    servers.stop().await;
}

#[tokio::test]
async fn postgres_wants_its_password_and_keeps_it_to_the_owner() {
    let (_folder, settings) = folder();
    let servers = Servers::start(&Settings { redis: false, ..settings.clone() }).await.unwrap();
    let url = servers.postgres_url().unwrap();
    let secret = settings.data_dir.join("postgres-password");
    let password = fs::read_to_string(&secret).unwrap();
    assert_eq!(secret.metadata().unwrap().mode() & 0o777, 0o600);
    assert!(!format!("{:?}{servers:?}", find(&settings.data_dir).unwrap()).contains(&password));
    assert!(select(&url.replace(&password, "guess"), "select 'x'").await.is_err());
    assert_eq!(select(url, "select 'x'").await.unwrap(), "x");
    servers.stop().await;
}

/// An ordinary user runs everything itself, so there is nobody to lock out and nothing moves.
#[tokio::test]
async fn data_goes_elsewhere_exactly_when_the_servers_user_cannot_enter_the_folder() {
    let (folder, mut settings) = folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    settings.data_dir = closed.join("data");

    let servers = Servers::start(&settings).await.unwrap();
    let cluster = PathBuf::from(select(servers.postgres_url().unwrap(), "show data_directory").await.unwrap());
    let owner = cluster.metadata().unwrap().uid();
    if Uid::effective().is_root() {
        assert!(cluster.starts_with(&settings.elsewhere), "{cluster:?}");
        assert!(servers.notes().iter().any(|note| note.contains("elsewhere")), "{:?}", servers.notes());
        assert_ne!(owner, 0);
    } else {
        assert!(cluster.starts_with(&closed), "{cluster:?}");
        assert_eq!((servers.notes(), owner), (&[] as &[String], Uid::effective().as_raw()));
    }
    assert!(find(&settings.data_dir).unwrap().unwrap().postgres_url.is_some());
    servers.stop().await;
}
