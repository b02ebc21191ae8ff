//! Where the mails of a demo shop without a mail server are kept: the last thousand of them.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use domain::UserId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, PgPool};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{sent::Mail, templates::Words};
use crate::Fault;

const KEPT: i64 = 1_000;

/// A mail that is to be kept, and what it is known by.
pub(super) struct Kept {
    category: &'static str,
    partition: i16,
    position: i64,
    id: Uuid,
    version: i64,
    command: String,
    recipient: Uuid,
    message_id: String,
    address: String,
    words: Words,
    link: Option<SecretString>,
}

impl Kept {
    pub(super) fn new(
        mail: Mail<'_>,
        message_id: String,
        address: String,
        words: Words,
        link: Option<SecretString>,
    ) -> Self {
        let event = &mail.event.event;
        Self {
            category: mail.feed.category,
            partition: i16::from(mail.feed.partition.number()),
            position: mail.event.position as i64,
            id: event.id,
            version: event.version as i64,
            command: event.command.clone(),
            recipient: mail.recipient.into(),
            message_id,
            address,
            words,
            link,
        }
    }
}

/// Mails that wait to be written, with who waits for that.
type Waiting = Vec<(Kept, oneshot::Sender<Result<bool, Fault>>)>;

/// The table of mails. Those that come while others are written are written together.
pub(super) struct Outbox {
    pool: PgPool,
    waiting: Mutex<Waiting>,
    writing: tokio::sync::Mutex<()>,
}

impl Outbox {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool, waiting: Mutex::default(), writing: tokio::sync::Mutex::default() }
    }

    /// Keeps a mail, and writes down that it was sent; false where it was before.
    pub(super) async fn keep(&self, mail: Kept) -> Result<bool, Fault> {
        let (done, kept) = oneshot::channel();
        self.waiting().push((mail, done));
        {
            let _writing = self.writing.lock().await;
            let mut waiting = std::mem::take(&mut *self.waiting());
            // Of a turn that was broken off, and comes again.
            waiting.retain(|(_, done)| !done.is_closed());
            self.write(waiting).await;
        }
        // Whoever had it to write was broken off, or has the fault that concerns all.
        kept.await.unwrap_or(Err(sqlx::Error::WorkerCrashed.into()))
    }

    async fn write(&self, waiting: Waiting) {
        let (mails, done): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        if mails.is_empty() {
            return;
        }
        match write(&self.pool, &mails).await {
            Ok(kept) => {
                for (mail, done) in mails.iter().zip(done) {
                    let _ = done.send(Ok(kept.contains(&mail.message_id)));
                }
            }
            // One that Postgres refuses is no reason to keep none of the others.
            Err(fault) if fault.is_about_events() && mails.len() > 1 => {
                for (mail, done) in mails.iter().zip(done) {
                    let kept = write(&self.pool, std::slice::from_ref(mail)).await;
                    let _ = done.send(kept.map(|kept| !kept.is_empty()));
                }
            }
            Err(fault) => {
                if let Some(first) = done.into_iter().next() {
                    let _ = first.send(Err(fault));
                }
            }
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes mails, and returns the ids of those that had not been written before.
async fn write(pool: &PgPool, mails: &[Kept]) -> Result<HashSet<String>, Fault> {
    fn column<'a, T>(mails: &'a [Kept], of: impl Fn(&'a Kept) -> T) -> Vec<T> {
        mails.iter().map(of).collect()
    }
    let kept = sqlx::query_scalar!(
        r#"with mail as (
             select * from unnest($1::text[], $2::smallint[], $3::bigint[], $4::uuid[], $5::bigint[], $6::text[], $7::uuid[],
                                  $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
               as m (category, partition, position, id, version, command, recipient, message_id, address, subject, body, link)
           ), noted as (
             insert into sent (category, partition, position, id, version, command, recipient)
             select category, partition, position, id, version, command, recipient from mail
             on conflict do nothing returning category, id, version, command, recipient
           )
           insert into outbox (message_id, recipient, address, subject, body, link)
           select message_id, recipient, address, subject, body, link
           from mail join noted using (category, id, version, command, recipient) order by category, position
           returning message_id"#,
        &column(mails, |mail| mail.category.to_owned()),
        &column(mails, |mail| mail.partition),
        &column(mails, |mail| mail.position),
        &column(mails, |mail| mail.id),
        &column(mails, |mail| mail.version),
        &column(mails, |mail| mail.command.clone()),
        &column(mails, |mail| mail.recipient),
        &column(mails, |mail| mail.message_id.clone()),
        &column(mails, |mail| mail.address.clone()),
        &column(mails, |mail| mail.words.subject.clone()),
        &column(mails, |mail| mail.words.body.expose_secret().to_owned()),
        &column(mails, |mail| mail.link.as_ref().map(|link| link.expose_secret().to_owned())) as &[Option<String>]
    );
    Ok(kept.fetch_all(pool).await?.into_iter().collect())
}

/// Forgets all but the newest mails.
pub(super) async fn trim(connection: &mut PgConnection) -> Result<(), Fault> {
    sqlx::query!("delete from outbox where number <= (select max(number) from outbox) - $1", KEPT)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets the mails to somebody.
pub(super) async fn forget(pool: &PgPool, recipient: UserId) -> Result<(), Fault> {
    sqlx::query!("delete from outbox where recipient = $1", Uuid::from(recipient)).execute(pool).await?;
    Ok(())
}
