//! How consumers work, as a process of projectors is told.

use std::time::Duration;

use clap::Args;
use command_api::settings::Payments;
use event_store::Store;
use payments::{Fake, Traced};
use projectors::{Settings, Timing, Upkeep};
use sqlx::postgres::PgConnectOptions;
use web::settings::duration;

/// The intervals and limits of consumers.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Consumers")]
pub(crate) struct Consuming {
    /// How long a lease on a feed lasts without being renewed
    #[arg(long, env = "MILLRACE_LEASE", default_value = "2s", value_parser = duration)]
    lease: Duration,
    /// How much longer than a lease others wait before they take it over: clocks may differ
    #[arg(long, env = "MILLRACE_LEASE_GRACE", default_value = "2s", value_parser = duration)]
    lease_grace: Duration,
    /// How often leases are renewed, and how often consumers look for what is due
    #[arg(long, env = "MILLRACE_TICK", default_value = "500ms", value_parser = duration)]
    tick: Duration,
    /// How long events gather that nobody waits for: of mails, webhooks, the archive, what is forgotten, and what policies pass over
    #[arg(long, env = "MILLRACE_LINGER", default_value = "200ms", value_parser = duration)]
    linger: Duration,
    /// How long after its first failure an event is tried again; five times as long after each further one
    #[arg(long, env = "MILLRACE_RETRY_AFTER", default_value = "1s", value_parser = duration)]
    retry_after: Duration,
    /// How many causes may make events of one consumer fail within a minute before it is paused
    #[arg(long, env = "MILLRACE_MOST_FAILING", default_value_t = 20)]
    most_failing: usize,
    /// How often what is archived and settled is taken out of Redis
    #[arg(long, env = "MILLRACE_TRIM_EVERY", default_value = "10s", value_parser = duration)]
    trim_every: Duration,
    /// How long after its last event a finished order becomes one entry in Redis
    #[arg(long, env = "MILLRACE_BOOKS_AFTER", default_value = "30d", value_parser = duration)]
    books_after: Duration,
    /// How long after one rewrite of Redis' append-only file, for the sake of erased users, the next one may come
    #[arg(long, env = "MILLRACE_REWRITE_EVERY", default_value = "1m", value_parser = duration)]
    rewrite_every: Duration,
    /// How long buyers have to pay once everything they ordered is reserved
    #[arg(long, env = "MILLRACE_PAY_WITHIN", default_value = "15m", value_parser = duration)]
    pay_within: Duration,
}

impl Consuming {
    /// What consumers are started with, and who moves the money for them.
    ///
    /// # Errors
    /// When two of them contradict each other.
    pub(crate) fn with_payments(
        &self,
        store: Store,
        database: PgConnectOptions,
        payments: Payments,
        provider: Option<Fake>,
    ) -> anyhow::Result<Settings> {
        let provider = provider.map(Traced::port);
        let ask_payment_after = payments.ask_payment_after;
        Ok(Settings { provider, ask_payment_after, ..self.settings(store, database)? })
    }

    /// What consumers are started with that send no commands.
    ///
    /// # Errors
    /// When two of them contradict each other.
    pub(crate) fn settings(&self, store: Store, database: PgConnectOptions) -> anyhow::Result<Settings> {
        anyhow::ensure!(
            self.tick * 2 <= self.lease,
            "--tick {:?} is more than half of --lease {:?}: leases would end before they are renewed",
            self.tick,
            self.lease
        );
        let timing = Timing {
            lease: self.lease,
            grace: self.lease_grace,
            tick: self.tick,
            linger: self.linger,
            retry_after: self.retry_after,
            most_failing: self.most_failing,
            ..Timing::default()
        };
        let upkeep =
            Upkeep { trim_every: self.trim_every, books_after: self.books_after, rewrite_every: self.rewrite_every };
        let (pay_within, provider, ask_payment_after) = (self.pay_within, None, Duration::MAX);
        Ok(Settings { store, database, timing, upkeep, pay_within, provider, ask_payment_after })
    }
}
