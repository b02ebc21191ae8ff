//! How a shop writes to people, as a process with consumers is told.

use std::time::Duration;

use anyhow::Context;
use clap::Args;
use projectors::mailer::{Link, Links, Mailing, Purpose, Sender, Smtp, Way};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use web::{
    keys::SigningKeys,
    settings::{Switch, duration},
    tokens::mail::{self, Signer},
};

use crate::address::{Address, Weakness};

const DEMO_SENDER: &str = "Millrace <shop@localhost>";

/// The mail server, and what mails say.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Mail")]
pub(crate) struct Mail {
    /// The mail server: smtps://[user:password@]host[:port], or smtp://… (STARTTLS with ?tls=required, and wherever there is a password).
    /// A demo shop without one shows its mails at /dev/mail
    #[arg(long, env = "MILLRACE_SMTP_URL", hide_env_values = true)]
    smtp_url: Option<SecretString>,
    /// How long the mail server may take for each answer
    #[arg(long, env = "MILLRACE_SMTP_PATIENCE", default_value = "30s", value_parser = duration)]
    smtp_patience: Duration,
    /// Whom mails are from, such as `Millrace <shop@example.org>`
    #[arg(long, env = "MILLRACE_MAIL_FROM")]
    mail_from: Option<Sender>,
    /// Where people find the shop: what links in mails begin with. On this machine, in a demo shop, unless set
    #[arg(long, env = "MILLRACE_PUBLIC_URL")]
    public_url: Option<Url>,
    /// `off`: nobody is written to, now or later, about what happens meanwhile
    #[arg(long, env = "MILLRACE_MAIL", value_enum, default_value_t)]
    mail: Switch,
    /// How often a mail that the server refuses is tried before it is a dead letter
    #[arg(long, env = "MILLRACE_MAIL_ATTEMPTS", default_value_t = 3, value_parser = clap::value_parser!(u16).range(2..=10))]
    mail_attempts: u16,
    /// How long after the first refusal a mail is tried again; five times as long after each further one
    #[arg(long, env = "MILLRACE_MAIL_RETRY_AFTER", default_value = "1m", value_parser = duration)]
    mail_retry_after: Duration,
}

impl Mail {
    /// What the mailer is started with. `local` is where a demo shop is found on this machine.
    ///
    /// # Errors
    /// When something is missing outside demo mode, or is not what it should be.
    pub(crate) fn mailing(&self, demo: bool, local: &str, keys: SigningKeys) -> anyhow::Result<Mailing> {
        let public_url = match &self.public_url {
            Some(url) => base(url)?,
            None => local.to_owned(),
        };
        Ok(Mailing {
            way: self.way(demo)?,
            sender: self.mail_from.clone().map_or_else(|| DEMO_SENDER.parse(), Ok)?,
            public_url,
            links: links(keys),
            attempts: self.mail_attempts,
            retry_after: self.mail_retry_after,
        })
    }

    /// Whether mails are kept where the shop shows them.
    pub(crate) fn is_kept(&self, demo: bool) -> bool {
        matches!(self.way(demo), Ok(Way::Outbox))
    }

    /// Whether nobody is written to.
    pub(crate) fn is_off(&self) -> bool {
        self.mail == Switch::Off
    }

    /// Where people find the shop, if that is said.
    pub(crate) const fn public_url(&self) -> Option<&Url> {
        self.public_url.as_ref()
    }

    /// What is wrong with the way to the mail server.
    pub(crate) fn weak_way(&self) -> Option<Weakness> {
        self.smtp_url.as_ref().and_then(Address::read).and_then(|server| server.weak_way())
    }

    /// Which way mails go.
    ///
    /// # Errors
    /// When something is missing outside demo mode, or is not what it should be.
    pub(crate) fn way(&self, demo: bool) -> anyhow::Result<Way> {
        if self.is_off() {
            return Ok(Way::Off);
        }
        if !demo {
            let needed = [
                ("MILLRACE_SMTP_URL", self.smtp_url.is_none()),
                ("MILLRACE_MAIL_FROM", self.mail_from.is_none()),
                ("MILLRACE_PUBLIC_URL", self.public_url.is_none()),
            ];
            let missing: Vec<_> = needed.into_iter().filter_map(|(name, missing)| missing.then_some(name)).collect();
            anyhow::ensure!(
                missing.is_empty(),
                "a shop writes to people: set {}, or MILLRACE_MAIL=off for a shop that does not",
                missing.join(", ")
            );
        }
        let Some(url) = &self.smtp_url else { return Ok(Way::Outbox) };
        // A relay that asks for no password is the operator's to open.
        let known = Address::read(url).and_then(|url| url.weak_password());
        if let (Some(weakness @ Weakness::KnownPassword), false) = (known, demo) {
            anyhow::bail!("MILLRACE_SMTP_URL: {weakness}");
        }
        Ok(Way::Smtp(Smtp::new(&guarded(url), self.smtp_patience).context("MILLRACE_SMTP_URL")?))
    }
}

