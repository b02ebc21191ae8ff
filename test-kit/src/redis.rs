//! A Redis of a test's own.

use std::path::PathBuf;

use servers::{binaries, redis};

use crate::leash::{self, Leash};
use crate::{cluster, free_port};

const MEMORY_MEGABYTES: u32 = 512;

/// A private Redis with the settings of `ops/redis.conf`, gone when dropped.
#[derive(Debug)]
pub struct TestRedis {
    leash: Leash,
    folder: PathBuf,
    port: u16,
}

/// Starts a Redis with an empty folder on a free port. Where `MILLRACE_TEST_REDIS` is `cluster`, it is one that speaks of
/// itself as of a cluster, of which it is the only node: the same test then shows that its code runs on a cluster.
///
/// # Panics
/// When `redis-server` is missing or does not start.
pub async fn redis() -> TestRedis {
    match std::env::var("MILLRACE_TEST_REDIS").as_deref() {
        Ok("cluster") => cluster::of_one().await,
        _ => configured(String::new).await,
    }
}

/// The same with more lines in its configuration, and never as of a cluster.
///
/// # Panics
/// When `redis-server` is missing or does not start.
pub async fn redis_with(lines: &[&str]) -> TestRedis {
    configured(|| lines.join("\n")).await
}

/// The same, with more settings.
pub(crate) async fn configured(more: impl Fn() -> String) -> TestRedis {
    let binary = binaries::redis_server().unwrap().display().to_string();
    loop {
        let (folder, account) = leash::folder("millrace-redis-");
        let port = free_port();
        let configuration = folder.join("redis.conf");
        let settings = redis::configuration(port, &folder, MEMORY_MEGABYTES) + &more();
        std::fs::write(&configuration, settings).unwrap();
        let command = [binary.clone(), configuration.display().to_string()];
        let server = TestRedis { leash: Leash::new(&folder, account.as_ref(), "KILL", command), folder, port };
        if server.leash.start(|| server.is_ready()).await {
            return server;
        }
    }
}

impl TestRedis {
    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        redis::url(self.port)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Starts a replica of it.
    pub async fn replica(&self) -> Self {
        let mut connection =
            ::redis::Client::open(self.url()).unwrap().get_multiplexed_async_connection().await.unwrap();
        // It waits for nobody else before it begins to send.
        let settings = ["SET", "repl-diskless-sync-delay", "0"];
        let () = ::redis::cmd("CONFIG").arg(&settings).query_async(&mut connection).await.unwrap();
        configured(|| format!("replicaof 127.0.0.1 {}\n", self.port)).await
    }

    /// Ends it as a crash would.
    pub fn kill9(&self) {
        self.leash.order("KILL");
    }

    /// Ends it in order.
    pub fn stop(&self) {
        self.leash.order("TERM");
    }

    /// Starts it again with its data at the same address and waits until it answers; a running one is killed first.
    pub async fn restart(&self) {
        self.leash.restart(|| self.is_ready()).await;
    }

    /// Freezes it: connections stay open and nothing answers.
    pub fn pause(&self) {
        self.leash.order("STOP");
    }

    /// Lets it go on after [`TestRedis::pause`].
    pub fn resume(&self) {
        self.leash.order("CONT");
    }

    async fn is_ready(&self) -> bool {
        redis::is_ready(self.port, &self.folder).await
    }
}
