//! Access tokens: short-lived JWTs (RFC 9068) that say who calls, in which session and with which roles.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use quick_cache::sync::Cache;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::keys::{PublicKeys, SigningKeys, Use};

pub mod mail;

const ISSUER: &str = "millrace";
const AUDIENCE: &str = "millrace-api";
const TYPE: &str = "at+jwt";
/// By how much the clocks of two services may differ.
const LEEWAY_SECONDS: u64 = 5;
/// How many tokens are remembered as verified: some megabytes.
const REMEMBERED: usize = 20_000;

/// What a session was begun with, as RFC 8176 spells it.
const PASSWORD: &str = "pwd";
const ONE_TIME_CODE: &str = "otp";

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// The token itself.
    pub jti: Uuid,
    /// What the user may be, as of the time of issue.
    pub roles: Vec<String>,
    /// How the user has proven to be themselves in this session: `pwd`, and `otp` with a second factor (RFC 8176).
    #[serde(default)]
    pub amr: Vec<String>,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Not valid before, in seconds since 1970.
    pub nbf: i64,
    /// Not valid from then on, in seconds since 1970.
    pub exp: i64,
}

impl Claims {
    /// Whether the user has proven a second factor in this session.
    #[must_use]
    pub fn has_second_factor(&self) -> bool {
        self.amr.iter().any(|method| method == ONE_TIME_CODE)
    }
}

/// As of when an access token speaks.
///
/// Take it before reading what the token is to say: whatever changes after it makes the token worthless.
#[derive(Clone, Copy, Debug)]
pub struct Moment(Uuid);

impl Moment {
    /// This moment.
    #[must_use]
    pub fn now() -> Self {
        Self(Uuid::now_v7())
    }
}

/// Issues access tokens; command-api alone has one.
#[derive(Clone, Debug)]
pub struct Signer {
    keys: SigningKeys,
    lifetime: Duration,
}

impl Signer {
    /// Signs with the key in use.
    #[must_use]
    pub fn new(keys: SigningKeys, lifetime: Duration) -> Self {
        Self { keys, lifetime }
    }

    /// An access token for a user in a session that a password alone has begun.
    #[must_use]
    pub fn sign(&self, as_of: Moment, user: Uuid, session: Uuid, roles: Vec<String>) -> SecretString {
        self.issue(as_of, user, session, roles, &[PASSWORD])
    }

    /// An access token for a user who has proven a second factor in the session.
    #[must_use]
    pub fn sign_with_second_factor(
        &self,
        as_of: Moment,
        user: Uuid,
        session: Uuid,
        roles: Vec<String>,
    ) -> SecretString {
        self.issue(as_of, user, session, roles, &[PASSWORD, ONE_TIME_CODE])
    }

    fn issue(
        &self,
        Moment(jti): Moment,
        user: Uuid,
        session: Uuid,
        roles: Vec<String>,
        methods: &[&str],
    ) -> SecretString {
        let now = OffsetDateTime::now_utc();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user,
            sid: session,
            jti,
            roles,
            amr: methods.iter().map(|method| (*method).to_owned()).collect(),
            iat: now.unix_timestamp(),
            nbf: now.unix_timestamp(),
            exp: (now + self.lifetime).unix_timestamp(),
        };
        let (kid, key) = self.keys.in_use();
        let header = Header { typ: Some(TYPE.to_owned()), kid: Some(kid), ..Header::new(Algorithm::EdDSA) };
        let token = encode(&header, &claims, &key).expect("the key was parsed when it was read");
        SecretString::from(token)
    }

    /// How long a token is valid.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }
}

/// The token is malformed, forged, foreign or expired; which one is nobody's business.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct Invalid;

/// Checks access tokens against public keys that it was given, and no others.
///
/// A signature takes a tenth of a millisecond to verify, and a session sends the same token with each request. So what a
/// token says is remembered by its hash. Whether its time has come and its key is still good is looked at each time.
pub struct Verifier {
    keys: PublicKeys,
    validation: Validation,
    verified: Cache<[u8; SHA256_OUTPUT_LEN], Arc<Verified>>,
}

