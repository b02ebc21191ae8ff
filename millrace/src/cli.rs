//! The commands.

use std::{env, ffi::OsString, io, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use web::{settings, telemetry};

use crate::{
    consumers, dead_letters, doctor, document, events, health, keys, recovery, redis_tls::RedisTls, rehearse, replay,
    secrets, services, up, upkeep, users,
};

/// A marketplace backend: commands become events, events become what queries show
#[derive(Parser, Debug)]
#[command(name = "millrace", version)]
pub struct Cli {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    telemetry: settings::Telemetry,
    #[command(flatten)]
    redis_tls: RedisTls,
}

impl Cli {
    /// Reads the command line, the environment, and the files with secrets that it names. Ends the process where clap does.
    ///
    /// # Errors
    /// When a secret is given twice, or its file cannot be read.
    pub fn read() -> anyhow::Result<Self> {
        let arguments: Vec<OsString> = env::args_os().collect();
        let mut command = secrets::from_files(Self::command(), &arguments, |name| env::var_os(name))?;
        let matches = command.get_matches_mut();
        Ok(Self::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command).exit()))
    }
}

#[derive(Subcommand, Debug)]
enum Task {
    /// Run the whole shop in this process, until Ctrl-C
    Up(Box<up::Up>),
    /// Run the write side alone
    CommandApi(Box<services::CommandApi>),
    /// Run the read side alone
    QueryApi(Box<services::QueryApi>),
    /// Run the consumers alone: read models and policies
    Projectors(Box<services::Projectors>),
    /// Print where the stores of a shop are: eval "$(millrace env)"
    Env(upkeep::Env),
    /// Bring the schemas of Postgres up to date
    Migrate(upkeep::Migrate),
    /// Fold the log and compare the read models with it, row by row
    Verify(upkeep::Verify),
    /// Rebuild a read model from the log beside the live one, then switch to it
    Replay(Box<replay::Replay>),
    /// Fill an empty Redis from the archive
    Restore(recovery::Restore),
    /// Put right what consumers have made of events that Redis has lost
    Heal(recovery::Heal),
    /// Look at events
    #[command(subcommand)]
    Events(events::Command),
    /// Look after consumers
    #[command(subcommand)]
    Consumers(consumers::Command),
    /// Look after events that fail by themselves
    #[command(subcommand)]
    DeadLetters(dead_letters::Command),
    /// Look after the keys that sign tokens
    #[command(subcommand)]
    Keys(keys::Command),
    /// Look after the people of a shop
    #[command(subcommand)]
    Users(users::Command),
    /// Print the OpenAPI document of both sides
    Openapi,
    /// Look for what keeps a shop from working
    Doctor(Box<doctor::Doctor>),
    /// Ask a service whether it is well
    Health(health::Health),
    /// Play an order history against a running shop, then check its books
    Rehearse(rehearse::Args),
}

impl Task {
    /// The service that it is, if it is one.
    const fn service(&self) -> Option<telemetry::Service> {
        let name = match self {
            Self::Up(_) => "millrace",
            Self::CommandApi(_) => "command-api",
            Self::QueryApi(_) => "query-api",
            Self::Projectors(_) => "projectors",
            Self::Env(_)
            | Self::Migrate(_)
            | Self::Verify(_)
            | Self::Replay(_)
            | Self::Restore(_)
            | Self::Heal(_)
            | Self::Events(_)
            | Self::Consumers(_)
            | Self::DeadLetters(_)
            | Self::Keys(_)
            | Self::Users(_)
            | Self::Openapi
            | Self::Doctor(_)
            | Self::Health(_)
            | Self::Rehearse(_) => return None,
        };
        Some(telemetry::Service { name, version: env!("CARGO_PKG_VERSION") })
    }

    /// What is logged unless told otherwise: of a command that a person waits for, only what is wrong.
    const fn log_level(&self) -> &'static str {
        // That a statement over the whole log takes its time is no news.
        if self.service().is_some() { "info" } else { "warn,sqlx::query=error" }
    }
}

/// Runs the command that was asked for.
///
/// # Errors
/// When it fails; the error is for a person.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let ending = telemetry::init(&cli.telemetry, cli.task.log_level(), cli.task.service())?;
    cli.redis_tls.apply()?;
    let outcome = perform(cli.task).await;
    ending.finish().await;
    match outcome {
        // Whoever reads what is printed has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        outcome => outcome,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

async fn perform(task: Task) -> anyhow::Result<ExitCode> {
    match task {
        Task::Up(up) => up.run().await,
        Task::CommandApi(service) => service.run().await,
        Task::QueryApi(service) => service.run().await,
        Task::Projectors(service) => service.run().await,
        Task::Env(env) => env.run(),
        Task::Migrate(migrate) => migrate.run().await,
        Task::Verify(verify) => verify.run().await,
        Task::Replay(replay) => replay.run().await,
        Task::Restore(restore) => restore.run().await,
        Task::Heal(heal) => heal.run().await,
        Task::Events(command) => events::run(command).await,
        Task::Consumers(command) => consumers::run(command).await,
        Task::DeadLetters(command) => dead_letters::run(command).await,
        Task::Keys(command) => keys::run(command),
        Task::Users(command) => users::run(command).await,
        Task::Openapi => document::print(),
        Task::Doctor(doctor) => (*doctor).run().await,
        Task::Health(health) => health.run().await,
        Task::Rehearse(args) => rehearse::run(args).await,
    }
}
