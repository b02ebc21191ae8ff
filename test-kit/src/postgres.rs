//! A Postgres of a test's own.

use std::path::PathBuf;

use servers::{binaries, postgres};
use sqlx::postgres::PgConnectOptions;

use crate::free_port;
use crate::leash::{self, Leash};

/// A private Postgres, gone when dropped. It does not `fsync`: commits survive its own death, not the machine's.
#[derive(Debug)]
pub struct TestPostgres {
    leash: Leash,
    folder: PathBuf,
    port: u16,
}

/// Starts an empty Postgres on a free port.
///
/// # Panics
/// When Postgres is missing or does not start.
pub async fn postgres() -> TestPostgres {
    postgres_with(&[]).await
}

/// The same with more settings, such as `ssl=on`.
///
/// # Panics
/// When Postgres is missing or does not start.
pub async fn postgres_with(settings: &[&str]) -> TestPostgres {
    let binaries = binaries::postgres().unwrap();
    loop {
        let (folder, account) = leash::folder("millrace-postgres-");
        let cluster = folder.join("data");
        let mut initdb = postgres::initdb(&binaries, &cluster);
        postgres::run_initdb(initdb.args(["--auth=trust", "--no-sync"]), account.as_ref(), &folder).unwrap();

        let port = free_port();
        let mut command = vec![binaries.postgres.display().to_string()];
        command.extend(postgres::arguments(port, &cluster));
        command.extend(["-c", "fsync=off", "-c", "max_connections=500"].map(str::to_owned));
        command.extend(settings.iter().flat_map(|setting| ["-c", setting]).map(str::to_owned));
        // QUIT, not KILL: the last Postgres also removes its shared memory.
        let server = TestPostgres { leash: Leash::new(&folder, account.as_ref(), "QUIT", command), folder, port };
        if server.leash.start(|| server.is_ready()).await {
            return server;
        }
    }
}

impl TestPostgres {
    /// Where it listens, with the name of an empty database.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of(postgres::FIRST_DATABASE)
    }

    /// Ends it as a crash would.
    pub fn kill9(&self) {
        self.leash.order("KILL");
    }

    /// Ends it in order, cutting its connections.
    pub fn stop(&self) {
        self.leash.order("INT");
    }

    /// Starts it again with its data at the same address and waits until it answers; a running one is killed first.
    pub async fn restart(&self) {
        self.leash.restart(|| self.is_ready()).await;
    }

    /// Freezes it: connections stay open and nothing answers.
    pub fn pause(&self) {
        self.leash.order("STOP");
    }

    /// Lets it go on after [`TestPostgres::pause`].
    pub fn resume(&self) {
        self.leash.order("CONT");
    }

    pub(crate) fn url_of(&self, database: &str) -> String {
        format!("postgres://{}@127.0.0.1:{}/{database}", postgres::NAME, self.port)
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        postgres::options(self.port, postgres::FIRST_DATABASE)
    }

    async fn is_ready(&self) -> bool {
        postgres::is_ready(&self.options(), &self.folder.join("data")).await
    }
}
