//! Writes the rows of one read model.

use std::marker::PhantomData;

use event_store::{Feed, Positioned, Recorded, Store};
use sqlx::{Connection, PgConnection, PgPool};

use super::{
    Projection, apply,
    apply::{Contents, PrivateRecords, apply_to, pass_over},
    late, private_records,
};
use crate::{
    Fault,
    fault::caught,
    runtime::{Held, Leases, Run, Sink, Stopped, Turn, Urgency, keep, runs, too_many},
};

/// Folds turns into rows.
pub(crate) struct ProjectionSink<P> {
    pool: PgPool,
    store: Store,
    projection: PhantomData<P>,
}

impl<P: Projection> ProjectionSink<P> {
    pub(crate) const fn new(pool: PgPool, store: Store) -> Self {
        Self { pool, store, projection: PhantomData }
    }

    /// The whole turn, each table written by one statement. When one event spoils it, finds out which.
    async fn settle(&self, leases: &Leases, turn: &Turn, private: &PrivateRecords, doubt: bool) -> Result<(), Fault> {
        let mut transaction = self.pool.begin().await?;
        let contents = if doubt {
            leases.settle(&mut transaction, turn).await?;
            None
        } else {
            Some(Contents::settle_and_read::<P>(&mut transaction, leases, turn).await?)
        };
        let held = Held::of(&mut transaction, leases, turn).await?;
        let (flowing, waiting) = runs(turn, &held);
        let stopped = match contents {
            Some(contents) => {
                apply_to::<P>(&mut transaction, contents, &events_of(&flowing), private).await?;
                Vec::new()
            }
            None => isolate::<P>(&mut transaction, flowing, private, leases.timing().most_failing).await?,
        };
        keep(&mut transaction, leases, &waiting, &stopped).await?;
        Ok(transaction.commit().await?)
    }
}

impl<P: Projection> Sink for ProjectionSink<P> {
    const SUBJECT: &'static str = P::NAME;
    const SENDS_COMMANDS: bool = false;
    const URGENCY: Urgency = Urgency::Now;

    fn urgency(event: &Recorded) -> Urgency {
        P::urgency(event)
    }

    async fn take(&self, leases: &Leases, turn: &Turn) -> Result<(), Fault> {
        let events = turn.iter().flat_map(|(_, events)| events).map(|positioned| &positioned.event);
        // Read after the events: what the records held by then, or newer.
        let private = private_records::<P>(&self.store, events).await?;
        match caught(self.settle(leases, turn, &private, false)).await {
            Err(fault) if fault.is_about_events() => self.settle(leases, turn, &private, true).await,
            settled => settled,
        }
    }

    async fn fold(&self, connection: &mut PgConnection, events: &[Positioned]) -> Result<(), Fault> {
        let private = private_records::<P>(&self.store, events.iter().map(|positioned| &positioned.event)).await?;
        let events: Vec<_> = events.iter().collect();
        caught(apply::<P>(connection, &events, &private)).await?;
        late::number::<P>(connection, &events).await?;
        Ok(())
    }

    async fn pass_over(&self, connection: &mut PgConnection, feed: Feed, event: &Positioned) -> Result<(), Fault> {
        pass_over::<P>(connection, feed.category, event).await
    }
}

fn events_of<'a>(runs: &[Run<'a>]) -> Vec<&'a Positioned> {
    runs.iter().flat_map(|run| &run.events).copied().collect()
}

/// Applies all runs but those that fail by themselves: halves what fails until one aggregate is left, and goes through
/// that event by event.
async fn isolate<'a, P: Projection>(
    connection: &mut PgConnection,
    runs: Vec<Run<'a>>,
    private: &PrivateRecords,
    most: usize,
) -> Result<Vec<Stopped<'a>>, Fault> {
    let (mut open, mut stopped) = (vec![runs], Vec::new());
    while let Some(mut runs) = open.pop() {
        too_many(&stopped, most)?;
        match attempt::<P>(connection, &events_of(&runs), private).await {
            Err(fault) if !fault.is_about_events() => return Err(fault),
            Ok(()) => {}
            Err(_) if runs.len() > 1 => {
                let rest = runs.split_off(runs.len() / 2);
                open.extend([rest, runs]);
            }
            Err(_) => {
                for run in runs {
                    stopped.extend(go_through::<P>(connection, run, private).await?);
                }
            }
        }
    }
    Ok(stopped)
}

async fn go_through<'a, P: Projection>(
    connection: &mut PgConnection,
    run: Run<'a>,
    private: &PrivateRecords,
) -> Result<Option<Stopped<'a>>, Fault> {
    for (at, event) in run.events.iter().enumerate() {
        match attempt::<P>(connection, &[*event], private).await {
            Ok(()) => {}
            Err(fault) if fault.is_about_events() => return Ok(Some(Stopped { run, at, fault })),
            Err(fault) => return Err(fault),
        }
    }
    Ok(None)
}

/// Applies events, or leaves everything as it was.
async fn attempt<P: Projection>(
    connection: &mut PgConnection,
    events: &[&Positioned],
    private: &PrivateRecords,
) -> Result<(), Fault> {
    let mut savepoint = connection.begin().await?;
    match caught(apply::<P>(&mut savepoint, events, private)).await {
        Ok(()) => Ok(savepoint.commit().await?),
        Err(fault) => {
            savepoint.rollback().await?;
            Err(fault)
        }
    }
}
