//! Ids, and the partition that can be read off them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One sixteenth of all aggregates: the last hex digit of their ids.
///
/// Everything a partition holds lives in one hash slot of Redis, so it can be written atomically.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(u8);

impl Partition {
    /// How many there are. Fixed when a store is created.
    pub const COUNT: u8 = 16;

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// The partition an id belongs to.
    #[must_use]
    pub fn of(id: impl Into<Uuid>) -> Self {
        Self(id.into().as_bytes()[15] & 0x0f)
    }

    /// The partition with this number, if it is below [`Self::COUNT`].
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// Its number, 0 to 15.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The same id, moved into this partition by its last hex digit.
    #[must_use]
    pub fn adopt(self, id: Uuid) -> Uuid {
        let mut bytes = *id.as_bytes();
        bytes[15] = (bytes[15] & 0xf0) | self.0;
        Uuid::from_bytes(bytes)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId,
    /// A session of a user. A UUIDv7: later ones are greater.
    SessionId,
    /// A keyed hash of something that only one user may hold.
    ClaimId,
    /// A product, and with the same id its inventory.
    ProductId,
    /// An order.
    OrderId,
    /// A subscription of an integrator.
    SubscriptionId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_is_the_last_hex_digit() {
        let id: Uuid = "01890a5d-ac96-774b-bcce-b302099a805b".parse().expect("a uuid");
        assert_eq!(Partition::of(id).to_string(), "b");
        let moved = Partition::new(3).expect("below sixteen").adopt(id);
        assert_eq!(moved.to_string(), "01890a5d-ac96-774b-bcce-b302099a8053");
    }
}
