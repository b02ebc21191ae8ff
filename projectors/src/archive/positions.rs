//! Where every consumer stands, whatever schema it keeps that in.

use event_store::Feed;
use sqlx::{AssertSqlSafe, FromRow, PgConnection};

use super::upkeep;
use crate::{Fault, schema};

#[derive(FromRow)]
struct Row {
    category: String,
    partition: i16,
    position: i64,
}

/// How far each consumer has got in each of its feeds: the generations of read models, the policies, the archive itself.
pub(super) async fn positions(connection: &mut PgConnection) -> Result<Vec<(Feed, u64)>, Fault> {
    let schemas = schema::of_all_consumers(connection).await?;
    let positions: Vec<_> =
        schemas.iter().map(|schema| format!("select category, partition, position from {schema}.positions")).collect();
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(positions.join(" union all "))).fetch_all(connection).await?;
    let known = rows.into_iter();
    Ok(known
        .filter_map(|row| Some((upkeep::feed(&row.category, row.partition)?, row.position.unsigned_abs())))
        .collect())
}
