//! Holds a server so that it cannot outlive the test process: the shell of `leash.sh` is its parent, and a pipe to that
//! shell closes when this process dies.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use servers::Account;

use crate::waiting::within;

const START_WITHIN: Duration = Duration::from_secs(60);

/// One server in a folder of its own.
#[derive(Debug)]
pub(crate) struct Leash {
    shell: Child,
    line: Mutex<Option<Line>>,
    folder: PathBuf,
}

#[derive(Debug)]
struct Line {
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// An empty temporary folder that the servers' account owns. The leash removes it.
pub(crate) fn folder(prefix: &str) -> (PathBuf, Option<Account>) {
    let account = Account::for_servers().unwrap();
    let folder = tempfile::Builder::new().prefix(prefix).tempdir().unwrap().keep().canonicalize().unwrap();
    if let Some(account) = &account {
        account.own(&folder).unwrap();
    }
    (folder, account)
}

impl Leash {
    /// Readies `command` to be started in `folder`; `last_signal` ends it when the leash is dropped.
    pub(crate) fn new(
        folder: &Path,
        account: Option<&Account>,
        last_signal: &str,
        command: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(include_str!("leash.sh")).arg("leash").arg(folder).arg(last_signal).args(command);
        shell.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Ctrl-C is for the test; the server learns of it when the pipe closes.
        shell.process_group(0);
        if let Some(account) = account {
            account.run(&mut shell);
        }
        let mut shell = shell.spawn().unwrap();
        let orders = shell.stdin.take().expect("stdin is piped");
        let answers = BufReader::new(shell.stdout.take().expect("stdout is piped"));
        Self { shell, line: Mutex::new(Some(Line { orders, answers })), folder: folder.to_owned() }
    }

    /// Gives an order and waits until it is done.
    pub(crate) fn order(&self, order: &str) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let line = line.as_mut().expect("the line is cut by drop alone");
        let mut answer = String::new();
        writeln!(line.orders, "{order}").unwrap();
        line.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), order, "the server's leash broke");
    }

    /// Starts the server and waits until `is_ready`; `false` when another process has its port.
    pub(crate) async fn start(&self, is_ready: impl AsyncFn() -> bool) -> bool {
        self.order("start");
        let mut port_taken = false;
        let ready = within(START_WITHIN, async || {
            port_taken = self.log().contains("Address already in use");
            port_taken || is_ready().await
        });
        assert!(ready.await, "the server did not start:\n{}", self.log());
        !port_taken
    }

    /// Starts a server that has run before, at the same port, however long something else still holds that.
    pub(crate) async fn restart(&self, is_ready: impl AsyncFn() -> bool) {
        let restarted = within(START_WITHIN, async || self.start(&is_ready).await).await;
        assert!(restarted, "another process holds the server's port:\n{}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.line.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        // Nothing to do about a shell that somebody else has reaped.
        let _ = self.shell.wait();
    }
}
