//! A Postgres of a test's own.

use std::path::PathBuf;
use std::process::Command;

use servers::{Account, binaries, postgres};
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

        let server = TestPostgres::in_folder(folder, account.as_ref(), &binaries, settings);
        if server.leash.start(|| server.is_ready()).await {
            return server;
        }
    }
}

impl TestPostgres {
    fn in_folder(folder: PathBuf, account: Option<&Account>, binaries: &binaries::Postgres, settings: &[&str]) -> Self {
        let port = free_port();
        let mut command = vec![binaries.postgres.display().to_string()];
        command.extend(postgres::arguments(port, &folder.join("data")));
        command.extend(["-c", "fsync=off", "-c", "max_connections=500"].map(str::to_owned));
        command.extend(settings.iter().flat_map(|setting| ["-c", setting]).map(str::to_owned));
        // QUIT, not KILL: the last Postgres also removes its shared memory.
        Self { leash: Leash::new(&folder, account, "QUIT", command), folder, port }
    }

    /// Starts a hot standby of it, which follows whatever is committed here and takes queries alone.
    ///
    /// # Panics
    /// When it cannot be copied, or the copy does not start.
    pub async fn standby(&self) -> Self {
        let binaries = binaries::postgres().unwrap();
        loop {
            let (folder, account) = leash::folder("millrace-standby-");
            let mut copy = Command::new(binaries.postgres.canonicalize().unwrap().with_file_name("pg_basebackup"));
            copy.args(["--host=127.0.0.1", "--checkpoint=fast", "--write-recovery-conf", "--no-sync"]);
            copy.args(["--username", postgres::NAME, "--port", &self.port.to_string(), "--pgdata"]);
            copy.arg(folder.join("data")).current_dir(&folder);
            if let Some(account) = &account {
                account.run(&mut copy);
            }
            let copied = copy.output().unwrap();
            assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
            let standby = Self::in_folder(folder, account.as_ref(), &binaries, &[]);
            if standby.leash.start(|| standby.is_ready()).await {
                return standby;
            }
        }
    }

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
