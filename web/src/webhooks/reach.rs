//! Which addresses a subscriber may have the shop call: those of the open net, never one of the shop's own surroundings.
//!
//! A name says nothing: it may stand for another address a moment later. So the address that a connection is made to is
//! asked about each time, and what is said here of a URL only spares its owner the surprise.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use url::{Host, Url};

use crate::address::Network;

const LONGEST: usize = 2048;
/// Ports that web servers are usually found at. Nobody makes the shop knock at others.
const PORTS: [u16; 2] = [443, 8443];
/// The same without TLS.
const PLAIN_PORTS: [u16; 2] = [80, 8080];
/// How long a name may take to be looked up before somebody subscribes.
const LOOK_UP_WITHIN: Duration = Duration::from_secs(2);

/// What of IPv4 is not the open net (IANA's registry of special-purpose addresses): this network, private ones, carriers',
/// loopback, link-local with the metadata of clouds, protocol assignments, documentation, relays, benchmarks, multicast, reserved.
const SPECIAL: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];
/// All of IPv6 that is handed out to anybody: loopback, unique local, link-local and multicast addresses are outside of
/// it, and so are IPv4 addresses in other clothes (mapped, NAT64).
const GLOBAL: &str = "2000::/3";
/// What of that is something else: protocols, with Teredo; documentation; 6to4, which has IPv4 addresses in it.
const SPECIAL_6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

static CLOSED: LazyLock<Vec<Network>> =
    LazyLock::new(|| SPECIAL.iter().chain(&SPECIAL_6).map(|text| own(text)).collect());
static OPEN_6: LazyLock<Network> = LazyLock::new(|| own(GLOBAL));

fn own(text: &str) -> Network {
    text.parse().expect("the networks of this file are networks")
}

/// Where webhooks may go.
#[derive(Clone, Debug)]
pub struct Reach {
    /// What is let in beside the open net.
    networks: Arc<[Network]>,
    /// Whether it may go without TLS.
    plain: bool,
}

/// Why a URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is none.
    #[error("must be an absolute URL of at most 2048 characters")]
    NotAUrl,
    /// Whoever listens on the way would hear everything.
    #[error("must begin with https://")]
    Plain,
    /// It names a user or a password.
    #[error("must have no user and no password in it")]
    Credentials,
    /// No web server is expected there.
    #[error("must have port 443 or 8443, or none")]
    Port,
    /// It leads to a private, local or special address.
    #[error("must lead to an address of the open net")]
    Address,
}

impl Reach {
    /// The open net, and these networks. Without TLS in shops to play with.
    #[must_use]
    pub fn new(networks: &[Network], plain: bool) -> Self {
        Self { networks: networks.into(), plain }
    }

    /// Reads a URL, and refuses what can be seen to lead where nothing may go.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn admit(&self, text: &str) -> Result<Url, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::NotAUrl);
        }
        let mut url = Url::parse(text).map_err(|_| Refused::NotAUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if self.plain => {}
            _ => return Err(Refused::Plain),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        url.set_fragment(None);
        let port = url.port_or_known_default().ok_or(Refused::Port)?;
        match url.host() {
            Some(Host::Ipv4(address)) if !self.reaches(address.into(), port) => Err(Refused::Address),
            Some(Host::Ipv6(address)) if !self.reaches(address.into(), port) => Err(Refused::Address),
            Some(Host::Domain(_)) if !self.knocks_at(port) && self.networks.is_empty() => Err(Refused::Port),
            Some(_) => Ok(url),
            None => Err(Refused::NotAUrl),
        }
    }

    /// Refuses a URL whose host has no address by now that it may go to. A name that cannot be looked up is let pass: where
    /// it leads is asked again whenever something is sent.
    ///
    /// # Errors
    /// When it leads nowhere that is allowed.
    pub async fn look_up(&self, url: &Url) -> Result<(), Refused> {
        let (Some(Host::Domain(name)), Some(port)) = (url.host(), url.port_or_known_default()) else { return Ok(()) };
        let Ok(Ok(mut addresses)) = tokio::time::timeout(LOOK_UP_WITHIN, tokio::net::lookup_host((name, port))).await
        else {
            return Ok(());
        };
        if addresses.any(|address| self.reaches(address.ip(), port)) { Ok(()) } else { Err(Refused::Address) }
    }

    /// Whether a connection to this address and port may be made.
    #[must_use]
    pub fn reaches(&self, address: IpAddr, port: u16) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(address)) || (self.knocks_at(port) && is_open(address))
    }

    /// Whether web servers are looked for at this port anywhere in the open net.
    #[must_use]
    pub fn knocks_at(&self, port: u16) -> bool {
        PORTS.contains(&port) || (self.plain && PLAIN_PORTS.contains(&port))
    }
}

