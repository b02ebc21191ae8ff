//! How a private Postgres is created, configured and asked who it is.

use std::path::Path;
use std::process::Command;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

use crate::binaries::Postgres;
use crate::{Account, Error, Result};

/// The superuser of a private Postgres, and its database.
pub const NAME: &str = "millrace";

/// The database that every cluster has.
pub const FIRST_DATABASE: &str = "postgres";

/// Arguments of `postgres` for a private server: TCP on loopback alone, and nothing outside its own folder.
#[must_use]
pub fn arguments(port: u16, folder: &Path) -> Vec<String> {
    let mut arguments = vec!["-D".to_owned(), folder.display().to_string()];
    let settings = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        // Not POSIX shared memory: a killed server would leave it behind in /dev/shm.
        "dynamic_shared_memory_type=mmap".to_owned(),
        "max_connections=200".to_owned(),
        "timezone=UTC".to_owned(),
        "log_timezone=UTC".to_owned(),
    ];
    for setting in settings {
        arguments.extend(["-c".to_owned(), setting]);
    }
    arguments
}

/// A command that creates an empty cluster in `folder`: UTF-8, C locale, superuser [`NAME`]. The caller adds how it
/// authenticates, and the account to run as.
#[must_use]
pub fn initdb(binaries: &Postgres, folder: &Path) -> Command {
    let mut initdb = Command::new(&binaries.initdb);
    initdb.args(["--encoding=UTF8", "--locale=C", "--username", NAME, "-D"]).arg(folder);
    initdb
}

/// Runs [`initdb`]'s command as `account`, if there is one.
///
/// # Errors
/// [`Error::Initdb`] with its output when it fails.
pub fn run_initdb(initdb: &mut Command, account: Option<&Account>, folder: &Path) -> Result<()> {
    if let Some(account) = account {
        account.own(folder)?;
        account.run(initdb);
    }
    let output = initdb.current_dir(folder).output().map_err(Error::io("run initdb in", folder))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(Error::Initdb(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

/// Whether the Postgres that `options` leads to accepts statements and is the one that lives in `folder`.
pub async fn is_ready(options: &PgConnectOptions, folder: &Path) -> bool {
    let asked = async {
        let mut connection = PgConnection::connect_with(options).await?;
        let answer = sqlx::query_scalar::<_, String>("show data_directory").fetch_one(&mut connection).await?;
        connection.close().await.map(|()| answer)
    };
    asked.await.is_ok_and(|answer| Path::new(&answer) == folder)
}

/// How to connect to database `database` of the private Postgres at `port`.
#[must_use]
pub fn options(port: u16, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username(NAME)
        .database(database)
        .ssl_mode(sqlx::postgres::PgSslMode::Disable)
        .disable_statement_logging()
}

/// The address of the database [`NAME`] of the private Postgres at `port`.
pub(crate) fn url(port: u16, password: &str) -> String {
    format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}")
}
