//! Where the mails of a demo shop without a mail server are kept: the last thousand of them.

use domain::UserId;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::templates::Words;
use crate::Fault;

const KEPT: i64 = 1_000;

/// A mail that is to be kept.
pub(super) struct Kept<'a> {
    pub(super) message_id: &'a str,
    pub(super) recipient: UserId,
    pub(super) address: &'a str,
    pub(super) words: &'a Words,
    pub(super) link: Option<&'a SecretString>,
}

/// Keeps a mail.
pub(super) async fn keep(connection: &mut PgConnection, mail: Kept<'_>) -> Result<(), Fault> {
    let Kept { message_id, recipient, address, words, link } = mail;
    sqlx::query!(
        "insert into outbox (message_id, recipient, address, subject, body, link) values ($1, $2, $3, $4, $5, $6)",
        message_id,
        Uuid::from(recipient),
        address,
        words.subject,
        words.body.expose_secret(),
        link.map(ExposeSecret::expose_secret)
    )
    .execute(&mut *connection)
    .await?;
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
