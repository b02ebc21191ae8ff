//! What the mailer does with a turn: sends its mails, and settles it.

use std::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicBool, Ordering},
};

use event_store::{Feed, Positioned, Recorded, Store};
use futures_util::{FutureExt, StreamExt, stream};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use tokio::sync::OnceCell;

use super::{
    GROUP, Mailing,
    letter::{self, Letter},
    post::Post,
    sent::{self, Mail},
};
use crate::{
    Fault,
    runtime::{Held, Leases, Run, Sink, Skipped, Stopped, Turn, keep, runs, too_many},
};

/// How many aggregates are dealt with at the same time, and how many connections to a mail server that takes.
const PARALLEL: usize = 8;
/// How much older than the mailer an event may be: services of a new shop start one after the other.
const OLDER: Duration = Duration::hours(1);

/// Sends the mails about events.
pub(crate) struct MailerSink {
    pool: PgPool,
    store: Store,
    post: Post,
    beginning: OnceCell<OffsetDateTime>,
}

impl MailerSink {
    pub(crate) fn new(pool: PgPool, store: Store, mailing: Mailing) -> Self {
        let post = Post::new(store.clone(), pool.clone(), mailing, PARALLEL as u32);
        Self { pool, store, post, beginning: OnceCell::new() }
    }

    /// One aggregate's events, up to the first that fails by itself. Begins nothing more once a store or the server is away.
    async fn go_through<'a>(
        &self,
        leases: &Leases,
        run: Run<'a>,
        skipped: &Skipped,
        away: &AtomicBool,
    ) -> Result<Option<Stopped<'a>>, Fault> {
        for (at, event) in run.events.iter().enumerate().filter(|(_, event)| !skipped.contains(event)) {
            if away.load(Ordering::Relaxed) {
                return Ok(None);
            }
            match self.deal_with(leases, run.feed, event).await {
                Ok(()) => {}
                Err(fault) if fault.is_about_events() => return Ok(Some(Stopped { run, at, fault })),
                Err(fault) => {
                    away.store(true, Ordering::Relaxed);
                    return Err(fault);
                }
            }
        }
        Ok(None)
    }

    /// The mails about one event, to all recipients whom the server does not refuse.
    async fn send(&self, leases: &Leases, feed: Feed, event: &Positioned) -> Result<(), Fault> {
        let to = |recipient| Mail { feed, event, recipient };
        if event.event.kind == "user.erased" {
            return self.post.forget(to(event.event.id.into())).await;
        }
        if self.post.is_off() || self.is_older(&event.event).await? {
            return Ok(());
        }
        let mut outcome = Ok(());
        for letter in letter::about(&self.store, &event.event).await? {
            match self.send_once(leases, to(letter.recipient), &letter).await {
                Err(fault) if !fault.is_about_events() => return Err(fault),
                sent => outcome = outcome.and(sent),
            }
        }
        outcome
    }

    async fn send_once(&self, leases: &Leases, mail: Mail<'_>, letter: &Letter) -> Result<(), Fault> {
        if self.post.was_sent(mail).await? {
            return Ok(());
        }
        // Whoever was paused for longer than the lease has a successor, who has sent it.
        if leases.until(mail.feed)? <= OffsetDateTime::now_utc() {
            return Err(Fault::LeaseLost(mail.feed));
        }
        self.post.send(mail, letter).await
    }

    /// Whether an event is from before there were mails.
    async fn is_older(&self, event: &Recorded) -> Result<bool, Fault> {
        let beginning = self.beginning.get_or_try_init(|| async {
            Ok::<_, Fault>(sqlx::query_scalar!("select at from beginning").fetch_one(&self.pool).await?)
        });
        let at = event.time().map_err(|error| Fault::event(event, &error))?;
        Ok(at < *beginning.await? - OLDER)
    }
}

impl Sink for MailerSink {
    const SUBJECT: &'static str = GROUP;
    const SENDS_COMMANDS: bool = false;

    async fn take(&self, leases: &Leases, turn: &Turn) -> Result<(), Fault> {
        let feeds = turn.iter().map(|(feed, _)| *feed);
        let mut connection = self.pool.acquire().await?;
        let held = Held::of(&mut connection, leases.consumer(), feeds).await?;
        let skipped = Skipped::of(&mut connection, GROUP, turn).await?;
        drop(connection);
        let (flowing, waiting) = runs(turn, &held);
        let (away, mut going) = (AtomicBool::new(false), Vec::with_capacity(flowing.len()));
        for run in flowing {
            going.push(self.go_through(leases, run, &skipped, &away));
        }
        // To the end also when one fails: a mail that is broken off may have arrived, and would come again.
        let outcomes: Vec<_> = stream::iter(going).buffer_unordered(PARALLEL).collect().await;
        let stopped = outcomes.into_iter().collect::<Result<Vec<_>, _>>()?;
        let stopped: Vec<_> = stopped.into_iter().flatten().collect();
        too_many(&stopped, leases.timing().most_failing)?;
        let mut transaction = self.pool.begin().await?;
        leases.settle(&mut transaction, turn).await?;
        keep(&mut transaction, leases, &waiting, &stopped).await?;
        sent::forget(&mut transaction, turn).await?;
        Ok(transaction.commit().await?)
    }

    async fn deal_with(&self, leases: &Leases, feed: Feed, event: &Positioned) -> Result<(), Fault> {
        // A panic of the code that writes is a fault of what it writes about.
        let sent = AssertUnwindSafe(self.send(leases, feed, event)).catch_unwind();
        sent.await.unwrap_or(Err(Fault::Panicked))
    }
}
