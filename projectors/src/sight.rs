//! What those see of consumers who can look into Postgres alone: how far the feeds have come, and what is wrong.
//!
//! Once a second one of the processes writes down the heads of all feeds, and each what its own consumers stand still over.
//! Nothing else goes by it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::event;
use event_store::{Feed, Store};
use futures_util::future::try_join_all;
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio_util::sync::CancellationToken;

use crate::{Fault, runtime::Status, schema};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(1);
/// How much earlier than that another process may look: their clocks tick apart.
const JITTER: Duration = Duration::from_millis(100);

/// What one process writes down.
pub(crate) struct Sight {
    pool: PgPool,
    store: Store,
    owner: String,
    status: Arc<Status>,
    /// What it has said last.
    said: BTreeMap<String, String>,
}

impl Sight {
    pub(crate) fn new(store: Store, database: &PgConnectOptions, owner: String, status: Arc<Status>) -> Self {
        Self { pool: schema::pool(database, schema::POLICIES, 1), store, owner, status, said: BTreeMap::new() }
    }

    /// Writes until told to stop. What fails is tried again the next time: consumers say themselves that a store is away.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        while tokio::time::timeout(EVERY, stop.cancelled()).await.is_err() {
            let faults = self.status.faults().into_iter().collect();
            for written in [self.say(faults).await, self.look().await] {
                if let Err(fault) = written {
                    tracing::debug!(%fault, "Postgres is not told how consumers do");
                }
            }
        }
        // Best effort: what is left is not believed for long.
        let _ = self.say(BTreeMap::new()).await;
    }

    /// The heads of all feeds, unless another process has just written them.
    async fn look(&self) -> Result<(), Fault> {
        let mut transaction = self.pool.begin().await?;
        let due = sqlx::query!(
            "select at from sighted where at < now() - make_interval(secs => $1) for update skip locked",
            (EVERY - JITTER).as_secs_f64()
        );
        if due.fetch_optional(&mut *transaction).await?.is_none() {
            return Ok(());
        }
        let feeds: Vec<_> = event::categories().into_iter().flat_map(Feed::all).collect();
        let heads = try_join_all(feeds.iter().map(|feed| self.store.head(*feed))).await?;
        sqlx::query!(
            "insert into heads as h (category, partition, position)
             select * from unnest($1::text[], $2::smallint[], $3::bigint[])
             on conflict (category, partition) do update set position = excluded.position
             where h.position <> excluded.position",
            &feeds.iter().map(|feed| feed.category.to_owned()).collect::<Vec<_>>(),
            &feeds.iter().map(|feed| i16::from(feed.partition.number())).collect::<Vec<_>>(),
            &heads.iter().map(|head| *head as i64).collect::<Vec<_>>()
        )
        .execute(&mut *transaction)
        .await?;
        sqlx::query!("update sighted set at = now()").execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// What consumers of this process stand still over now. Where there has been nothing, there is nothing to write.
    async fn say(&mut self, faults: BTreeMap<String, String>) -> Result<(), Fault> {
        if faults.is_empty() && self.said.is_empty() {
            return Ok(());
        }
        let (consumers, texts): (Vec<_>, Vec<_>) =
            faults.iter().map(|(consumer, fault)| (consumer.clone(), fault.replace('\0', ""))).unzip();
        sqlx::query!(
            "with now_well as (delete from faults where owner = $1 and consumer <> all($2))
             insert into faults as f (consumer, owner, fault, since, at)
             select consumer, $1, fault, now(), now() from unnest($2::text[], $3::text[]) as u (consumer, fault)
             on conflict (consumer, owner) do update set fault = excluded.fault, at = excluded.at",
            self.owner,
            &consumers,
            &texts
        )
        .execute(&self.pool)
        .await?;
        sqlx::query!("delete from faults where at < now() - interval '1 day'").execute(&self.pool).await?;
        self.said = faults;
        Ok(())
    }
}
