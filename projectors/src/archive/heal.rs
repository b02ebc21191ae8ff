//! Coming to terms with a log that has lost its tail: in a failover, or because the archive it was restored from was older.
//!
//! What was made of events that are gone is taken back, the archive first and then whoever reads it; then consumers go on by
//! themselves. Nobody settles anything meanwhile: the rows of their positions are locked, and their leases lost.

pub(super) mod policies;
mod read_models;
mod senders;
mod tail;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use event_store::{Feed, Store};
use sqlx::{Connection, PgConnection, PgPool, postgres::PgConnectOptions};

use super::{GROUP, upkeep};
use crate::{
    Fault,
    generations::{self, Generation},
    log::Log,
    mailer,
    projection::Projection,
    read_models::each_read_model,
    runtime::{is_settled, settled_name},
    schema, webhooks,
};

/// What was put right for one consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healed {
    /// The consumer.
    pub consumer: String,
    /// In how many of its feeds the log had lost what it had settled.
    pub feeds: usize,
    /// How many events the archive had that are gone. They are kept in `archive.lost`.
    pub lost: u64,
    /// How many aggregates were rebuilt.
    pub rebuilt: usize,
}

/// Puts right whatever consumers have made of events that the log does not have any more, all of them or those of one
/// name: a consumer's, or a read model's for all its generations. Returns every consumer it has looked at. Changes nothing
/// where nothing was lost.
///
/// # Errors
/// When a store does not answer, or Redis has nothing of what is archived.
pub async fn heal(store: &Store, database: &PgConnectOptions, only: Option<&str>) -> Result<Vec<Healed>, Fault> {
    let concerns = |name: &str| only.is_none_or(|only| only == name);
    let mut archive = connect(database, schema::ARCHIVE).await?;
    // Everything else reads the archive, so it comes first, whoever is asked for.
    let (healed, common) = tail::heal(store, &mut archive).await?;
    let mut all = Vec::new();
    if concerns(GROUP) || healed.feeds > 0 {
        all.push(healed);
    }
    let log = Log::new(store.clone(), database);
    let archived = schema::pool(database, schema::ARCHIVE, 2);
    let intact = Mutex::new(common.iter().map(|(feed, position)| (*feed, *position)).collect());
    let healing = Healing { store, log, database, archive: archived, common, intact };
    macro_rules! generations {
        ([] $($read_model:ident $folder:literal,)+) => {
            $(healing.generations::<crate::read_models::$read_model>(concerns, &mut all).await?;)+
        };
    }
    each_read_model!(generations);
    for (group, schema) in policies::all().filter(|(group, _)| concerns(group)) {
        let intact = healing.intact();
        all.push(policies::heal(&healing, (group, schema), &intact).await?);
    }
    for (schema, group) in [(schema::MAILER, mailer::GROUP), (schema::WEBHOOKS, webhooks::GROUP)] {
        if concerns(group) {
            all.push(senders::heal(&healing, schema, group).await?);
        }
    }
    if only.is_none() {
        sqlx::query!("update restored set healed_at = now() where healed_at is null").execute(&mut archive).await?;
    }
    Ok(all)
}

/// What healing a consumer needs.
struct Healing<'a> {
    store: &'a Store,
    log: Log,
    database: &'a PgConnectOptions,
    archive: PgPool,
    /// Up to where archive and log agreed, in the feeds in which they did not.
    common: HashMap<Feed, u64>,
    /// Up to where feeds were found whole in which somebody had lost something.
    intact: Mutex<Vec<(Feed, u64)>>,
}

