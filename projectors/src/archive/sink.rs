//! Copies what happens, in the transaction that settles it.

use event_store::Store;
use sqlx::PgPool;

use super::{aggregates, erased, events, records::Records};
use crate::{
    Fault,
    runtime::{Leases, Sink, Turn, Urgency},
};

/// Writes the archive.
pub(crate) struct ArchiveSink {
    pool: PgPool,
    store: Store,
}

impl ArchiveSink {
    pub(crate) const fn new(pool: PgPool, store: Store) -> Self {
        Self { pool, store }
    }
}

impl Sink for ArchiveSink {
    const SUBJECT: &'static str = super::GROUP;
    const SENDS_COMMANDS: bool = false;
    const URGENCY: Urgency = Urgency::Later;

    async fn take(&self, leases: &Leases, turn: &Turn) -> Result<(), Fault> {
        // Read after the events: what the records held by then, or newer.
        let records = Records::of_turn(&self.store, turn).await?;
        let mut transaction = self.pool.begin().await?;
        leases.settle(&mut transaction, turn).await?;
        events::insert(&mut transaction, turn).await?;
        aggregates::follow(&mut transaction, turn).await?;
        for records in records {
            records.save(&mut transaction).await?;
        }
        erased::remember(&mut transaction, turn).await?;
        Ok(transaction.commit().await?)
    }
}
