//! Where the mails of a demo shop without a mail server are kept: the last thousand of them.

use domain::UserId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{sent::Mail, templates::Words};
use crate::Fault;

const KEPT: i64 = 1_000;

/// A mail that is to be kept.
pub(super) struct Kept<'a> {
    pub(super) message_id: &'a str,
    pub(super) address: &'a str,
    pub(super) words: &'a Words,
    pub(super) link: Option<&'a SecretString>,
}

/// Keeps a mail, and writes down that it was sent, unless it was before. One statement, since there are many.
pub(super) async fn keep(pool: &PgPool, sent: Mail<'_>, mail: Kept<'_>) -> Result<(), Fault> {
    let Kept { message_id, address, words, link } = mail;
    let event = &sent.event.event;
    sqlx::query!(
        "with noted as (
           insert into sent (category, partition, position, id, version, command, recipient)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning recipient
         )
         insert into outbox (message_id, recipient, address, subject, body, link)
         select $8, recipient, $9, $10, $11, $12 from noted",
        sent.feed.category,
        i16::from(sent.feed.partition.number()),
        sent.event.position as i64,
        event.id,
        event.version as i64,
        event.command,
        Uuid::from(sent.recipient),
        message_id,
        address,
        words.subject,
        words.body.expose_secret(),
        link.map(ExposeSecret::expose_secret)
    )
    .execute(pool)
    .await?;
    Ok(())
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
