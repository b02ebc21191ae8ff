//! What the write side counts beside its requests, and its looks at the log: how far the feeds have come is seen here also when no
//! consumer runs.

use event_store::{Meter, Store};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Looks at the log until the shutdown.
pub(crate) async fn follow(store: Store, shutdown: CancellationToken) {
    let mut meter = Meter::new(store);
    loop {
        // That Redis is away is shown by the meter itself.
        let looked = shutdown.run_until_cancelled(meter.look()).await;
        if looked.is_none() || timeout(Meter::EVERY, shutdown.cancelled()).await.is_ok() {
            return;
        }
    }
}

/// Says what each metric of this crate means, and begins those that count what seldom happens, so that the first one shows.
pub(crate) fn describe() {
    describe_histogram!("password_wait_seconds", "How long a password waited in line to be hashed");
    describe_gauge!("password_hashes_waiting", "Passwords that wait in line to be hashed");
    describe_counter!("logins_total", "Logins, by whether they succeeded");
    describe_counter!("refresh_tokens_reused_total", "Refresh tokens that had been used before: somebody has a copy");
    describe_counter!("payments_contradicted_total", "Answers of the payment provider that cannot be");
    gauge!("password_hashes_waiting").increment(0);
    for outcome in ["success", "fail"] {
        counter!("logins_total", "outcome" => outcome).increment(0);
    }
    counter!("refresh_tokens_reused_total").increment(0);
    counter!("payments_contradicted_total").increment(0);
}
