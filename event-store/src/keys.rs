//! The names of the keys of the log. `streams.md` is their contract.

use domain::Partition;
use uuid::Uuid;

/// One aggregate's stream, such as `order:{b}:<id>`.
pub(crate) fn stream(category: &str, id: Uuid) -> String {
    format!("{category}:{{{}}}:{id}", Partition::of(id))
}

/// What consumer groups read: every event of one category in one partition.
pub(crate) fn feed(category: &str, partition: Partition) -> String {
    format!("feed:{category}:{{{partition}}}")
}

/// The answer to an idempotent command.
pub(crate) fn receipt(partition: Partition, command: Uuid) -> String {
    format!("receipt:{{{partition}}}:{}", command.simple())
}

/// Personal fields of one aggregate.
pub(crate) fn private(category: &str, id: Uuid) -> String {
    format!("private:{category}:{{{}}}:{id}", Partition::of(id))
}

/// What proves that a user is who they say.
pub(crate) fn credential(user: Uuid) -> String {
    format!("credential:{{{}}}:{user}", Partition::of(user))
}

/// The moments at which aggregates of one partition are to be looked at again.
pub(crate) fn timers(partition: Partition) -> String {
    format!("timers:{{{partition}}}")
}

/// What was fixed when the store was created.
pub(crate) const STORE: &str = "store";

/// What operators ask of consumers.
pub(crate) const REQUESTS: &str = "requests";

/// Dead letters of one group, to look at.
pub(crate) fn dead(group: &str, partition: Partition) -> String {
    format!("dead:{group}:{{{partition}}}")
}
