//! Which rule of orders a command would break.

use super::{MAX_LINES, MAX_QUANTITY, Status};
use crate::{Currency, Money, ProductId, UserId};

/// Which rule of orders a command would break. An `index` is the line's, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was never placed.
    #[error("there is no such order")]
    Unknown,
    /// It was placed with another buyer or other lines.
    #[error("the order is already placed with other content")]
    AlreadyPlaced,
    /// It has come too far for that.
    #[error("the order is already {status}")]
    AlreadyDecided {
        /// How far.
        status: Status,
    },
    /// It has not come far enough for that.
    #[error("the order is only {status} as yet")]
    TooEarly {
        /// How far.
        status: Status,
    },
    /// Not 1 to [`MAX_LINES`] lines.
    #[error("an order has 1 to {MAX_LINES} lines, not {count}")]
    Lines {
        /// How many came.
        count: usize,
    },
    /// Not 1 to [`MAX_QUANTITY`] units.
    #[error("line {index}: a quantity is 1 to {MAX_QUANTITY}, not {quantity}")]
    Quantity {
        /// Which line.
        index: usize,
        /// How many units came.
        quantity: u32,
    },
    /// A product is in an order once.
    #[error("line {index}: product {product} is already in the order")]
    Repeated {
        /// Which line is the second.
        index: usize,
        /// Which product.
        product: ProductId,
    },
    /// The product does not exist or is not active.
    #[error("line {index}: product {product} is not for sale")]
    NotForSale {
        /// Which line.
        index: usize,
        /// Which product.
        product: ProductId,
    },
    /// Nobody orders from themselves.
    #[error("line {index}: product {product} is the buyer's own")]
    OwnProduct {
        /// Which line.
        index: usize,
        /// Which product.
        product: ProductId,
    },
    /// An order is paid in one currency.
    #[error("line {index}: product {product} is priced in {currency}, the first line in {first}")]
    MixedCurrencies {
        /// Which line.
        index: usize,
        /// Which product.
        product: ProductId,
        /// What it is priced in.
        currency: Currency,
        /// What the first line is priced in.
        first: Currency,
    },
    /// What is charged beside the prices cannot be added to them.
    #[error("the charges are not in {currency}, or too high to be added")]
    Charges {
        /// What the lines are priced in.
        currency: Currency,
    },
    /// It costs something else than the buyer was told.
    #[error("the order costs {} {} now", .total.amount, .total.currency)]
    PriceChanged {
        /// What it costs.
        total: Money,
    },
    /// One attempt at a time.
    #[error("attempt {attempt} to pay has not been answered")]
    PaymentUnderWay {
        /// Which attempt waits for its answer.
        attempt: u32,
    },
    /// Nobody began such an attempt.
    #[error("there is no attempt {attempt} to pay")]
    NoSuchAttempt {
        /// Which.
        attempt: u32,
    },
    /// An order is paid as a whole, or not.
    #[error("attempt {attempt} is over {} {}, not {} {}", .asked.amount, .asked.currency, .amount.amount, .amount.currency)]
    WrongAmount {
        /// Which attempt.
        attempt: u32,
        /// What the provider was asked for.
        asked: Money,
        /// What came.
        amount: Money,
    },
    /// The provider has said before that it has the money.
    #[error("attempt {attempt} has succeeded")]
    AttemptSucceeded {
        /// Which.
        attempt: u32,
    },
    /// Nothing in it is sold by them.
    #[error("{seller} sells nothing in the order")]
    NotASeller {
        /// Who.
        seller: UserId,
    },
    /// More than what the seller delivered, less what came back before.
    #[error("line {index}: {returnable} units of product {product} can come back, not {quantity}")]
    NotReturnable {
        /// Which line.
        index: usize,
        /// Which product.
        product: ProductId,
        /// How many units came.
        quantity: u32,
        /// How many can.
        returnable: u32,
    },
    /// Nothing was to go back under that number.
    #[error("there is no refund {number}")]
    NoSuchRefund {
        /// Which.
        number: u32,
    },
}
