//! `millrace env`, `millrace migrate` and `millrace verify`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use projectors::schema::READ_MODELS;
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

/// Bring the stores up to date: the append function of Redis, the schemas of Postgres
#[derive(Args, Debug)]
pub(crate) struct Migrate {
    #[command(flatten)]
    stores: Stores,
}

impl Migrate {
    /// Makes what is missing or of another version, and changes nothing else.
    ///
    /// # Errors
    /// When a store does not answer, or was made or migrated by a newer version.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let (store, database) = (self.stores.store()?, self.stores.database()?);
        // Consumers of this version are not ready without it, and they start before the command-apis that load it.
        store.prepare().await?;
        projectors::schema::migrate(&database).await?;
        writeln!(io::stdout(), "the stores are up to date")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Fold the log and compare the read models with it, row by row
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// users, products, inventory or orders; all of them, unless one is named
    read_model: Option<String>,
    #[command(flatten)]
    stores: Stores,
}

impl Verify {
    /// Names the rows that differ; the exit code is 1 when there are any.
    ///
    /// # Errors
    /// When a store does not answer, or there is no such read model.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let (store, database) = (self.stores.store()?, self.stores.database()?);
        let all = READ_MODELS.iter().map(|read_model| read_model.name.to_owned());
        let read_models = self.read_model.map_or_else(|| all.collect(), |read_model| vec![read_model]);
        let mut out = io::stdout().lock();
        let mut different = 0;
        for read_model in &read_models {
            let verified = projectors::verify_read_model(&store, &database, read_model).await?;
            let verified = verified.with_context(|| format!("there is no read model {read_model}"))?;
            for difference in &verified.differences {
                writeln!(out, "{difference}")?;
            }
            different += verified.differences.len();
            if verified.held > 0 {
                writeln!(
                    out,
                    "{read_model}: {} aggregates are held before an event that fails by itself",
                    verified.held
                )?;
            }
        }
        match (different, read_models.len()) {
            (0, 1) => writeln!(out, "{} equals a fold of the log, row for row", read_models[0])?,
            (0, _) => writeln!(out, "every read model equals a fold of the log, row for row")?,
            (count, _) => writeln!(out, "{count} tables differ")?,
        }
        Ok(if different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
