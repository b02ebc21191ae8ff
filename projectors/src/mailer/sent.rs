//! What was sent, mail by mail.

use domain::UserId;
use event_store::{Feed, Positioned};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::GROUP;
use crate::{Fault, runtime::Turn};

/// One mail: the event that it is about, and whom it goes to.
#[derive(Clone, Copy)]
pub(super) struct Mail<'a> {
    pub(super) feed: Feed,
    pub(super) event: &'a Positioned,
    pub(super) recipient: UserId,
}

impl Mail<'_> {
    /// The same whenever this mail is sent, so that who receives it twice can tell.
    pub(super) fn message_id(self, domain: &str) -> String {
        let event = &self.event.event;
        let command: String = event.command.chars().filter(char::is_ascii_alphanumeric).collect();
        let recipient = Uuid::from(self.recipient).simple();
        format!("<{}.{}.{}.{command}.{recipient}@{domain}>", self.feed.category, event.id.simple(), event.version)
    }

    pub(super) async fn was_sent(self, pool: &PgPool) -> Result<bool, Fault> {
        let event = &self.event.event;
        let sent = sqlx::query_scalar!(
            r#"select exists (
                 select from sent where category = $1 and id = $2 and version = $3 and command = $4 and recipient = $5
               ) as "sent!""#,
            self.feed.category,
            event.id,
            event.version as i64,
            event.command,
            Uuid::from(self.recipient)
        );
        Ok(sent.fetch_one(pool).await?)
    }

    /// Writes down that it was sent.
    pub(super) async fn note(self, pool: &PgPool) -> Result<(), Fault> {
        let event = &self.event.event;
        let noted = sqlx::query!(
            "insert into sent (category, partition, position, id, version, command, recipient)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
            self.feed.category,
            i16::from(self.feed.partition.number()),
            self.event.position as i64,
            event.id,
            event.version as i64,
            event.command,
            Uuid::from(self.recipient)
        );
        noted.execute(pool).await?;
        Ok(())
    }
}

/// Forgets what was sent about events that cannot come again: they are settled and waiting for nobody, and the archive has
/// them, so that a log which has lost its tail does not set the mailer back before them.
pub(super) async fn forget(connection: &mut PgConnection, turn: &Turn) -> Result<(), Fault> {
    let (categories, partitions): (Vec<_>, Vec<_>) =
        turn.iter().map(|(feed, _)| (feed.category.to_owned(), i16::from(feed.partition.number()))).unzip();
    sqlx::query!(
        "delete from sent s
         using unnest($2::text[], $3::smallint[]) as f (category, partition), positions p, archive.positions a
         where s.category = f.category and s.partition = f.partition
           and p.consumer = $1 and p.category = f.category and p.partition = f.partition
           and a.consumer = 'archive' and a.category = f.category and a.partition = f.partition
           and s.position <= least(p.position, a.position)
           and not exists (select from held_events h where h.consumer = $1 and h.category = s.category and h.id = s.id
                             and h.version = s.version)",
        GROUP,
        &categories,
        &partitions
    )
    .execute(connection)
    .await?;
    Ok(())
}
