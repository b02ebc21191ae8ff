//! Where something of a user is kept beside their account.

use std::collections::BTreeSet;

use domain::{Aggregate, OrderId, UserId, message::Conversation, order::Order};
use sqlx::PgPool;
use uuid::Uuid;

use crate::Fault;

/// Something that is kept of a user.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    pub(super) user: UserId,
    pub(super) what: What,
    /// The order, which its conversation has the id of.
    pub(super) id: OrderId,
}

/// What is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// The address that an order goes to.
    Address,
    /// What the user wrote about an order.
    Texts,
}

impl What {
    /// The category of the aggregate whose private record holds it.
    const fn category(self) -> &'static str {
        match self {
            Self::Address => Order::CATEGORY,
            Self::Texts => Conversation::CATEGORY,
        }
    }
}

/// Adds to the index what is not there yet; it is committed on return.
pub(super) async fn add(pool: &PgPool, kept: BTreeSet<Kept>) -> Result<(), Fault> {
    if kept.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into kept (user_id, category, id) select * from unnest($1::uuid[], $2::text[], $3::uuid[])
         on conflict do nothing",
        &kept.iter().map(|kept| kept.user.into()).collect::<Vec<Uuid>>(),
        &kept.iter().map(|kept| kept.what.category().to_owned()).collect::<Vec<_>>(),
        &kept.iter().map(|kept| kept.id.into()).collect::<Vec<Uuid>>(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Everything that is kept of a user.
pub(super) async fn of(pool: &PgPool, user: UserId) -> Result<Vec<Kept>, Fault> {
    let rows = sqlx::query!("select category, id from kept where user_id = $1", Uuid::from(user));
    let rows = rows.fetch_all(pool).await?.into_iter();
    let kept = rows.filter_map(|row| {
        let what = [What::Address, What::Texts].into_iter().find(|what| what.category() == row.category)?;
        Some(Kept { user, what, id: row.id.into() })
    });
    Ok(kept.collect())
}
