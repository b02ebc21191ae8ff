//! The archive: every event and every record, copied to Postgres unchanged.
//!
//! A consumer like the others, except that it knows no event type and so has none that could fail. What it holds may leave
//! Redis, and an empty Redis can be filled from it.

mod aggregates;
mod books;
mod erased;
pub(crate) mod events;
mod heal;
mod positions;
mod records;
mod restore;
mod sink;
mod trim;
mod upkeep;

pub use heal::{Healed, heal};
pub(crate) use records::create as create_records;
pub use restore::{Restored, is_lost, restore};
pub(crate) use sink::ArchiveSink;
pub(crate) use upkeep::Keeper;
pub use upkeep::Upkeep;

/// The consumer group of the archive.
pub(crate) const GROUP: &str = "archive";

macro_rules! categories {
    ($($aggregate:ty,)+) => { &[$(<$aggregate as domain::Aggregate>::CATEGORY),+] };
}

/// Every category there is.
pub(crate) const CATEGORIES: &[&str] = domain::each_aggregate!(categories);
