//! What can be asked of a user.

use time::OffsetDateTime;

use super::{Ending, Role};
use crate::{ClaimId, SessionId, text::Reason};

/// What can be asked of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open an account on two claims that are already held.
    Register {
        /// The claim on the e-mail address.
        email: ClaimId,
        /// The claim on the user name.
        username: ClaimId,
    },
    /// Let its owner know that somebody wanted to register on the same e-mail address.
    RepeatSignup,
    /// Send another link that proves the e-mail address.
    RequestVerification,
    /// Take the e-mail address for proven.
    VerifyEmail {
        /// Which link proves it. The newest one alone does.
        number: u32,
    },
    /// Change how the user is known. Sent only when something changes, since most of it is in the private record.
    ChangeProfile {
        /// The claim on the new user name, already held. `None` keeps the name.
        username: Option<ClaimId>,
    },
    /// Take note of a new password, which is written to the credential along with the events. Ends the other sessions.
    ChangePassword {
        /// Which session asks, and goes on.
        session: SessionId,
    },
    /// Send a link with which the password can be set anew.
    RequestReset {
        /// Until when it can.
        until: OffsetDateTime,
    },
    /// Take note of a password that was set anew by a link, and is written to the credential along with the events. Ends
    /// every session.
    ResetPassword {
        /// Which link. The newest one alone is good, and once.
        number: u32,
        /// When it was used.
        at: OffsetDateTime,
    },
    /// Ask for a code at every login from now on. The secret is written to the credential along with the event.
    EnableSecondFactor,
    /// Ask for no code any more.
    DisableSecondFactor,
    /// Begin a session. Ends those whose time is up, and the oldest when there would be too many.
    StartSession {
        /// Which: a session's id counts on with time.
        session: SessionId,
        /// When.
        at: OffsetDateTime,
        /// When it ends in any case.
        until: OffsetDateTime,
        /// How many sessions a user may have; this one they have in any case.
        most: usize,
    },
    /// End sessions.
    EndSession {
        /// Which.
        which: Which,
        /// Why.
        reason: Ending,
    },
    /// End a session whose refresh token was used twice: somebody else has a copy.
    ReportReuse {
        /// Which.
        session: SessionId,
    },
    /// Let the user act as something more.
    GrantRole {
        /// As what.
        role: Role,
    },
    /// Let the user no longer act as something.
    RevokeRole {
        /// As what.
        role: Role,
    },
    /// Begin to sell.
    OpenShop {
        /// The claim on the shop's name, already held.
        name: ClaimId,
    },
    /// Keep the user out, and their goods off the shelves.
    Suspend {
        /// Why, naming nobody: it stays in the log for ever.
        reason: Reason,
    },
    /// Let a suspended user in again.
    Reinstate,
    /// Forget the person. The private and the credential record are deleted along with the events.
    Erase,
}

/// Some of a user's sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// This one.
    One(SessionId),
    /// All but this one.
    Others(SessionId),
    /// All.
    All,
}

impl Which {
    pub(super) fn includes(self, session: SessionId) -> bool {
        match self {
            Self::One(one) => session == one,
            Self::Others(other) => session != other,
            Self::All => true,
        }
    }
}
