//! What can go wrong with a private server, told to the person who started it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a server could not be found, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not installed.
    #[error("{program} is not installed; Debian and Ubuntu have it in the package `{package}` ({package} >= {least})")]
    Missing {
        /// The program that was looked for.
        program: &'static str,
        /// The package that brings it.
        package: &'static str,
        /// The oldest major version that will do.
        least: u32,
    },
    /// A program is installed, but too old.
    #[error("{program} is version {found}, but Millrace needs {least} or newer (package `{package}`)")]
    TooOld {
        /// Where the program is.
        program: PathBuf,
        /// The package that brings it.
        package: &'static str,
        /// The major version it has.
        found: u32,
        /// The oldest major version that will do.
        least: u32,
    },
    /// Root cannot run Postgres, and there is no other user to run it as.
    #[error("Postgres does not run as root, and this machine has neither a user `postgres` nor `nobody`")]
    NoAccount,
    /// Another process uses the data folder.
    #[error("the data folder {} is in use by another running Millrace; stop it, or choose another --data-dir", .0.display())]
    InUse(PathBuf),
    /// A server ended or stayed silent while it was expected to come up.
    #[error("{server} did not start{}", tail(log))]
    NotReady {
        /// Which server.
        server: &'static str,
        /// The end of its log.
        log: String,
    },
    /// `initdb` failed.
    #[error("initdb failed{}", tail(.0))]
    Initdb(String),
    /// A file or process could not be worked with.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The fresh Postgres refused its first statements.
    #[error("cannot prepare the Postgres database: {0}")]
    Database(#[from] sqlx::Error),
}

impl Error {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

fn tail(log: &str) -> String {
    if log.trim().is_empty() { String::new() } else { format!("; its last words:\n{}", log.trim_end()) }
}
