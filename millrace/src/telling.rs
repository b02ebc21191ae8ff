//! How a shop tells integrators, as a process with consumers is told.

use std::{net::IpAddr, path::Path, sync::Arc, time::Duration};

use clap::Args;
use projectors::webhooks::{Authority, Message, Telling};
use reqwest::Url;
use uuid::Uuid;
use web::{
    secret::Secret,
    settings::{self, duration},
    webhooks::{Reach, Secrets},
};

/// The longest that a receiver may be waited for.
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);

/// How webhooks are sent.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Webhooks")]
pub(crate) struct Sending {
    /// How long a receiver may take to answer: a minute at most
    #[arg(long, env = "MILLRACE_WEBHOOK_PATIENCE", default_value = "10s", value_parser = duration)]
    webhook_patience: Duration,
    /// How often a message is sent before it is a dead letter
    #[arg(long, env = "MILLRACE_WEBHOOK_ATTEMPTS", default_value_t = 8, value_parser = clap::value_parser!(u16).range(2..=20))]
    webhook_attempts: u16,
    /// About how long after the first failure a message is sent again; five times as long after each further one
    #[arg(long, env = "MILLRACE_WEBHOOK_RETRY_AFTER", default_value = "5s", value_parser = duration)]
    webhook_retry_after: Duration,
    /// After how long without any success a webhook is disabled
    #[arg(long, env = "MILLRACE_WEBHOOK_DISABLE_AFTER", default_value = "3d", value_parser = duration)]
    webhook_disable_after: Duration,
    /// How long messages are kept that were sent or given up
    #[arg(long, env = "MILLRACE_WEBHOOK_KEPT", default_value = "7d", value_parser = duration)]
    webhook_kept: Duration,
}

impl Sending {
    /// What the consumer is started with.
    ///
    /// # Errors
    /// When the server's secret cannot be read, or receivers are waited for too long.
    pub(crate) fn telling(&self, net: &settings::Webhooks, demo: bool, keys: &Path) -> anyhow::Result<Telling> {
        anyhow::ensure!(
            self.webhook_patience <= LONGEST_PATIENCE,
            "--webhook-patience {:?} is more than {LONGEST_PATIENCE:?}",
            self.webhook_patience
        );
        let reach = net.reach(demo);
        if !net.webhook_allow.is_empty() {
            tracing::warn!(%reach, "webhooks may go to networks that only the operator's own receivers should be in");
        }
        Ok(Telling {
            authority: Arc::new(OfTheShop { reach, secrets: Secrets::new(&Secret::open(keys)?) }),
            patience: self.webhook_patience,
            attempts: self.webhook_attempts,
            retry_after: self.webhook_retry_after,
            disable_after: self.webhook_disable_after,
            kept: self.webhook_kept,
        })
    }
}

/// The secrets of the shop, and its net.
#[derive(Debug)]
struct OfTheShop {
    reach: Reach,
    secrets: Secrets,
}

impl Authority for OfTheShop {
    fn admits(&self, url: &Url) -> bool {
        self.reach.admit(url.as_str()).is_ok()
    }

    fn knocks_at(&self, port: u16) -> bool {
        self.reach.knocks_at(port)
    }

    fn reaches(&self, address: IpAddr, port: u16) -> bool {
        self.reach.reaches(address, port)
    }

    fn sign(&self, subscription: Uuid, sealed: &str, message: Message<'_>) -> Option<String> {
        self.secrets.sign(subscription, sealed, message)
    }
}
