//! What the services are told, as far as the environment of this command is theirs.

use std::net::SocketAddr;

use clap::Args;
use web::settings::{self, Demand, Switch};

use super::finding::Finding;
use crate::mailing::Mail;

/// What the services are told that lets people in, or keeps them out.
#[derive(Args, Debug)]
pub(super) struct Told {
    #[command(flatten)]
    demo: settings::Demo,
    #[command(flatten)]
    listen: settings::Listen,
    #[command(flatten)]
    edge: settings::Edge,
    #[command(flatten)]
    access: settings::Access,
    #[command(flatten)]
    limits: settings::Limits,
    #[command(flatten)]
    mail: Mail,
    #[command(flatten)]
    webhooks: settings::Webhooks,
    #[command(flatten)]
    payments: command_api::settings::Payments,
}

impl Told {
    pub(super) fn look(&self) -> Vec<Finding> {
        vec![
            self.demo(),
            self.limits(),
            self.proxies(),
            self.tls(),
            self.mails(),
            self.staff(),
            self.receivers(),
            self.money(),
        ]
    }

    /// Where it is open to more than this machine; `None` where it is not, as far as is known here.
    fn public(&self) -> Option<String> {
        let listens = self.listen.listen.filter(|address: &SocketAddr| !address.ip().is_loopback());
        let found = self.mail.public_url().filter(|url| !is_here(url));
        listens
            .map(|address| format!("MILLRACE_LISTEN={address}"))
            .or_else(|| found.map(|url| format!("MILLRACE_PUBLIC_URL={url}")))
    }

    fn demo(&self) -> Finding {
        let what = "demo mode";
        match (self.demo.demo, self.public()) {
            (false, _) => Finding::ok(what, "off"),
            (true, None) => Finding::warning(what, "everybody can log in as anybody: for a shop to play with"),
            (true, Some(public)) => {
                Finding::failure(what, format!("everybody can log in as anybody, and {public}: unset MILLRACE_DEMO"))
            }
        }
    }

    fn limits(&self) -> Finding {
        let what = "rate limits";
        match (self.limits.rate_limits, self.demo.demo) {
            (Switch::On, _) => Finding::ok(what, "on"),
            (Switch::Off, true) => Finding::warning(what, "off: for rehearsals and tests"),
            (Switch::Off, false) => {
                Finding::failure(what, "off: unset MILLRACE_RATE_LIMITS, command-api does not start")
            }
        }
    }

    fn proxies(&self) -> Finding {
        let what = "trusted proxies";
        let everybody = self.edge.trusted_proxies.iter().find(|network| network.prefix() == 0);
        let named = self.edge.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match everybody {
            Some(network) => Finding::failure(
                what,
                format!(
                    "{network}: everybody is believed about where they come from, and no limit holds; name your proxies"
                ),
            ),
            None if named.is_empty() => Finding::ok(what, "none: whoever connects is the client"),
            None => Finding::ok(what, named),
        }
    }

    fn tls(&self) -> Finding {
        let what = "TLS in front";
        let secure = self.mail.public_url().map(|url| url.scheme() == "https");
        match (self.edge.behind_tls, secure, self.public()) {
            (true, Some(false), _) => Finding::warning(
                what,
                "MILLRACE_BEHIND_TLS is set, and MILLRACE_PUBLIC_URL is not https://…: one of them is wrong",
            ),
            (false, Some(true), _) => Finding::warning(
                what,
                "MILLRACE_PUBLIC_URL is https://…: set MILLRACE_BEHIND_TLS, so that browsers keep to it",
            ),
            (false, _, Some(public)) => Finding::warning(
                what,
                format!("{public}, and MILLRACE_BEHIND_TLS is not set: browsers keep no cookie without TLS"),
            ),
            (true, ..) => Finding::ok(what, "browsers are told to keep to it"),
            (false, _, None) => Finding::ok(what, "none, on this machine"),
        }
    }

