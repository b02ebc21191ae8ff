//! Private records and credentials, archived apart from the events.
//!
//! Their schema belongs to a role that nobody logs in as, and nobody else may look into it: the archive takes on that role
//! for its statements. Where the database user may not create roles, the schema belongs to the user itself.

use std::collections::BTreeSet;

use domain::{Aggregate, message::Conversation, order::Order, user::User, webhook::Webhooks};
use event_store::{Feed, Positioned, Record, Store};
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::{AssertSqlSafe, PgConnection, migrate::Migrator};
use tracing::warn;
use uuid::Uuid;

use crate::{Fault, schema};

/// The role that owns the schema.
const ROLE: &str = "millrace_records";
/// Every table of the schema.
static TABLES: Migrator = sqlx::migrate!("../migrations/records");
/// How many credentials are read at the same time.
const PARALLEL: usize = 64;

/// Creates the schema where it is missing, and brings it up to date.
///
/// # Errors
/// When Postgres does not answer, or the schema is newer than this version.
pub(crate) async fn create(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let owner = sqlx::query_scalar!(
        r#"select pg_get_userbyid(nspowner)::text as "owner!" from pg_namespace where nspname = 'records'"#
    );
    let owner = match owner.fetch_optional(&mut *connection).await? {
        Some(owner) => owner,
        None => found(connection).await?,
    };
    let role = format!("set role {}; set search_path to records", quoted(&owner));
    sqlx::raw_sql(AssertSqlSafe(role)).execute(&mut *connection).await?;
    schema::run(&TABLES, "_migrations", connection).await?;
    sqlx::raw_sql("reset role; reset search_path").execute(connection).await?;
    Ok(())
}

/// Creates the schema, and returns whose it is.
async fn found(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    // Roles belong to all databases of a server, where others may be creating this one at the same moment: whoever comes
    // second finds it made.
    let make = format!(
        "do $$ begin
           if not exists (select from pg_roles where rolname = '{ROLE}') then create role {ROLE} nologin; end if;
           if not pg_has_role('{ROLE}', 'member') then grant {ROLE} to current_user; end if;
         exception when insufficient_privilege or unique_violation or duplicate_object then null;
         end $$"
    );
    for _ in 0..2 {
        sqlx::raw_sql(AssertSqlSafe(make.clone())).execute(&mut *connection).await?;
    }
    let role = format!("set role {ROLE}; reset role");
    let own = sqlx::raw_sql(AssertSqlSafe(role)).execute(&mut *connection).await;
    let owner = match own {
        Ok(_) => ROLE.to_owned(),
        Err(refused @ sqlx::Error::Database(_)) => {
            warn!(%refused, "archived records belong to the database user, who may not have a role of their own for them");
            sqlx::query_scalar!(r#"select current_user::text as "user!""#).fetch_one(&mut *connection).await?
        }
        Err(error) => return Err(error),
    };
    let schema = format!("create schema records authorization {}", quoted(&owner));
    sqlx::raw_sql(AssertSqlSafe(schema)).execute(connection).await?;
    Ok(owner)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The categories whose aggregates have private records.
pub(super) const PRIVATE: [&str; 4] = [User::CATEGORY, Order::CATEGORY, Conversation::CATEGORY, Webhooks::CATEGORY];

/// The records of some aggregates of one category, as they are now.
pub(super) struct Records {
    category: &'static str,
    ids: Vec<Uuid>,
    private: Vec<Record>,
    /// Of users alone.
    credentials: Vec<Record>,
}

impl Records {
    /// Those of the aggregates that a turn touches.
    pub(super) async fn of_turn(store: &Store, turn: &[(Feed, Vec<Positioned>)]) -> Result<Vec<Self>, Fault> {
        let mut all = Vec::new();
        for category in PRIVATE {
            let feeds = turn.iter().filter(|(feed, _)| feed.category == category);
            let ids: BTreeSet<_> = feeds.flat_map(|(_, events)| events.iter().map(|event| event.event.id)).collect();
            if !ids.is_empty() {
                all.push(Self::of(store, category, ids.into_iter().collect()).await?);
            }
        }
        Ok(all)
    }

    /// Those of these aggregates.
    pub(super) async fn of(store: &Store, category: &'static str, ids: Vec<Uuid>) -> Result<Self, Fault> {
        let private = store.private(category, &ids).await?;
        let users = if category == User::CATEGORY { ids.clone() } else { Vec::new() };
        let credentials = stream::iter(users).map(|id| store.credential(id)).buffered(PARALLEL).try_collect().await?;
        Ok(Self { category, ids, private, credentials })
    }

    /// Writes them, and deletes those that are forgotten.
    pub(super) async fn save(&self, connection: &mut PgConnection) -> Result<(), Fault> {
        take_on_role(connection).await?;
        let (ids, fields) = kept(&self.ids, &self.private);
        sqlx::query!(
            "insert into records.private (category, id, fields)
             select $1, r.id, r.fields::json from unnest($2::uuid[], $3::text[]) as r (id, fields)
             on conflict (category, id) do update set fields = excluded.fields",
            self.category,
            &ids,
            &fields
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "delete from records.private where category = $1 and id = any($2)",
            self.category,
            &forgotten(&self.ids, &self.private)
        )
        .execute(&mut *connection)
        .await?;
        if !self.credentials.is_empty() {
            self.save_credentials(connection).await?;
        }
        lay_down_role(connection).await
    }

    async fn save_credentials(&self, connection: &mut PgConnection) -> Result<(), Fault> {
        let (ids, fields) = kept(&self.ids, &self.credentials);
        sqlx::query!(
            "insert into records.credentials (user_id, fields)
             select r.id, r.fields::json from unnest($1::uuid[], $2::text[]) as r (id, fields)
             on conflict (user_id) do update set fields = excluded.fields",
            &ids,
            &fields
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "delete from records.credentials where user_id = any($1)",
            &forgotten(&self.ids, &self.credentials)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The records that hold something, as columns.
fn kept(ids: &[Uuid], records: &[Record]) -> (Vec<Uuid>, Vec<String>) {
    let kept = ids.iter().zip(records).filter(|(_, record)| !record.0.is_empty());
    kept.map(|(id, record)| (*id, serde_json::json!(record.0).to_string())).unzip()
}

fn forgotten(ids: &[Uuid], records: &[Record]) -> Vec<Uuid> {
    ids.iter().zip(records).filter(|(_, record)| record.0.is_empty()).map(|(id, _)| *id).collect()
}

/// Acts as whoever owns the records, until the end of the transaction or until the role is laid down.
pub(super) async fn take_on_role(connection: &mut PgConnection) -> Result<(), Fault> {
    sqlx::query!(
        "select set_config('role', pg_get_userbyid(nspowner), true) from pg_namespace where nspname = 'records'"
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// Acts as the database user again.
pub(super) async fn lay_down_role(connection: &mut PgConnection) -> Result<(), Fault> {
    sqlx::query!("select set_config('role', 'none', true)").fetch_one(connection).await?;
    Ok(())
}
