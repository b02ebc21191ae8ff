//! What a link in a mail carries: a token that says what whoever opened the mail may do, once.
//!
//! It is signed by the same keys as access tokens, but its type and its audience are its own, so that neither passes as the
//! other. Whether it was used already, only the user's events know: it names its number there.

use std::fmt;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ISSUER, Invalid, LEEWAY_SECONDS};
use crate::keys::{PublicKeys, SigningKeys, Use};

const AUDIENCE: &str = "millrace-mail";
const TYPE: &str = "mail+jwt";

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To prove that the address is the user's.
    VerifyEmail,
    /// To set a new password.
    ResetPassword,
}

/// What a valid link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose it is.
    pub user: Uuid,
    /// Which of the links that this user was sent for this purpose, counted from 1.
    pub number: u64,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    purpose: Purpose,
    number: u64,
    iat: i64,
    exp: i64,
}

/// Signs links, and nothing else: whoever sends mails needs one.
#[derive(Clone, Debug)]
pub struct Signer(SigningKeys);

impl Signer {
    /// Signs with the key in use.
    #[must_use]
    pub fn new(keys: SigningKeys) -> Self {
        Self(keys)
    }

    /// The token of a link that is valid until then: for 24 hours at most, whatever becomes of the key.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, link: Link, until: OffsetDateTime) -> SecretString {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: link.user,
            purpose,
            number: link.number,
            iat: OffsetDateTime::now_utc().unix_timestamp(),
            exp: until.unix_timestamp(),
        };
        let (kid, key) = self.0.in_use();
        let header = Header { typ: Some(TYPE.to_owned()), kid: Some(kid), ..Header::new(Algorithm::EdDSA) };
        encode(&header, &claims, &key).expect("the key was parsed when it was read").into()
    }
}

/// Checks links.
#[derive(Clone)]
pub struct Verifier {
    keys: PublicKeys,
    validation: Validation,
}

impl Verifier {
    /// Accepts links signed with one of these keys.
    #[must_use]
    pub fn new(keys: PublicKeys) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self { keys, validation }
    }

    /// What a valid link for this purpose says.
    ///
    /// # Errors
    /// When it is malformed, forged, expired, or for something else.
    pub fn verify(&self, token: &str, purpose: Purpose) -> Result<Link, Invalid> {
        let header = decode_header(token).map_err(|_| Invalid)?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(Invalid);
        }
        let kid = header.kid.ok_or(Invalid)?;
        let verified = self.keys.with(&kid, Use::Mail, |key| decode::<Claims>(token, key, &self.validation));
        let claims = verified.ok_or(Invalid)?.map_err(|_| Invalid)?.claims;
        match claims.purpose == purpose {
            true => Ok(Link { user: claims.sub, number: claims.number }),
            false => Err(Invalid),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("keys", &self.keys).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use secrecy::ExposeSecret;

    use super::super as access;
    use super::*;
    use crate::keys::Rotation;

    fn keys() -> (SigningKeys, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (SigningKeys::open(folder.path()).unwrap(), folder)
    }

    fn link() -> Link {
        Link { user: Uuid::now_v7(), number: 2 }
    }

    fn in_an_hour() -> OffsetDateTime {
        OffsetDateTime::now_utc() + Duration::from_secs(3600)
    }

    #[test]
    fn a_link_says_whose_and_which_it_is() {
        let ((keys, _folder), link) = (keys(), link());
        let token = Signer::new(keys.clone()).sign(Purpose::ResetPassword, link, in_an_hour());

        let verifier = Verifier::new(keys.public());

        assert_eq!(verifier.verify(token.expose_secret(), Purpose::ResetPassword), Ok(link));
        assert_eq!(verifier.verify(token.expose_secret(), Purpose::VerifyEmail), Err(Invalid));
    }

    #[test]
    fn an_expired_or_foreign_link_is_refused() {
        let ((keys, _folder), (foreign, _other)) = (keys(), keys());
        let verifier = Verifier::new(keys.public());
        let minute_ago = OffsetDateTime::now_utc() - Duration::from_secs(60);
        let expired = Signer::new(keys).sign(Purpose::VerifyEmail, link(), minute_ago);
        let foreign = Signer::new(foreign).sign(Purpose::VerifyEmail, link(), in_an_hour());

        for token in [expired.expose_secret(), foreign.expose_secret(), "", "junk", "a.b.c"] {
            assert_eq!(verifier.verify(token, Purpose::VerifyEmail), Err(Invalid), "{token}");
        }
    }

    #[test]
    fn a_link_is_no_access_token_and_an_access_token_is_no_link() {
        let (keys, _folder) = keys();
        let link = Signer::new(keys.clone()).sign(Purpose::VerifyEmail, link(), in_an_hour());
        let access_token = access::Signer::new(keys.clone(), Duration::from_secs(600)).sign(
            access::Moment::now(),
            Uuid::now_v7(),
            Uuid::now_v7(),
            vec![],
        );

        assert_eq!(access::Verifier::new(keys.public()).verify(link.expose_secret()), Err(Invalid));
        let verifier = Verifier::new(keys.public());
        assert_eq!(verifier.verify(access_token.expose_secret(), Purpose::VerifyEmail), Err(Invalid));
    }

    #[test]
    fn a_link_outlives_an_orderly_rotation_but_no_emergency() {
        let ((keys, _folder), link) = (keys(), link());
        let token = Signer::new(keys.clone()).sign(Purpose::VerifyEmail, link, in_an_hour());
        let verifier = Verifier::new(keys.public());
        let (publish_for, access_lifetime) = (Duration::from_secs(60), Duration::from_secs(600));

        keys.rotate(Rotation::Orderly { publish_for, access_lifetime }).unwrap();
        assert_eq!(verifier.verify(token.expose_secret(), Purpose::VerifyEmail), Ok(link));

        keys.rotate(Rotation::Emergency).unwrap();
        assert_eq!(verifier.verify(token.expose_secret(), Purpose::VerifyEmail), Err(Invalid));
    }
}
