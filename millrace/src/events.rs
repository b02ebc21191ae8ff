//! `millrace events`: what happened, from the log itself.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::{Args, Subcommand};
use domain::event;
use event_store::{Feed, Recorded};
use projectors::Log;
use serde_json::{json, value::RawValue};
use uuid::Uuid;

use crate::stores::Stores;

/// Look at events
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// The history of one aggregate
    Show(Show),
    /// Events as they happen, until Ctrl-C
    Tail(Tail),
}

/// The history of one aggregate
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The kind of aggregate
    #[arg(value_parser = category)]
    kind: &'static str,
    /// Its id
    id: Uuid,
    #[command(flatten)]
    form: Form,
    #[command(flatten)]
    stores: Stores,
}

/// Events as they happen
#[derive(Args, Debug)]
pub(crate) struct Tail {
    /// Only aggregates of these kinds
    #[arg(value_parser = category)]
    kinds: Vec<&'static str>,
    #[command(flatten)]
    form: Form,
    #[command(flatten)]
    stores: Stores,
}

#[derive(Args, Debug, Clone, Copy)]
struct Form {
    /// One JSON object a line, with everything that is known of an event
    #[arg(long)]
    json: bool,
}

fn category(name: &str) -> Result<&'static str, String> {
    let known = event::categories();
    let found = known.iter().copied().find(|category| *category == name);
    found.ok_or_else(|| format!("one of {}", known.into_iter().collect::<Vec<_>>().join(", ")))
}

/// Runs the command.
///
/// # Errors
/// When Redis does not answer, or there is no such aggregate.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Show(show) => show.run().await,
        Command::Tail(tail) => tail.run().await,
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let store = self.stores.store()?;
        let mut history = store.history(self.kind, self.id).await?;
        if history.first().is_some_and(|first| first.version > 1) {
            history = Log::new(store, &self.stores.database()?).history(self.kind, self.id).await?;
        }
        anyhow::ensure!(!history.is_empty(), "there is no {} {}", self.kind, self.id);
        for event in &history {
            let label = format!("{:>4}-0", event.version);
            self.form.print(&label, event)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Tail {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let kinds = if self.kinds.is_empty() { event::categories().into_iter().collect() } else { self.kinds };
        let mut follower = self.stores.store()?.follow(kinds.into_iter().flat_map(Feed::all)).await?;
        loop {
            for (feed, events) in follower.next(Duration::from_secs(1)).await? {
                for positioned in events {
                    let label = format!(
                        "{feed} {}-0  {} v{}",
                        positioned.position, positioned.event.id, positioned.event.version
                    );
                    self.form.print(&label, &positioned.event)?;
                }
            }
        }
    }
}

impl Form {
    fn print(self, label: &str, event: &Recorded) -> anyhow::Result<()> {
        let line = if self.json {
            let data: &RawValue =
                serde_json::from_str(&event.data).context("an event holds something else than JSON")?;
            json!({
                "id": event.id, "version": event.version, "type": event.kind, "schema": event.schema, "at": event.at,
                "actor": event.actor, "command": event.command, "trace": event.trace, "data": data,
            })
            .to_string()
        } else {
            format!("{label}  {}  {}  {}  {}", event.at, event.kind, event.actor, event.data)
        };
        writeln!(io::stdout(), "{line}").context("standard output is closed")
    }
}
