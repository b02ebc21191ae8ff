//! How fast Millrace is, beside what the same machine can do at most in the same minute.
//!
//! Each row of the table measures both in turns, since absolute times on shared machines mean little: [`rows`] has them,
//! [`append`] and [`bare`] the limits. [`curves`] shows how cost grows. Servers are private and have the settings of
//! production ([`stage`]).
//!
//! What it refuses to do: assert a time.

mod append;
mod bare;
mod cpu;
mod curves;
mod history;
mod load;
mod measure;
mod person;
mod picture;
mod report;
mod rows;
mod stage;
mod statements;

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Parser, Subcommand};

use crate::{measure::Amount, stage::Stage};

#[derive(Parser)]
#[command(about = "How fast Millrace is, beside what the same machine can do at most")]
struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Measure every row of the table
    Table(How),
    /// Measure how cost grows with connections, aggregates and processes
    Curves(How),
    Bare(bare::Serve),
}

#[derive(Args)]
struct How {
    /// See whether it works, not how fast it is
    #[arg(long)]
    short: bool,
    /// How many events of the log projections and replays go through
    #[arg(long)]
    events: Option<usize>,
    /// A folder to write what was found to, as a text and as a picture
    #[arg(long)]
    to: Option<PathBuf>,
    /// Only what has this in its name
    #[arg(default_value = "")]
    only: String,
}

impl How {
    fn amount(&self) -> Amount {
        let amount = if self.short { Amount::SHORT } else { Amount::FULL };
        Amount { events: self.events.unwrap_or(amount.events), ..amount }
    }

    /// Prints what was found, and writes it where it was asked for.
    fn tell(&self, name: &str, text: &str, picture: &str) -> anyhow::Result<()> {
        writeln!(io::stdout(), "{text}")?;
        if let Some(folder) = &self.to {
            fs::write(folder.join(name).with_extension("md"), text)?;
            fs::write(folder.join(name).with_extension("svg"), picture)?;
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Bench::parse().what {
        What::Table(how) => table(&how).await,
        What::Curves(how) => curves(&how).await,
        What::Bare(serve) => serve.run().await,
    }
}

async fn table(how: &How) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    macro_rules! measure {
        ($($kind:ident),+) => {
            $(if stringify!($kind).contains(&how.only) {
                writeln!(io::stderr(), "measuring {}", stringify!($kind))?;
                rows.extend(Stage::with(async |stage| rows::$kind::measure(how.amount(), stage).await).await?);
            })+
        };
    }
    measure!(commands, http_commands, queries, orders, projections, memory, books);
    let text = format!("{}\n{}", report::machine()?, report::table(&rows));
    how.tell("results", &text, &picture::ratios(&rows))
}

async fn curves(how: &How) -> anyhow::Result<()> {
    let mut curves = Vec::new();
    macro_rules! measure {
        ($($kind:ident),+) => {
            $(if stringify!($kind).contains(&how.only) {
                writeln!(io::stderr(), "measuring {}", stringify!($kind))?;
                curves.extend(Stage::with(async |stage| curves::$kind(how.amount(), stage).await).await?);
            })+
        };
    }
    measure!(connections, aggregates, processes);
    let text = format!("{}\n{}", report::machine()?, report::curves(&curves));
    how.tell("curves", &text, &picture::curves(&curves))
}
