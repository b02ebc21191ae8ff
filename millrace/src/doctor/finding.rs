//! One thing that was looked at.

use std::fmt::{self, Display};

use time::Duration;

/// The services compare times of theirs with those of stores; more than this would be noticed.
const CLOCKS_AGREE: Duration = Duration::SECOND;

/// What was looked at, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) level: Level,
    what: String,
    said: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// It works; somebody should know.
    Warning,
    /// It does not work, or will not keep what it has to.
    Failure,
}

impl Finding {
    pub(super) fn ok(what: impl Into<String>, said: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), said: said.into() }
    }

    /// With what to do about it.
    pub(super) fn warning(what: impl Into<String>, said: impl Into<String>) -> Self {
        Self { level: Level::Warning, what: what.into(), said: said.into() }
    }

    /// With what to do about it.
    pub(super) fn failure(what: impl Into<String>, said: impl Into<String>) -> Self {
        Self { level: Level::Failure, what: what.into(), said: said.into() }
    }

    /// The same of one of several servers.
    pub(super) fn at(self, server: &str) -> Self {
        Self { what: format!("{} ({server})", self.what), ..self }
    }

    /// What there is none of is a failure.
    pub(super) fn of<T, E: Display>(what: &str, found: &Result<T, E>, said: impl FnOnce(&T) -> String) -> Self {
        match found {
            Ok(found) => Self::ok(what, said(found)),
            Err(error) => Self::failure(what, format!("{error:#}")),
        }
    }

    /// Whether the clock of a server agrees with this machine's.
    pub(super) fn clock(of: &str, ahead: Duration) -> Self {
        let (what, apart) = (format!("the clock of {of}"), ahead.as_seconds_f64());
        match ahead.abs() > CLOCKS_AGREE {
            true => {
                Self::warning(what, format!("{apart:+.1} s from this machine's: let both follow the same time (NTP)"))
            }
            false => Self::ok(what, "agrees with this machine's"),
        }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warning => "warn",
            Level::Failure => "FAIL",
        };
        write!(f, "{level:<5} {}: {}", self.what, self.said)
    }
}
