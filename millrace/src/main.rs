//! The `millrace` command.

use std::process::ExitCode;

use millrace::cli::{self, Cli};

/// Events are read and rows are written as many small texts, and the allocator of the C library takes a quarter of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    cli::run(Cli::read()?).await
}
