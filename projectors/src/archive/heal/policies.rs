//! Policies: what they may have done because of events that are gone cannot be taken back, but what is there is dealt with.

use event_store::Feed;
use sqlx::Connection;

use super::{Healed, Healing, connect};
use crate::{Fault, archive::GROUP, schema};

/// Sets a policy back to before what was lost. It deals with some events again, which its commands allow.
pub(super) async fn heal(healing: &Healing<'_>, group: &str) -> Result<Healed, Fault> {
    let mut connection = connect(healing.database, schema::POLICIES).await?;
    let mut transaction = connection.begin().await?;
    let lost = healing.lost(&mut transaction, group).await?;
    for (feed, position) in &lost {
        let known = known(healing, *feed).await?;
        healing.set_back(&mut transaction, group, *feed, known.min(*position)).await?;
    }
    transaction.commit().await?;
    Ok(Healed { consumer: group.to_owned(), feeds: lost.len(), lost: 0, rebuilt: 0 })
}

/// Up to where the log has certainly lost nothing: what was archived of it, and restored.
async fn known(healing: &Healing<'_>, feed: Feed) -> Result<u64, Fault> {
    let position = sqlx::query_scalar!(
        r#"select least(
             (select position from positions where consumer = $1 and category = $2 and partition = $3),
             (select min(position) from restored where category = $2 and partition = $3 and healed_at is null)
           ) as "position""#,
        GROUP,
        feed.category,
        i16::from(feed.partition.number())
    );
    Ok(position.fetch_one(&healing.archive).await?.map_or(0, i64::unsigned_abs))
}
