//! The answers of the shop that a rehearsal reads; members it has no use for are ignored.

use std::fmt;

use serde::Deserialize;
use uuid::Uuid;

/// The only currency of an order history.
pub(super) const CURRENCY: &str = "GBP";

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Money {
    pub(super) amount: u64,
    pub(super) currency: String,
}

impl Money {
    pub(super) fn pence(amount: u64) -> Self {
        Self { amount, currency: CURRENCY.to_owned() }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} {}", self.amount / 100, self.amount % 100, self.currency)
    }
}

/// What a create answers.
#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) id: Uuid,
}

/// What placing an order answers.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Acknowledgement {
    pub(super) id: Uuid,
    pub(super) total: Money,
}

/// An order as its buyer sees it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct OrderView {
    pub(super) status: Status,
    pub(super) total: Money,
    pub(super) payment: PaymentView,
    pub(super) lines: Vec<LineView>,
}

/// How far the money is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct PaymentView {
    pub(super) captured: Money,
    pub(super) refunded: Money,
}

/// What paying answers.
#[derive(Debug, Deserialize)]
pub(super) struct Paid {
    pub(super) outcome: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct LineView {
    pub(super) product_id: Uuid,
    pub(super) quantity: u32,
    pub(super) unit_price: Money,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Pending,
    Confirmed,
    Rejected,
    Delivered,
    Refunded,
    /// What nobody in a rehearsal asks for.
    #[serde(other)]
    Unexpected,
}

/// Stock as its seller sees it. Signed, so that a number below zero can be told rather than fail to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct StockView {
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) available: i64,
}

/// What a login answers.
#[derive(Debug, Deserialize)]
pub(super) struct LoggedIn {
    pub(super) user: User,
}

/// Who has logged in.
#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) email_verified: bool,
}

/// The mails that a demo shop shows, the newest first.
#[derive(Deserialize)]
pub(super) struct Inbox {
    pub(super) items: Vec<Mail>,
}

/// One of them.
#[derive(Deserialize)]
pub(super) struct Mail {
    link: Option<String>,
}

impl Mail {
    /// What its link carries.
    pub(super) fn token(self) -> Option<String> {
        Some(self.link?.split_once("token=")?.1.to_owned())
    }
}
