//! What the write side can be told.

use std::time::Duration;

use clap::{Args, ValueEnum};
use payments::{Fake, Webhooks, webhooks};
use secrecy::{ExposeSecret, SecretString};
use web::secret::Secret;
use web::settings::{self, Access, Demo, Keys, Limits, Redis, Sessions, duration};

/// Everything that an [`App`](crate::App) needs to know, as a group to flatten into a binary's own settings.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Where Redis is.
    #[command(flatten)]
    pub redis: Redis,
    /// Where the keys are.
    #[command(flatten)]
    pub keys: Keys,
    /// How long an access token lives.
    #[command(flatten)]
    pub access: Access,
    /// How long sessions last.
    #[command(flatten)]
    pub sessions: Sessions,
    /// How long links in mails are good.
    #[command(flatten)]
    pub links: Links,
    /// How often what may be done.
    #[command(flatten)]
    pub limits: Limits,
    /// Whether this is a shop to play with.
    #[command(flatten)]
    pub demo: Demo,
    /// How long repetitions are recognised.
    #[command(flatten)]
    pub receipts: Receipts,
    /// How the log is kept.
    #[command(flatten)]
    pub log: Log,
    /// Who moves the money.
    #[command(flatten)]
    pub payments: Payments,
    /// What becomes of orders.
    #[command(flatten)]
    pub orders: Orders,
    /// Where webhooks may go.
    #[command(flatten)]
    pub webhooks: settings::Webhooks,
    /// Who may have how many.
    #[command(flatten)]
    pub subscriptions: Subscriptions,
}

/// Who moves the money, for whoever begins payments, collects and gives back.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Payments")]
pub struct Payments {
    /// Who moves the money. In demo mode `fake` unless set, else `none`
    #[arg(long, env = "MILLRACE_PAYMENT_PROVIDER", value_enum)]
    pub payment_provider: Option<PaymentProvider>,
    /// How long after its beginning the provider is asked what became of a payment that it has not answered; each further
    /// time twice as long after. Longer than --time-limit
    #[arg(long, env = "MILLRACE_ASK_PAYMENT_AFTER", default_value = "1m", value_parser = duration)]
    pub ask_payment_after: Duration,
    /// How late the fake provider answers where it is to answer late
    #[arg(long, env = "MILLRACE_FAKE_PAYMENT_DELAY", default_value = "2s", value_parser = duration)]
    pub fake_payment_delay: Duration,
}

/// Who moves the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PaymentProvider {
    /// Nobody: orders cannot be paid
    None,
    /// Moves none, and says of each order what its method of payment tells it to say: for demos and tests
    Fake,
}

impl Payments {
    /// Whoever moves the money. The fake one is warned of outside demo mode.
    ///
    /// # Errors
    /// When the address of Redis is none.
    pub fn provider(&self, demo: bool, redis_url: &SecretString) -> Result<Option<Fake>, redis::RedisError> {
        match self.payment_provider {
            None if !demo => Ok(None),
            Some(PaymentProvider::None) => Ok(None),
            None | Some(PaymentProvider::Fake) => {
                if !demo {
                    tracing::warn!("the payment provider is a fake: orders count as paid, and no money moves");
                }
                Fake::open(redis_url.expose_secret(), self.fake_payment_delay).map(Some)
            }
        }
    }

    /// Checks that nobody is asked about an attempt while the request that began it may be under way.
    ///
    /// # Errors
    /// When that could be.
    pub fn check(&self, time_limit: Duration) -> Result<(), AskedTooEarly> {
        match self.ask_payment_after > time_limit {
            true => Ok(()),
            false => Err(AskedTooEarly(self.ask_payment_after, time_limit)),
        }
    }
}

/// Two settings that cannot both be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--ask-payment-after {0:?} is not longer than --time-limit {1:?}: a payment would be given up while it is being begun"
)]
pub struct AskedTooEarly(Duration, Duration);