    fn mails(&self) -> Finding {
        let what = "mails";
        match self.mail.way(self.demo.demo) {
            Err(error) => Finding::failure(what, format!("{error:#}")),
            Ok(_) if self.mail.is_off() => {
                Finding::warning(what, "MILLRACE_MAIL is off: nobody can prove their address or set a password anew")
            }
            Ok(_) => match self.mail.weak_way() {
                Some(weakness) => Finding::warning(what, format!("MILLRACE_SMTP_URL: {weakness}; use smtps://…")),
                None => Finding::ok(what, "there is a way for them"),
            },
        }
    }

    fn staff(&self) -> Finding {
        let what = "the second factor of admins";
        match self.access.admin_second_factor {
            Demand::Required => Finding::ok(what, "is required"),
            Demand::Optional => Finding::ok(what, "is up to them: MILLRACE_ADMIN_SECOND_FACTOR=required asks for it"),
        }
    }

    fn receivers(&self) -> Finding {
        let what = "webhooks";
        let named = self.webhooks.webhook_allow.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match named.is_empty() {
            true => Finding::ok(what, "go to the open net alone"),
            false => Finding::warning(what, format!("sellers can have the shop call whatever listens in {named}")),
        }
    }

    fn money(&self) -> Finding {
        let fake = self.payments.payment_provider == Some(command_api::settings::PaymentProvider::Fake);
        match fake && !self.demo.demo {
            true => {
                Finding::warning("payments", "MILLRACE_PAYMENT_PROVIDER=fake: orders count as paid, and no money moves")
            }
            false => Finding::ok("payments", "are not faked"),
        }
    }
}

/// Whether an address leads to this machine.
fn is_here(url: &reqwest::Url) -> bool {
    url.host_str().is_none_or(|host| {
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        told: Told,
    }

    /// What is said against these flags, beside what a shop without any is told.
    fn said(flags: &[&str]) -> Vec<String> {
        let mail = if flags.contains(&"--mail") { &[][..] } else { &["--mail", "off"] };
        let told = Cli::parse_from(["doctor"].iter().chain(mail).chain(flags)).told;
        let lines = told.look().into_iter().map(|finding| finding.to_string());
        lines.filter(|line| !line.starts_with("ok") && !line.contains("MILLRACE_MAIL is off")).collect()
    }

    #[test]
    fn each_unsafe_setting_is_named_with_how_bad_it_is() {
        for (flags, level, named) in [
            (&["--demo"][..], "warn", "demo mode"),
            (&["--demo", "--listen", "0.0.0.0:80"], "FAIL", "MILLRACE_LISTEN=0.0.0.0:80"),
            (&["--demo", "--public-url", "http://shop.example.org"], "FAIL", "MILLRACE_PUBLIC_URL=http://shop"),
            (&["--rate-limits", "off"], "FAIL", "MILLRACE_RATE_LIMITS"),
            (&["--trusted-proxies", "10.0.0.1,0.0.0.0/0"], "FAIL", "0.0.0.0/0"),
            (&["--public-url", "https://shop.example.org"], "warn", "set MILLRACE_BEHIND_TLS"),
            (&["--listen", "192.0.2.1:80"], "warn", "MILLRACE_BEHIND_TLS is not set"),
            (&["--behind-tls", "--public-url", "http://shop.example.org"], "warn", "one of them is wrong"),
            (&["--mail", "on"], "FAIL", "MILLRACE_SMTP_URL"),
            (&["--webhook-allow", "10.0.0.0/8"], "warn", "10.0.0.0/8"),
            (&["--payment-provider", "fake"], "warn", "MILLRACE_PAYMENT_PROVIDER=fake"),
        ] {
            let found = said(flags);
            let matching = |line: &&String| line.starts_with(level) && line.contains(named);
            assert!(found.iter().any(|line| matching(&line)), "{flags:?}: {found:#?}");
        }
        assert_eq!(
            said(&["--behind-tls", "--public-url", "https://shop.example.org", "--trusted-proxies", "10.0.0.1"]),
            [""; 0]
        );
    }
}
