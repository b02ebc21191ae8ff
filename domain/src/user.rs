//! A person with an account: the roles they hold and the shop they keep.
//!
//! Names and addresses are private records beside the log, never events. What only one user may have is held by a
//! [claim](crate::claim), and the account names the claims that it rests on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Aggregate, ClaimId, UserId};

/// An account, as far as decisions go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    email: Option<ClaimId>,
    username: Option<ClaimId>,
    shop: Option<ClaimId>,
    roles: BTreeSet<Role>,
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
    /// Whether anybody has registered here.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.email.is_some()
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
}

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
    /// Change how the user is known. Sent only when something changes, since most of it is in the private record.
    ChangeProfile {
        /// The claim on the new user name, already held. `None` keeps the name.
        username: Option<ClaimId>,
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
}

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
    },
}

/// Which rule of accounts a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nobody has registered here.
    #[error("there is no such user")]
    Unknown,
    /// The account rests on other claims.
    #[error("the user is already registered with another address or name")]
    AlreadyRegistered,
    /// The user keeps a shop of another name.
    #[error("the user already keeps a shop")]
    AlreadySelling,
    /// [`Role::Seller`] is for those who keep a shop.
    #[error("the seller role comes with a shop, it is neither granted nor revoked")]
    SellerByShop,
}

impl Aggregate for User {
    const CATEGORY: &'static str = "user";

    type Id = UserId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let (Some(own_email), Some(own_username)) = (self.email, self.username) else {
            return match command {
                Command::Register { email, username } => Ok(vec![Event::Registered { email, username }]),
                Command::ChangeProfile { .. }
                | Command::GrantRole { .. }
                | Command::RevokeRole { .. }
                | Command::OpenShop { .. } => Err(Error::Unknown),
            };
        };
        match command {
            Command::Register { email, username } if (email, username) == (own_email, own_username) => Ok(vec![]),
            Command::Register { .. } => Err(Error::AlreadyRegistered),
            Command::ChangeProfile { username } => {
                let username = username.filter(|new| *new != own_username);
                Ok(vec![Event::ProfileChanged { username, released: username.map(|_| own_username) }])
            }
            Command::GrantRole { role: Role::Seller } | Command::RevokeRole { role: Role::Seller } => {
                Err(Error::SellerByShop)
            }
            Command::GrantRole { role } if self.roles.contains(&role) => Ok(vec![]),
            Command::GrantRole { role } => Ok(vec![Event::RoleGranted { role }]),
            Command::RevokeRole { role } if self.roles.contains(&role) => Ok(vec![Event::RoleRevoked { role }]),
            Command::RevokeRole { .. } => Ok(vec![]),
            Command::OpenShop { name } => match self.shop {
                None => Ok(vec![Event::ShopOpened { name }]),
                Some(own) if own == name => Ok(vec![]),
                Some(_) => Err(Error::AlreadySelling),
            },
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Registered { email, username } => {
                self.email = Some(*email);
                self.username = Some(*username);
                self.roles.insert(Role::Buyer);
            }
            Event::ProfileChanged { username, .. } => self.username = username.or(self.username),
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
            Event::CarriedForward { email, username, shop, roles } => {
                *self = Self { email: Some(*email), username: Some(*username), shop: *shop, roles: roles.clone() };
            }
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self { email, username, shop, ref roles } = *self;
        Some(Event::CarriedForward { email: email?, username: username?, shop, roles: roles.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{given, id};

    fn registered() -> Event {
        Event::Registered { email: id(1), username: id(2) }
    }

    #[test]
    fn everybody_begins_as_a_buyer() {
        given::<User>([]).when(Command::Register { email: id(1), username: id(2) }).then([registered()]);
        let user = User::replay(&[registered()]);
        assert!(user.exists() && user.roles().eq([Role::Buyer]));
    }

    #[test]
    fn registers_once() {
        given::<User>([registered()]).when(Command::Register { email: id(1), username: id(2) }).then_nothing();
        given::<User>([registered()])
            .when(Command::Register { email: id(1), username: id(3) })
            .then_err(Error::AlreadyRegistered);
    }

    #[test]
    fn nothing_else_comes_before_registering() {
        for command in [
            Command::ChangeProfile { username: None },
            Command::GrantRole { role: Role::Admin },
            Command::RevokeRole { role: Role::Buyer },
            Command::OpenShop { name: id(3) },
        ] {
            given::<User>([]).when(command).then_err(Error::Unknown);
        }
    }

    #[test]
    fn a_new_name_releases_the_old_one() {
        let moved = Event::ProfileChanged { username: Some(id(3)), released: Some(id(2)) };
        given::<User>([registered()]).when(Command::ChangeProfile { username: Some(id(3)) }).then([moved.clone()]);
        assert_eq!(User::replay(&[registered(), moved]).username(), Some(id(3)));
    }

    #[test]
    fn the_same_name_written_differently_releases_nothing() {
        let changed = Event::ProfileChanged { username: None, released: None };
        given::<User>([registered()]).when(Command::ChangeProfile { username: Some(id(2)) }).then([changed.clone()]);
        assert_eq!(User::replay(&[registered(), changed]).username(), Some(id(2)));
    }

    #[test]
    fn grants_and_revokes_a_role_once() {
        let granted = Event::RoleGranted { role: Role::Support };
        let revoked = Event::RoleRevoked { role: Role::Support };
        let grant = Command::GrantRole { role: Role::Support };
        let revoke = Command::RevokeRole { role: Role::Support };
        given::<User>([registered()]).when(grant.clone()).then([granted.clone()]);
        given::<User>([registered(), granted.clone()]).when(grant).then_nothing();
        given::<User>([registered(), granted.clone()]).when(revoke.clone()).then([revoked.clone()]);
        given::<User>([registered(), granted, revoked]).when(revoke).then_nothing();
    }

    #[test]
    fn only_a_shop_makes_a_seller() {
        let role = Role::Seller;
        given::<User>([registered()]).when(Command::GrantRole { role }).then_err(Error::SellerByShop);
        given::<User>([registered()]).when(Command::RevokeRole { role }).then_err(Error::SellerByShop);
        assert!(User::replay(&[registered(), Event::ShopOpened { name: id(3) }]).is_seller());
    }

    #[test]
    fn keeps_one_shop() {
        let opened = Event::ShopOpened { name: id(3) };
        let open = |name| Command::OpenShop { name: id(name) };
        given::<User>([registered()]).when(open(3)).then([opened.clone()]);
        given::<User>([registered(), opened.clone()]).when(open(3)).then_nothing();
        given::<User>([registered(), opened]).when(open(4)).then_err(Error::AlreadySelling);
    }
}
