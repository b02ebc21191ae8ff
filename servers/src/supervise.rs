//! Keeps a server running: one that dies is started again, with growing pauses if it keeps dying.

use std::time::Duration;

use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::Result;
use crate::server::Server;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A server that has run this long has recovered, and its next death is a new one.
const RECOVERED_AFTER: Duration = Duration::from_secs(60);

/// A running server and the task that watches it. Dropped without [`Supervised::stop`], the server goes on unwatched.
#[derive(Debug)]
pub(crate) struct Supervised {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Supervised {
    /// Starts the server and waits until it answers.
    pub(crate) async fn start(server: Server) -> Result<Self> {
        let mut child = server.launch().await?;
        server.ready(&mut child).await?;
        let stop = CancellationToken::new();
        let task = tokio::spawn(watch(server, child, stop.clone()));
        Ok(Self { stop, task })
    }

    /// Ends the server and waits until it is gone.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "the task that watches a server failed");
        }
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn watch(server: Server, mut child: Child, stop: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    loop {
        let since = Instant::now();
        tokio::select! {
            () = stop.cancelled() => break,
            status = child.wait() => {
                let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                tracing::warn!(server = server.name(), status, "died, starting it again");
            }
        }
        if since.elapsed() > RECOVERED_AFTER {
            pause = FIRST_PAUSE;
        }
        let Some(next) = relaunch(&server, &mut pause, &stop).await else { break };
        child = next;
    }
    server.end().await;
    // Reaps it; an error would say that there is nothing to reap.
    let _ = child.wait().await;
}

/// `None` when the server is to stop.
async fn relaunch(server: &Server, pause: &mut Duration, stop: &CancellationToken) -> Option<Child> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return None,
            () = sleep(*pause) => *pause = (*pause * 2).min(LONGEST_PAUSE),
        }
        match server.launch().await {
            Ok(child) => return Some(child),
            Err(error) => tracing::error!(server = server.name(), %error, "did not start, trying again"),
        }
    }
}
