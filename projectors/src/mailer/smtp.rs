//! The way to a mail server, and what its answers mean.

use std::{error::Error as _, fmt, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{AsyncSmtpTransportBuilder, Error, PoolConfig},
};
use secrecy::{ExposeSecret, SecretString};

/// The answer of a server that is about to close.
const CLOSING: &str = "421";

/// A mail server.
#[derive(Clone)]
pub struct Smtp(Box<AsyncSmtpTransportBuilder>);

/// The text is no address of a mail server. It is not repeated: there may be a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no mail server, such as smtps://user:password@mail.example.org")]
pub struct NotAServer;

impl Smtp {
    /// The server there: `smtps://[user:password@]host[:port]`, or `smtp://…` without TLS, with `?tls=required` for STARTTLS. It is
    /// given so long for each answer.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(url: &SecretString, patience: Duration) -> Result<Self, NotAServer> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret()).map_err(|_| NotAServer)?;
        Ok(Self(Box::new(builder.timeout(Some(patience)))))
    }

    /// Prepares up to so many connections, which are made when they are needed.
    pub(super) fn connect(&self, connections: u32) -> Connections {
        Connections((*self.0).clone().pool_config(PoolConfig::new().max_size(connections)).build())
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Smtp(..)")
    }
}

/// Connections to a mail server.
pub(super) struct Connections(AsyncSmtpTransport<Tokio1Executor>);

/// Why a mail was not sent.
pub(super) enum NotSent {
    /// The server cannot be reached, or serves nobody.
    Away(String),
    /// The server serves, but does not take this mail.
    Refused(String),
}

impl Connections {
    pub(super) async fn send(&self, message: Message) -> Result<(), NotSent> {
        match self.0.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.judge(&error).await),
        }
    }

    /// Who turns everybody away, at the greeting or at the password, has said nothing about this mail.
    async fn judge(&self, error: &Error) -> NotSent {
        let about_it = error.is_client() || error.status().is_some_and(|code| code.to_string() != CLOSING);
        if about_it && matches!(self.0.test_connection().await, Ok(true)) {
            NotSent::Refused(said(error))
        } else {
            NotSent::Away(said(error))
        }
    }
}

/// What went wrong, without the words of the server: they may name the recipient.
fn said(error: &Error) -> String {
    match error.status() {
        Some(code) => {
            let words = error.source().map(ToString::to_string).unwrap_or_default();
            let enhanced = words.split_whitespace().next().filter(|word| is_enhanced(word));
            enhanced.map_or(code.to_string(), |enhanced| format!("{code} {enhanced}"))
        }
        None if error.is_response() => "the server does not speak SMTP".to_owned(),
        None => error.to_string(),
    }
}

/// Whether it is a status code of RFC 3463, such as 5.1.1.
fn is_enhanced(word: &str) -> bool {
    let parts: Vec<_> = word.split('.').collect();
    let is_number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_is_named_by_its_url_and_never_shown() {
        let of = |url: &str| Smtp::new(&url.to_owned().into(), Duration::from_secs(1));
        for url in ["smtp://127.0.0.1:25", "smtps://anna:quiet@mail.example.org", "smtp://a:b@c.example?tls=required"] {
            assert_eq!(format!("{:?}", of(url).unwrap()), "Smtp(..)");
        }
        for url in ["", "mail.example.org", "http://mail.example.org", "smtp://"] {
            assert_eq!(of(url).unwrap_err(), NotAServer, "{url}");
        }
    }

    #[test]
    fn a_status_code_is_told_from_words() {
        assert!(is_enhanced("5.1.1") && is_enhanced("4.7.650"));
        for word in ["<anna@example.com>", "5.1", "5.1.1.1", "5..1", "a.b.c", ""] {
            assert!(!is_enhanced(word), "{word}");
        }
    }
}
