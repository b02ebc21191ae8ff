//! Given some history, when a command arrives, then these events follow.

use std::fmt::Debug;

use uuid::Uuid;

use crate::{Aggregate, Currency, Money, money::Price};

/// Starts a test from the events that have already happened.
pub fn given<A: Aggregate>(history: impl IntoIterator<Item = A::Event>) -> Given<A> {
    Given(A::replay(&history.into_iter().collect::<Vec<_>>()))
}

/// The state a test starts from.
pub struct Given<A>(A);

impl<A: Aggregate> Given<A> {
    /// Puts a command to the state.
    pub fn when(self, command: A::Command) -> When<A> {
        When(self.0.decide(command))
    }
}

/// What the aggregate decided.
pub struct When<A: Aggregate>(Result<Vec<A::Event>, A::Error>);

impl<A: Aggregate> When<A>
where
    A::Event: Debug + PartialEq,
    A::Error: PartialEq,
{
    /// Asserts the exact events.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) {
        assert_eq!(self.0, Ok(expected.into_iter().collect()));
    }

    /// Asserts that the wish already holds.
    #[track_caller]
    pub fn then_nothing(self) {
        self.then([]);
    }

    /// Asserts the broken rule.
    #[track_caller]
    pub fn then_err(self, expected: A::Error) {
        assert_eq!(self.0, Err(expected));
    }
}

/// The id with this number, for tests that need several to tell apart.
pub fn id<I: From<Uuid>>(number: u128) -> I {
    Uuid::from_u128(number).into()
}

/// A text that must be valid.
#[track_caller]
pub fn text<T: TryFrom<String, Error: Debug>>(text: &str) -> T {
    text.to_owned().try_into().expect("a valid text")
}

/// A price in some currency, in minor units.
#[track_caller]
pub fn price(amount: u64, currency: &str) -> Price {
    let currency: Currency = text(currency);
    Money { amount, currency }.try_into().expect("a valid price")
}
