//! Events that the rows queries read get late, when others behind them in their feed are long there.
//!
//! Open connections follow rows by their places, and have passed those of such events. So each gets a number of its own, in
//! the transaction that makes its row visible. The numbers belong to the read model and not to a generation: no fold makes
//! them, and no comparison of rows sees them.

use domain::Partition;
use event_store::Positioned;
use sqlx::{AssertSqlSafe, PgConnection};

use super::Projection;
use crate::{Fault, generations::Generation};

/// Numbers events of one feed that have been held, where the rows are those that queries read. The caller stands on the
/// feed's position, so that nobody else numbers them at the same time.
pub(super) async fn number<P: Projection>(connection: &mut PgConnection, events: &[&Positioned]) -> Result<(), Fault> {
    // Waits for a switch of generations that is under way, and is in front of the next one.
    let live = sqlx::query_scalar!(
        r#"select state = 'live' as "live!" from generations where $1 || '_g' || generation = current_schema() for share"#,
        P::NAME
    );
    if live.fetch_optional(&mut *connection).await? != Some(true) {
        return Ok(());
    }
    sqlx::query!(
        "insert into late (category, partition, number, position)
         select category, partition,
                coalesce((select max(number) from late l where l.category = e.category and l.partition = e.partition), 0)
                  + row_number() over (partition by category, partition order by position),
                position
         from unnest($1::text[], $2::smallint[], $3::bigint[]) as e (category, partition, position)",
        &events.iter().map(|event| event.event.category().to_owned()).collect::<Vec<_>>(),
        &events.iter().map(|event| i16::from(Partition::of(event.event.id).number())).collect::<Vec<_>>(),
        &events.iter().map(|event| event.position as i64).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Numbers what one generation holds and another has folded, which is about to take its place.
pub(crate) async fn number_held(connection: &mut PgConnection, from: &Generation, to: &Generation) -> sqlx::Result<()> {
    let (home, from, to) = (from.read_model, from.schema(), to.schema());
    let statement = format!(
        "insert into {home}.late (category, partition, number, position)
         select category, partition,
                coalesce((select max(number) from {home}.late l
                          where l.category = e.category and l.partition = h.partition), 0)
                  + row_number() over (partition by category, partition order by e.position),
                e.position
         from {from}.held_events e join {from}.held h using (consumer, category, id)
         where not exists (select from {to}.held_events o
                           where o.category = e.category and o.id = e.id and o.version = e.version)"
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}
