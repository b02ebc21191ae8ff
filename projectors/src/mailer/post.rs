//! Sending one mail, whichever way mails go.

use event_store::Store;
use lettre::{
    Message,
    message::{
        Mailbox,
        header::{HeaderName, HeaderValue},
    },
};
use secrecy::ExposeSecret;
use sqlx::{PgConnection, PgPool};

use super::{
    Mailing, Way,
    letter::Letter,
    outbox::{self, Kept, Outbox},
    sent::Mail,
    smtp::{Connections, NotSent},
    templates::{CONTENT_TYPE, Words},
};
use crate::Fault;

/// The field of a user's private record that has the address.
const EMAIL: &str = "email";

/// How many mails are on their way to a mail server at the same time, each over a connection.
const AT_A_SERVER: usize = 8;
/// How many are written to the outbox at the same time.
const KEPT_TOGETHER: usize = 64;

/// The way mails go.
pub(super) struct Post {
    store: Store,
    pool: PgPool,
    mailing: Mailing,
    /// None where mails are kept in the outbox.
    smtp: Option<Connections>,
    outbox: Outbox,
}

impl Post {
    /// What is kept goes through connections of its own.
    pub(super) fn new(store: Store, pool: PgPool, keeping: PgPool, mailing: Mailing) -> Self {
        let smtp = match &mailing.way {
            Way::Smtp(smtp) => Some(smtp.connect(AT_A_SERVER as u32)),
            Way::Outbox | Way::Off => None,
        };
        Self { store, pool, mailing, smtp, outbox: Outbox::new(keeping) }
    }

    /// How many mails may be under way at the same time.
    pub(super) const fn parallel(&self) -> usize {
        if self.smtp.is_some() { AT_A_SERVER } else { KEPT_TOGETHER }
    }

    pub(super) const fn is_off(&self) -> bool {
        matches!(self.mailing.way, Way::Off)
    }

    /// Sends a mail that was not sent yet, to whoever has an address at this moment.
    pub(super) async fn send(&self, mail: Mail<'_>, letter: &Letter) -> Result<(), Fault> {
        let Some(address) = self.address(mail).await? else {
            // A turn that was broken off may have kept it just before they were erased.
            return if self.smtp.is_none() { self.forget(mail).await } else { Ok(()) };
        };
        let broken = |reason: &dyn std::fmt::Display| Fault::event(&mail.event.event, reason);
        let (words, link) = letter.write(&self.mailing).map_err(|error| broken(&error.kind()))?;
        let message_id = mail.message_id(self.mailing.sender.0.email.domain());
        if let Some(smtp) = &self.smtp {
            let message = self.message(&address, message_id, &words).map_err(|NoAddress| broken(&NoAddress))?;
            smtp.send(message).await.map_err(|not_sent| match not_sent {
                NotSent::Away(said) => Fault::Mail(said),
                NotSent::Refused(said) => broken(&format!("the mail server refuses the mail: {said}")),
            })?;
            mail.note(&self.pool).await?;
        } else {
            let kept = Kept::new(mail, message_id, address, words, link);
            if !self.keep(mail, kept).await? {
                return Ok(());
            }
        }
        // The span says about which event; to whom is not to be said.
        tracing::info!("mail sent");
        metrics::counter!("mails_total", "kind" => mail.event.event.kind.clone()).increment(1);
        Ok(())
    }

    /// Whether it had not been kept before.
    async fn keep(&self, mail: Mail<'_>, kept: Kept) -> Result<bool, Fault> {
        let is_new = self.outbox.keep(kept).await?;
        // Whoever was erased since the address was read had the outbox cleared before this mail came.
        if self.address(mail).await?.is_none() {
            outbox::forget(&self.pool, mail.recipient).await?;
        }
        Ok(is_new)
    }

    /// Forgets the mails to whoever is erased, where mails are kept.
    pub(super) async fn forget(&self, mail: Mail<'_>) -> Result<(), Fault> {
        outbox::forget(&self.pool, mail.recipient).await
    }

    /// Forgets the oldest mails, where mails are kept and have become many.
    pub(super) async fn trim(&self, connection: &mut PgConnection) -> Result<(), Fault> {
        match self.mailing.way {
            Way::Outbox => outbox::trim(connection).await,
            Way::Smtp(_) | Way::Off => Ok(()),
        }
    }

    /// Whether a mail went out before. The outbox finds that out by itself.
    pub(super) async fn was_sent(&self, mail: Mail<'_>) -> Result<bool, Fault> {
        Ok(self.smtp.is_some() && mail.was_sent(&self.pool).await?)
    }

    async fn address(&self, mail: Mail<'_>) -> Result<Option<String>, Fault> {
        let records = self.store.private("user", &[mail.recipient.into()]).await?;
        Ok(records.first().and_then(|record| record.get(EMAIL)).map(str::to_owned))
    }

    fn message(&self, address: &str, message_id: String, words: &Words) -> Result<Message, NoAddress> {
        let to = Mailbox::new(None, address.parse().map_err(|_| NoAddress)?);
        let mut message = Message::builder()
            .from(self.mailing.sender.0.clone())
            .to(to)
            .message_id(Some(message_id))
            .subject(words.subject.as_str())
            .date_now()
            .header(CONTENT_TYPE)
            .body(words.body.expose_secret().to_owned())
            .map_err(|_| NoAddress)?;
        // Nobody's absence is to be announced to a shop (RFC 3834).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message)
    }
}

/// The address is none that mail can be sent to. It is not repeated.
#[derive(Debug, thiserror::Error)]
#[error("no mail can be sent to the recipient's address")]
struct NoAddress;
