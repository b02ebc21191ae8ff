//! Which rows of the read models are new: where to look for them.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::PgPool;
use tokio::time::sleep;
use uuid::Uuid;

use super::news::Listener;
use super::places::{Category, PARTITIONS, Place, Places};

/// How often, and after which pauses, it is looked for what another part of the read models does not have yet.
const LOOKS: usize = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Which rows to read: behind these places, up to those, and whose.
///
/// A row that came late is read by its number, and at its place too if that lies in between; where its number does not, it is
/// not read at its place either, for then the number is still to come.
pub(super) struct Span<'a> {
    pub(super) after: &'a Places,
    /// `None` is whatever there is.
    pub(super) until: Option<&'a Places>,
    /// The most of each feed, beside what came late; the rest is for the next time.
    pub(super) most: Option<i64>,
    /// Only what concerns this listener.
    pub(super) of: Option<&'a Listener>,
}

impl Span<'_> {
    pub(super) fn partitions() -> Vec<i16> {
        (0..PARTITIONS as i16).collect()
    }

    pub(super) fn after(&self, category: Category) -> &[i64] {
        self.after.of(category)
    }

    pub(super) fn until(&self, category: Category) -> Vec<i64> {
        self.until.map_or_else(|| vec![i64::MAX; PARTITIONS], |places| places.of(category).to_vec())
    }
}

/// Reads the greatest number of each feed.
macro_rules! greatest {
    ($pool:expr, $of:literal) => {
        sqlx::query_as!(
            Newest,
            r#"select k as "partition!", coalesce(("#
                + $of
                + r#"), 0) as "position!" from unnest($1::smallint[]) as k"#,
            &Span::partitions()
        )
        .fetch_all($pool)
        .await?
    };
}

/// How far the read models are.
pub(super) async fn newest(pool: &PgPool) -> sqlx::Result<Places> {
    use Category::{LateMessages, LateOrders, LateStock, Messages, Orders, Stock};
    let found = [
        (Orders, greatest!(pool, "select max(position) from orders.timeline where partition = k")),
        (Stock, greatest!(pool, "select max(position) from inventory.movements where partition = k")),
        (Messages, greatest!(pool, "select max(position) from orders.messages where partition = k")),
        (LateOrders, greatest!(pool, "select max(number) from orders.late where category = 'order' and partition = k")),
        (LateStock, greatest!(pool, "select max(number) from inventory.late where partition = k")),
        (
            LateMessages,
            greatest!(pool, "select max(number) from orders.late where category = 'message' and partition = k"),
        ),
    ];
    let mut places = Places::default();
    for (category, rows) in found {
        for Newest { partition, position } in rows {
            places.pass(Place { category, partition: index(partition), position });
        }
    }
    Ok(places)
}

struct Newest {
    partition: i16,
    position: i64,
}

/// The partition that a row names.
pub(super) fn index(partition: impl TryInto<usize>) -> usize {
    partition.try_into().ok().filter(|partition| *partition < PARTITIONS).unwrap_or_default()
}

/// What other rows say of these, by id. They may be a moment behind: then it is asked again, but not for ever.
pub(super) async fn what_is_known<T, F>(ids: &[Uuid], ask: impl Fn() -> F) -> sqlx::Result<HashMap<Uuid, T>>
where
    F: Future<Output = sqlx::Result<HashMap<Uuid, T>>>,
{
    let mut known = ask().await?;
    for _ in 0..LOOKS {
        if ids.iter().all(|id| known.contains_key(id)) {
            break;
        }
        sleep(BETWEEN_LOOKS).await;
        known = ask().await?;
    }
    Ok(known)
}
