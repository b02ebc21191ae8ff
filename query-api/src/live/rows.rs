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
pub(super) struct Span<'a> {
    pub(super) after: &'a Places,
    /// `None` is whatever there is.
    pub(super) until: Option<&'a Places>,
    /// The most of each feed; the rest is for the next time.
    pub(super) most: Option<i64>,
    /// Only what concerns this listener.
    pub(super) of: Option<&'a Listener>,
}

impl Span<'_> {
    pub(super) fn partitions() -> Vec<i16> {
        (0..PARTITIONS as i16).collect()
    }

    pub(super) fn until(&self, category: Category) -> Vec<i64> {
        self.until.map_or_else(|| vec![i64::MAX; PARTITIONS], |places| places.of(category).to_vec())
    }
}

/// How far the read models are.
pub(super) async fn newest(pool: &PgPool) -> sqlx::Result<Places> {
    let orders = sqlx::query_as!(
        Newest,
        r#"select k as "partition!", coalesce((select max(position) from orders.timeline where partition = k), 0) as "position!"
           from unnest($1::smallint[]) as k"#,
        &Span::partitions()
    );
    let stock = sqlx::query_as!(
        Newest,
        r#"select k as "partition!", coalesce((select max(position) from inventory.movements where partition = k), 0) as "position!"
           from unnest($1::smallint[]) as k"#,
        &Span::partitions()
    );
    let messages = sqlx::query_as!(
        Newest,
        r#"select k as "partition!", coalesce((select max(position) from orders.messages where partition = k), 0) as "position!"
           from unnest($1::smallint[]) as k"#,
        &Span::partitions()
    );
    let mut places = Places::default();
    for (category, rows) in [
        (Category::Orders, orders.fetch_all(pool).await?),
        (Category::Stock, stock.fetch_all(pool).await?),
        (Category::Messages, messages.fetch_all(pool).await?),
    ] {
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
