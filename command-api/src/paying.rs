//! What the write side has agreed with the payment provider.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use domain::order::{Command, Event, Order};
use domain::{Aggregate, OrderId};
use event_store::CommandId;
use payments::{Attempt, Fake, Outcome, Provider, Traced, Webhooks};
use time::Duration;
use tokio_util::sync::CancellationToken;
use web::problem::Problem;
use web::secret::{Keyed, Secret};

use crate::app::{App, Error};
use crate::codes;
use crate::failure::unread;
use crate::rules;
use crate::settings::Settings;

/// Who moves the money, if anybody does, and what is believed of what they say.
pub(crate) struct Paying {
    fake: Option<Fake>,
    pub(crate) webhooks: Webhooks,
    pub(crate) callbacks: Keyed,
    /// How long after its beginning the provider is asked about an attempt.
    pub(crate) ask_after: Duration,
    /// How long after the last delivery an order is complete.
    pub(crate) complete_after: Duration,
}

impl Paying {
    pub(crate) fn open(settings: &Settings, secret: &Secret) -> Result<Self, Error> {
        let at_most = |duration: std::time::Duration| duration.try_into().unwrap_or(Duration::MAX);
        Ok(Self {
            fake: settings.payments.provider(settings.demo.demo, &settings.redis.redis_url)?,
            webhooks: settings.orders.webhooks(secret)?,
            callbacks: secret.derive("callbacks"),
            ask_after: at_most(settings.payments.ask_payment_after),
            complete_after: at_most(settings.orders.complete_after),
        })
    }

    /// Whoever moves the money.
    pub(crate) fn provider(&self) -> Option<Arc<dyn Provider>> {
        self.fake.clone().map(Traced::port)
    }

    /// Whoever moves the money, or what a buyer is told where nobody does.
    pub(crate) fn required(&self) -> Result<Arc<dyn Provider>, Problem> {
        let nobody = || Problem::conflict(codes::NO_PAYMENT_PROVIDER, "nobody moves the money of this shop");
        self.provider().ok_or_else(nobody)
    }
}

impl App {
    /// The fake provider, where that is the one.
    #[must_use]
    pub fn fake(&self) -> Option<Fake> {
        self.paying.fake.clone()
    }

    /// Has the fake provider, where that is the one, call back at this address, until the shutdown.
    pub async fn call_back(&self, listener: SocketAddr, shutdown: CancellationToken) {
        if let Some(fake) = self.paying.fake.clone() {
            fake.call_back(reachable(listener), self.paying.webhooks.clone(), shutdown).await;
        }
    }

    /// The attempt to pay that this command has begun before, if it has: a repetition goes on with it.
    pub(crate) async fn begun(&self, order: OrderId, command: CommandId) -> Result<Option<u32>, Problem> {
        let (category, command) = (Order::CATEGORY, command.to_string());
        let history = self.store.history(category, order.into()).await.map_err(unread)?;
        let begun =
            history.iter().filter(|event| event.command == command).find_map(|event| match event.event::<Order>() {
                Ok(Event::PaymentStarted { attempt, .. }) => Some(attempt),
                _ => None,
            });
        Ok(begun)
    }
}

/// What an order makes of what the provider says. An amount that nobody asked for pays nothing, and is said loudly.
pub(crate) fn answered(order: &Order, attempt: Attempt, outcome: &Outcome) -> Result<Vec<Event>, Problem> {
    let number = attempt.number;
    let command = match outcome.clone() {
        Outcome::Authorized { amount } => Command::RecordPayment { attempt: number, amount },
        Outcome::Declined { reason } => Command::DeclinePayment { attempt: number, reason },
        Outcome::Undecided | Outcome::Unknown => return Ok(Vec::new()),
    };
    order.decide(command).map_err(|error| {
        if let domain::order::Error::WrongAmount { .. } | domain::order::Error::AttemptSucceeded { .. } = error {
            metrics::counter!("payments_contradicted_total").increment(1);
            tracing::error!(%attempt, %error, "the payment provider says what cannot be: look into it");
        }
        rules::of_order(error)
    })
}

/// Where a listener is found from its own machine.
fn reachable(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        anywhere if !anywhere.is_unspecified() => anywhere,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listener.port())
}
