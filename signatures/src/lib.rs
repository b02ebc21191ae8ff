//! Signed messages over HTTP, by the [Standard Webhooks](https://www.standardwebhooks.com) specification, version 1.
//!
//! A payment provider signs its callbacks like this, and the shop what it tells integrators. Neither side of the shop depends on
//! the other, so what they share is here.
//!
//! What it refuses to do: know what a message says or where it goes, keep a secret, or look at a clock.

use std::{fmt, str::FromStr, time::Duration};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use time::OffsetDateTime;

/// The header that names a message; the same when it is sent again.
pub const ID: &str = "webhook-id";
/// The header with the time of sending, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

const SCHEME: &str = "v1";
const PREFIX: &str = "whsec_";
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Of one that is made here.
const DRAWN_BYTES: usize = 32;

/// A new secret, as both sides are told it.
///
/// # Panics
/// When the system has no random bytes.
#[must_use]
pub fn draw_secret() -> SecretString {
    let mut bytes = [0; DRAWN_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random source does not fail once the process runs");
    format!("{PREFIX}{}", STANDARD.encode(bytes)).into()
}

/// What both sides know.
#[derive(Clone)]
pub struct Secret(hmac::Key);

/// Why this is no secret. It does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is to be whsec_ and 24 to 64 bytes in base64")]
pub struct NoSecret;

impl Secret {
    /// A secret of so many bytes.
    ///
    /// # Errors
    /// When there are fewer than 24 or more than 64.
    pub fn new(bytes: &[u8]) -> Result<Self, NoSecret> {
        let fits = SECRET_BYTES.contains(&bytes.len());
        fits.then(|| Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))).ok_or(NoSecret)
    }

    /// The signature of a message.
    #[must_use]
    pub fn sign(&self, Message { id, timestamp, body }: Message<'_>) -> String {
        let signature = hmac::sign(&self.0, &signed(id, &timestamp.to_string(), body));
        format!("{SCHEME},{}", STANDARD.encode(signature))
    }
}

impl FromStr for Secret {
    type Err = NoSecret;

    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let bytes = text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        Self::new(&bytes.ok_or(NoSecret)?)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A message that is to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its name: the same whenever it is sent.
    pub id: &'a str,
    /// When it is sent: seconds since 1970.
    pub timestamp: i64,
    /// What it says.
    pub body: &'a [u8],
}

/// A message as it came.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// Its name.
    pub id: &'a str,
    /// When it says it was sent.
    pub timestamp: &'a str,
    /// Its signatures.
    pub signature: &'a str,
    /// What it says.
    pub body: &'a [u8],
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// Whoever signed it does not know the secret, or it was changed on its way.
    #[error("the signature is not good")]
    Signature,
    /// It was sent long ago, or will be.
    #[error("the timestamp is too far from now")]
    Timestamp,
}

/// Signs messages, and tells which are to be believed.
#[derive(Clone, Debug)]
pub struct Webhooks {
    secret: Secret,
    tolerance: Duration,
}

impl Webhooks {
    /// Believes what is signed with this secret, and was sent no longer ago than this.
    #[must_use]
    pub const fn new(secret: Secret, tolerance: Duration) -> Self {
        Self { secret, tolerance }
    }

    /// How far the time of a message may be from now.
    #[must_use]
    pub const fn tolerance(&self) -> Duration {
        self.tolerance
    }

    /// The signature of a message.
    #[must_use]
    pub fn sign(&self, id: &str, at: OffsetDateTime, body: &[u8]) -> String {
        self.secret.sign(Message { id, timestamp: at.unix_timestamp(), body })
    }

    /// Whether a message is to be believed now.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self, message: Received<'_>, now: OffsetDateTime) -> Result<(), Untrusted> {
        let Received { id, timestamp, signature, body } = message;
        let signed = signed(id, timestamp, body);
        let of_ours = signature.split(' ').filter_map(|signature| signature.split_once(','));
        let mut of_ours = of_ours.filter(|(scheme, _)| *scheme == SCHEME);
        let is_good = |signature: &str| {
            let bytes = STANDARD.decode(signature);
            bytes.is_ok_and(|bytes| hmac::verify(&self.secret.0, &signed, &bytes).is_ok())
        };
        if id.is_empty() || id.contains('.') || !of_ours.any(|(_, signature)| is_good(signature)) {
            return Err(Untrusted::Signature);
        }
        let sent = timestamp.parse().ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        match sent.is_some_and(|sent| (now - sent).unsigned_abs() <= self.tolerance) {
            true => Ok(()),
            false => Err(Untrusted::Timestamp),
        }
    }
}

fn signed(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-02 12:00 UTC);

    fn webhooks(secret: &[u8]) -> Webhooks {
        Webhooks::new(Secret::new(secret).unwrap(), Duration::from_secs(300))
    }

    fn check(signature: &str, sent: OffsetDateTime, body: &[u8]) -> Result<(), Untrusted> {
        let timestamp = sent.unix_timestamp().to_string();
        webhooks(&[7; 32]).check(Received { id: "msg_1", timestamp: &timestamp, signature, body }, NOW)
    }

    #[test]
    fn signs_as_the_specification_does() {
        // The example of the specification.
        let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let body = br#"{"test": 2432232314}"#;
        let message = Message { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body };
        assert_eq!(secret.sign(message), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn believes_what_is_signed_with_the_secret_among_other_signatures() {
        let good = webhooks(&[7; 32]).sign("msg_1", NOW, b"{}");
        assert_eq!(check(&good, NOW, b"{}"), Ok(()));
        assert_eq!(check(&format!("v1a,b64 v1,AAAA {good}"), NOW, b"{}"), Ok(()));
    }

    #[test]
    fn believes_nobody_else_and_nothing_that_was_changed() {
        let good = webhooks(&[7; 32]).sign("msg_1", NOW, b"{}");
        let other = webhooks(&[8; 32]).sign("msg_1", NOW, b"{}");
        for (signature, body) in
            [(good.as_str(), &b"{ }"[..]), (&other, b"{}"), ("", b"{}"), (&good.replace("v1", "v2"), b"{}")]
        {
            assert_eq!(check(signature, NOW, body), Err(Untrusted::Signature), "{signature}");
        }
        let moved = NOW + Duration::from_secs(1);
        assert_eq!(check(&good, moved, b"{}"), Err(Untrusted::Signature), "the time is signed too");
    }

    #[test]
    fn believes_nothing_old_and_nothing_of_the_future() {
        for (seconds, believed) in
            [(-300, Ok(())), (300, Ok(())), (-301, Err(Untrusted::Timestamp)), (301, Err(Untrusted::Timestamp))]
        {
            let sent = NOW + time::Duration::seconds(seconds);
            assert_eq!(check(&webhooks(&[7; 32]).sign("msg_1", sent, b"{}"), sent, b"{}"), believed, "{seconds}");
        }
    }

    #[test]
    fn a_secret_is_long_enough_and_shown_to_nobody() {
        assert!(Secret::new(&[7; 23]).is_err() && Secret::new(&[7; 24]).is_ok());
        for text in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_%"] {
            assert!(text.parse::<Secret>().is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", Secret::new(&[7; 24]).unwrap()), "Secret(..)");
    }

    #[test]
    fn no_two_secrets_are_alike_and_each_is_one() {
        let (one, two) = (draw_secret(), draw_secret());
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert!(one.expose_secret().parse::<Secret>().is_ok());
    }
}
