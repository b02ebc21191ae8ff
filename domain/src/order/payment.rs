//! Money: attempts to pay, what the provider took, what goes back.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{Error, Event, Order, Status};
use crate::{Money, text::Reason};

/// The longest pause between two questions to the provider about the same attempt.
const LONGEST_PAUSE: Duration = Duration::HOUR;

/// What the provider says about an attempt to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing yet.
    Awaited {
        /// When it is asked.
        #[serde(with = "time::serde::rfc3339")]
        ask_at: OffsetDateTime,
        /// How often it was asked before, and did not know.
        asked: u32,
    },
    /// It does not have the money.
    Declined,
    /// It has the money, which pays the order.
    Paid,
    /// It has the money, which goes back.
    PaidLate,
}

impl Answer {
    const fn is_success(self) -> bool {
        matches!(self, Self::Paid | Self::PaidLate)
    }
}

/// Money that is to go back to the buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repayment {
    /// The number of the refund, from 1.
    pub number: u32,
    /// How much.
    pub amount: Money,
}

/// Money that went back or is to go back, and of which payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The attempt that brought it.
    pub attempt: u32,
    /// How much.
    pub amount: Money,
    /// Whether it has gone back.
    pub done: bool,
}

impl Order {
    /// The attempt that the provider has not answered. There is one at most.
    #[must_use]
    pub fn unanswered(&self) -> Option<u32> {
        self.find(|answer| matches!(answer, Answer::Awaited { .. }))
    }

    /// When the provider is asked about that attempt.
    pub(super) fn ask_at(&self) -> Option<OffsetDateTime> {
        self.attempts.iter().find_map(|answer| match answer {
            Answer::Awaited { ask_at, .. } => Some(*ask_at),
            Answer::Declined | Answer::Paid | Answer::PaidLate => None,
        })
    }

    /// The attempt that paid the order.
    #[must_use]
    pub fn paid_by(&self) -> Option<u32> {
        self.find(|answer| answer == Answer::Paid)
    }

