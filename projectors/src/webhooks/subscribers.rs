//! Whom to ask whether they want to be told: an index of the active subscriptions, so that the log need not be searched.

use std::collections::BTreeSet;

use domain::{
    UserId,
    webhook::{Event, Scope, Webhooks},
};
use event_store::Recorded;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Fault;

/// The owners of active subscriptions, and whether they hear of every seller's affairs.
#[derive(Default)]
pub(super) struct Subscribers(Vec<(UserId, bool)>);

impl Subscribers {
    /// Those that are known by now.
    pub(super) async fn read(connection: &mut PgConnection) -> Result<Self, Fault> {
        let rows = sqlx::query!("select owner, everything from subscribers").fetch_all(connection).await?;
        Ok(Self(rows.into_iter().map(|row| (row.owner.into(), row.everything)).collect()))
    }

    /// Takes in somebody who subscribes in the same turn.
    pub(super) fn learn(&mut self, event: &Recorded) {
        if let Ok(Event::Subscribed { scope, .. }) = event.event::<Webhooks>() {
            self.0.push((event.id.into(), scope == Scope::All));
        }
    }

    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Those who may want to hear of an affair of these sellers.
    pub(super) fn of(&self, sellers: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        let concerned = self.0.iter().filter(|(owner, everything)| *everything || sellers.contains(owner));
        concerned.map(|(owner, _)| *owner).collect()
    }
}

/// Brings the index up to what has happened to a subscription, and forgets what was to be sent to one that has ended.
pub(super) async fn follow(connection: &mut PgConnection, event: &Recorded) -> Result<(), Fault> {
    match event.event::<Webhooks>().map_err(|error| Fault::event(event, &error))? {
        Event::Subscribed { id, scope, .. } => {
            sqlx::query!(
                "insert into subscribers (id, owner, everything) values ($1, $2, $3) on conflict do nothing",
                Uuid::from(id),
                event.id,
                scope == Scope::All
            )
            .execute(connection)
            .await?;
        }
        Event::Removed { id } => {
            let id = Uuid::from(id);
            sqlx::query!("delete from subscribers where id = $1", id).execute(&mut *connection).await?;
            sqlx::query!("delete from deliveries where subscription = $1", id).execute(connection).await?;
        }
        Event::Disabled { id, .. } => {
            let id = Uuid::from(id);
            sqlx::query!("delete from subscribers where id = $1", id).execute(&mut *connection).await?;
            sqlx::query!("delete from deliveries where subscription = $1 and state = 'due'", id)
                .execute(connection)
                .await?;
        }
        Event::CarriedForward { .. } => {}
    }
    Ok(())
}
