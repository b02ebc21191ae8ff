//! Timers: moments at which an aggregate is looked at again, and what is done about it then.
//!
//! A timer is set and removed by the events of its aggregate. When it is due, a carrier in `projectors` looks up what the
//! command needs and sends it, more than once after a crash, so the command decides nothing where nothing is due any more.

use uuid::Uuid;

use crate::{Aggregate, ClaimId, OrderId, Timer, claim, claim::Claim, event, order, order::Order};

/// What a timer calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// [Take back](claim::Command::TakeBack) a claim, knowing whether the user who holds it has appeared.
    TakeBackClaim(ClaimId),
    /// [Give up](order::Command::Expire) an order that nobody has paid.
    PayBy(OrderId),
    /// Ask the provider about the [unanswered](Order::unanswered) attempt to pay, and tell the order:
    /// [paid](order::Command::RecordPayment), [declined](order::Command::DeclinePayment), also where the provider knows
    /// nothing of it, or [not decided yet](order::Command::AwaitPayment).
    AskProvider(OrderId),
    /// [Close](order::Command::Complete) an order that arrived a while ago.
    Complete(OrderId),
}

impl Due {
    /// What this timer of this aggregate calls for. `None` where no aggregate sets such a timer.
    #[must_use]
    pub fn of(category: &str, kind: &str, id: Uuid) -> Option<Self> {
        match (category, kind) {
            (Claim::CATEGORY, claim::TAKE_OVER) => Some(Self::TakeBackClaim(id.into())),
            (Order::CATEGORY, order::PAYMENT_DEADLINE) => Some(Self::PayBy(id.into())),
            (Order::CATEGORY, order::UNANSWERED_PAYMENT) => Some(Self::AskProvider(id.into())),
            (Order::CATEGORY, order::COMPLETION) => Some(Self::Complete(id.into())),
            _ => None,
        }
    }
}

/// The timers of an aggregate with this history: type, schema and data of each event.
///
/// # Errors
/// When an event cannot be read. A category that sets no timers is not read at all.
pub fn after<'a>(
    category: &str,
    history: impl IntoIterator<Item = (&'a str, u32, &'a str)>,
) -> Result<Vec<Timer>, event::Error> {
    match category {
        Claim::CATEGORY => after_all::<Claim>(history),
        Order::CATEGORY => after_all::<Order>(history),
        _ => Ok(Vec::new()),
    }
}

fn after_all<'a, A: Aggregate>(
    history: impl IntoIterator<Item = (&'a str, u32, &'a str)>,
) -> Result<Vec<Timer>, event::Error> {
    let mut state = A::default();
    for (kind, schema, data) in history {
        state.evolve(&event::decode(kind, schema, data)?);
    }
    Ok(state.timers())
}
