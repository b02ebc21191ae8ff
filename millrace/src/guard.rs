//! What services refuse to start with, since everybody knows it. (Passwords of stores: `address`.)

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use anyhow::ensure;
use command_api::settings::Orders;
use secrecy::ExposeSecret;
use web::settings::Demo;

/// What documentation signs its examples with.
const EXAMPLE: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Of fewer different characters, a secret was typed and not drawn.
const FEWEST: usize = 10;

/// Refuses a secret for callbacks that others can know, outside demo mode.
///
/// # Errors
/// When it stands in examples, or was not drawn at random.
pub(crate) fn callbacks(orders: &Orders, Demo { demo }: Demo) -> anyhow::Result<()> {
    let Some(secret) = orders.callback_secret.as_ref().filter(|_| !demo) else { return Ok(()) };
    let secret = secret.expose_secret();
    let different: BTreeSet<_> = secret.trim_start_matches("whsec_").chars().collect();
    ensure!(
        secret != EXAMPLE && different.len() >= FEWEST,
        "MILLRACE_CALLBACK_SECRET can be guessed: draw one (`echo whsec_$(openssl rand -base64 32)`), or set none"
    );
    Ok(())
}

/// Refuses to show a shop to play with to the whole world: this machine may see it, and a private network.
///
/// # Errors
/// When it would listen to others.
pub(crate) fn listens(on: Option<SocketAddr>, Demo { demo }: Demo) -> anyhow::Result<()> {
    if let Some(address) = on.filter(|address| demo && !is_private(address.ip())) {
        anyhow::bail!(
            "MILLRACE_LISTEN={address} is more than this machine or a private network, and MILLRACE_DEMO lets everybody in as anybody: \
             unset one of them"
        );
    }
    Ok(())
}

/// Whether only this machine, or those of a private network (RFC 1918, RFC 4193), can reach an address.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn signed_with(secret: &str, demo: bool) -> bool {
        let day = Duration::from_secs(86_400);
        let orders =
            Orders { complete_after: day, callback_secret: Some(secret.into()), callback_tolerance: Duration::ZERO };
        callbacks(&orders, Demo { demo }).is_ok()
    }

    #[test]
    fn a_shop_to_play_with_is_for_this_machine_and_private_networks() {
        let listens = |address: &str, demo| listens(Some(address.parse().unwrap()), Demo { demo }).is_ok();
        for private in ["127.0.0.1:8081", "[::1]:8081", "10.1.2.3:8081", "192.168.1.5:8081", "[fd00::1]:8081"] {
            assert!(listens(private, true), "{private}");
        }
        for public in ["0.0.0.0:8081", "[::]:8081", "203.0.113.7:8081", "172.15.0.1:8081"] {
            assert!(!listens(public, true), "{public}");
            assert!(listens(public, false), "{public}");
        }
    }

    #[test]
    fn what_signs_callbacks_is_drawn() {
        assert!(signed_with("whsec_7pVbkN0wSgq2v1rDJm3cYh8eXUaTzLfo", false));
        for known in [EXAMPLE, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(!signed_with(known, false) && signed_with(known, true), "{known}");
        }
    }
}
