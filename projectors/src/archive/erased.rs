//! What is deleted of users who are erased stands in the append-only file of Redis until that is written anew.
//!
//! Who was erased is remembered in the transaction that archives it, and forgotten once the file has been rewritten since.

use std::time::{Duration, Instant};

use domain::{Aggregate, user::User};
use event_store::{Feed, Positioned, Rewriting, Store};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::Fault;

const ERASED: &str = "user.erased";

/// Remembers the users whom a turn erases.
pub(super) async fn remember(connection: &mut PgConnection, turn: &[(Feed, Vec<Positioned>)]) -> Result<(), Fault> {
    let users = turn.iter().filter(|(feed, _)| feed.category == User::CATEGORY).flat_map(|(_, events)| events);
    let erased: Vec<_> = users.filter(|event| event.event.kind == ERASED).map(|event| event.event.id).collect();
    if erased.is_empty() {
        return Ok(());
    }
    sqlx::query!("insert into erased select unnest($1::uuid[]) on conflict do nothing", &erased)
        .execute(connection)
        .await?;
    Ok(())
}

/// Has the file rewritten when it is necessary.
#[derive(Default)]
pub(super) struct Rewrites {
    last: Option<Instant>,
    under_way: Option<Rewrite>,
}

/// One that was begun.
struct Rewrite {
    /// By this run of Redis.
    run: String,
    /// Of whom nothing will be in the file.
    erased: Vec<Uuid>,
}

impl Rewrites {
    /// Looks what is to be done. A rewrite that is under way for another reason may have begun too early: another follows.
    pub(super) async fn round(&mut self, store: &Store, archive: &PgPool, every: Duration) -> Result<(), Fault> {
        let erased = sqlx::query_scalar!("select id from erased").fetch_all(archive).await?;
        if erased.is_empty() {
            return Ok(());
        }
        let (rewriting, run) = store.rewriting().await?;
        let ended_well = match rewriting {
            Rewriting::UnderWay => return Ok(()),
            Rewriting::NoFile => return forget(archive, &erased).await,
            Rewriting::Ended { well } => well,
        };
        let done = self.under_way.take().filter(|rewrite| rewrite.run == run && ended_well);
        if let Some(rewrite) = done {
            forget(archive, &rewrite.erased).await?;
            if erased.iter().all(|id| rewrite.erased.contains(id)) {
                return Ok(());
            }
        }
        if self.last.is_some_and(|last| last.elapsed() < every) {
            return Ok(());
        }
        store.rewrite().await?;
        self.last = Some(Instant::now());
        self.under_way = Some(Rewrite { run, erased });
        Ok(())
    }
}

async fn forget(archive: &PgPool, erased: &[Uuid]) -> Result<(), Fault> {
    sqlx::query!("delete from erased where id = any($1)", erased).execute(archive).await?;
    Ok(())
}
