//! What leaves the shop for integrators: the secrets that sign it, and the addresses that it may go to.
//!
//! Signatures are those of Standard Webhooks. A secret is kept under a [seal](crate::secret::Seal) that is bound to its
//! subscription; it is opened where something is signed, and nowhere else.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::secret::{Seal, Secret};

mod reach;

pub use reach::{Reach, Refused};

const PREFIX: &str = "whsec_";
/// The standard asks for 24 to 64.
const SECRET_BYTES: usize = 32;

/// Makes secrets of subscriptions, keeps them sealed, and signs with them.
#[derive(Clone, Debug)]
pub struct Secrets(Seal);

/// A message as it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The same whenever it is sent.
    pub id: &'a str,
    /// When it is sent: seconds since 1970.
    pub timestamp: i64,
    /// What it says.
    pub payload: &'a str,
}

impl Secrets {
    /// Those that are sealed with this secret of the server's.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        Self(secret.seal("webhooks"))
    }

    /// A new secret, as its subscriber is shown it.
    ///
    /// # Panics
    /// When the system has no random bytes.
    #[must_use]
    pub fn draw() -> SecretString {
        let mut bytes = [0; SECRET_BYTES];
        aws_lc_rs::rand::fill(&mut bytes).expect("the system's random source does not fail once the process runs");
        format!("{PREFIX}{}", STANDARD.encode(bytes)).into()
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
        let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
        let Message { id, timestamp, payload } = message;
        let signed = format!("{id}.{timestamp}.{payload}");
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> (tempfile::TempDir, Secrets) {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::new(&Secret::open(folder.path()).unwrap());
        (folder, secrets)
    }

    #[test]
    fn signs_as_the_standard_does() {
        let (_folder, secrets) = secrets();
        let subscription = Uuid::from_u128(7);
        // The example of the Standard Webhooks specification.
        let sealed = secrets.close(subscription, &"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into());
        let payload = r#"{"test": 2432232314}"#;
        let message = Message { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, payload };
        let signature = secrets.sign(subscription, &sealed, message);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn a_secret_signs_for_its_own_subscription_alone() {
        let (_folder, secrets) = secrets();
        let (drawn, message) = (Secrets::draw(), Message { id: "a", timestamp: 1, payload: "{}" });
        let sealed = secrets.close(Uuid::from_u128(1), &drawn);
        assert!(!sealed.contains(drawn.expose_secret()));
        assert!(secrets.sign(Uuid::from_u128(1), &sealed, message).is_some());
        assert_eq!(secrets.sign(Uuid::from_u128(2), &sealed, message), None);
        assert_eq!(secrets.sign(Uuid::from_u128(1), "", message), None);
    }

    #[test]
    fn no_two_secrets_are_alike_and_each_is_long_enough() {
        let (one, two) = (Secrets::draw(), Secrets::draw());
        assert_ne!(one.expose_secret(), two.expose_secret());
        let bytes = STANDARD.decode(one.expose_secret().strip_prefix(PREFIX).unwrap()).unwrap();
        assert!((24..=64).contains(&bytes.len()));
    }
}
