//! Policies: what they may have done because of events that are gone cannot be taken back, but what is there is dealt with.
//!
//! What a policy has done is in other streams than what it did it for, and may be lost where that is not. So it is set back
//! by more than was lost. It asks for nothing that is settled, and its commands can be repeated.

use event_store::Feed;
use sqlx::{Connection, PgConnection};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Healed, Healing, connect, settle, standings};
use crate::{Fault, archive::events, policies::GROUPS, privacy, runtime::settled_name, schema};

/// Every consumer that sends commands because of events, and the schema of its positions.
pub(in crate::archive) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    GROUPS.map(|group| (group, schema::POLICIES)).into_iter().chain([(privacy::GROUP, schema::PRIVACY)])
}

/// For how long before a loss everything is looked at again. A policy that was further behind has not been there yet.
const LOOKED_AT_AGAIN: Duration = Duration::hours(1);

/// Sets a policy back where it, or anybody, has lost something. `intact` is where the log is known to have been whole.
pub(super) async fn heal(
    healing: &Healing<'_>,
    (group, schema): (&str, &str),
    intact: &[(Feed, u64)],
) -> Result<Healed, Fault> {
    let mut connection = connect(healing.database, schema).await?;
    let mut transaction = connection.begin().await?;
    let lost = healing.lost(&mut transaction, group).await?;
    let mut healed = Healed { consumer: group.to_owned(), feeds: 0, lost: 0, rebuilt: 0 };
    if !lost.is_empty() || !intact.is_empty() {
        let mut archive = healing.archive.acquire().await?;
        let mut known = intact.to_vec();
        known.extend(remembered(&mut archive).await?);
        healed.feeds = look_back(&mut transaction, &mut archive, group, &known).await?;
    }
    transaction.commit().await?;
    Ok(healed)
}

/// Sets a policy back in each of its feeds to where the log was whole, and further, to an hour before it was. Returns in how
/// many.
pub(in crate::archive) async fn look_back(
    policies: &mut PgConnection,
    archive: &mut PgConnection,
    group: &str,
    intact: &[(Feed, u64)],
) -> Result<usize, Fault> {
    let since = since(archive, intact).await?;
    let mut feeds = 0;
    for standing in standings(policies, group).await? {
        let whole = intact.iter().filter(|(feed, _)| *feed == standing.feed).map(|(_, position)| *position).min();
        let to = before(archive, standing.feed, &since).await?.min(whole.unwrap_or(u64::MAX));
        if to < standing.position {
            let last = events::of_feed(&mut *archive, standing.feed, to..to + 1, 1).await?;
            forget(policies, group, standing.feed, to).await?;
            settle(policies, group, standing.feed, to, last.first().map(settled_name)).await?;
            feeds += 1;
        }
    }
    Ok(feeds)
}

/// The time from which on everything is looked at again. The loss was after each place up to which the log was whole; where
/// none is known, it may have been at any time.
async fn since(archive: &mut PgConnection, intact: &[(Feed, u64)]) -> Result<String, Fault> {
    let mut newest = None;
    for (feed, position) in intact {
        let last = events::of_feed(&mut *archive, *feed, *position..*position + 1, 1).await?;
        let at = last.first().and_then(|last| OffsetDateTime::parse(&last.event.at, &Rfc3339).ok());
        newest = newest.max(at);
    }
    let since = newest.and_then(|newest| (newest - LOOKED_AT_AGAIN).format(&Rfc3339).ok());
    Ok(since.unwrap_or_default())
}

/// The last place of a feed before this time; of what is archived, if all of it is older.
async fn before(archive: &mut PgConnection, feed: Feed, since: &str) -> Result<u64, Fault> {
    let place = sqlx::query_scalar!(
        r#"select coalesce(
             (select min(position) - 1 from events where category = $1 and partition = $2 and at >= $3),
             (select max(position) from events where category = $1 and partition = $2)
           ) as "place""#,
        feed.category,
        i16::from(feed.partition.number()),
        since
    );
    Ok(place.fetch_one(archive).await?.map_or(0, i64::unsigned_abs))
}

/// Takes what came later out of the queues of a policy. What an operator discarded of it may be another event now.
pub(super) async fn forget(policies: &mut PgConnection, group: &str, feed: Feed, position: u64) -> Result<(), Fault> {
    super::empty_queues(&mut *policies, group, feed, position).await?;
    sqlx::query!(
        "delete from skipped s where consumer = $1 and category = $2 and right(id::text, 1) = $3
           and not exists (
             select from archive.events e where e.category = s.category and e.id = s.id and e.version = s.version
           )",
        group,
        feed.category,
        feed.partition.to_string()
    )
    .execute(policies)
    .await?;
    Ok(())
}

/// Up to where feeds were whole when they were restored, or when somebody else was healed, until everything is.
pub(super) async fn remembered(archive: &mut PgConnection) -> Result<Vec<(Feed, u64)>, Fault> {
    let rows = sqlx::query!("select category, partition, position from restored where healed_at is null");
    let rows = rows.fetch_all(archive).await?.into_iter();
    Ok(rows
        .filter_map(|row| Some((super::upkeep::feed(&row.category, row.partition)?, row.position.unsigned_abs())))
        .collect())
}
