//! Timers: moments at which an aggregate is looked at again, and what is done about it then.
//!
//! A timer is set and removed by the events of its aggregate. When it is due, a carrier in `projectors` looks up what the
//! command needs and sends it, more than once after a crash, so the command decides nothing where nothing is due any more.

use uuid::Uuid;

use crate::{Aggregate, ClaimId, Timer, claim, claim::Claim, event};

/// What a timer calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// [Take back](claim::Command::TakeBack) a claim, knowing whether the user who holds it has appeared.
    TakeBackClaim(ClaimId),
}

impl Due {
    /// What this timer of this aggregate calls for. `None` where no aggregate sets such a timer.
    #[must_use]
    pub fn of(category: &str, kind: &str, id: Uuid) -> Option<Self> {
        match (category, kind) {
            (Claim::CATEGORY, claim::TAKE_OVER) => Some(Self::TakeBackClaim(id.into())),
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
