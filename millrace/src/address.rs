//! The address of a server, looked at for what makes it easy to enter. Services refuse to start on what everybody knows; `millrace
//! doctor` names the rest.

use std::{env, fmt, net::IpAddr};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

/// Passwords that stand in examples and defaults, or are tried first.
const KNOWN: [&str; 20] = [
    "password",
    "passwort",
    "passw0rd",
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "admin",
    "root",
    "default",
    "guest",
    "test",
    "demo",
    "demotest",
    "example",
    "millrace",
    "postgres",
    "redis",
    "foobared",
    "123456",
];

/// The address of a server, as a setting gives it.
pub(crate) struct Address(Url);

/// What makes a server easy to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Weakness {
    /// Everybody knows the password.
    KnownPassword,
    /// There is no password, and other machines can get there.
    NoPassword { host: String },
    /// Whoever is on the way reads along.
    PlainText { host: String },
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KnownPassword => f.write_str("its password is one that everybody knows or tries first"),
            Self::NoPassword { host } => write!(f, "it has no password, and {host} is not this machine"),
            Self::PlainText { host } => write!(f, "it leads to {host} without TLS: whoever is on the way reads along"),
        }
    }
}

impl Address {
    /// Reads an address; `None` where it is none, which whoever connects will say. Of several nodes of one cluster, which have the
    /// user and the password of the first, it is that of the first on another machine.
    pub(crate) fn read(url: &SecretString) -> Option<Self> {
        let stated = url.expose_secret();
        if !stated.starts_with("redis") {
            return stated.parse().ok().map(Self);
        }
        let nodes: Option<Vec<Self>> = stated.split(',').map(|node| node.trim().parse().ok().map(Self)).collect();
        let mut nodes = nodes?.into_iter();
        let first = nodes.next()?;
        match nodes.find(|node| first.is_local() && !node.is_local()) {
            None => Some(first),
            Some(mut elsewhere) => {
                elsewhere.0.set_username(first.0.username()).ok()?;
                elsewhere.0.set_password(first.0.password()).ok()?;
                Some(elsewhere)
            }
        }
    }

    /// Refuses what everybody could enter, outside demo mode.
    ///
    /// # Errors
    /// When the password is a known one, or there is none on the way to another machine.
    pub(crate) fn guard(setting: &'static str, url: &SecretString, demo: bool) -> anyhow::Result<()> {
        let Some(address) = Self::read(url).filter(|_| !demo) else { return Ok(()) };
        match address.weak_password() {
            None => Ok(()),
            Some(weakness) => anyhow::bail!(
                "{setting}: {weakness}. Set another (docs/security.md says how), or MILLRACE_DEMO=true for a shop to play with"
            ),
        }
    }

    /// What is wrong with the password.
    pub(crate) fn weak_password(&self) -> Option<Weakness> {
        match self.password() {
            Some(password) if is_known(&password) || self.user().as_deref() == Some(&password) => {
                Some(Weakness::KnownPassword)
            }
            Some(_) => None,
            None if self.is_local() || self.proves_otherwise() => None,
            None => Some(Weakness::NoPassword { host: self.host() }),
        }
    }

    /// What is wrong with the way there.
    pub(crate) fn weak_way(&self) -> Option<Weakness> {
        let verified = ["verify-ca", "verify-full"];
        let guarded = match self.0.scheme() {
            "rediss" | "valkeys" | "smtps" => self.0.fragment() != Some("insecure"),
            "postgres" | "postgresql" => self
                .parameter("sslmode")
                .or_else(|| variable("PGSSLMODE"))
                .is_some_and(|mode| verified.contains(&&*mode)),
            // A password alone asks for it as well.
            "smtp" => self.parameter("tls").map_or(self.has_password(), |tls| tls == "required"),
            _ => false,
        };
        (!guarded && !self.is_local()).then(|| Weakness::PlainText { host: self.host() })
    }

