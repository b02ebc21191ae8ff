//! What leaves the shop for integrators: the secrets that sign it, and the addresses that it may go to.
//!
//! Signatures are those of Standard Webhooks. A secret is kept under a [seal](crate::secret::Seal) that is bound to its
//! subscription; it is opened where something is signed, and nowhere else.

use secrecy::{ExposeSecret, SecretString};
use signatures::Message;
use uuid::Uuid;

use crate::secret::{Seal, Secret};

mod reach;

pub use reach::{Reach, Refused};
pub use signatures::draw_secret;

/// Keeps the secrets of subscriptions sealed, and signs with them.
#[derive(Clone, Debug)]
pub struct Secrets(Seal);

impl Secrets {
    /// Those that are sealed with this secret of the server's.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        Self(secret.seal("webhooks"))
    }

    /// A secret as it is kept.
    #[must_use]
    pub fn close(&self, subscription: Uuid, secret: &SecretString) -> String {
        self.0.close(subscription.as_bytes(), secret.expose_secret().as_bytes())
    }

    /// The signature of a message; `None` when the secret is another subscription's, or was sealed with another key.
    #[must_use]
    pub fn sign(&self, subscription: Uuid, sealed: &str, message: Message<'_>) -> Option<String> {
        let secret = String::from_utf8(self.0.open(subscription.as_bytes(), sealed)?).ok()?;
        Some(secret.parse::<signatures::Secret>().ok()?.sign(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_signs_for_its_own_subscription_alone() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::new(&Secret::open(folder.path()).unwrap());
        let (drawn, message) = (draw_secret(), Message { id: "a", timestamp: 1, body: b"{}" });
        let sealed = secrets.close(Uuid::from_u128(1), &drawn);
        assert!(!sealed.contains(drawn.expose_secret()));
        assert!(secrets.sign(Uuid::from_u128(1), &sealed, message).is_some());
        assert_eq!(secrets.sign(Uuid::from_u128(2), &sealed, message), None);
        assert_eq!(secrets.sign(Uuid::from_u128(1), "", message), None);
    }
}
