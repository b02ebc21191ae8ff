//! Where webhooks may go.

use clap::Args;

use crate::address::Network;
use crate::webhooks::Reach;

/// What both sides are told: who takes subscriptions, and who sends.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Webhooks")]
pub struct Webhooks {
    /// Networks that webhooks may go to beside the open net (10.1.0.0/16,::1), at any port: for receivers in-house. Whoever may
    /// subscribe can make the shop call whatever listens there
    #[arg(long, env = "MILLRACE_WEBHOOK_ALLOW", value_delimiter = ',')]
    pub webhook_allow: Vec<Network>,
}

impl Webhooks {
    /// Where they may go; without TLS too in a shop to play with.
    #[must_use]
    pub fn reach(&self, demo: bool) -> Reach {
        Reach::new(&self.webhook_allow, demo)
    }
}
