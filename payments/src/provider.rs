//! The port to a payment provider.

use std::fmt;

use async_trait::async_trait;
use domain::{Money, OrderId, text::Reason};
use secrecy::SecretString;
use time::OffsetDateTime;

/// How a buyer pays, as their browser has it from the provider. Handed on, and kept nowhere.
pub type Method = SecretString;

/// An attempt to pay an order: what makes a request to the provider the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which order.
    pub order: OrderId,
    /// The number of the attempt, from 1.
    pub number: u32,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.order, self.number)
    }
}

/// Money that goes back. Order and number name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The attempt that brought the money.
    pub attempt: Attempt,
    /// The number of the refund within the order, from 1.
    pub number: u32,
    /// How much.
    pub amount: Money,
}

/// What became of an attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider has never heard of it.
    Unknown,
    /// The provider does not know yet.
    Undecided,
    /// The money is set aside for the shop.
    Authorized {
        /// How much.
        amount: Money,
    },
    /// There is no money, and there will be none.
    Declined {
        /// What the provider says.
        reason: Reason,
    },
}

/// What a provider tells by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// About which attempt.
    pub attempt: Attempt,
    /// What became of it.
    pub outcome: Outcome,
}

/// Why nothing came of a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The provider does not answer. Whether it has done what it was asked is unknown; asking again is safe.
    #[error("the payment provider does not answer: {0}")]
    Away(String),
    /// The provider answers that it will not do this.
    #[error("the payment provider refuses: {0}")]
    Refused(String),
}

/// A callback that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the callback is not one of this provider's")]
pub struct Malformed;

/// Whoever moves the money.
///
/// Every request is idempotent by its attempt, a refund by its order and number: the second answers like the first.
#[async_trait]
pub trait Provider: fmt::Debug + Send + Sync {
    /// Its name in paths and in the log.
    fn name(&self) -> &'static str;

    /// Whether this is a method of payment of its kind.
    fn knows(&self, method: &Method) -> bool;

    /// Sets money aside for an order that is to be paid `by` then.
    ///
    /// # Errors
    /// When it does not answer or refuses.
    async fn authorize(
        &self,
        attempt: Attempt,
        amount: Money,
        by: Option<OffsetDateTime>,
        method: &Method,
    ) -> Result<Outcome, Error>;

    /// Collects what was set aside.
    ///
    /// # Errors
    /// When it does not answer or refuses.
    async fn capture(&self, attempt: Attempt, amount: Money) -> Result<(), Error>;

    /// Lets go of what was set aside and not collected. An attempt that it has never heard of it declines from then on.
    ///
    /// # Errors
    /// When it does not answer or refuses.
    async fn void(&self, attempt: Attempt) -> Result<(), Error>;

    /// Gives back what was collected, or a part of it.
    ///
    /// # Errors
    /// When it does not answer or refuses.
    async fn refund(&self, refund: Refund) -> Result<(), Error>;

    /// Asks what became of an attempt.
    ///
    /// # Errors
    /// When it does not answer or refuses.
    async fn ask(&self, attempt: Attempt) -> Result<Outcome, Error>;

    /// Reads a callback whose signature was good.
    ///
    /// # Errors
    /// When it says nothing that this provider says.
    fn read(&self, body: &[u8]) -> Result<Callback, Malformed>;
}
