//! `millrace consumers`: how they do, and telling them to stand still or go on.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::{Args, Subcommand};
use projectors::{Request, Unregistered, is_taken_over, lag, unregister};
use sqlx::{Connection, PgConnection};

use crate::stores::Stores;

/// How long a request may take to be taken over.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);

/// Look after consumers
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Every consumer: how far behind, who works on it, what it holds
    List {
        #[command(flatten)]
        stores: Stores,
    },
    /// Make a consumer stand still
    Pause {
        #[command(flatten)]
        consumer: Named,
        /// Why, for whoever looks next
        #[arg(long, default_value = "an operator asked for it")]
        reason: String,
    },
    /// Let a consumer go on
    Resume(Named),
    /// Forget a consumer that is gone for good: feeds no longer wait for it
    Unregister(Named),
}

/// One consumer of a shop
#[derive(Args, Debug)]
pub(crate) struct Named {
    /// The consumer, as `millrace consumers list` names it
    pub(crate) consumer: String,
    #[command(flatten)]
    pub(crate) stores: Stores,
}

/// Runs the command.
///
/// # Errors
/// When a store does not answer, or there is no such consumer.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { stores } => list(&stores).await,
        Command::Pause { consumer, reason } => {
            consumer.ask(&Request::Pause { reason }).await?;
            writeln!(io::stdout(), "{} stands still after the turn under way", consumer.consumer)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Resume(consumer) => {
            consumer.ask(&Request::Resume).await?;
            writeln!(io::stdout(), "{} goes on", consumer.consumer)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Unregister(consumer) => consumer.unregister().await,
    }
}

impl Named {
    /// Puts a request to the consumer, and waits until some process of projectors has taken it over.
    ///
    /// # Errors
    /// When a store does not answer, there is no such consumer, or no projectors run.
    pub(crate) async fn ask(&self, request: &Request) -> anyhow::Result<()> {
        let (store, database) = (self.stores.store()?, self.stores.database()?);
        let known = lag(&store, &database).await?;
        let names = || known.iter().map(|consumer| consumer.consumer.as_str()).collect::<Vec<_>>().join(", ");
        anyhow::ensure!(
            known.iter().any(|consumer| consumer.consumer == self.consumer),
            "there is no consumer {}; there are {}",
            self.consumer,
            names()
        );
        let number = store.ask(&self.consumer, request, "operator").await?;
        let mut connection = PgConnection::connect_with(&database).await?;
        let taken_over = async {
            while !is_taken_over(&mut connection, &number).await? {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(TAKEN_WITHIN, taken_over).await.context(
            "nobody has taken the request over yet: do projectors run? It stands, and is taken over when they do",
        )?
    }
}

impl Named {
    async fn unregister(&self) -> anyhow::Result<ExitCode> {
        match unregister(&self.stores.store()?, &self.stores.database()?, &self.consumer).await? {
            Unregistered::Done => writeln!(io::stdout(), "{} is forgotten", self.consumer)?,
            Unregistered::Unknown => anyhow::bail!("there is no consumer {}", self.consumer),
            Unregistered::Needed => anyhow::bail!("{} keeps rows up to date that are needed", self.consumer),
            Unregistered::AtWork => anyhow::bail!("projectors work for {}: stop them first", self.consumer),
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(stores: &Stores) -> anyhow::Result<ExitCode> {
    let consumers = lag(&stores.store()?, &stores.database()?).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "{:<20} {:>9} {:>7} {:>7} {:>6} {:>6}  ", "consumer", "behind", "feeds", "owners", "held", "dead")?;
    for consumer in consumers {
        writeln!(
            out,
            "{:<20} {:>9} {:>7} {:>7} {:>6} {:>6}  {}",
            consumer.consumer,
            consumer.events,
            format!("{}/{}", consumer.feeds - consumer.unowned, consumer.feeds),
            consumer.owners,
            consumer.held,
            consumer.dead,
            consumer.paused.unwrap_or_default()
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