/// A token with a good signature.
struct Verified {
    kid: String,
    claims: Arc<Claims>,
}

impl Verifier {
    /// Accepts tokens signed with one of these keys.
    #[must_use]
    pub fn new(keys: PublicKeys) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        Self { keys, validation, verified: Cache::new(REMEMBERED) }
    }

    /// What a valid token says.
    ///
    /// # Errors
    /// When the signature, the algorithm, the key, the type, the times, the issuer or the audience is not as it should.
    pub fn verify(&self, token: &str) -> Result<Arc<Claims>, Invalid> {
        let hash = digest(&SHA256, token.as_bytes());
        let hash = hash.as_ref().try_into().expect("SHA-256 has 32 bytes");
        if let Some(verified) = self.verified.get(&hash) {
            self.keys.with(&verified.kid, Use::Access, |_| ()).ok_or(Invalid)?;
            return is_in_time(&verified.claims).then(|| verified.claims.clone()).ok_or(Invalid);
        }
        let verified = self.verify_anew(token)?;
        let claims = verified.claims.clone();
        self.verified.insert(hash, Arc::new(verified));
        Ok(claims)
    }

    fn verify_anew(&self, token: &str) -> Result<Verified, Invalid> {
        // The header only picks among the known keys: `jwk`, `jku` and `x5u` are never followed.
        let header = decode_header(token).map_err(|_| Invalid)?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(Invalid);
        }
        let kid = header.kid.ok_or(Invalid)?;
        let verified = self.keys.with(&kid, Use::Access, |key| decode(token, key, &self.validation));
        let claims = Arc::new(verified.ok_or(Invalid)?.map_err(|_| Invalid)?.claims);
        Ok(Verified { kid, claims })
    }
}

