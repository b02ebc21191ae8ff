//! Where consumers keep how far they have got and what they hold: in schemas of their own, of which only Postgres has the list.

use sqlx::{AssertSqlSafe, PgPool};

/// The schemas of all consumers that are at work: of policies, the mailer, privacy and the archive, and of each generation of a read
/// model that is kept up to date. Their names are fit to stand in a statement.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn of_consumers(pool: &PgPool) -> sqlx::Result<Vec<String>> {
    let mut schemas = with_table(pool, "held").await?;
    for home in with_table(pool, "generations").await? {
        let statement = format!("select generation from {home}.generations where state <> 'building'");
        let fed: Vec<i32> = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_all(pool).await?;
        schemas.retain(|schema| match schema.strip_prefix(&home).and_then(|rest| rest.strip_prefix("_g")) {
            Some(number) => fed.iter().any(|generation| number.parse() == Ok(*generation)),
            None => true,
        });
    }
    Ok(schemas)
}

async fn with_table(pool: &PgPool, table: &str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select quote_ident(n.nspname) as "name!" from pg_catalog.pg_class c
           join pg_catalog.pg_namespace n on n.oid = c.relnamespace
           where c.relname = $1 and c.relkind = 'r' order by 1"#,
        table as _
    )
    .fetch_all(pool)
    .await
}

/// Rows of a schema that may have been dropped since it was listed.
pub(crate) fn unless_dropped<T>(rows: sqlx::Result<Vec<T>>) -> sqlx::Result<Vec<T>> {
    const GONE: [&str; 2] = ["42P01", "3F000"];
    match rows {
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| GONE.contains(&&*code)) => Ok(Vec::new()),
        rows => rows,
    }
}
