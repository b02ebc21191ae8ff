//! What has happened to a user, and the rules that kept something from happening.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Role;
use crate::{ClaimId, SessionId, text::Reason};

/// What has happened to a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// There is an account now.
    #[serde(rename = "user.registered")]
    Registered {
        /// The claim on the e-mail address.
        email: ClaimId,
        /// The claim on the user name.
        username: ClaimId,
    },
    /// Somebody wanted to register on the same e-mail address.
    #[serde(rename = "user.signup_repeated")]
    SignupRepeated {},
    /// A link that proves the e-mail address is to be sent.
    #[serde(rename = "user.verification_requested")]
    VerificationRequested {
        /// The how manieth of the user, from 1.
        number: u32,
    },
    /// The e-mail address is proven.
    #[serde(rename = "user.email_verified")]
    EmailVerified {},
    /// The user is known differently now.
    #[serde(rename = "user.profile_changed")]
    ProfileChanged {
        /// The claim on the new user name, if it moved.
        #[serde(skip_serializing_if = "Option::is_none")]
        username: Option<ClaimId>,
        /// The claim on the old one, which the account no longer needs.
        #[serde(skip_serializing_if = "Option::is_none")]
        released: Option<ClaimId>,
    },
    /// There is a new password.
    #[serde(rename = "user.password_changed")]
    PasswordChanged {
        /// How.
        by: PasswordChange,
    },
    /// A link with which the password can be set anew is to be sent.
    #[serde(rename = "user.reset_requested")]
    ResetRequested {
        /// The how manieth of the user, from 1.
        number: u32,
        /// Until when it is good.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// Every login asks for a code.
    #[serde(rename = "user.second_factor_enabled")]
    SecondFactorEnabled {},
    /// No login asks for a code.
    #[serde(rename = "user.second_factor_disabled")]
    SecondFactorDisabled {},
    /// A session has begun.
    #[serde(rename = "user.session_started")]
    SessionStarted {
        /// Which.
        session: SessionId,
        /// When it ends in any case.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    /// A session has ended.
    #[serde(rename = "user.session_ended")]
    SessionEnded {
        /// Which.
        session: SessionId,
        /// Why.
        reason: Ending,
    },
    /// A refresh token was used twice.
    #[serde(rename = "user.refresh_reused")]
    RefreshReused {
        /// Of which session.
        session: SessionId,
    },
    /// The user may act as something more.
    #[serde(rename = "user.role_granted")]
    RoleGranted {
        /// As what.
        role: Role,
    },
    /// The user may no longer act as something.
    #[serde(rename = "user.role_revoked")]
    RoleRevoked {
        /// As what.
        role: Role,
    },
    /// The user sells now.
    #[serde(rename = "user.shop_opened")]
    ShopOpened {
        /// The claim on the shop's name.
        name: ClaimId,
    },
    /// The user is kept out.
    #[serde(rename = "user.suspended")]
    Suspended {
        /// Why, naming nobody.
        reason: Reason,
    },
    /// The user may come in again.
    #[serde(rename = "user.reinstated")]
    Reinstated {},
    /// The person is forgotten, and nothing happens here any more.
    #[serde(rename = "user.erased")]
    Erased {
        /// The claims that nobody needs any more.
        released: BTreeSet<ClaimId>,
    },
    /// The books were closed: this is how the account stands.
    #[serde(rename = "user.carried_forward")]
    CarriedForward {
        /// The claim on the e-mail address.
        email: ClaimId,
        /// The claim on the user name.
        username: ClaimId,
        /// The claim on the shop's name, if there is a shop.
        #[serde(skip_serializing_if = "Option::is_none")]
        shop: Option<ClaimId>,
        /// What the user may act as.
        roles: BTreeSet<Role>,
        /// Whether the e-mail address is proven.
        verified: bool,
        /// How many links to prove it were asked for.
        verifications: u32,
        /// How many links to set the password anew were asked for.
        resets: u32,
        /// Until when the newest of those is good, if it is.
        #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none", default)]
        reset_until: Option<OffsetDateTime>,
        /// Whether logins ask for a code.
        second_factor: bool,
        /// The sessions that have not ended.
        sessions: Vec<Session>,
        /// Whether the user is kept out.
        suspended: bool,
        /// Whether the person is forgotten.
        erased: bool,
    },
}

/// A session that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// When it ends in any case.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// How a password came to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordChange {
    /// By its owner, who knew the old one.
    Owner,
    /// By a link that was sent to the e-mail address.
    Reset,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The user has left.
    LoggedOut,
    /// The user ended it from another session.
    Revoked,
    /// Its time was up.
    Expired,
    /// It was the oldest of too many.
    Displaced,
    /// A refresh token of it was used twice.
    Reused,
    /// The password was changed or set anew.
    PasswordChanged,
    /// The user is kept out.
    Suspended,
    /// The person is forgotten.
    Erased,
}

impl Ending {
    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Displaced => "displaced",
            Self::Reused => "reused",
            Self::PasswordChanged => "password_changed",
            Self::Suspended => "suspended",
            Self::Erased => "erased",
        }
    }
}

/// Which rule of accounts a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody has registered here.
    #[error("there is no such user")]
    Unknown,
    /// The person is forgotten, and the account with them.
    #[error("the user is erased")]
    Erased,
    /// The account rests on other claims.
    #[error("the user is already registered with another address or name")]
    AlreadyRegistered,
    /// The user is kept out.
    #[error("the user is suspended")]
    Suspended,
    /// Selling is for those who have proven their e-mail address.
    #[error("the e-mail address is not verified")]
    Unverified,
    /// The link was used before, or there is a newer one.
    #[error("the link has been used, or a newer one was sent")]
    LinkUsed,
    /// The link's time is up.
    #[error("the link was good until {until}")]
    LinkExpired {
        /// Until when it was good.
        until: OffsetDateTime,
    },
    /// The user keeps a shop of another name.
    #[error("the user already keeps a shop")]
    AlreadySelling,
    /// Somebody has to run the marketplace: whoever does hands that over first.
    #[error("an admin cannot be erased, another admin takes the role first")]
    StillAdmin,
    /// [`Role::Seller`] is for those who keep a shop.
    #[error("the seller role comes with a shop, it is neither granted nor revoked")]
    SellerByShop,
}
