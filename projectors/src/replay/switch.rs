//! The moment in which another generation takes the place of the live one.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::{Instant, sleep};

use super::Error;
use crate::{generations::Generation, projection::number_held, schema};

/// How long the switch goes on trying to get between the readers.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one attempt makes readers of the views wait: much shorter than Postgres waits before it looks for a deadlock.
const LOCK_TIMEOUT: &str = "set local lock_timeout to '50ms'";
/// How long one attempt makes the consumers of the live generation wait for those of the other one.
const CATCH_UP: Duration = Duration::from_millis(250);
const PAUSE: Duration = Duration::from_millis(20);

/// Makes the views show another generation. Nobody sees time go backwards: it happens while the other generation is at least
/// as far as the live one in every feed.
pub(super) async fn switch(connection: &mut PgConnection, from: &Generation, to: &Generation) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    sqlx::raw_sql("set client_min_messages to warning").execute(&mut *connection).await?;
    loop {
        let why = match attempt(connection, from, to).await {
            Ok(true) => return Ok(()),
            Ok(false) => "its consumers do not keep up",
            Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code == "55P03") => {
                "somebody reads the views all the time"
            }
            Err(error) => return Err(error.into()),
        };
        if Instant::now() > deadline {
            return Err(Error::NoMoment { generation: to.schema(), why });
        }
        sleep(PAUSE).await;
    }
}

/// `false` when the other generation does not get as far as the live one quickly enough.
async fn attempt(connection: &mut PgConnection, from: &Generation, to: &Generation) -> sqlx::Result<bool> {
    let (home, live, other) = (from.read_model, from.schema(), to.schema());
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(LOCK_TIMEOUT).execute(&mut *transaction).await?;
    let states = format!("select from {home}.generations for update");
    sqlx::raw_sql(AssertSqlSafe(states)).execute(&mut *transaction).await?;
    // From here on the live generation stands still, and the other one comes closer.
    let stop = format!("select from {live}.positions order by consumer, category, partition for share");
    sqlx::raw_sql(AssertSqlSafe(stop)).execute(&mut *transaction).await?;
    let behind = format!(
        "select exists (select from {live}.positions l left join {other}.positions o using (category, partition)
                        where l.position > coalesce(o.position, 0))"
    );
    let since = Instant::now();
    while sqlx::query_scalar(AssertSqlSafe(behind.as_str())).fetch_one(&mut *transaction).await? {
        if since.elapsed() > CATCH_UP {
            transaction.rollback().await?;
            return Ok(false);
        }
        sleep(Duration::from_millis(5)).await;
    }
    number_held(&mut transaction, from, to).await?;
    schema::show(&mut transaction, home, &other).await?;
    let swap = format!(
        "update {home}.generations set state = case when generation = {} then 'live' else 'previous' end
         where generation in ({}, {})",
        to.number, from.number, to.number
    );
    sqlx::raw_sql(AssertSqlSafe(swap)).execute(&mut *transaction).await?;
    sqlx::query!("select pg_notify('millrace', $1)", home).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(true)
}