impl Healing<'_> {
    async fn generations<P: Projection>(
        &self,
        concerns: impl Fn(&str) -> bool,
        all: &mut Vec<Healed>,
    ) -> Result<(), Fault> {
        let mut home = connect(self.database, P::NAME).await?;
        let generations = generations::all(&mut home, P::NAME).await?;
        for generation in generations.iter().filter(|generation| Generation::is_fed(generation)) {
            if concerns(P::NAME) || concerns(&generation.schema()) {
                all.push(read_models::heal::<P>(self, generation).await?);
            }
        }
        Ok(())
    }

    fn intact(&self) -> Vec<(Feed, u64)> {
        self.intact.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_intact(&self, feed: Feed, position: u64) {
        self.intact.lock().unwrap_or_else(PoisonError::into_inner).push((feed, position));
    }

    /// The feeds of which the log does not have what a consumer has settled. Locks its positions.
    async fn lost(&self, connection: &mut PgConnection, consumer: &str) -> Result<Vec<(Feed, u64)>, Fault> {
        let mut lost = Vec::new();
        for Standing { feed, position, last_event } in standings(connection, consumer).await? {
            let Some(settled) = last_event else { continue };
            let there = self.log.read(feed, position, 1).await?;
            let same = there.first().is_some_and(|event| is_settled(&settled, &settled_name(event)));
            if !same || self.common.get(&feed).is_some_and(|common| *common < position) {
                lost.push((feed, position));
            }
        }
        Ok(lost)
    }

    /// How far the archive is in a feed. Everything up to here is in the log, and can be read again.
    async fn archived(&self, feed: Feed) -> Result<u64, Fault> {
        let position = sqlx::query_scalar!(
            "select position from positions where consumer = $1 and category = $2 and partition = $3",
            GROUP,
            feed.category,
            i16::from(feed.partition.number())
        );
        Ok(position.fetch_optional(&self.archive).await?.map_or(0, i64::unsigned_abs))
    }

    /// Sets a consumer back to a position, and takes out of its queues what came later.
    async fn set_back(
        &self,
        connection: &mut PgConnection,
        consumer: &str,
        feed: Feed,
        position: u64,
    ) -> Result<(), Fault> {
        let last = self.log.read(feed, position.max(1), 1).await?;
        let last = last.first().filter(|event| event.position == position).map(settled_name);
        empty_queues(connection, consumer, feed, position).await?;
        settle(connection, consumer, feed, position, last).await
    }
}

/// Takes what came later than a position out of the queues of a consumer.
async fn empty_queues(connection: &mut PgConnection, consumer: &str, feed: Feed, position: u64) -> Result<(), Fault> {
    let (partition, digit) = (i16::from(feed.partition.number()), feed.partition.to_string());
    sqlx::query!(
        "delete from held where consumer = $1 and category = $2 and partition = $3 and position > $4",
        consumer,
        feed.category,
        partition,
        position as i64
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from held_events
         where consumer = $1 and category = $2 and right(id::text, 1) = $3 and position > $4",
        consumer,
        feed.category,
        digit,
        position as i64
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// How far a consumer has got in a feed.
struct Standing {
    feed: Feed,
    position: u64,
    last_event: Option<String>,
}

/// The positions of a consumer, locked until the end of the transaction.
async fn standings(connection: &mut PgConnection, consumer: &str) -> Result<Vec<Standing>, Fault> {
    let rows = sqlx::query!(
        "select category, partition, position, last_event from positions where consumer = $1
         order by category, partition for update",
        consumer
    )
    .fetch_all(connection)
    .await?;
    let standings = rows.into_iter().filter_map(|row| {
        let feed = upkeep::feed(&row.category, row.partition)?;
        Some(Standing { feed, position: row.position.unsigned_abs(), last_event: row.last_event })
    });
    Ok(standings.collect())
}

/// Sets a position. Its owner loses the lease; a successor waits as long as if that owner had crashed.
async fn settle(
    connection: &mut PgConnection,
    consumer: &str,
    feed: Feed,
    position: u64,
    last_event: Option<String>,
) -> Result<(), Fault> {
    sqlx::query!(
        "update positions set position = $4, last_event = $5, token = token + 1,
                owner = case when expires_at is not null then 'heal' end
         where consumer = $1 and category = $2 and partition = $3",
        consumer,
        feed.category,
        i16::from(feed.partition.number()),
        position as i64,
        last_event
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn connect(database: &PgConnectOptions, schemas: &str) -> Result<PgConnection, Fault> {
    let options = database.clone().options([("search_path", schemas)]);
    Ok(PgConnection::connect_with(&options).await?)
}
