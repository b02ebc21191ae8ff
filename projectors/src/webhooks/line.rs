//! The line to receivers. Every message makes a connection of its own, to an address that was looked up and allowed for it:
//! no proxy, no redirect, and no name that leads elsewhere a moment later can bring it to another one. What a receiver says
//! beyond a status is not read.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use reqwest::{
    Client, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::CONTENT_TYPE,
    redirect::Policy,
};
use signatures::{ID, SIGNATURE, TIMESTAMP};
use traces::Trace;

use super::{Authority, Message, Telling};

/// Names the trace of the event that a message is about (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The status that was answered.
    pub(super) response: Option<u16>,
    /// Why there was none.
    pub(super) error: Option<&'static str>,
}

impl Outcome {
    pub(super) const fn broken(error: &'static str) -> Self {
        Self { response: None, error: Some(error) }
    }

    /// Whether the message was taken.
    pub(super) fn taken(self) -> Option<u16> {
        self.response.filter(|status| (200..300).contains(status))
    }

    /// Whether the receiver says that it is there no more.
    pub(super) fn is_gone(self) -> bool {
        self.response == Some(StatusCode::GONE.as_u16())
    }
}

/// Sends messages.
pub(super) struct Line {
    authority: Arc<dyn Authority>,
    /// To the ports at which web servers are looked for.
    usual: Client,
    /// To others, which none but listed networks have.
    unusual: Client,
}

impl Line {
    /// # Panics
    /// When the system has no TLS.
    pub(super) fn new(telling: &Telling) -> Self {
        let client = |port| {
            let addresses = Addresses { authority: telling.authority.clone(), port };
            let client = Client::builder().dns_resolver(Arc::new(addresses)).redirect(Policy::none()).no_proxy();
            let client = client.connect_timeout(telling.patience).timeout(telling.patience).pool_max_idle_per_host(0);
            client.user_agent("Millrace").referer(false).build().expect("there is TLS on this system")
        };
        Self { authority: telling.authority.clone(), usual: client(443), unusual: client(0) }
    }

    /// Sends one message, once.
    pub(super) async fn post(&self, url: &str, message: Message<'_>, signature: &str, trace: Trace) -> Outcome {
        let Ok(url) = url.parse::<Url>() else { return Outcome::broken("no_url") };
        // Addresses that stand in a URL are never looked up.
        if !self.authority.admits(&url) {
            return Outcome::broken("address_refused");
        }
        let usual = url.port_or_known_default().is_some_and(|port| self.authority.knocks_at(port));
        let client = if usual { &self.usual } else { &self.unusual };
        let post = client.post(url).header(CONTENT_TYPE, "application/json").header(ID, message.id);
        let post = post.header(TIMESTAMP, message.timestamp).header(SIGNATURE, signature);
        let post = post.header(TRACEPARENT, trace.to_string());
        match post.body(message.body.to_vec()).send().await {
            Ok(response) => Outcome { response: Some(response.status().as_u16()), error: None },
            Err(error) => Outcome::broken(why(&error)),
        }
    }
}

fn why(error: &reqwest::Error) -> &'static str {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<Refused>() {
            return "address_refused";
        }
        source = cause.source();
    }
    match () {
        () if error.is_timeout() => "timed_out",
        () if error.is_connect() => "unreachable",
        () => "broken_off",
    }
}

/// Looks up names, and gives out none but allowed addresses.
struct Addresses {
    authority: Arc<dyn Authority>,
    port: u16,
}

/// A name leads nowhere that is allowed.
#[derive(Clone, Copy, Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this leads nowhere that webhooks may go")
    }
}

impl Error for Refused {}

impl Resolve for Addresses {
    fn resolve(&self, name: Name) -> Resolving {
        let (authority, port) = (self.authority.clone(), self.port);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<IpAddr> =
                found.map(|address| address.ip()).filter(|address| authority.reaches(*address, port)).collect();
            if allowed.is_empty() {
                return Err(Refused.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
