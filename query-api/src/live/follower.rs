//! The one reader of a process: looks for new rows when the read models say that there are some, and now and then by itself,
//! since a standby says nothing. All connections hear from it. While there are none, it rests, and what happens is for nobody.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{sleep, timeout};

use super::news::Batch;
use super::places::{Places, Stand};
use super::rows::{self, Span};
use super::{messages, orders, stock};
use crate::app::App;
use crate::freshness::ReadModel;
use crate::snapshot::Outdated;

/// The most rows of a feed that are read together.
const TOGETHER: i64 = 200;
/// After how long it looks without having been told to.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// How long it waits for more of what it was told of: one look for all of it costs as much as one for each.
const GATHER: Duration = Duration::from_millis(10);
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// How many batches a connection may be behind before it is cut.
const BEHIND: usize = 256;

/// What connections hear from. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    batches: broadcast::Sender<Arc<Batch>>,
    known: watch::Sender<Option<Places>>,
    listened: Arc<Notify>,
}

impl Source {
    pub(super) fn new() -> Self {
        Self { batches: broadcast::Sender::new(BEHIND), known: watch::Sender::new(None), listened: Arc::default() }
    }

    /// Whatever is found from now on.
    pub(super) fn listen(&self) -> broadcast::Receiver<Arc<Batch>> {
        let batches = self.batches.subscribe();
        self.listened.notify_one();
        batches
    }

    /// How far everything is known: what is found later lies behind it. Waits until the first look.
    pub(super) async fn known(&self) -> Places {
        let mut known = self.known.subscribe();
        let places = known.wait_for(Option::is_some).await.expect("the sender lives as long as self").clone();
        places.unwrap_or_default()
    }

    /// Waits until everything is known up to there; `false` when that takes too long.
    pub(super) async fn reaches(&self, places: &Places, patience: Duration) -> bool {
        let mut known = self.known.subscribe();
        let reached = known.wait_for(|known| known.as_ref().is_some_and(|known| known.reach(places)));
        timeout(patience, reached).await.is_ok_and(|reached| reached.is_ok())
    }

    /// Looks for ever; while Postgres is down, keeps trying.
    pub(super) async fn follow(&self, app: &App) {
        let mut retry = FIRST_RETRY;
        loop {
            while self.rests() {
                self.listened.notified().await;
            }
            let (mut orders, mut stock) =
                (app.freshness.changes(ReadModel::Orders), app.freshness.changes(ReadModel::Inventory));
            match self.look(&app.keyed).await {
                Ok(Found::More) => {}
                Ok(Found::All) => {
                    retry = FIRST_RETRY;
                    let told = async {
                        tokio::select! { _ = orders.changed() => {} _ = stock.changed() => {} }
                    };
                    // Whether told or not, the next look tells.
                    let _ = timeout(POLL_INTERVAL, told).await;
                    sleep(GATHER).await;
                }
                Err(error) if Outdated::is(&error) => app.shape.changed(),
                Err(error) => {
                    tracing::warn!(%error, "new rows are not being read; trying again");
                    sleep(retry).await;
                    retry = (retry * 2).min(LONGEST_RETRY);
                }
            }
        }
    }

    /// Whether nobody listens. Then nothing is known any more: whoever listens next waits for a look of their own.
    fn rests(&self) -> bool {
        let mut rests = false;
        // Who begins to listen in this moment asks what is known after it.
        self.known.send_if_modified(|known| {
            rests = self.batches.receiver_count() == 0;
            rests && known.take().is_some()
        });
        rests
    }

    async fn look(&self, pool: &PgPool) -> sqlx::Result<Found> {
        let known = self.known.borrow().clone();
        let Some(mut places) = known else {
            self.known.send_replace(Some(rows::newest(pool).await?));
            return Ok(Found::All);
        };
        let span = Span { after: &places, until: None, most: Some(TOGETHER), of: None };
        let mut found = orders::news(&mut *pool.acquire().await?, &span).await?;
        let (movements, posted) = (stock::movements(pool, &span).await?, messages::posted(pool, &span).await?);
        let stands = found.iter().filter_map(|news| news.stand);
        let stands = stands.chain(movements.iter().map(|movement| movement.stand));
        let stands: Vec<Stand> = stands.chain(posted.iter().map(|posted| posted.stand)).collect();
        if stands.is_empty() {
            return Ok(Found::All);
        }
        let full = found.len().max(movements.len()).max(posted.len()) >= TOGETHER as usize;
        found.extend(stock::news(pool, &movements).await?);
        found.extend(messages::news(pool, posted).await?);
        for stand in stands {
            places.pass(stand.mark());
        }
        // The last may have gone, which is fine. Who begins to listen in between hears of this twice, and knows it by its place.
        let _ = self.batches.send(Arc::new(Batch { news: found, places: places.clone() }));
        self.known.send_replace(Some(places));
        Ok(if full { Found::More } else { Found::All })
    }
}

/// Whether there may be more.
enum Found {
    All,
    More,
}