fn is_in_time(claims: &Claims) -> bool {
    let (now, leeway) = (OffsetDateTime::now_utc().unix_timestamp(), LEEWAY_SECONDS.cast_signed());
    claims.nbf <= now + leeway && now - leeway < claims.exp
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("keys", &self.keys).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::EncodingKey;
    use jsonwebtoken::jwk::AlgorithmParameters;
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;
    use crate::keys::Rotation;

    fn keys() -> SigningKeys {
        SigningKeys::open(tempfile::tempdir().unwrap().path()).unwrap()
    }

    fn claims() -> Claims {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: Uuid::now_v7(),
            sid: Uuid::now_v7(),
            jti: Uuid::now_v7(),
            roles: vec![],
            amr: vec![],
            iat: now,
            nbf: now,
            exp: now + 600,
        }
    }

    fn header(keys: &SigningKeys) -> Header {
        Header { typ: Some(TYPE.into()), kid: Some(keys.in_use().0), ..Header::new(Algorithm::EdDSA) }
    }

    /// Signs well what may be wrong in itself.
    fn verdict(change: impl FnOnce(&mut Header, &mut Claims)) -> Result<Arc<Claims>, Invalid> {
        let keys = keys();
        let (mut header, mut claims) = (header(&keys), claims());
        change(&mut header, &mut claims);
        Verifier::new(keys.public()).verify(&encode(&header, &claims, &keys.in_use().1).unwrap())
    }

    fn x(keys: &SigningKeys) -> String {
        let AlgorithmParameters::OctetKeyPair(pair) = &keys.public().jwks().keys[0].algorithm else {
            panic!("{keys:?}")
        };
        pair.x.clone()
    }

    #[test]
    fn accepts_what_it_has_signed() {
        let keys = keys();
        let (user, session) = (Uuid::now_v7(), Uuid::now_v7());
        let signer = Signer::new(keys.clone(), Duration::from_secs(600));

        let token = signer.sign(Moment::now(), user, session, vec!["seller".into()]);

        let claims = Verifier::new(keys.public()).verify(token.expose_secret()).unwrap();
        assert_eq!((claims.sub, claims.sid, claims.exp - claims.iat), (user, session, 600));
        assert_eq!(claims.roles, ["seller"]);
    }

    #[test]
    fn what_is_remembered_is_still_no_longer_valid_than_its_time_and_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let keys = SigningKeys::open(folder.path()).unwrap();
        let verifier = Verifier::new(keys.public());
        let (header, now) = (header(&keys), claims().iat);
        let token = |exp| encode(&header, &Claims { exp, ..claims() }, &keys.in_use().1).unwrap();
        let (short, long) = (token(now - 4), token(now + 600));
        assert!(verifier.verify(&short).is_ok() && verifier.verify(&long).is_ok());

        let over = || verifier.verify(&short) == Err(Invalid);
        while !over() {
            std::thread::yield_now();
        }
        assert!(verifier.verify(&long).is_ok());

        keys.rotate(Rotation::Emergency).unwrap();
        assert_eq!(verifier.verify(&long), Err(Invalid));
    }

    #[test]
    fn says_whether_there_was_a_second_factor() {
        let keys = keys();
        let (signer, verifier) = (Signer::new(keys.clone(), Duration::from_secs(600)), Verifier::new(keys.public()));
        let claims = |token: SecretString| verifier.verify(token.expose_secret()).unwrap();

        let one = claims(signer.sign(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), vec![]));
        let two = claims(signer.sign_with_second_factor(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), vec![]));

        assert_eq!((one.amr.as_slice(), one.has_second_factor()), (&["pwd".to_owned()][..], false));
        assert_eq!((two.amr.as_slice(), two.has_second_factor()), (&["pwd".to_owned(), "otp".to_owned()][..], true));
    }

    #[test]
    fn refuses_a_token_without_signature() {
        let keys = keys();
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({"alg": "none", "typ": TYPE, "kid": keys.in_use().0}));
        let token = format!("{header}.{}.", part(serde_json::to_value(claims()).unwrap()));

        assert_eq!(Verifier::new(keys.public()).verify(&token), Err(Invalid));
    }

    #[test]
    fn refuses_hs256_with_the_public_key_as_its_secret() {
        let keys = keys();
        let public = URL_SAFE_NO_PAD.decode(x(&keys)).unwrap();
        let header = Header { alg: Algorithm::HS256, ..header(&keys) };
        let token = encode(&header, &claims(), &EncodingKey::from_secret(&public)).unwrap();

        assert_eq!(Verifier::new(keys.public()).verify(&token), Err(Invalid));
    }

    #[test]
    fn refuses_a_foreign_key_even_when_the_token_brings_it_along() {
        let (ours, foreign) = (keys(), keys());
        let brought = Header { jwk: Some(foreign.public().jwks().keys[0].clone()), ..header(&ours) };
        let token = encode(&brought, &claims(), &foreign.in_use().1).unwrap();

        assert_eq!(Verifier::new(ours.public()).verify(&token), Err(Invalid));
    }

    #[test]
    fn refuses_an_unknown_or_missing_key_id() {
        assert_eq!(verdict(|header, _| header.kid = Some("unknown".into())), Err(Invalid));
        assert_eq!(verdict(|header, _| header.kid = None), Err(Invalid));
    }

    #[test]
    fn refuses_a_token_of_another_type() {
        assert_eq!(verdict(|header, _| header.typ = Some("JWT".into())), Err(Invalid));
        assert_eq!(verdict(|header, _| header.typ = None), Err(Invalid));
    }

    #[test]
    fn refuses_a_token_outside_its_time() {
        assert_eq!(verdict(|_, claims| claims.exp = claims.iat - 60), Err(Invalid));
        assert_eq!(verdict(|_, claims| claims.nbf = claims.iat + 60), Err(Invalid));
    }

    #[test]
    fn refuses_another_issuer_or_audience() {
        assert_eq!(verdict(|_, claims| claims.iss = "somebody".into()), Err(Invalid));
        assert_eq!(verdict(|_, claims| claims.aud = "something".into()), Err(Invalid));
    }

    #[test]
    fn refuses_a_changed_payload() {
        let keys = keys();
        let token = encode(&header(&keys), &claims(), &keys.in_use().1).unwrap();
        let [head, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
        let richer = Claims { roles: vec!["admin".into()], ..claims() };
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&richer).unwrap());

        assert_eq!(Verifier::new(keys.public()).verify(&format!("{head}.{payload}.{signature}")), Err(Invalid));
    }
}
