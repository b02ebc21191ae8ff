//! Waiting for a condition instead of sleeping.

use std::time::Duration;

use tokio::time::{Instant, sleep};

const TICK: Duration = Duration::from_millis(10);

/// Asks `condition` again and again until it holds.
///
/// # Panics
/// With `what` when it does not hold within `deadline`.
pub async fn eventually(what: &str, deadline: Duration, condition: impl AsyncFnMut() -> bool) {
    assert!(within(deadline, condition).await, "within {deadline:?}: {what}");
}

/// Whether `condition` comes to hold within `deadline`; a condition that hangs does not.
pub(crate) async fn within(deadline: Duration, mut condition: impl AsyncFnMut() -> bool) -> bool {
    let end = Instant::now() + deadline;
    let holds = async {
        while !condition().await {
            sleep(TICK).await;
        }
    };
    tokio::time::timeout_at(end, holds).await.is_ok()
}
