//! The processes that run in a server's folder, as `/proc` knows them.
//!
//! A server's working directory is its data folder, so the kernel itself says who runs there. A file with a process id
//! would go stale when its server is killed, and then name somebody else's process.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

const TICK: Duration = Duration::from_millis(10);
const KILLED_WITHIN: Duration = Duration::from_secs(10);

struct Process {
    pid: i32,
    parent: i32,
}

/// Whether a `program` runs in `folder`.
pub(crate) fn runs(program: &str, folder: &Path) -> bool {
    !processes(program, folder).is_empty()
}

/// Ends every `program` in `folder`: first in order with `signal`, after `patience` by force.
pub(crate) async fn end(program: &str, folder: &Path, signal: Signal, patience: Duration) {
    let processes = processes(program, folder);
    // Children (backends, a rewrite of the append-only file) are their parent's to end.
    for process in processes.iter().filter(|child| !processes.iter().any(|other| other.pid == child.parent)) {
        send(process, signal);
    }
    if gone(program, folder, patience).await {
        return;
    }
    tracing::warn!(program, folder = %folder.display(), "did not end in time, killing it");
    self::processes(program, folder).iter().for_each(|process| send(process, Signal::SIGKILL));
    if !gone(program, folder, KILLED_WITHIN).await {
        tracing::error!(program, folder = %folder.display(), "could not be killed");
    }
}

async fn gone(program: &str, folder: &Path, patience: Duration) -> bool {
    let end = Instant::now() + patience;
    while runs(program, folder) {
        if Instant::now() > end {
            return false;
        }
        sleep(TICK).await;
    }
    true
}

fn send(process: &Process, signal: Signal) {
    // It may have ended by itself in the meantime, which is as good.
    let _ = kill(Pid::from_raw(process.pid), signal);
}

/// Dead ones that nobody has reaped have no working directory any more, and are not among them.
fn processes(program: &str, folder: &Path) -> Vec<Process> {
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = all.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| {
        let of = |file: &str| format!("/proc/{pid}/{file}");
        let named = fs::read_to_string(of("comm")).is_ok_and(|name| name.trim_end() == program);
        let lives_there = named && fs::read_link(of("cwd")).is_ok_and(|cwd| cwd == folder);
        lives_there.then(|| Process { pid, parent: parent(&fs::read_to_string(of("stat")).unwrap_or_default()) })
    })
    .collect()
}

/// Reads the parent from `12 (some name) S 1 …`, where the name may hold anything.
fn parent(stat: &str) -> i32 {
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    after_name.split(' ').nth(1).and_then(|parent| parent.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_parent_behind_a_name_with_brackets() {
        assert_eq!(super::parent("12 (a) b (c) S 34 12 12 0"), 34);
    }
}
