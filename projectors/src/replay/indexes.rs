//! The indexes of a generation: taken off before it is filled, put back when it is, which is several times as fast.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

use crate::schema;

/// Memory for sorting, for each index that is being made.
const SORT_MEMORY: &str = "set maintenance_work_mem to '128MB'";

/// Takes the indexes and keys off the tables of a schema, and remembers them in its table `_indexes`.
pub(crate) async fn take_off(connection: &mut PgConnection, generation: &str) -> sqlx::Result<()> {
    let tables = schema::tables(connection, generation).await?;
    let mut transaction = connection.begin().await?;
    let create = format!(
        "create table if not exists {generation}._indexes
           (name text primary key, table_name text not null, definition text not null)"
    );
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut *transaction).await?;
    let remember = format!(
        "insert into {generation}._indexes (name, table_name, definition)
         select i.relname, t.relname,
                case when c.oid is null then pg_get_indexdef(i.oid)
                     else format('alter table %I.%I add constraint %I %s', n.nspname, t.relname, c.conname,
                                 pg_get_constraintdef(c.oid)) end
         from pg_index x
         join pg_class i on i.oid = x.indexrelid
         join pg_class t on t.oid = x.indrelid
         join pg_namespace n on n.oid = t.relnamespace
         left join pg_constraint c on c.conindid = i.oid and c.conrelid = t.oid and c.contype in ('p', 'u', 'x')
         where n.nspname = $1 and t.relname = any($2)
         returning case when definition like 'alter table %'
                        then format('alter table %I.%I drop constraint %I', $1, table_name, name)
                        else format('drop index %I.%I', $1, name) end"
    );
    let drops: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(remember)).bind(generation).bind(&tables).fetch_all(&mut *transaction).await?;
    for drop in drops {
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

/// Puts back what was taken off, several tables at a time, and lets Postgres get to know what is in them.
pub(super) async fn put_back(pool: &PgPool, generation: &str, at_a_time: usize) -> sqlx::Result<()> {
    let mut connection = pool.acquire().await?;
    let tables = schema::tables(&mut connection, generation).await?;
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("select table_name, name, definition from _indexes order by 1, 2")
            .fetch_all(&mut *connection)
            .await?;
    drop(connection);
    let mut indexes: BTreeMap<_, Vec<_>> = tables.into_iter().map(|table| (table, Vec::new())).collect();
    for (table, name, definition) in rows {
        indexes.entry(table).or_default().push((name, definition));
    }
    let tables =
        indexes.into_iter().map(|(table, indexes)| finish(pool.clone(), format!("{generation}.{table}"), indexes));
    stream::iter(tables).buffer_unordered(at_a_time).try_collect().await
}

async fn finish(pool: PgPool, table: String, indexes: Vec<(String, String)>) -> sqlx::Result<()> {
    let mut connection = pool.acquire().await?;
    sqlx::raw_sql(SORT_MEMORY).execute(&mut *connection).await?;
    for (name, definition) in indexes {
        let mut transaction = connection.begin().await?;
        sqlx::raw_sql(AssertSqlSafe(definition)).execute(&mut *transaction).await?;
        sqlx::query("delete from _indexes where name = $1").bind(name).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    sqlx::raw_sql(AssertSqlSafe(format!("vacuum (analyze) {table}"))).execute(&mut *connection).await?;
    Ok(())
}
