//! Who asks.

use uuid::Uuid;

pub(crate) trait Actor {
    /// The user and their roles, of whoever is signed in.
    fn session(&self) -> Option<(Uuid, Vec<String>)>;

    /// Which session it is.
    fn session_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

impl<A: Actor + ?Sized> Actor for &A {
    fn session(&self) -> Option<(Uuid, Vec<String>)> {
        (**self).session()
    }

    fn session_id(&self) -> Uuid {
        (**self).session_id()
    }
}

pub(crate) struct Anonymous;

pub(crate) struct Buyer(pub(crate) Uuid);

pub(crate) struct Seller(pub(crate) Uuid);

pub(crate) struct Admin(pub(crate) Uuid);

pub(crate) struct Support(pub(crate) Uuid);

impl Buyer {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Seller {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Admin {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Support {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

/// A buyer in a session of theirs.
pub(crate) struct InSession(pub(crate) Uuid, pub(crate) Uuid);

impl Actor for InSession {
    fn session(&self) -> Option<(Uuid, Vec<String>)> {
        signed_in(self.0, &["buyer"])
    }

    fn session_id(&self) -> Uuid {
        self.1
    }
}

fn signed_in(user: Uuid, roles: &[&str]) -> Option<(Uuid, Vec<String>)> {
    Some((user, roles.iter().map(ToString::to_string).collect()))
}

impl Actor for Anonymous {
    fn session(&self) -> Option<(Uuid, Vec<String>)> {
        None
    }
}

impl Actor for Buyer {
    fn session(&self) -> Option<(Uuid, Vec<String>)> {
        signed_in(self.0, &["buyer"])
    }
}

impl Actor for Seller {
    fn session(&self) -> Option<(Uuid, Vec<String>)> {
        signed_in(self.0, &["buyer", "seller"])
    }
}

impl Actor for Admin {
    fn session(&self) -> Option<(Uuid, Vec<String>)> {
        signed_in(self.0, &["buyer", "admin"])
    }
}

impl Actor for Support {
    fn session(&self) -> Option<(Uuid, Vec<String>)> {
        signed_in(self.0, &["buyer", "support"])
    }
}
