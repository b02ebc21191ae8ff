//! One private server: how it is launched, recognised and ended.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use sqlx::postgres::PgConnectOptions;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::{Account, Error, Result, postgres, process, redis};

const READY_WITHIN: Duration = Duration::from_secs(60);
const END_WITHIN: Duration = Duration::from_secs(20);
const TICK: Duration = Duration::from_millis(20);
const LOG_TAIL_BYTES: u64 = 4096;

/// What is needed to launch a server, again and again.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Its data, and its working directory.
    pub(crate) folder: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) account: Option<Account>,
}

/// Which server, and how to reach it.
#[derive(Debug)]
pub(crate) enum Kind {
    Redis { port: u16 },
    Postgres { options: Box<PgConnectOptions> },
}

impl Server {
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Redis { .. } => "Redis",
            Kind::Postgres { .. } => "Postgres",
        }
    }

    /// Starts the process; whatever still runs in its folder is ended first.
    pub(crate) async fn launch(&self) -> Result<Child> {
        self.end().await;
        let log = File::options().create(true).append(true).open(&self.log).map_err(Error::io("write", &self.log))?;
        let errors = log.try_clone().map_err(Error::io("write", &self.log))?;
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).stdin(Stdio::null()).stdout(log).stderr(errors);
        // Ctrl-C in the terminal is for Millrace, which ends its servers last.
        command.process_group(0);
        if let Some(account) = &self.account {
            account.run(&mut command);
        }
        Command::from(command).spawn().map_err(Error::io("start", &self.program))
    }

    /// Waits until the server that was just launched answers; one that does not come up is ended.
    pub(crate) async fn ready(&self, child: &mut Child) -> Result<()> {
        let end = Instant::now() + READY_WITHIN;
        while !self.is_ready().await {
            let exited = !matches!(child.try_wait(), Ok(None));
            if exited || Instant::now() > end {
                self.end().await;
                return Err(Error::NotReady { server: self.name(), log: tail(&self.log) });
            }
            sleep(TICK).await;
        }
        Ok(())
    }

    /// Ends it in order if it can be, by force if not.
    pub(crate) async fn end(&self) {
        match self.kind {
            Kind::Redis { .. } => end_redis(&self.folder).await,
            Kind::Postgres { .. } => end_postgres(&self.folder).await,
        }
    }

    async fn is_ready(&self) -> bool {
        match &self.kind {
            Kind::Redis { port } => redis::is_ready(*port, &self.folder).await,
            Kind::Postgres { options } => postgres::is_ready(options, &self.folder).await,
        }
    }
}

/// Whether a Redis runs in `folder`.
pub(crate) fn redis_runs(folder: &Path) -> bool {
    process::runs("redis-server", folder)
}

/// Whether a Postgres runs in `folder`.
pub(crate) fn postgres_runs(folder: &Path) -> bool {
    process::runs("postgres", folder)
}

/// Ends a Redis that runs in `folder`.
pub(crate) async fn end_redis(folder: &Path) {
    process::end("redis-server", folder, Signal::SIGTERM, END_WITHIN).await;
}

/// Ends a Postgres that runs in `folder`, cutting its connections.
pub(crate) async fn end_postgres(folder: &Path) {
    process::end("postgres", folder, Signal::SIGINT, END_WITHIN).await;
    // A killed Postgres leaves its process id behind; were that given to another process, the next would refuse to start.
    let _ = fs::remove_file(folder.join("postmaster.pid"));
}

fn tail(log: &Path) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end).map(|_| end)
    };
    read().map(|end| String::from_utf8_lossy(&end).into_owned()).unwrap_or_default()
}
