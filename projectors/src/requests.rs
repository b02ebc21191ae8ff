//! What operators ask of consumers: to pause and go on, to try dead letters again or to discard them.
//!
//! Whoever asks appends to a stream. Some process of projectors takes each request over, once, by marking what it concerns
//! in Postgres; the owner of the feed then does it under its token, between two turns. So a request is safe against live
//! traffic, survives any crash, and needs nobody to be there when it is made.

use std::time::Duration;

use event_store::{
    Store,
    requests::{Asked, Request, Which},
};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, postgres::PgConnectOptions};
use tokio_util::sync::CancellationToken;

use crate::{Fault, schema, webhooks};

/// How often it is looked for new requests.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many are taken over at once.
const AT_ONCE: usize = 100;

/// Whether a request has been taken over.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_taken_over(connection: &mut PgConnection, number: &str) -> Result<bool, Fault> {
    let last = sqlx::query_scalar(AssertSqlSafe(format!("select last_id from {}.requests", schema::POLICIES)));
    let last: String = last.fetch_one(connection).await?;
    Ok(parts(&last) >= parts(number))
}

/// The id of a stream entry, as two numbers that compare.
fn parts(id: &str) -> Option<(u64, u64)> {
    let (time, number) = id.split_once('-')?;
    Some((time.parse().ok()?, number.parse().ok()?))
}

/// Takes requests over until told to stop.
pub(crate) async fn follow(store: Store, database: PgConnectOptions, stop: CancellationToken) {
    let pool = schema::pool(&database, schema::POLICIES, 1);
    while !stop.is_cancelled() {
        if let Err(fault) = take_over(&store, &pool).await {
            tracing::warn!(%fault, "requests of operators wait");
        }
        let _ = tokio::time::timeout(LOOK_EVERY, stop.cancelled()).await;
    }
}

async fn take_over(store: &Store, pool: &PgPool) -> Result<(), Fault> {
    let mut transaction = pool.begin().await?;
    // Whoever has the row takes over; the others need not wait for it.
    let last = sqlx::query_scalar!("select last_id from requests for update skip locked");
    let Some(last) = last.fetch_optional(&mut *transaction).await? else { return Ok(()) };
    let requests = store.requests_after(&last, AT_ONCE).await?;
    let Some(newest) = requests.last().map(|asked| asked.number.clone()) else { return Ok(()) };
    for asked in requests {
        mark(&mut transaction, asked).await?;
    }
    sqlx::query!("update requests set last_id = $1", newest).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(store.forget_requests(&newest).await?)
}

/// Marks what a request concerns, for the owner to see. What nobody could have meant is passed over, and said.
async fn mark(connection: &mut PgConnection, asked: Asked) -> Result<(), Fault> {
    let Asked { number, consumer, actor, request } = asked;
    let Some((schema, request)) = schema::of_consumer(connection, &consumer).await?.zip(request) else {
        tracing::warn!(number, group = consumer, "a request that nobody can carry out");
        return Ok(());
    };
    let marked = match &request {
        Request::Pause { reason } => {
            let pause = format!(
                "insert into {schema}.paused (consumer, actor, reason, at) values ($1, $2, $3, now()) on conflict do nothing"
            );
            sqlx::query(AssertSqlSafe(pause)).bind(&consumer).bind(&actor).bind(reason).execute(connection).await?
        }
        Request::Resume => {
            let resume = format!("delete from {schema}.paused where consumer = $1");
            sqlx::query(AssertSqlSafe(resume)).bind(&consumer).execute(connection).await?
        }
        Request::Retry(which) => {
            let (category, aggregate, kind) = match which {
                Which::All => (None, None, None),
                Which::Aggregate(category, id) => (Some(category), Some(id), None),
                Which::Type(kind) => (None, None, Some(kind)),
            };
            let retry = format!(
                "update {schema}.held set retry_asked = true
                 where consumer = $1 and category = coalesce($2, category) and id = coalesce($3, id)
                   and type = coalesce($4, type)"
            );
            let retry = sqlx::query(AssertSqlSafe(retry)).bind(&consumer).bind(category).bind(aggregate).bind(kind);
            if consumer == webhooks::GROUP {
                webhooks::dead_letters::retry(connection, which).await?;
            }
            retry.execute(connection).await?
        }
        Request::Discard { category, id, version, reason } => {
            let discard = format!(
                "update {schema}.held set discard = version, actor = $5, reason = $6
                 where consumer = $1 and category = $2 and id = $3 and version = $4"
            );
            let discard = sqlx::query(AssertSqlSafe(discard)).bind(&consumer).bind(category).bind(id);
            if consumer == webhooks::GROUP {
                webhooks::dead_letters::discard(connection, (category, *id, *version), &actor, reason).await?;
            }
            discard.bind(*version as i64).bind(&actor).bind(reason).execute(connection).await?
        }
    };
    tracing::info!(number, group = consumer, actor, ?request, marked = marked.rows_affected(), "request taken over");
    Ok(())
}
