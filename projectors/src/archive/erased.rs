//! What is deleted of people who are erased stands in the append-only file of Redis until that is written anew.
//!
//! Each event that says so is remembered in the transaction that archives it, until the file has been rewritten since.

use std::time::{Duration, Instant};

use event_store::{Feed, Positioned, Rewriting, Store};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::Fault;

/// Their appends delete something.
const ERASING: [&str; 3] = ["user.erased", "order.address_forgotten", "message.forgotten"];

/// Remembers what a turn erases.
pub(super) async fn remember(connection: &mut PgConnection, turn: &[(Feed, Vec<Positioned>)]) -> Result<(), Fault> {
    let events = turn.iter().flat_map(|(_, events)| events).map(|event| &event.event);
    let erasing: Vec<_> = events.filter(|event| ERASING.contains(&event.kind.as_str())).collect();
    if erasing.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into erased (category, id, version) select * from unnest($1::text[], $2::uuid[], $3::bigint[])
         on conflict do nothing",
        &erasing.iter().map(|event| event.category().to_owned()).collect::<Vec<_>>(),
        &erasing.iter().map(|event| event.id).collect::<Vec<_>>(),
        &erasing.iter().map(|event| event.version as i64).collect::<Vec<_>>(),
    )
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

/// An event whose append has deleted something.
#[derive(PartialEq)]
struct Erased {
    category: String,
    id: Uuid,
    version: i64,
}

/// One that was begun.
struct Rewrite {
    /// By this run of Redis.
    run: String,
    /// What will not be in the file.
    erased: Vec<Erased>,
}

impl Rewrites {
    /// Looks what is to be done. A rewrite that is under way for another reason may have begun too early: another follows.
    pub(super) async fn round(&mut self, store: &Store, archive: &PgPool, every: Duration) -> Result<(), Fault> {
        let erased = sqlx::query_as!(Erased, "select category, id, version from erased").fetch_all(archive).await?;
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
            if erased.iter().all(|erased| rewrite.erased.contains(erased)) {
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

async fn forget(archive: &PgPool, erased: &[Erased]) -> Result<(), Fault> {
    sqlx::query!(
        "delete from erased e using unnest($1::text[], $2::uuid[], $3::bigint[]) as r (category, id, version)
         where e.category = r.category and e.id = r.id and e.version = r.version",
        &erased.iter().map(|erased| erased.category.clone()).collect::<Vec<_>>(),
        &erased.iter().map(|erased| erased.id).collect::<Vec<_>>(),
        &erased.iter().map(|erased| erased.version).collect::<Vec<_>>(),
    )
    .execute(archive)
    .await?;
    Ok(())
}
