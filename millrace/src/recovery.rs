//! `millrace restore` and `millrace heal`: what to do when Redis has lost something.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;
use event_store::Store;
use projectors::Healed;
use sqlx::postgres::PgConnectOptions;

use crate::stores::Stores;

/// Fill an empty Redis from the archive
#[derive(Args, Debug)]
pub(crate) struct Restore {
    #[command(flatten)]
    stores: Stores,
}

impl Restore {
    /// Restores, and says what came back.
    ///
    /// # Errors
    /// When a store does not answer, or Redis is not empty.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        restore(&self.stores.store()?, &self.stores.database()?).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Fills an empty Redis from the archive, and says what came back.
///
/// # Errors
/// When a store does not answer, or Redis is not empty.
pub(crate) async fn restore(store: &Store, database: &PgConnectOptions) -> anyhow::Result<()> {
    let done = projectors::restore(store, database).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "aggregates  {}", done.aggregates)?;
    writeln!(out, "events      {} (those before are read from the archive)", done.events)?;
    writeln!(out, "records     {} of people", done.records)?;
    writeln!(out, "timers      {}", done.timers)?;
    writeln!(out, "not back    sessions, receipts and rate limits: people log in again")?;
    match done.ahead {
        0 => writeln!(out, "restored    every consumer goes on where it was")?,
        ahead => writeln!(out, "restored    {ahead} positions are ahead of what was archived: run `millrace heal`")?,
    }
    Ok(())
}

/// Put right what consumers have made of events that Redis has lost
#[derive(Args, Debug)]
pub(crate) struct Heal {
    /// Only this consumer, or all generations of this read model
    consumer: Option<String>,
    #[command(flatten)]
    stores: Stores,
}

impl Heal {
    /// Heals, and says what was put right.
    ///
    /// # Errors
    /// When a store does not answer, there is no such consumer, or Redis has nothing of what is archived.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let only = self.consumer.as_deref();
        let healed = projectors::heal(&self.stores.store()?, &self.stores.database()?, only).await?;
        anyhow::ensure!(!healed.is_empty(), "there is no consumer {}", only.unwrap_or_default());
        let mut out = io::stdout().lock();
        for Healed { consumer, feeds, lost, rebuilt } in &healed {
            match (feeds, lost) {
                (0, _) => writeln!(out, "{consumer:<20} nothing was lost")?,
                (_, 0) => writeln!(out, "{consumer:<20} set back in {feeds} feeds, {rebuilt} aggregates rebuilt")?,
                _ => writeln!(out, "{consumer:<20} {lost} events of {feeds} feeds put aside, see archive.lost")?,
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
