//! What is known of a command beside its wish.

use std::fmt;

use domain::Partition;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

const WRITTEN: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Who decided, when and because of what: written beside every event of a command.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who asks, such as `user:<id>`, `policy:<group>` or `operator`. Never a name.
    pub actor: String,
    /// The command, random or derived from what makes it the same one again.
    pub command: CommandId,
    /// The time of the decision.
    pub at: OffsetDateTime,
    /// The W3C `traceparent` of the request, or nothing.
    pub trace: String,
}

impl Context {
    /// The time of the decision as it is written: RFC 3339 in UTC, always to the millisecond, so that texts sort as times.
    pub(crate) fn written_at(&self) -> String {
        let at = self.at.to_offset(time::UtcOffset::UTC);
        at.format(WRITTEN).expect("a time of this era has a year of four digits")
    }
}

/// Names one command. A retry of the same command has the same id, so the receipt of the first is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CommandId(Uuid);

impl CommandId {
    /// A command that nobody will repeat.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::now_v7())
    }

    /// A command that is known by the (keyed) hash of what makes it the same one again.
    #[must_use]
    pub fn derived(hash: [u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// A new UUIDv7 in the partition of this command: a retry draws another id, looks in the same partition, and finds
    /// the receipt of the first.
    #[must_use]
    pub fn new_id(self) -> Uuid {
        Partition::of(self.0).adopt(Uuid::now_v7())
    }

    pub(crate) const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}
