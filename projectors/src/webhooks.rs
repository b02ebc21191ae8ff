//! The consumer that tells integrators what happens.
//!
//! A turn writes down what is to be told to whom, one row per event and subscription, in the transaction that moves its
//! positions; nothing is sent there. Other tasks send the rows, each under a lease of its own. So whoever is slow or away
//! holds up neither the log nor anybody else, and what was written down is sent at least once, under the same id each time.
//!
//! Who may hear what, the log says at that moment, and once more before each sending.

use std::{fmt::Debug, net::IpAddr, sync::Arc, time::Duration};

use domain::{Aggregate, inventory::Inventory, order::Order, product::Product, webhook::Webhooks};
use reqwest::Url;
pub use signatures::Message;
use uuid::Uuid;

pub(crate) mod dead_letters;
mod deliveries;
mod line;
mod news;
mod sender;
mod sink;
mod subscribers;

pub(crate) use sender::Sender;
pub(crate) use sink::WebhooksSink;

/// Names the consumer group, and the events it reads.
pub(crate) const GROUP: &str = "webhooks";
pub(crate) const CATEGORIES: &[&str] = &[Order::CATEGORY, Product::CATEGORY, Inventory::CATEGORY, Webhooks::CATEGORY];

/// How a shop tells integrators.
#[derive(Clone, Debug)]
pub struct Telling {
    /// Who knows the secrets and the net.
    pub authority: Arc<dyn Authority>,
    /// How long a receiver may take.
    pub patience: Duration,
    /// How often something is sent before it is a dead letter.
    pub attempts: u16,
    /// About how long after the first failure it is sent again; five times as long after each further one.
    pub retry_after: Duration,
    /// After how long without success a subscription is disabled.
    pub disable_after: Duration,
    /// How long what was sent, or given up, is kept.
    pub kept: Duration,
}

/// What is not for consumers to know: whoever has the keys and the settings of the net implements it.
pub trait Authority: Debug + Send + Sync + 'static {
    /// Whether a URL may be called at all, as far as it says itself where it leads.
    fn admits(&self, url: &Url) -> bool;

    /// Whether web servers are looked for at this port anywhere in the open net.
    fn knocks_at(&self, port: u16) -> bool;

    /// Whether a connection to this address and port may be made.
    fn reaches(&self, address: IpAddr, port: u16) -> bool;

    /// The signature of a message; `None` when the sealed secret is not this subscription's.
    fn sign(&self, subscription: Uuid, sealed: &str, message: Message<'_>) -> Option<String>;
}
