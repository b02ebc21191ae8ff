//! `millrace health`: whether a service is well by its own word, for whoever has no other program to ask it with.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use reqwest::{Client, Url};

const ANSWER_WITHIN: Duration = Duration::from_secs(4);

/// Ask a service whether it is well
#[derive(Args, Debug)]
pub(crate) struct Health {
    /// What to ask: http://127.0.0.1:9081/readyz
    url: Url,
}

impl Health {
    /// Prints the answer, and succeeds where that is a good one.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let client = Client::builder().no_proxy().timeout(ANSWER_WITHIN).build()?;
        let answer = client.get(self.url).send().await?;
        let well = answer.status().is_success();
        writeln!(io::stdout(), "{}", answer.text().await?)?;
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
