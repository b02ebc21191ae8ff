//! What keeps Redis small: whoever owns a feed of the archive trims it, and closes the books of what has ended.

use std::{sync::Arc, time::Duration};

use domain::{Aggregate, Partition, order::Order, user::User};
use event_store::{Feed, Store};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{CATEGORIES, books, erased::Rewrites, trim};
use crate::{Fault, runtime::Status};

/// What the status calls this work.
const NAME: &str = "upkeep";

/// How small Redis is kept.
#[derive(Clone, Copy, Debug)]
pub struct Upkeep {
    /// How often feeds and streams are trimmed.
    pub trim_every: Duration,
    /// How long after its last event the books of a finished aggregate are closed.
    pub books_after: Duration,
    /// How long after one rewrite of the append-only file, for the sake of users who were erased, the next one may come.
    pub rewrite_every: Duration,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            trim_every: Duration::from_secs(10),
            books_after: Duration::from_secs(30 * 24 * 60 * 60),
            rewrite_every: Duration::from_secs(60),
        }
    }
}

/// The work of one process.
pub(crate) struct Keeper {
    pub(crate) upkeep: Upkeep,
    pub(crate) store: Store,
    pub(crate) archive: PgPool,
    pub(crate) owner: String,
    pub(crate) status: Arc<Status>,
}

impl Keeper {
    /// Works until told to stop. Whatever fails, or is broken off, is tried again the next time.
    pub(crate) async fn run(self, stop: CancellationToken) {
        // Those who were erased wait for no feed to be trimmed.
        let both = async { tokio::join!(self.keep_rewriting(), self.keep_trimming()) };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = both => {}
        }
    }

    async fn keep_rewriting(&self) {
        let mut rewrites = Rewrites::default();
        loop {
            tokio::time::sleep(self.upkeep.trim_every).await;
            if let Err(fault) = self.rewrite(&mut rewrites).await {
                warn!(%fault, "the append-only file of Redis still holds what was deleted of erased users");
            }
        }
    }

    async fn keep_trimming(&self) {
        loop {
            tokio::time::sleep(self.upkeep.trim_every).await;
            match self.round().await {
                Ok(()) => self.status.works(NAME),
                Err((feed, fault)) => {
                    let feed = feed.map(|feed| feed.to_string());
                    self.status.failed(NAME, &fault);
                    if fault.is_infrastructure() {
                        warn!(feed, %fault, "trimming is put off");
                    } else {
                        error!(feed, %fault, "this is kept in Redis until it is mended");
                    }
                }
            }
        }
    }

    /// Each feed for itself: what is wrong with one keeps nobody from the others.
    async fn round(&self) -> Result<(), (Option<Feed>, Fault)> {
        let of_all = |fault| (None, fault);
        let least = trim::least_positions(&self.archive).await.map_err(of_all)?;
        let mut outcome = Ok(());
        for feed in self.feeds().await.map_err(of_all)? {
            let worked = self.work(feed, least.get(&feed).copied().unwrap_or(0)).await;
            outcome = outcome.and(worked.map_err(|fault| (Some(feed), fault)));
        }
        outcome
    }

    /// One process sees to it: whoever archives the first users.
    async fn rewrite(&self, rewrites: &mut Rewrites) -> Result<(), Fault> {
        let first = |feed: &Feed| feed.category == User::CATEGORY && feed.partition.number() == 0;
        match self.feeds().await?.iter().any(first) {
            true => rewrites.round(&self.store, &self.archive, self.upkeep.rewrite_every).await,
            false => Ok(()),
        }
    }

    async fn work(&self, feed: Feed, settled: u64) -> Result<(), Fault> {
        trim::feed(&self.store, &self.archive, feed, settled).await?;
        let closed = match feed.category {
            Order::CATEGORY => books::close::<Order>(&self.store, &self.archive, feed, self.upkeep.books_after).await,
            _ => Ok(()),
        };
        trim::streams(&self.store, &self.archive, feed).await.and(closed)
    }

    /// The feeds that this process archives. Two that both think so do no harm: what may go, may go twice.
    async fn feeds(&self) -> Result<Vec<Feed>, Fault> {
        let rows = sqlx::query!(
            "select category, partition from positions where owner = $1 and expires_at > now() order by 1, 2",
            self.owner
        )
        .fetch_all(&self.archive)
        .await?;
        Ok(rows.into_iter().filter_map(|row| feed(&row.category, row.partition)).collect())
    }
}

/// The feed that a row names.
pub(super) fn feed(category: &str, partition: i16) -> Option<Feed> {
    let category = CATEGORIES.iter().find(|known| **known == category)?;
    Some(Feed { category, partition: Partition::new(u8::try_from(partition).ok()?)? })
}