/// What becomes of orders.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Orders")]
pub struct Orders {
    /// How long after its last delivery an order is complete
    #[arg(long, env = "MILLRACE_COMPLETE_AFTER", default_value = "14d", value_parser = duration)]
    pub complete_after: Duration,
    /// What signs the payment provider's callbacks: whsec_ and 24 to 64 bytes in base64. Derived from the server's secret
    /// unless set
    #[arg(long, env = "MILLRACE_CALLBACK_SECRET", hide_env_values = true)]
    pub callback_secret: Option<SecretString>,
    /// How far the time of a callback may be from now
    #[arg(long, env = "MILLRACE_CALLBACK_TOLERANCE", default_value = "5m", value_parser = duration)]
    pub callback_tolerance: Duration,
}

impl Orders {
    /// What is believed of callbacks.
    pub(crate) fn webhooks(&self, secret: &Secret) -> Result<Webhooks, webhooks::NoSecret> {
        let secret = match &self.callback_secret {
            Some(configured) => configured.expose_secret().parse()?,
            None => webhooks::Secret::new(&secret.derive("payment-callbacks").hash(&[]))?,
        };
        Ok(Webhooks::new(secret, self.callback_tolerance))
    }
}

/// How integrators subscribe.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Webhooks")]
pub struct Subscriptions {
    /// How many webhooks a user may have
    #[arg(long, env = "MILLRACE_WEBHOOK_MOST", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    pub webhook_most: u16,
}

/// How the log is kept in Redis, by whoever appends to it.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Log")]
pub struct Log {
    /// After how many events a stream gets an entry that carries its state forward, so that those before can be trimmed
    #[arg(long, env = "MILLRACE_BOOKS_EVERY", default_value_t = 100, value_parser = clap::value_parser!(u64).range(2..))]
    pub books_every: u64,
    /// From how many percent of Redis' memory on commands are put off with 503
    #[arg(long, env = "MILLRACE_MEMORY_PERCENT", default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub memory_percent: u8,
    /// From how many percent on policies are put off too: what they settle can be trimmed
    #[arg(long, env = "MILLRACE_SETTLING_MEMORY_PERCENT", default_value_t = 95, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub settling_memory_percent: u8,
    /// How many replicas of Redis must have a command's events before it is answered; 503 where they do not say so in time
    #[arg(long, env = "MILLRACE_REPLICAS", default_value_t = 0)]
    pub replicas: u8,
    /// How long they may take
    #[arg(long, env = "MILLRACE_REPLICAS_WITHIN", default_value = "1s", value_parser = duration)]
    pub replicas_within: Duration,
}

impl Log {
    /// As the event store wants it.
    ///
    /// # Errors
    /// When policies would be put off before commands.
    pub fn settings(&self) -> Result<event_store::Settings, Contradiction> {
        if self.settling_memory_percent < self.memory_percent {
            return Err(Contradiction(self.settling_memory_percent, self.memory_percent));
        }
        Ok(event_store::Settings {
            books_every: self.books_every,
            memory_share: f64::from(self.memory_percent) / 100.0,
            settling_memory_share: f64::from(self.settling_memory_percent) / 100.0,
            replicas: event_store::Replicas { count: self.replicas, within: self.replicas_within },
            ..Default::default()
        })
    }
}

/// Two settings that cannot both be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--settling-memory-percent {0} is less than --memory-percent {1}: what frees memory would be put off before what takes it"
)]
pub struct Contradiction(u8, u8);

/// How long a repeated command is recognised.
#[derive(Args, Clone, Copy, Debug)]
pub struct Receipts {
    /// How long the answer to an idempotent command is given again
    #[arg(long, env = "MILLRACE_RECEIPT_LIFETIME", default_value = "24h", value_parser = duration)]
    pub receipt_lifetime: Duration,
}

/// How long links in mails are good.
#[derive(Args, Clone, Copy, Debug)]
pub struct Links {
    /// How long a link that sets a new password is good; 24 hours at most, since no longer is its signature
    #[arg(long, env = "MILLRACE_RESET_LIFETIME", default_value = "30m", value_parser = duration)]
    pub reset_lifetime: Duration,
}
