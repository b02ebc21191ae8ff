//! The methods of payment of the fake provider.

use std::time::Duration;

use time::OffsetDateTime;

/// What the fake provider does with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behaviour {
    Approve,
    Decline,
    Late,
    Twice,
    Overdue,
    Silent,
}

/// Every token there is.
pub const TOKENS: [&str; 6] = ["tok_approve", "tok_decline", "tok_late", "tok_twice", "tok_overdue", "tok_silent"];

impl Behaviour {
    pub(super) fn of(token: &str) -> Option<Self> {
        Some(match token {
            "tok_approve" => Self::Approve,
            "tok_decline" => Self::Decline,
            "tok_late" => Self::Late,
            "tok_twice" => Self::Twice,
            "tok_overdue" => Self::Overdue,
            "tok_silent" => Self::Silent,
            _ => return None,
        })
    }

    pub(super) const fn pays(self) -> bool {
        !matches!(self, Self::Decline)
    }

    /// How many callbacks there will be.
    pub(super) const fn calls_back(self) -> u8 {
        match self {
            Self::Approve | Self::Decline | Self::Silent => 0,
            Self::Late | Self::Overdue => 1,
            Self::Twice => 2,
        }
    }

    /// From when on it answers.
    pub(super) fn answers_from(
        self,
        now: OffsetDateTime,
        deadline: Option<OffsetDateTime>,
        delay: Duration,
    ) -> OffsetDateTime {
        match self {
            Self::Approve | Self::Decline => now,
            Self::Late | Self::Twice | Self::Silent => now + delay,
            Self::Overdue => deadline.unwrap_or(now) + delay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_known_and_no_other() {
        for token in TOKENS {
            assert!(Behaviour::of(token).is_some(), "{token}");
        }
        for token in ["", "tok_", "approve", "TOK_APPROVE", "tok_approve "] {
            assert!(Behaviour::of(token).is_none(), "{token}");
        }
    }
}
