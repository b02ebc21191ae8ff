//! The mailer: mails cannot be taken back, and nothing that it did was in the log. So it goes back to where nothing was lost,
//! and no further; what it has sent about events behind that, it knows.

use sqlx::Connection;

use super::{Healed, Healing, connect, policies, settle};
use crate::{Fault, archive::events, mailer::GROUP, runtime::settled_name, schema};

/// Sets the mailer back where it has settled what the log does not have.
pub(super) async fn heal(healing: &Healing<'_>) -> Result<Healed, Fault> {
    let mut connection = connect(healing.database, schema::MAILER).await?;
    let mut transaction = connection.begin().await?;
    let lost = healing.lost(&mut transaction, GROUP).await?;
    let mut archive = healing.archive.acquire().await?;
    let whole = policies::remembered(&mut archive).await?;
    for (feed, position) in &lost {
        let whole = whole.iter().filter(|(of, _)| of == feed).map(|(_, whole)| *whole).min();
        let to = healing.archived(*feed).await?.min(whole.unwrap_or(u64::MAX)).min(*position);
        let last = events::of_feed(&mut *archive, *feed, to..to + 1, 1).await?;
        policies::forget(&mut transaction, GROUP, *feed, to).await?;
        settle(&mut transaction, GROUP, *feed, to, last.first().map(settled_name)).await?;
    }
    transaction.commit().await?;
    Ok(Healed { consumer: GROUP.to_owned(), feeds: lost.len(), lost: 0, rebuilt: 0 })
}