    /// Whether the server is on this machine.
    fn is_local(&self) -> bool {
        let host = self.host();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host.is_empty()
            || host.starts_with('/')
            || host == "localhost"
            || address.is_ok_and(|address| address.is_loopback())
    }

    /// Who connects there; nobody in particular where it does not say.
    fn user(&self) -> Option<String> {
        Some(self.0.username()).filter(|user| !user.is_empty()).map(str::to_owned).or_else(|| self.parameter("user"))
    }

    /// Whether it says a password.
    pub(crate) fn has_password(&self) -> bool {
        self.password().is_some()
    }

    fn password(&self) -> Option<String> {
        let stated = self.0.password().map(str::to_owned);
        let stated = stated.or_else(|| self.parameter("password")).or_else(|| self.parameter("pass"));
        stated.filter(|password| !password.is_empty())
    }

    fn host(&self) -> String {
        let named = self.parameter("host").or_else(|| self.parameter("hostaddr"));
        named.or_else(|| self.0.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether whoever connects is known by something else than a password in the address.
    fn proves_otherwise(&self) -> bool {
        match self.0.scheme() {
            "postgres" | "postgresql" => {
                self.parameter("sslcert").is_some()
                    || variable("PGPASSWORD").is_some()
                    || variable("PGPASSFILE").is_some()
            }
            "rediss" => connections::tls::shows_certificate(),
            _ => false,
        }
    }

    fn parameter(&self, name: &str) -> Option<String> {
        self.0.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_known(password: &str) -> bool {
    KNOWN.contains(&password.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> Option<Weakness> {
        Address::read(&url.into()).unwrap().weak_password()
    }

    fn read_along(url: &str) -> bool {
        Address::read(&url.into()).unwrap().weak_way().is_some()
    }

    #[test]
    fn what_everybody_knows_is_no_password_wherever_the_server_is() {
        for url in [
            "postgres://millrace:password@127.0.0.1/millrace",
            "postgres://postgres:postgres@db/millrace",
            "redis://:foobared@localhost",
            "redis://worker:Worker2@cache",
            "redis://operator:ChangeMe@cache",
            "postgres:///millrace?host=/run/postgresql&user=anna&password=anna",
        ] {
            let known = refused(url) == Some(Weakness::KnownPassword);
            assert_eq!(known, !url.contains("Worker2"), "{url}");
        }
    }

    #[test]
    fn no_password_will_do_on_this_machine_alone() {
        for url in ["redis://127.0.0.1", "redis://[::1]:1", "redis+unix:///run/redis.sock", "postgres:///millrace"] {
            assert_eq!(refused(url), None, "{url}");
        }
        for url in [
            "redis://cache",
            "redis://10.0.0.7",
            "redis://localhost:1,redis://cache:2",
            "redis://:@cache",
            "postgres://anna@db/millrace",
        ] {
            assert!(matches!(refused(url), Some(Weakness::NoPassword { .. })), "{url}");
        }
        assert_eq!(refused("postgres://anna@db/millrace?sslcert=/tls/anna.pem"), None);
    }

    #[test]
    fn a_way_is_guarded_by_tls_that_is_verified_or_leads_nowhere_else() {
        for url in ["redis://localhost", "rediss://cache", "postgres://anna:x@db/m?sslmode=verify-full"] {
            assert!(!read_along(url), "{url}");
        }
        for url in ["redis://cache", "rediss://cache/#insecure", "postgres://db/m", "postgres://db/m?sslmode=require"] {
            assert!(read_along(url), "{url}");
        }
    }

    #[test]
    fn a_shop_to_play_with_may_have_any_password_and_no_error_repeats_one() {
        let url = "postgres://anna:hunter2@db/m".replace("hunter2", "changeme").into();
        Address::guard("DATABASE_URL", &url, true).unwrap();
        let refused = Address::guard("DATABASE_URL", &url, false).unwrap_err().to_string();
        assert!(refused.starts_with("DATABASE_URL: ") && !refused.contains("changeme"), "{refused}");
    }
}
