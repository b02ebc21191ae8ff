//! Waiting at the start for stores that are still coming up.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;
use tokio::time::{Instant, sleep};

/// How long a store that does not answer yet is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);

/// Prepares Redis for the write side.
///
/// # Errors
/// When Redis may not hold the log, or does not come up.
pub(crate) async fn for_redis(write_side: &Arc<command_api::App>) -> anyhow::Result<()> {
    let vouching = "MILLRACE_REDIS_CA names who vouches for it";
    patiently("Redis", vouching, async || write_side.prepare().await, command_api::app::Error::is_temporary).await
}

/// Brings the schemas of Postgres up to date.
///
/// # Errors
/// When its schemas are newer than this version, or it does not come up.
pub(crate) async fn for_postgres(database: &PgConnectOptions) -> anyhow::Result<()> {
    let is_temporary = |error: &sqlx::Error| matches!(error, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut);
    let vouching = "sslrootcert in DATABASE_URL names who vouches for it";
    patiently("Postgres", vouching, async || projectors::schema::migrate(database).await, is_temporary).await
}

async fn patiently<E>(
    what: &str,
    vouching: &str,
    mut attempt: impl AsyncFnMut() -> Result<(), E>,
    is_temporary: impl Fn(&E) -> bool,
) -> anyhow::Result<()>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let begun = Instant::now();
    loop {
        match attempt().await {
            Err(error) if is_about_certificates(&error) => {
                return Err(error).with_context(|| {
                    format!("the certificate of {what} cannot be verified, or it wants another: {vouching}")
                });
            }
            Err(error) if is_temporary(&error) && begun.elapsed() < PATIENCE => {
                tracing::warn!(%error, "waiting for {what}");
                sleep(PAUSE).await;
            }
            outcome => return outcome.with_context(|| format!("{what} cannot be used")),
        }
    }
}

/// Whether a connection has failed over a certificate: no waiting mends that. The libraries in between leave of it what it says.
fn is_about_certificates(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(|error| error.to_string().to_ascii_lowercase().contains("certificate"))
}
