//! The `millrace` command.

use std::process::ExitCode;

use millrace::cli::{self, Cli};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    cli::run(Cli::read()?).await
}
