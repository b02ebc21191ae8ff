//! Where a request comes from: the peer's address, or what a trusted proxy says of those behind it.
//!
//! Each proxy appends the address it was called from to `X-Forwarded-For`. Read from the right, every entry was written by
//! the proxy to its right; the first that is no trusted proxy is the client. What stands left of it, the client itself may
//! have written. `Forwarded` (RFC 7239) is not read: a proxy that knows only the one header passes the other on unseen.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The address that a request comes from. 0.0.0.0 where there is no connection, as in a test of a router alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(peer(&parts.extensions))))
    }
}

/// The client speaks TLS with a proxy that is trusted to say so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OverTls;

/// Addresses with a common beginning, written as `10.0.0.0/8`; an address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// How many bits the addresses have in common; of all addresses, none.
    #[must_use]
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    pub(crate) fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let unlike = own.to_bits() ^ other.to_bits();
                unlike.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let unlike = own.to_bits() ^ other.to_bits();
                unlike.leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// The text is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address or a network such as 10.0.0.0/8 is needed")]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, prefix) = text.trim().split_once('/').map_or((text.trim(), None), |(at, of)| (at, Some(of)));
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| NoNetwork)?;
        if prefix > longest { Err(NoNetwork) } else { Ok(Self { address, prefix }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

/// The proxies whose word counts.
#[derive(Clone, Debug)]
pub(crate) struct Proxies {
    trusted: Arc<[Network]>,
    /// Somebody else's word was come by, and that was told.
    told: Arc<AtomicBool>,
}

impl Proxies {
    pub(crate) fn new(trusted: &[Network]) -> Self {
        metrics::counter!("untrusted_forwards_total").increment(0);
        Self { trusted: trusted.into(), told: Arc::default() }
    }

    /// Leaves in a request's extensions where it comes from.
    pub(crate) fn locate(&self, request: &mut Request) {
        let peer = peer(request.extensions());
        let client = self.client(peer, request.headers());
        if !self.trust(peer)
            && [X_FORWARDED_FOR, header::FORWARDED].iter().any(|name| request.headers().contains_key(name))
        {
            self.pass_over(peer);
        }
        let tls = self.trust(peer)
            && request.headers().get(X_FORWARDED_PROTO).is_some_and(|scheme| scheme.as_bytes() == b"https");
        request.extensions_mut().insert(ClientAddress(client));
        if tls {
            request.extensions_mut().insert(OverTls);
        }
    }

    /// Counts what is said by a peer whose word does not count; the first time, tells the operator, whose proxy it may be.
    fn pass_over(&self, peer: IpAddr) {
        metrics::counter!("untrusted_forwards_total").increment(1);
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "somebody who is no trusted proxy says whom a request comes from, and is not believed; if this is a proxy of \
                 yours, name it in MILLRACE_TRUSTED_PROXIES, or all its clients count as one address"
            );
        }
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
        let mut entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        while self.trust(client) {
            // A proxy that writes no address says nothing of whom it serves.
            let Some(next) = entries.next().and_then(entry) else { break };
            client = next;
        }
        client
    }
}

/// One entry: an address, which some proxies write with a port.
fn entry(bytes: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(bytes).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

fn peer(extensions: &axum::http::Extensions) -> IpAddr {
    let connection = extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded_for: &[&str]) -> String {
        let proxies = Proxies::new(&["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()]);
        let lines = forwarded_for.iter().map(|line| (X_FORWARDED_FOR, line.parse().unwrap()));
        proxies.client(peer.parse().unwrap(), &lines.collect()).to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("2001:db8::1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn what_the_client_wrote_itself_does_not_count() {
        assert_eq!(client("10.0.0.1", &["1.1.1.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["10.9.9.9, 198.51.100.1"]), "198.51.100.1");
        let headers = HeaderMap::from_iter([(X_FORWARDED_FOR, b"\xff, 198.51.100.1".as_slice().try_into().unwrap())]);
        let proxies = Proxies::new(&["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(proxies.client([10, 0, 0, 1].into(), &headers).to_string(), "198.51.100.1");
    }

    #[test]
    fn without_an_address_the_last_proxy_answers_for_it() {
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, , 10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn an_entry_may_have_a_port() {
        for (entry, address) in
            [("198.51.100.1:4711", "198.51.100.1"), ("[2a00::1]:80", "2a00::1"), ("[2a00::1]", "2a00::1")]
        {
            assert_eq!(client("10.0.0.1", &[entry]), address);
        }
        assert_eq!(client("10.0.0.1", &["::ffff:198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn reads_networks_and_addresses() {
        let contains =
            |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
        assert!(contains("0.0.0.0/0", "198.51.100.1") && contains("::1", "::1") && contains("10.1.0.0/16", "10.1.9.9"));
        assert!(
            !contains("10.1.0.0/16", "10.2.0.0") && !contains("127.0.0.1", "127.0.0.2") && !contains("::/0", "1.1.1.1")
        );
        for text in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "proxy.example"] {
            assert_eq!(text.parse::<Network>(), Err(NoNetwork), "{text}");
        }
    }
}