    /// How many attempts to pay there were.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.len() as u32
    }

    /// What the provider says about the last attempt to pay. `None` before the first.
    #[must_use]
    pub fn last_answer(&self) -> Option<Answer> {
        self.attempts.last().copied()
    }

    /// A refund by its number.
    #[must_use]
    pub fn refund(&self, number: u32) -> Option<Refund> {
        self.refunds.get(number.checked_sub(1)? as usize).copied()
    }

    /// Refunds that have yet to go back, by their numbers.
    pub fn open_refunds(&self) -> impl Iterator<Item = (u32, Refund)> {
        (1..).zip(self.refunds.iter().copied()).filter(|(_, refund)| !refund.done)
    }

    /// All that the provider ever took for the order, late money too. `None` when it was never placed.
    #[must_use]
    pub fn captured(&self) -> Option<Money> {
        let successes = self.attempts.iter().filter(|answer| answer.is_success()).count() as u64;
        self.total.map(|total| Money { amount: total.amount.saturating_mul(successes), ..total })
    }

    /// All that went back. `None` when it was never placed.
    #[must_use]
    pub fn refunded(&self) -> Option<Money> {
        let done = self.refunds.iter().filter(|refund| refund.done);
        let amount = done.map(|refund| refund.amount.amount).fold(0, u64::saturating_add);
        self.total.map(|total| Money { amount, ..total })
    }

    fn find(&self, is_it: impl Fn(Answer) -> bool) -> Option<u32> {
        (1..).zip(&self.attempts).find(|(_, answer)| is_it(**answer)).map(|(attempt, _)| attempt)
    }

    /// What the provider said to an attempt.
    ///
    /// # Errors
    /// When nobody began such an attempt.
    pub fn answer(&self, attempt: u32) -> Result<Answer, Error> {
        let index = attempt.checked_sub(1).map(|index| index as usize);
        index.and_then(|index| self.attempts.get(index)).copied().ok_or(Error::NoSuchAttempt { attempt })
    }

    pub(super) fn next_refund(&self) -> u32 {
        self.refunds.len() as u32 + 1
    }

    /// What the buyer has paid and nobody has begun to give back.
    pub(super) fn kept(&self) -> u64 {
        let Some((attempt, total)) = self.paid_by().zip(self.total) else { return 0 };
        let refunds = self.refunds.iter().filter(|refund| refund.attempt == attempt);
        refunds.fold(total.amount, |left, refund| left.saturating_sub(refund.amount.amount))
    }

    pub(super) fn start_payment(
        &self,
        status: Status,
        at: OffsetDateTime,
        ask_after: Duration,
    ) -> Result<Vec<Event>, Error> {
        if status != Status::Confirmed {
            let early = status == Status::Pending;
            return Err(if early { Error::TooEarly { status } } else { Error::AlreadyDecided { status } });
        }
        if let Some(attempt) = self.unanswered() {
            return Err(Error::PaymentUnderWay { attempt });
        }
        let (attempt, ask_at) = (self.attempts() + 1, at + ask_after);
        let event = self.total.map(|amount| Event::PaymentStarted { attempt, amount, ask_at });
        Ok(event.into_iter().collect())
    }

    pub(super) fn record_payment(&self, status: Status, attempt: u32, amount: Money) -> Result<Vec<Event>, Error> {
        let answer = self.answer(attempt)?;
        if let Some(asked) = self.total.filter(|asked| *asked != amount) {
            return Err(Error::WrongAmount { attempt, asked, amount });
        }
        Ok(match answer {
            Answer::Paid | Answer::PaidLate => vec![],
            Answer::Awaited { .. } | Answer::Declined if status == Status::Confirmed => {
                vec![Event::Paid { attempt, amount }]
            }
            Answer::Awaited { .. } | Answer::Declined => {
                vec![Event::PaidLate { attempt, amount, refund: self.next_refund() }]
            }
        })
    }

    pub(super) fn decline_payment(&self, attempt: u32, reason: Reason) -> Result<Vec<Event>, Error> {
        match self.answer(attempt)? {
            Answer::Awaited { .. } => Ok(vec![Event::PaymentDeclined { attempt, reason }]),
            Answer::Declined => Ok(vec![]),
            Answer::Paid | Answer::PaidLate => Err(Error::AttemptSucceeded { attempt }),
        }
    }

    pub(super) fn await_payment(
        &self,
        attempt: u32,
        at: OffsetDateTime,
        ask_after: Duration,
    ) -> Result<Vec<Event>, Error> {
        Ok(match self.answer(attempt)? {
            Answer::Awaited { ask_at, asked } if ask_at <= at => {
                let pause = ask_after.saturating_mul(1 << (asked + 1).min(16)).min(LONGEST_PAUSE.max(ask_after));
                vec![Event::PaymentPending { attempt, ask_at: at + pause }]
            }
            Answer::Awaited { .. } | Answer::Declined | Answer::Paid | Answer::PaidLate => vec![],
        })
    }

    pub(super) fn record_refund(&self, number: u32) -> Result<Vec<Event>, Error> {
        match self.refund(number) {
            None => Err(Error::NoSuchRefund { number }),
            Some(Refund { done: true, .. }) => Ok(vec![]),
            Some(Refund { amount, .. }) => Ok(vec![Event::Refunded { number, amount }]),
        }
    }

    pub(super) fn payment_started(&mut self, ask_at: OffsetDateTime) {
        self.attempts.push(Answer::Awaited { ask_at, asked: 0 });
    }

    pub(super) fn payment_pending(&mut self, attempt: u32, next: OffsetDateTime) {
        if let Ok(Answer::Awaited { asked, .. }) = self.answer(attempt) {
            self.answered(attempt, Answer::Awaited { ask_at: next, asked: asked + 1 });
        }
    }

    pub(super) fn answered(&mut self, attempt: u32, answer: Answer) {
        if let Some(known) = self.attempts.get_mut((attempt as usize).wrapping_sub(1)) {
            *known = answer;
        }
    }

    pub(super) fn owe(&mut self, attempt: u32, amount: Money) {
        self.refunds.push(Refund { attempt, amount, done: false });
    }

    /// The status is `refunded` once all that was paid has gone back. Late money alone never paid anything.
    pub(super) fn gone_back(&mut self, number: u32) {
        if let Some(refund) = self.refunds.get_mut((number as usize).wrapping_sub(1)) {
            refund.done = true;
        }
        if self.paid_by().is_some() && self.refunded() == self.captured() {
            self.status = Some(Status::Refunded);
        }
    }
}
