//! How often somebody may do something.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::duration;

/// How often what may be done, by whom. All processes of a shop share the counts; tell them the same.
#[derive(Args, Clone, Copy, Debug)]
pub struct Limits {
    /// Whether limits apply; `off` is for rehearsals and tests, and refused outside demo mode
    #[arg(long, env = "MILLRACE_RATE_LIMITS", value_enum, default_value_t)]
    pub rate_limits: Switch,
    /// Logins from one address
    #[arg(long, env = "MILLRACE_LIMIT_LOGIN_ADDRESS", default_value = "10/1m")]
    pub limit_login_address: Rate,
    /// Logins to one account
    #[arg(long, env = "MILLRACE_LIMIT_LOGIN_ACCOUNT", default_value = "5/1m")]
    pub limit_login_account: Rate,
    #[command(flatten)]
    pub(crate) back_off: BackOff,
    /// Sign-ups from one address
    #[arg(long, env = "MILLRACE_LIMIT_SIGNUP", default_value = "5/1h")]
    pub limit_signup: Rate,
    /// Mails that one address asks for, to whatever accounts
    #[arg(long, env = "MILLRACE_LIMIT_MAIL_ADDRESS", default_value = "10/1h")]
    pub limit_mail_address: Rate,
    /// Mails to one account that forgot its password
    #[arg(long, env = "MILLRACE_LIMIT_FORGOT", default_value = "3/1h")]
    pub limit_forgot: Rate,
    /// Mails to one account that is yet to be verified
    #[arg(long, env = "MILLRACE_LIMIT_RESEND", default_value = "3/1h")]
    pub limit_resend: Rate,
    /// Refreshes of one session
    #[arg(long, env = "MILLRACE_LIMIT_REFRESH", default_value = "30/1m")]
    pub limit_refresh: Rate,
    /// Passwords and codes by which one user proves to be themselves within a session; codes by which one logs in
    #[arg(long, env = "MILLRACE_LIMIT_PROOF", default_value = "5/1m")]
    pub limit_proof: Rate,
    /// Messages that one user writes about orders
    #[arg(long, env = "MILLRACE_LIMIT_MESSAGES", default_value = "20/1m")]
    pub limit_messages: Rate,
    /// How often one user says to be writing a message
    #[arg(long, env = "MILLRACE_LIMIT_TYPING", default_value = "60/1m")]
    pub limit_typing: Rate,
    /// Other commands of one user
    #[arg(long, env = "MILLRACE_LIMIT_COMMANDS", default_value = "600/1m")]
    pub limit_commands: Rate,
}

/// How long to wait after failed logins, passwords or codes in a row: longer each time, up to an end.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct BackOff {
    /// Failed logins, passwords within a session, or codes in a row after which the wait begins
    #[arg(long, env = "MILLRACE_LOGIN_FAILURES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) login_failures: u32,
    /// How long the wait is at first; each further failure doubles it
    #[arg(long, env = "MILLRACE_LOGIN_FIRST_WAIT", default_value = "15s", value_parser = duration)]
    pub(crate) login_first_wait: Duration,
    /// How long the wait is at most; a reset of the password ends the wait
    #[arg(long, env = "MILLRACE_LOGIN_LONGEST_WAIT", default_value = "15m", value_parser = duration)]
    pub(crate) login_longest_wait: Duration,
    /// How long after the last failure all of them are forgotten
    #[arg(long, env = "MILLRACE_LOGIN_FORGIVEN", default_value = "1h", value_parser = duration)]
    pub(crate) login_forgiven: Duration,
}

/// On or off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// As it should be.
    #[default]
    On,
    /// For rehearsals and tests.
    Off,
}

/// So many at once, and as many again in so long, evenly: `10/1m` is ten, then one every six seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let needed = || "a count and its time are needed, such as 10/1m".to_owned();
        let (count, per) = text.split_once('/').ok_or_else(needed)?;
        let (count, per) = (count.parse().map_err(|_| needed())?, duration(per)?);
        if count == 0 || per.is_zero() { Err(needed()) } else { Ok(Self { count, per }) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:?}", self.count, self.per)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_count_and_its_time() {
        assert_eq!("10/1m".parse(), Ok(Rate { count: 10, per: Duration::from_secs(60) }));
        assert_eq!("3/250ms".parse(), Ok(Rate { count: 3, per: Duration::from_millis(250) }));
        for text in ["", "10", "0/1m", "10/0s", "10/m", "-1/1m", "10/1m/1m"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