/// The public address without a slash at its end.
fn base(url: &Url) -> anyhow::Result<String> {
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    anyhow::ensure!(
        matches!(url.scheme(), "http" | "https") && is_plain,
        "MILLRACE_PUBLIC_URL is to be like https://shop.example.org"
    );
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// A password goes over TLS, unless it stays on this machine or the address says otherwise.
fn guarded(url: &SecretString) -> SecretString {
    let Ok(mut parsed) = url.expose_secret().parse::<Url>() else { return url.clone() };
    let local = parsed.host_str().is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host));
    let says = parsed.query_pairs().any(|(name, _)| name == "tls");
    if parsed.scheme() == "smtp" && parsed.password().is_some() && !local && !says {
        parsed.query_pairs_mut().append_pair("tls", "required");
    }
    SecretString::from(String::from(parsed))
}

fn links(keys: SigningKeys) -> Links {
    let signer = Signer::new(keys);
    Links::signed_by(move |Link { purpose, user, number, until }| {
        let purpose = match purpose {
            Purpose::VerifyEmail => mail::Purpose::VerifyEmail,
            Purpose::ResetPassword => mail::Purpose::ResetPassword,
        };
        signer.sign(purpose, mail::Link { user: Uuid::from(user), number: u64::from(number) }, until)
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        mail: Mail,
    }

    fn mailing(arguments: &[&str], demo: bool) -> anyhow::Result<Mailing> {
        let folder = tempfile::tempdir().unwrap();
        let Cli { mail } = Cli::parse_from([&["millrace"], arguments].concat());
        mail.mailing(demo, "http://127.0.0.1:8080", SigningKeys::open(folder.path()).unwrap())
    }

    #[test]
    fn a_demo_shop_keeps_its_mails() {
        let mailing = mailing(&[], true).unwrap();
        assert!(matches!(mailing.way, Way::Outbox));
        assert_eq!(mailing.public_url, "http://127.0.0.1:8080");
    }

    #[test]
    fn another_shop_names_what_it_needs_to_write_to_people() {
        let said = mailing(&["--mail-from", "shop@example.org"], false).unwrap_err().to_string();
        assert!(said.contains("set MILLRACE_SMTP_URL, MILLRACE_PUBLIC_URL, or MILLRACE_MAIL=off"), "{said}");
        assert!(matches!(mailing(&["--mail", "off"], false).unwrap().way, Way::Off));
    }

    #[tokio::test]
    async fn a_mail_server_is_used_where_there_is_one() {
        let url = ["--smtp-url", "smtp://127.0.0.1:2525", "--public-url", "https://shop.example.org/"];
        let mailing = mailing(&[&url[..], &["--mail-from", "Shop <shop@example.org>"]].concat(), false).unwrap();
        assert!(matches!(mailing.way, Way::Smtp(_)));
        assert_eq!(mailing.public_url, "https://shop.example.org");
    }

    #[test]
    fn what_is_no_server_and_no_address_is_refused_without_being_repeated() {
        let said = mailing(&["--smtp-url", "mail.example.org:quiet"], true).unwrap_err();
        let said = format!("{said:#}");
        assert!(said.contains("MILLRACE_SMTP_URL") && !said.contains("quiet"), "{said}");
        assert!(mailing(&["--public-url", "ftp://shop.example.org"], true).is_err());
    }

    #[test]
    fn a_password_goes_over_tls() {
        let guarded = |url: &str| guarded(&url.to_owned().into()).expose_secret().to_owned();
        assert_eq!(guarded("smtp://a:b@mail.example.org:587"), "smtp://a:b@mail.example.org:587?tls=required");
        for kept in ["smtp://a:b@127.0.0.1:2525", "smtps://a:b@mail.example.org", "smtp://mail.example.org:25"] {
            assert_eq!(guarded(kept), kept);
        }
        assert_eq!(guarded("smtp://a:b@c.example?tls=opportunistic"), "smtp://a:b@c.example?tls=opportunistic");
    }

    #[test]
    fn links_carry_tokens_that_the_web_side_accepts() {
        let folder = tempfile::tempdir().unwrap();
        let keys = SigningKeys::open(folder.path()).unwrap();
        let user = Uuid::now_v7();
        let until = time::OffsetDateTime::now_utc() + Duration::from_secs(60);
        let link = Link { purpose: Purpose::ResetPassword, user: user.into(), number: 3, until };
        let token = links(keys.clone()).sign(link);
        let said = mail::Verifier::new(keys.public()).verify(token.expose_secret(), mail::Purpose::ResetPassword);
        assert_eq!(said, Ok(mail::Link { user, number: 3 }));
    }
}
