//! The whole log folded into a generation that nobody reads yet, feed by feed.
//!
//! A feed is one transaction: its rows, its applied versions and its position. So one that is done stays done, and one that
//! was broken off is as if it had never begun.

use std::{sync::Arc, time::Duration};

use domain::Partition;
use event_store::{Feed, Positioned, Store};
use sqlx::{PgConnection, PgPool};
use tokio::task::JoinSet;

use super::{Progress, Step};
use crate::{
    Fault,
    copy::Copies,
    fold::{Fold, Taken},
    log::Log,
    projection::{Projection, private_records},
    runtime::{hold, queue, settled_name},
};

/// How many events are read at a time.
const PAGE: usize = 1_000;
/// How many bytes of rows wait before they are written.
const WRITTEN_AT: usize = 1 << 20;

/// What a generation is filled from, and where it is.
pub(super) struct Filling {
    pub(super) store: Store,
    pub(super) log: Log,
    pub(super) pool: PgPool,
    pub(super) group: String,
    /// When the consumers try again what fails by itself.
    pub(super) retry_after: Duration,
    pub(super) progress: Progress,
}

impl Filling {
    /// Fills the feeds that are not filled yet, so many at a time.
    pub(super) async fn fill<P: Projection>(self: Arc<Self>, at_a_time: usize) -> Result<(), Fault> {
        let open = self.open::<P>().await?;
        (self.progress)(Step::Reading { events: open.iter().map(|(_, head)| head).sum() });
        let mut open = open.into_iter();
        // Tasks of their own, so that feeds are folded on several cores.
        let mut tasks = JoinSet::new();
        loop {
            while tasks.len() < at_a_time
                && let Some((feed, head)) = open.next()
            {
                let filling = self.clone();
                tasks.spawn(async move { filling.fill_or_leave::<P>(feed, head).await });
            }
            match tasks.join_next().await {
                Some(filled) => filled.unwrap_or(Err(Fault::Panicked))?,
                None => return Ok(()),
            }
        }
    }

    /// The feeds that are not filled yet, and up to where each will be.
    async fn open<P: Projection>(&self) -> Result<Vec<(Feed, u64)>, Fault> {
        let rows = sqlx::query!(
            "select category, partition from positions where consumer = $1 and position = 0 order by 2, 1",
            self.group
        )
        .fetch_all(&self.pool)
        .await?;
        let mut open = Vec::new();
        for row in rows {
            let category = P::CATEGORIES.iter().find(|known| **known == row.category);
            let partition = u8::try_from(row.partition).ok().and_then(Partition::new);
            if let (Some(category), Some(partition)) = (category, partition) {
                let feed = Feed { category, partition };
                open.push((feed, self.store.head(feed).await?));
            }
        }
        Ok(open)
    }

    /// A feed whose rows Postgres refuses, or over which the code breaks, is for the consumers: they find out which
    /// aggregate it is, and go on with the others.
    async fn fill_or_leave<P: Projection>(&self, feed: Feed, head: u64) -> Result<(), Fault> {
        match self.fill_one::<P>(feed, head).await {
            Err(fault) if is_about_events(&fault) => {
                tracing::warn!(%feed, %fault, "the feed is left to the consumers");
                Ok(())
            }
            filled => filled,
        }
    }

    async fn fill_one<P: Projection>(&self, feed: Feed, head: u64) -> Result<(), Fault> {
        let mut transaction = self.pool.begin().await?;
        if self.position(&mut transaction, feed).await? > 0 {
            return Ok(());
        }
        let (mut fold, mut copies) = (Fold::<P>::new(&mut transaction, feed).await?, Copies::default());
        let mut last = None;
        while let Some(from) = next(last.as_ref(), head) {
            let mut page = self.log.read(feed, from, PAGE).await?;
            self.take(&mut transaction, &mut fold, feed, &page).await?;
            fold.drain(&mut copies);
            if copies.size() >= WRITTEN_AT {
                copies.write(&mut transaction).await?;
            }
            (self.progress)(Step::Folded { events: page.len() as u64 });
            last = Some(page.pop().ok_or(Fault::Hole { feed, expected: from, found: head })?);
        }
        fold.copy(&mut copies);
        copies.write(&mut transaction).await?;
        if let Some(last) = last {
            self.settle(&mut transaction, feed, &last).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Folds a page. What fails by itself is held, as the consumers do it.
    async fn take<P: Projection>(
        &self,
        connection: &mut PgConnection,
        fold: &mut Fold<P>,
        feed: Feed,
        page: &[Positioned],
    ) -> Result<(), Fault> {
        let private = private_records::<P>(&self.store, page.iter().map(|positioned| &positioned.event)).await?;
        let mut waiting = Vec::new();
        for positioned in page {
            match fold.take(positioned, private.of(&positioned.event))? {
                Taken::Folded => {}
                Taken::Waits => waiting.push(positioned),
                Taken::Fails(fault) => {
                    hold(connection, &self.group, feed, positioned, &fault, self.retry_after).await?;
                    waiting.push(positioned);
                }
            }
        }
        if waiting.is_empty() { Ok(()) } else { queue(connection, &self.group, feed, &waiting).await }
    }

    /// Keeps others away from the feed until the transaction ends, and tells whether it was filled before.
    async fn position(&self, connection: &mut PgConnection, feed: Feed) -> sqlx::Result<i64> {
        sqlx::query_scalar!(
            "select position from positions where consumer = $1 and category = $2 and partition = $3 for update",
            self.group,
            feed.category,
            i16::from(feed.partition.number())
        )
        .fetch_one(connection)
        .await
    }

    async fn settle(&self, connection: &mut PgConnection, feed: Feed, last: &Positioned) -> sqlx::Result<()> {
        sqlx::query!(
            "update positions set position = $4, last_event = $5
             where consumer = $1 and category = $2 and partition = $3",
            self.group,
            feed.category,
            i16::from(feed.partition.number()),
            last.position as i64,
            settled_name(last)
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The position to go on at, as long as that is not behind the head.
fn next(last: Option<&Positioned>, head: u64) -> Option<u64> {
    let next = last.map_or(0, |last| last.position) + 1;
    (next <= head).then_some(next)
}

fn is_about_events(fault: &Fault) -> bool {
    let refused = |code: &str| code.starts_with("22") || code.starts_with("23");
    if let Fault::Postgres(sqlx::Error::Database(error)) = fault {
        return error.code().is_some_and(|code| refused(&code));
    }
    matches!(fault, Fault::Panicked)
}
