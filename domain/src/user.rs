//! A person with an account: what proves it, the sessions they have, the roles they hold and the shop they keep.
//!
//! Names and addresses are private records beside the log, hashes and secrets are credentials, never events. What only one
//! user may have is held by a [claim](crate::claim), and the account names the claims that it rests on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Aggregate, ClaimId, SessionId, UserId};

mod command;
mod event;
mod links;
mod sessions;
#[cfg(test)]
mod tests;

pub use command::{Command, Which};
pub use event::{Ending, Error, Event, PasswordChange, Session};
use links::Links;
use sessions::Sessions;

/// An account, as far as decisions go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    email: Option<ClaimId>,
    username: Option<ClaimId>,
    shop: Option<ClaimId>,
    roles: BTreeSet<Role>,
    verified: bool,
    links: Links,
    second_factor: bool,
    sessions: Sessions,
    suspended: bool,
    erased: bool,
}

/// What a user may act as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Places orders. Everybody begins with it.
    Buyer,
    /// Offers products. Comes with a shop.
    Seller,
    /// Runs the marketplace.
    Admin,
    /// Looks after its people, and changes nothing.
    Support,
}

impl Role {
    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Admin => "admin",
            Self::Support => "support",
        }
    }
}

impl User {
    /// Whether anybody has registered here, even if they are erased by now.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.email.is_some()
    }

    /// Whether somebody has an account here: registered, and not erased.
    #[must_use]
    pub const fn has_account(&self) -> bool {
        self.exists() && !self.erased
    }

    /// What the user may act as, in a fixed order.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        self.roles.iter().copied()
    }

    /// Whether the user may offer products.
    #[must_use]
    pub fn is_seller(&self) -> bool {
        self.roles.contains(&Role::Seller)
    }

    /// Whether the user runs the marketplace.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.contains(&Role::Admin)
    }

    /// Whether the e-mail address is proven.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// The number of the newest link that proves the e-mail address; 0 before the first.
    #[must_use]
    pub const fn verification(&self) -> u32 {
        self.links.verifications
    }

    /// The newest link that sets the password anew, and until when it is good, unless it was used.
    #[must_use]
    pub fn reset(&self) -> Option<(u32, OffsetDateTime)> {
        self.links.reset_until.map(|until| (self.links.resets, until))
    }

    /// Whether logins ask for a code.
    #[must_use]
    pub const fn second_factor(&self) -> bool {
        self.second_factor
    }

    /// The sessions that have not been ended, the oldest first; the time of some may be up.
    pub fn sessions(&self) -> impl Iterator<Item = Session> {
        self.sessions.iter()
    }

    /// Whether a session of the user goes on.
    #[must_use]
    pub fn is_live(&self, session: SessionId, at: OffsetDateTime) -> bool {
        !self.suspended && !self.erased && self.sessions.until(session).is_some_and(|until| at < until)
    }

    /// Whether the user is kept out.
    #[must_use]
    pub const fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// Whether the person is forgotten.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.erased
    }

    /// The claim on the e-mail address.
    #[must_use]
    pub const fn email(&self) -> Option<ClaimId> {
        self.email
    }

    /// The claim on the user name.
    #[must_use]
    pub const fn username(&self) -> Option<ClaimId> {
        self.username
    }

    /// The claim on the shop's name, once there is a shop.
    #[must_use]
    pub const fn shop(&self) -> Option<ClaimId> {
        self.shop
    }

    fn erase(&self) -> Vec<Event> {
        let released = [self.email, self.username, self.shop].into_iter().flatten().collect();
        self.sessions.end(Which::All, Ending::Erased).chain([Event::Erased { released }]).collect()
    }
}

/// Events that follow one another.
fn then(first: Event, more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    std::iter::once(first).chain(more).collect()
}

impl Aggregate for User {
    const CATEGORY: &'static str = "user";

