//! The mailer and the webhooks: what was sent cannot be taken back, and was never in the log. So they go back to where nothing
//! was lost, and no further; what they have sent about events behind that, they know.

use sqlx::Connection;

use super::{Healed, Healing, connect, policies, settle};
use crate::{Fault, archive::events, runtime::settled_name};

/// Sets one of them back where it has settled what the log does not have.
pub(super) async fn heal(healing: &Healing<'_>, schema: &str, group: &str) -> Result<Healed, Fault> {
    let mut connection = connect(healing.database, schema).await?;
    let mut transaction = connection.begin().await?;
    let lost = healing.lost(&mut transaction, group).await?;
    let mut archive = healing.archive.acquire().await?;
    let whole = policies::remembered(&mut archive).await?;
    for (feed, position) in &lost {
        let whole = whole.iter().filter(|(of, _)| of == feed).map(|(_, whole)| *whole).min();
        let to = healing.archived(*feed).await?.min(whole.unwrap_or(u64::MAX)).min(*position);
        let last = events::of_feed(&mut *archive, *feed, to..to + 1, 1).await?;
        policies::forget(&mut transaction, group, *feed, to).await?;
        settle(&mut transaction, group, *feed, to, last.first().map(settled_name)).await?;
    }
    transaction.commit().await?;
    Ok(Healed { consumer: group.to_owned(), feeds: lost.len(), lost: 0, rebuilt: 0 })
}
