//! What the mailer does about an event: sends its mails.

use event_store::{Feed, Positioned, Recorded, Store};
use sqlx::{PgConnection, PgPool};
use time::{Duration, OffsetDateTime};
use tokio::sync::OnceCell;
use traces::Trace;

use super::{
    GROUP, Mailing,
    letter::{self, Letter},
    post::Post,
    sent::{self, Mail},
};
use crate::{
    Fault,
    runtime::{Duty, Leases, Turn, Urgency},
};

/// How much older than the mailer an event may be: services of a new shop start one after the other.
const OLDER: Duration = Duration::hours(1);

/// Sends the mails about events.
pub(crate) struct Mailer {
    pool: PgPool,
    store: Store,
    post: Post,
    beginning: OnceCell<OffsetDateTime>,
}

impl Mailer {
    pub(crate) fn new(pool: PgPool, keeping: PgPool, store: Store, mailing: Mailing) -> Self {
        let post = Post::new(store.clone(), pool.clone(), keeping, mailing);
        Self { pool, store, post, beginning: OnceCell::new() }
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

impl Duty for Mailer {
    const GROUP: &'static str = GROUP;
    const SENDS_COMMANDS: bool = false;
    const URGENCY: Urgency = Urgency::Later;

    fn parallel(&self) -> usize {
        self.post.parallel()
    }

    async fn deal_with(&self, leases: &Leases, feed: Feed, event: &Positioned, _: Trace) -> Result<(), Fault> {
        self.send(leases, feed, event).await
    }

    const SETTLES: bool = true;

    async fn settle(&self, connection: &mut PgConnection, turn: &Turn) -> Result<(), Fault> {
        self.post.trim(connection).await?;
        sent::forget(connection, turn).await
    }
}