    type Id = UserId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let (Some(own_email), Some(own_username)) = (self.email, self.username) else {
            let Command::Register { email, username } = command else { return Err(Error::Unknown) };
            return Ok(then(Event::Registered { email, username }, [self.links.next_verification()]));
        };
        if self.erased {
            return Err(Error::Erased);
        }
        match command {
            Command::Register { email, username } if (email, username) == (own_email, own_username) => Ok(vec![]),
            Command::Register { .. } => Err(Error::AlreadyRegistered),
            Command::RepeatSignup => Ok(vec![Event::SignupRepeated {}]),
            Command::RequestVerification if self.verified => Ok(vec![]),
            Command::RequestVerification => Ok(vec![self.links.next_verification()]),
            Command::VerifyEmail { number } if self.verified || number != self.links.verifications => {
                Err(Error::LinkUsed)
            }
            Command::VerifyEmail { .. } => Ok(vec![Event::EmailVerified {}]),
            Command::ChangeProfile { username } => {
                let username = username.filter(|new| *new != own_username);
                Ok(vec![Event::ProfileChanged { username, released: username.map(|_| own_username) }])
            }
            Command::ChangePassword { session } => {
                let ended = self.sessions.end(Which::Others(session), Ending::PasswordChanged);
                Ok(then(Event::PasswordChanged { by: PasswordChange::Owner }, ended))
            }
            Command::RequestReset { until } => Ok(vec![self.links.next_reset(until)]),
            Command::ResetPassword { number, at } => {
                self.links.check_reset(number, at)?;
                let ended = self.sessions.end(Which::All, Ending::PasswordChanged);
                Ok(then(Event::PasswordChanged { by: PasswordChange::Reset }, ended))
            }
            Command::EnableSecondFactor if self.second_factor => Ok(vec![]),
            Command::EnableSecondFactor => Ok(vec![Event::SecondFactorEnabled {}]),
            Command::DisableSecondFactor if self.second_factor => Ok(vec![Event::SecondFactorDisabled {}]),
            Command::DisableSecondFactor => Ok(vec![]),
            Command::StartSession { .. } if self.suspended => Err(Error::Suspended),
            Command::StartSession { session, at, until, most } => Ok(self.sessions.start(session, at, until, most)),
            Command::EndSession { which, reason } => Ok(self.sessions.end(which, reason).collect()),
            Command::ReportReuse { session } => match self.sessions.until(session) {
                Some(_) => {
                    let ended = self.sessions.end(Which::One(session), Ending::Reused);
                    Ok(then(Event::RefreshReused { session }, ended))
                }
                None => Ok(vec![]),
            },
            Command::GrantRole { role: Role::Seller } | Command::RevokeRole { role: Role::Seller } => {
                Err(Error::SellerByShop)
            }
            Command::GrantRole { role } if self.roles.contains(&role) => Ok(vec![]),
            Command::GrantRole { role } => Ok(vec![Event::RoleGranted { role }]),
            Command::RevokeRole { role } if self.roles.contains(&role) => Ok(vec![Event::RoleRevoked { role }]),
            Command::RevokeRole { .. } => Ok(vec![]),
            Command::OpenShop { name } => match self.shop {
                None if self.suspended => Err(Error::Suspended),
                None if !self.verified => Err(Error::Unverified),
                None => Ok(vec![Event::ShopOpened { name }]),
                Some(own) if own == name => Ok(vec![]),
                Some(_) => Err(Error::AlreadySelling),
            },
            Command::Suspend { .. } if self.suspended => Ok(vec![]),
            Command::Suspend { reason } => {
                Ok(then(Event::Suspended { reason }, self.sessions.end(Which::All, Ending::Suspended)))
            }
            Command::Reinstate if self.suspended => Ok(vec![Event::Reinstated {}]),
            Command::Reinstate => Ok(vec![]),
            Command::Erase if self.is_admin() => Err(Error::StillAdmin),
            Command::Erase => Ok(self.erase()),
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Registered { email, username } => {
                self.email = Some(*email);
                self.username = Some(*username);
                self.roles.insert(Role::Buyer);
            }
            Event::SignupRepeated {} | Event::RefreshReused { .. } => {}
            Event::VerificationRequested { number } => self.links.verifications = *number,
            Event::EmailVerified {} => self.verified = true,
            Event::ProfileChanged { username, .. } => self.username = username.or(self.username),
            Event::PasswordChanged { .. } => self.links.reset_until = None,
            Event::ResetRequested { number, until } => {
                self.links.resets = *number;
                self.links.reset_until = Some(*until);
            }
            Event::SecondFactorEnabled {} => self.second_factor = true,
            Event::SecondFactorDisabled {} => self.second_factor = false,
            Event::SessionStarted { session, until } => self.sessions.started(*session, *until),
            Event::SessionEnded { session, .. } => self.sessions.ended(*session),
            Event::RoleGranted { role } => {
                self.roles.insert(*role);
            }
            Event::RoleRevoked { role } => {
                self.roles.remove(role);
            }
            Event::ShopOpened { name } => {
                self.shop = Some(*name);
                self.roles.insert(Role::Seller);
            }
            Event::Suspended { .. } => self.suspended = true,
            Event::Reinstated {} => self.suspended = false,
            Event::Erased { .. } => self.erased = true,
            Event::CarriedForward {
                email,
                username,
                shop,
                roles,
                verified,
                verifications,
                resets,
                reset_until,
                second_factor,
                sessions,
                suspended,
                erased,
            } => {
                *self = Self {
                    email: Some(*email),
                    username: Some(*username),
                    shop: *shop,
                    roles: roles.clone(),
                    verified: *verified,
                    links: Links { verifications: *verifications, resets: *resets, reset_until: *reset_until },
                    second_factor: *second_factor,
                    sessions: sessions.iter().copied().collect(),
                    suspended: *suspended,
                    erased: *erased,
                };
            }
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self { email, username, shop, ref roles, verified, links, second_factor, ref sessions, suspended, erased } =
            *self;
        Some(Event::CarriedForward {
            email: email?,
            username: username?,
            shop,
            roles: roles.clone(),
            verified,
            verifications: links.verifications,
            resets: links.resets,
            reset_until: links.reset_until,
            second_factor,
            sessions: sessions.iter().collect(),
            suspended,
            erased,
        })
    }
}
