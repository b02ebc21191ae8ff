//! The role of Postgres that reads what there is to show. `ops/postgres/roles.sql` makes it, where there is to be one.
//!
//! Everything that consumers make is shown to it, later generations included. What is known of people is in the schema `records`,
//! which is never entered here.

use sqlx::{AssertSqlSafe, PgConnection};

/// Whoever reads, and never writes.
const ROLE: &str = "millrace_query_api";

/// Lets that role read all tables and views of a schema, those of later too. Changes nothing where that is so already, since Postgres
/// refuses two who change the rights to a table at the same time.
///
/// # Errors
/// When Postgres does not answer, or the schema is somebody else's.
pub(crate) async fn let_in(connection: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    let statement = format!(
        "do $$ declare shown regclass; begin
           if not exists (select from pg_roles where rolname = '{ROLE}') then return; end if;
           if not has_schema_privilege('{ROLE}', '{schema}', 'usage') then
             grant usage on schema {schema} to {ROLE};
             alter default privileges in schema {schema} grant select on tables to {ROLE};
           end if;
           for shown in select oid from pg_class where relnamespace = '{schema}'::regnamespace and relkind in ('r', 'v')
               and not has_table_privilege('{ROLE}', oid, 'select') loop
             execute format('grant select on %s to {ROLE}', shown);
           end loop;
         end $$"
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await?;
    Ok(())
}
