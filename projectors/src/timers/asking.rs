//! Asks the payment provider what became of an attempt that it has not answered.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::{
    Money, OrderId,
    order::{Command, Order},
    text::Reason,
};
use payments::{Attempt, Error, Outcome, Provider};
use time::{Duration, OffsetDateTime};

/// Whom to ask, and how often.
pub(crate) struct Asking {
    provider: Option<Arc<dyn Provider>>,
    ask_after: Duration,
    /// Whether it was away in this round: then nobody waits for it again before the next.
    away: AtomicBool,
    /// Whether that has been said since it last answered.
    said: AtomicBool,
}

/// What came of a question.
pub(super) enum Answer {
    /// The command that tells the order.
    Told(Command),
    /// The provider does not answer, or there is none.
    Away,
    /// The provider does not say what became of it.
    Refused(String),
}

impl Asking {
    pub(crate) fn new(provider: Option<Arc<dyn Provider>>, ask_after: std::time::Duration) -> Self {
        let ask_after = ask_after.try_into().unwrap_or(Duration::MAX);
        Self { provider, ask_after, away: AtomicBool::default(), said: AtomicBool::default() }
    }

    /// Begins a round, in which the provider may be there again.
    pub(super) fn hope(&self) {
        self.away.store(false, Ordering::Relaxed);
    }

    pub(super) async fn ask(&self, id: OrderId, order: &Order, at: OffsetDateTime) -> Answer {
        let later = |attempt| Command::AwaitPayment { attempt, at, ask_after: self.ask_after };
        let Some(number) = order.unanswered() else {
            // It has been answered: a command that changes nothing takes the timer along.
            return Answer::Told(later(order.attempts()));
        };
        let attempt = Attempt { order: id, number };
        match self.outcome(attempt).await {
            Ok(Outcome::Authorized { amount }) if is_asked(order, amount) => {
                Answer::Told(Command::RecordPayment { attempt: number, amount })
            }
            Ok(Outcome::Authorized { amount }) => {
                metrics::counter!("payments_contradicted_total").increment(1);
                tracing::error!(%attempt, amount = amount.amount, "the payment provider has another amount than it was asked for");
                Answer::Told(later(number))
            }
            Ok(Outcome::Declined { reason }) => Answer::Told(Command::DeclinePayment { attempt: number, reason }),
            Ok(Outcome::Unknown) => {
                let reason = Reason::try_from("The payment never reached the provider.".to_owned());
                Answer::Told(Command::DeclinePayment { attempt: number, reason: reason.expect("it is a short text") })
            }
            Ok(Outcome::Undecided) => Answer::Told(later(number)),
            Err(Error::Away(said)) => {
                self.away.store(true, Ordering::Relaxed);
                if !self.said.swap(true, Ordering::Relaxed) {
                    tracing::warn!(said, "the payment provider is away; it is asked again");
                }
                Answer::Away
            }
            Err(Error::Refused(said)) => Answer::Refused(said),
        }
    }

    /// What became of an attempt. One that the provider has never heard of it is told to decline, should it still come.
    async fn outcome(&self, attempt: Attempt) -> Result<Outcome, Error> {
        let away = |said: &str| Error::Away(said.to_owned());
        let provider = self.provider.as_ref().ok_or_else(|| away("there is none, see MILLRACE_PAYMENT_PROVIDER"))?;
        if self.away.load(Ordering::Relaxed) {
            return Err(away("it was away a moment ago"));
        }
        let outcome = provider.ask(attempt).await?;
        self.said.store(false, Ordering::Relaxed);
        if outcome == Outcome::Unknown {
            provider.void(attempt).await?;
        }
        Ok(outcome)
    }
}

fn is_asked(order: &Order, amount: Money) -> bool {
    order.total() == Some(amount)
}
