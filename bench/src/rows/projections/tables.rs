//! The rows of a read model in memory, and how fast they can be written by nothing but statements.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, postgres::PgConnectOptions, query::Query};

/// Rows of one statement.
const BATCH: usize = 2_000;
/// What a column holds, in batches: the text of each value.
type Batch = Vec<Vec<Option<String>>>;

/// A table with all its rows.
pub(crate) struct Table {
    name: String,
    /// Each with its type.
    columns: Vec<(String, String)>,
    key: Vec<String>,
    batches: Vec<Batch>,
    /// How often each row was written, on average.
    writes: f64,
    /// All rows as `COPY` takes them.
    text: Vec<u8>,
}

/// The tables of a schema, those of its consumer left out.
pub(crate) async fn all(database: &PgConnectOptions, schema: &str) -> anyhow::Result<Vec<Table>> {
    let mut connection = PgConnection::connect_with(database).await?;
    // What has been counted so far is shown at once.
    sqlx::query("select pg_stat_force_next_flush()").execute(&mut connection).await?;
    let names: Vec<(String, i64, i64)> = sqlx::query_as(
        "select relname, n_tup_ins, n_tup_upd from pg_stat_user_tables
         where schemaname = $1 and n_tup_ins > 0 and relname not like '\\_%' and relname <> 'positions' order by 1",
    )
    .bind(schema)
    .fetch_all(&mut connection)
    .await?;
    let mut tables = Vec::new();
    for (name, inserts, updates) in names {
        let name = format!("{schema}.{name}");
        let writes = (inserts + updates) as f64 / inserts as f64;
        tables.push(Table::read(&mut connection, name, writes).await?);
    }
    Ok(tables)
}

impl Table {
    async fn read(connection: &mut PgConnection, name: String, writes: f64) -> anyhow::Result<Self> {
        let columns: Vec<(String, String)> = sqlx::query_as(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute
             where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum",
        )
        .bind(&name)
        .fetch_all(&mut *connection)
        .await?;
        let key: Vec<String> = sqlx::query_scalar(
            "select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
             where i.indrelid = $1::regclass and i.indisprimary",
        )
        .bind(&name)
        .fetch_all(&mut *connection)
        .await?;
        let texts: Vec<_> = columns.iter().map(|(column, _)| format!("{column}::text")).collect();
        let select = format!("select {} from {name}", texts.join(", "));
        let mut batches = Vec::<Batch>::new();
        let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut *connection);
        let mut in_batch = BATCH;
        while let Some(row) = rows.try_next().await? {
            if in_batch == BATCH {
                batches.push(columns.iter().map(|_| Vec::with_capacity(BATCH)).collect());
                in_batch = 0;
            }
            in_batch += 1;
            let batch = batches.last_mut().expect("one was begun");
            for (at, column) in batch.iter_mut().enumerate() {
                column.push(row.try_get(at)?);
            }
        }
        drop(rows);
        let mut text = Vec::new();
        let mut copy = connection.copy_out_raw(&format!("copy {name} to stdout")).await?;
        while let Some(bytes) = copy.try_next().await? {
            text.extend_from_slice(&bytes);
        }
        drop(copy);
        Ok(Self { name, columns, key, batches, writes, text })
    }

    /// One statement for a batch, whose parameters are arrays of texts.
    fn statement(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<_> = self.columns.iter().map(|(name, kind)| format!("{name}::{kind}")).collect();
        let arrays: Vec<_> = (1..=names.len()).map(|number| format!("${number}::text[]")).collect();
        let updated = names.iter().filter(|name| !self.key.iter().any(|key| key == *name));
        let updates: Vec<_> = updated.map(|name| format!("{name} = excluded.{name}")).collect();
        format!(
            "insert into {} ({names}) select {} from unnest({}) as r ({names}) on conflict ({}) do update set {}",
            self.name,
            values.join(", "),
            arrays.join(", "),
            self.key.join(", "),
            updates.join(", "),
            names = names.join(", "),
        )
    }
}

/// Writes every row as often as the projection did, a batch after the other, each a transaction.
pub(crate) async fn upsert(tables: &[Table], database: &PgConnectOptions) -> anyhow::Result<Duration> {
    projectors::schema::migrate(database).await?;
    let mut connection = PgConnection::connect_with(database).await?;
    let begun = Instant::now();
    for table in tables {
        let statement = table.statement();
        let (whole, rest) = (table.writes.floor() as usize, table.writes.fract());
        let some = (table.batches.len() as f64 * rest) as usize;
        let passes = (0..whole).map(|_| &table.batches[..]).chain([&table.batches[..some]]);
        for batch in passes.flatten() {
            let insert = sqlx::query(AssertSqlSafe(statement.as_str()));
            let insert = batch.iter().fold(insert, Query::bind);
            insert.execute(&mut connection).await?;
        }
    }
    Ok(begun.elapsed())
}

/// Copies every row into tables without indexes.
pub(crate) async fn copy(tables: &[Table], database: &PgConnectOptions, at_a_time: usize) -> anyhow::Result<()> {
    let copies = tables.iter().map(async |table| {
        let mut connection = PgConnection::connect_with(database).await?;
        let bare = table.name.replace('.', "_");
        let create = format!("create table {bare} (like {} including defaults)", table.name);
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await?;
        let mut copy = connection.copy_in_raw(&format!("copy {bare} from stdin")).await?;
        copy.send(table.text.as_slice()).await?;
        copy.finish().await?;
        anyhow::Ok(())
    });
    stream::iter(copies).buffer_unordered(at_a_time).try_collect().await
}
