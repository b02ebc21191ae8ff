//! The `millrace` command.

use std::process::ExitCode;

use clap::Parser;
use millrace::cli::{self, Cli};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    cli::run(Cli::parse()).await
}
