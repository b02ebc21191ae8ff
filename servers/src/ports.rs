//! Free TCP ports on loopback.

use std::net::{Ipv4Addr, TcpListener};

/// Below the range from which Linux takes ports for outgoing connections (32768 and up), so that a server that is down
/// for a moment finds its port free when it comes back.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// A port on which nothing listens at the moment, chosen at random so that parallel callers seldom meet.
#[must_use]
pub fn free() -> u16 {
    loop {
        let port = rand::random_range(RANGE);
        if is_free(port) {
            return port;
        }
    }
}

/// Whether a server could listen on `port` now.
#[must_use]
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
