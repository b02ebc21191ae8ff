//! `millrace dead-letters`: events that fail by themselves, and what is to become of them.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::{ArgGroup, Args, Subcommand};
use projectors::{HeldAggregate, Request, Which, held, is_skipped};
use sqlx::{Connection, PgConnection};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use crate::{consumers::Named, stores::Stores};

/// How long an owner may take to do what it was asked for.
const DONE_WITHIN: Duration = Duration::from_secs(30);

/// Look after events that fail by themselves
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Every aggregate that is held, and how many by error
    List(List),
    /// One of them, with the event that fails
    Show(Show),
    /// Try again, now
    Retry(Retry),
    /// Pass over the event that fails, for good: no replay will fold it either
    Discard(Discard),
}

/// Every aggregate that is held
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only those of this consumer
    #[arg(long)]
    consumer: Option<String>,
    #[command(flatten)]
    stores: Stores,
}

/// One held aggregate
#[derive(Args, Debug)]
pub(crate) struct Show {
    #[command(flatten)]
    consumer: Named,
    /// The aggregate, such as order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
    #[arg(value_parser = aggregate)]
    aggregate: (String, Uuid),
}

/// Try again
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("which").required(true)))]
pub(crate) struct Retry {
    #[command(flatten)]
    consumer: Named,
    /// Everything that the consumer holds
    #[arg(long, group = "which")]
    all: bool,
    /// This aggregate, such as order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
    #[arg(long, group = "which", value_parser = aggregate)]
    aggregate: Option<(String, Uuid)>,
    /// Those that are held by an event of this type, such as order.placed
    #[arg(long, group = "which")]
    r#type: Option<String>,
}

/// Pass over one event
#[derive(Args, Debug)]
pub(crate) struct Discard {
    #[command(flatten)]
    consumer: Named,
    /// The aggregate, such as order:019a2b3d-77aa-7c11-b2f0-9d3a6c51e07b
    #[arg(long, value_parser = aggregate)]
    aggregate: (String, Uuid),
    /// Why, for the record
    #[arg(long)]
    reason: String,
}

fn aggregate(text: &str) -> Result<(String, Uuid), String> {
    let parts = text.split_once(':').and_then(|(category, id)| Some((category.to_owned(), id.parse().ok()?)));
    parts.ok_or_else(|| "an aggregate is written <kind>:<id>".to_owned())
}

/// Runs the command.
///
/// # Errors
/// When a store does not answer, or there is nothing of that name.
pub(crate) async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(list) => list.run().await,
        Command::Show(show) => show.run().await,
        Command::Retry(retry) => retry.run().await,
        Command::Discard(discard) => discard.run().await,
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let mut letters = all(&self.stores).await?;
        letters.retain(|letter| self.consumer.as_ref().is_none_or(|consumer| *consumer == letter.consumer));
        let mut out = io::stdout().lock();
        let mut errors = BTreeMap::<(&str, &str), usize>::new();
        for letter in &letters {
            writeln!(out, "{}", line(letter)?)?;
            *errors.entry((&letter.consumer, what_is_wrong(letter))).or_default() += 1;
        }
        if letters.is_empty() {
            writeln!(out, "nothing is held")?;
        }
        for ((consumer, error), count) in errors {
            writeln!(out, "{count:>6}  {consumer}  {error}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let letter = one(&self.consumer, &self.aggregate).await?;
        let mut out = io::stdout().lock();
        writeln!(out, "{}", line(&letter)?)?;
        writeln!(out, "first failed  {}", written(letter.first_failed_at)?)?;
        writeln!(out, "last failed   {}", written(letter.last_failed_at)?)?;
        writeln!(out, "feed          feed:{}:{{{}}} at {}", letter.category, last_digit(letter.id), letter.position)?;
        writeln!(out, "error         {}", letter.error)?;
        writeln!(out, "data          {}", letter.data)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Retry {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let which = match (self.aggregate, self.r#type) {
            (Some((category, id)), _) => Which::Aggregate(category, id),
            (None, Some(kind)) => Which::Type(kind),
            (None, None) => Which::All,
        };
        let before = held_by(&self.consumer).await?.len();
        self.consumer.ask(&Request::Retry(which)).await?;
        let after = done(&self.consumer).await?;
        let flow = before.saturating_sub(after.len());
        writeln!(io::stdout(), "{flow} aggregates flow again, {} are still held", after.len())?;
        Ok(if after.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Discard {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let letter = one(&self.consumer, &self.aggregate).await?;
        let (category, id) = self.aggregate;
        let version = letter.version.unsigned_abs();
        let discard = Request::Discard { category: category.clone(), id, version, reason: self.reason };
        self.consumer.ask(&discard).await?;
        let after = done(&self.consumer).await?;
        let mut connection = PgConnection::connect_with(&self.consumer.stores.database()?).await?;
        anyhow::ensure!(
            is_skipped(&mut connection, &self.consumer.consumer, (&category, id, version)).await?,
            "{} of {id} (version {version}) no longer failed: nothing is passed over",
            letter.kind
        );
        writeln!(io::stdout(), "{} of {id} (version {version}) is passed over", letter.kind)?;
        match after.iter().find(|held| held.id == id && held.category == category) {
            None => Ok(ExitCode::SUCCESS),
            Some(next) => {
                writeln!(io::stdout(), "now held by {} (version {}): {}", next.kind, next.version, next.error)?;
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

async fn all(stores: &Stores) -> anyhow::Result<Vec<HeldAggregate>> {
    Ok(held(&mut PgConnection::connect_with(&stores.database()?).await?).await?)
}

async fn held_by(consumer: &Named) -> anyhow::Result<Vec<HeldAggregate>> {
    let mut letters = all(&consumer.stores).await?;
    letters.retain(|letter| letter.consumer == consumer.consumer);
    Ok(letters)
}

async fn one(consumer: &Named, (category, id): &(String, Uuid)) -> anyhow::Result<HeldAggregate> {
    let found = held_by(consumer).await?.into_iter().find(|letter| letter.category == *category && letter.id == *id);
    found.with_context(|| format!("{} does not hold {category}:{id}", consumer.consumer))
}

/// Waits until the owners have done what they were asked for, and returns what is held then.
async fn done(consumer: &Named) -> anyhow::Result<Vec<HeldAggregate>> {
    let done = async {
        loop {
            let letters = held_by(consumer).await?;
            if letters.iter().all(|letter| !letter.is_asked) {
                return anyhow::Ok(letters);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(DONE_WITHIN, done)
        .await
        .context("the owner has not come to it yet: is the consumer paused? The request stands")?
}

/// An event's own words repeat its id: without them, letters of one cause look the same.
fn what_is_wrong(letter: &HeldAggregate) -> &str {
    letter.error.split_once("fails by itself: ").map_or(letter.error.as_str(), |(_, reason)| reason)
}

fn line(letter: &HeldAggregate) -> anyhow::Result<String> {
    let next = match letter.retry_at {
        Some(at) => format!("held, tried again at {}", written(at)?),
        None => "dead letter".to_owned(),
    };
    Ok(format!(
        "{}  {}:{}  {} (version {})  {} attempts, {} events wait  {next}",
        letter.consumer, letter.category, letter.id, letter.kind, letter.version, letter.attempts, letter.waiting
    ))
}

fn last_digit(id: Uuid) -> char {
    id.simple().to_string().chars().last().unwrap_or_default()
}

fn written(at: OffsetDateTime) -> anyhow::Result<String> {
    at.replace_nanosecond(0)?.format(&Rfc3339).context("a time of this era can be written")
}