/// Whether an address is one of the open net.
fn is_open(address: IpAddr) -> bool {
    (address.is_ipv4() || OPEN_6.contains(address)) && !CLOSED.iter().any(|network| network.contains(address))
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the open net")?;
        self.networks.iter().try_for_each(|network| write!(f, ", {network}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(networks: &[&str], plain: bool) -> Reach {
        Reach::new(&networks.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>(), plain)
    }

    fn reaches(reach: &Reach, address: &str) -> bool {
        reach.reaches(address.parse().unwrap(), 443)
    }

    #[test]
    fn the_open_net_alone_is_within_reach() {
        let reach = reach(&[], false);
        for address in ["1.1.1.1", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:1.1.1.1"] {
            assert!(reaches(&reach, address), "{address}");
        }
        let own = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
        ];
        let own_6 = [
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "64:ff9b::1.1.1.1",
            "64:ff9b:1::1",
            "::127.0.0.1",
            "fec0::1",
            "100::1",
        ];
        for address in own.into_iter().chain(own_6) {
            assert!(!reaches(&reach, address), "{address}");
        }
        for mapped in own {
            assert!(!reaches(&reach, &format!("::ffff:{mapped}")), "{mapped}");
        }
    }

    #[test]
    fn networks_that_are_listed_are_within_reach_at_any_port() {
        let reach = reach(&["10.1.0.0/16", "::1"], false);
        let reaches = |address: &str, port| reach.reaches(address.parse().unwrap(), port);
        assert!(reaches("10.1.2.3", 9000) && reaches("::ffff:10.1.2.3", 443) && reaches("::1", 80));
        assert!(!reaches("10.2.0.1", 443) && !reaches("127.0.0.1", 443));
        assert!(reaches("1.1.1.1", 443) && !reaches("1.1.1.1", 22));
    }

    #[test]
    fn a_url_is_refused_for_what_it_says() {
        let refused = |url: &str| reach(&[], false).admit(url).unwrap_err();
        for text in ["", "hooks", "/hooks", "https://", "mailto:a@b.co"] {
            assert!(matches!(refused(text), Refused::NotAUrl | Refused::Plain), "{text}");
        }
        assert_eq!(refused(&format!("https://example.org/{}", "a".repeat(2048))), Refused::NotAUrl);
        assert_eq!(refused("http://example.org/hooks"), Refused::Plain);
        assert_eq!(refused("ftp://example.org/hooks"), Refused::Plain);
        assert_eq!(refused("https://anna:secret@example.org/"), Refused::Credentials);
        assert_eq!(refused("https://example.org@127.0.0.1/"), Refused::Credentials);
        assert_eq!(refused("https://example.org:22/"), Refused::Port);
        // However an address is written, it is that address.
        let written = [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "169.254.169.254",
            "10.0.0.1",
            "[64:ff9b::10.0.0.1]",
            "[fd00::1]",
            "0",
            "127.0.0.1.",
        ];
        for host in written {
            assert_eq!(refused(&format!("https://{host}/hooks")), Refused::Address, "{host}");
        }
    }

    #[test]
    fn a_url_is_read_as_it_will_be_called() {
        let admit = |url: &str| reach(&[], false).admit(url).map(String::from);
        assert_eq!(admit("https://Example.org:443/hooks?key=1#top").as_deref(), Ok("https://example.org/hooks?key=1"));
        assert_eq!(admit("https://example.org:8443/").as_deref(), Ok("https://example.org:8443/"));
        assert!(reach(&[], true).admit("http://example.org:8080/hooks").is_ok());
        assert!(reach(&["127.0.0.1"], true).admit("http://127.0.0.1:45123/hooks").is_ok());
        assert_eq!(reach(&["127.0.0.1"], false).admit("http://127.0.0.1:45123/hooks"), Err(Refused::Plain));
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused() {
        let url = "https://localhost/hooks".parse().unwrap();
        assert_eq!(reach(&[], false).look_up(&url).await, Err(Refused::Address));
        assert_eq!(reach(&["127.0.0.0/8", "::1"], false).look_up(&url).await, Ok(()));
        assert_eq!(reach(&[], false).look_up(&"https://nobody.invalid/".parse().unwrap()).await, Ok(()));
    }
}
