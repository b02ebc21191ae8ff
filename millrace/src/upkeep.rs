//! `millrace env`, `millrace migrate` and `millrace verify`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Args;
use secrecy::ExposeSecret;

use crate::stores::Stores;

/// Print where the stores of a shop are, for a shell to evaluate
#[derive(Args, Debug)]
pub(crate) struct Env {
    #[command(flatten)]
    stores: Stores,
}

impl Env {
    /// Prints two `export` lines. The address of Postgres contains its password.
    ///
    /// # Errors
    /// When the shop has no stores.
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let (redis, postgres) = (self.stores.redis()?, self.stores.postgres()?);
        writeln!(io::stdout(), "export REDIS_URL='{}'", redis.expose_secret())?;
        writeln!(io::stdout(), "export DATABASE_URL='{}'", postgres.expose_secret())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Bring the schemas of Postgres up to date
#[derive(Args, Debug)]
pub(crate) struct Migrate {
    #[command(flatten)]
    stores: Stores,
}

impl Migrate {
    /// Creates what is missing, and changes nothing else.
    ///
    /// # Errors
    /// When Postgres does not answer, or its schemas are newer than this version.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        projectors::schema::migrate(&self.stores.database()?).await?;
        writeln!(io::stdout(), "the schemas are up to date")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Fold the log and compare every read model with it, row by row
#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[command(flatten)]
    stores: Stores,
}

impl Verify {
    /// Names the rows that differ; the exit code is 1 when there are any.
    ///
    /// # Errors
    /// When a store does not answer.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let differences = projectors::verify(&self.stores.store()?, &self.stores.database()?).await?;
        let mut out = io::stdout().lock();
        for difference in &differences {
            writeln!(out, "{difference}")?;
        }
        match differences.len() {
            0 => writeln!(out, "every read model equals a fold of the log, row for row")?,
            count => writeln!(out, "{count} tables differ")?,
        }
        Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
