//! Consumers that stand still because somebody, or the circuit breaker, said so.

use sqlx::PgPool;

use crate::Fault;

/// Why a consumer is paused, if it is.
pub(crate) async fn reason(pool: &PgPool, consumer: &str) -> Result<Option<String>, Fault> {
    let paused = sqlx::query!("select reason, actor from paused where consumer = $1", consumer);
    Ok(paused.fetch_optional(pool).await?.map(|row| format!("paused by {}: {}", row.actor, row.reason)))
}

/// Pauses a consumer until somebody resumes it.
pub(super) async fn pause(pool: &PgPool, consumer: &str, reason: &str, actor: &str) -> Result<(), Fault> {
    sqlx::query!(
        "insert into paused (consumer, reason, actor, at) values ($1, $2, $3, now()) on conflict do nothing",
        consumer,
        reason,
        actor
    )
    .execute(pool)
    .await?;
    Ok(())
}
