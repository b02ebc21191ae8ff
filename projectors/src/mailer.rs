//! The consumer that writes to people: what happened to their accounts, their orders and their webhooks.
//!
//! Each event leads to one mail per recipient, at least once. What was sent is written down mail by mail, so neither a turn
//! that is repeated nor a log that was restored sends it again; only a crash between the two does, under the same
//! Message-ID. The address is read from the private record when a mail is sent, so whoever is erased by then gets none.
//! Links in mails are signed then as well, and are written nowhere else.

use std::{fmt, sync::Arc, time::Duration};

use domain::{Aggregate, UserId, inventory::Inventory, order::Order, user::User, webhook::Webhooks};
use lettre::message::Mailbox;
use secrecy::SecretString;
use time::OffsetDateTime;

mod duty;
mod letter;
mod outbox;
mod post;
mod sent;
mod smtp;
mod templates;

pub(crate) use duty::Mailer;
pub use smtp::Smtp;

/// Names the consumer group, and the events it reads.
pub(crate) const GROUP: &str = "mailer";
pub(crate) const CATEGORIES: &[&str] = &[User::CATEGORY, Order::CATEGORY, Inventory::CATEGORY, Webhooks::CATEGORY];

/// How a shop writes to people.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// Which way mails go.
    pub way: Way,
    /// Whom they are from.
    pub sender: Sender,
    /// Where people find the shop: what links begin with, without a slash at its end.
    pub public_url: String,
    /// Who signs the links.
    pub links: Links,
    /// How often a mail that the server refuses is tried before it is a dead letter.
    pub attempts: u16,
    /// How long after the first refusal it is tried again; five times as long after each further one.
    pub retry_after: Duration,
}

/// Which way mails go.
#[derive(Clone, Debug)]
pub enum Way {
    /// By a mail server.
    Smtp(Smtp),
    /// Into a table, where a demo shop shows them.
    Outbox,
    /// Nowhere: events are passed over.
    Off,
}

/// Whom mails are from, such as `Millrace <shop@example.org>`.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

/// The text is no mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no sender, such as `Millrace <shop@example.org>`")]
pub struct NotASender;

impl std::str::FromStr for Sender {
    type Err = NotASender;

    fn from_str(text: &str) -> Result<Self, NotASender> {
        text.parse().map(Self).map_err(|_| NotASender)
    }
}

/// What a link in a mail is to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose it is.
    pub user: UserId,
    /// Which of the links that this user was sent for this purpose, from 1.
    pub number: u32,
    /// Until when it is good.
    pub until: OffsetDateTime,
}

/// What a link in a mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To prove that the address is the user's.
    VerifyEmail,
    /// To set a new password.
    ResetPassword,
}

/// Signs links: who holds the keys gives a function that does.
#[derive(Clone)]
pub struct Links(Arc<dyn Fn(Link) -> SecretString + Send + Sync>);

impl Links {
    /// Links whose tokens are signed by this function.
    pub fn signed_by(sign: impl Fn(Link) -> SecretString + Send + Sync + 'static) -> Self {
        Self(Arc::new(sign))
    }

    /// The token of a link.
    #[must_use]
    pub fn sign(&self, link: Link) -> SecretString {
        (self.0)(link)
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links(..)")
    }
}
