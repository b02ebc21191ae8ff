//! The links that are sent to a user by mail, told apart by numbers: the newest of a kind is good, and once.

use time::OffsetDateTime;

use super::{Error, Event};

/// How many links there have been, and which is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    pub(super) verifications: u32,
    pub(super) resets: u32,
    pub(super) reset_until: Option<OffsetDateTime>,
}

impl Links {
    pub(super) const fn next_verification(self) -> Event {
        Event::VerificationRequested { number: self.verifications + 1 }
    }

    pub(super) const fn next_reset(self, until: OffsetDateTime) -> Event {
        Event::ResetRequested { number: self.resets + 1, until }
    }

    /// Whether a link may set the password anew now.
    pub(super) fn check_reset(self, number: u32, at: OffsetDateTime) -> Result<(), Error> {
        match self.reset_until {
            Some(until) if number == self.resets && at < until => Ok(()),
            Some(until) if number == self.resets => Err(Error::LinkExpired { until }),
            Some(_) | None => Err(Error::LinkUsed),
        }
    }
}
