//! Sessions: one family of refresh tokens each, rotated at every use.
//!
//! A refresh token is `<session>.<secret>.<seal>`. The secret has 256 bits; only its SHA-256 is stored. A child is a
//! keyed hash of its parent, so that a client that lost the answer, or refreshed in ten tabs at once, gets the same
//! child again for a few seconds; so long the child itself is not exchanged, whoever presents it. Later, a parent that shows
//! up again was copied: the whole family is to end. The seal tells tokens that were issued from those made up, so that nobody
//! can end a session by knowing its id.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connections::Connection;
use secrecy::SecretString;
use time::OffsetDateTime;
use tower_sessions_core::SessionStore;
use tower_sessions_core::session::{Id, Record};
use tower_sessions_core::session_store;
use uuid::Uuid;

use crate::devices::Device;
use crate::records::{Records, id_of};
use crate::revocations::Revocations;
use crate::secret::{Keyed, Secret};

mod family;

pub(crate) use family::Family;
use family::Standing;

/// How often a rotation starts over because others rotate the same family at the same moment.
const MOST_ATTEMPTS: usize = 10;
const SEAL_BYTES: usize = 16;

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// A session that was not refreshed for so long has ended.
    pub idle: Duration,
    /// A session ends after so long in any case.
    pub absolute: Duration,
    /// A refresh token may be used again for so long after its first use.
    pub replay_grace: Duration,
}

/// A session and the refresh token that continues it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Which session.
    pub session: Uuid,
    /// Whose.
    pub user: Uuid,
    /// For the `__Host-refresh` cookie alone.
    pub refresh: SecretString,
    /// Whether the user has proven a second factor in it.
    pub second_factor: bool,
}

/// The session that a refresh token belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// Which session.
    pub session: Uuid,
    /// Whose.
    pub user: Uuid,
    /// Whether the user has proven a second factor in it.
    pub second_factor: bool,
}

/// Why a refresh token was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody has ever issued it.
    #[error("the refresh token is made up")]
    Unknown,
    /// It was issued, but nothing is known of its session any more.
    #[error("session {session} has ended")]
    Ended {
        /// Which session.
        session: Uuid,
    },
    /// Used before, too long ago: somebody has a copy. Whoever hears of it is to end the session, once it is on record.
    #[error("a refresh token of session {session} was used again")]
    Reused {
        /// Which session.
        session: Uuid,
        /// Whose, who is to be told.
        user: Uuid,
    },
    /// Redis did not answer as it should; the outcome is unknown.
    #[error("the session store failed")]
    Store(#[from] session_store::Error),
    /// Redis did not take the revocation.
    #[error("the revocation could not be published")]
    Revocation(#[from] redis::RedisError),
}

/// Opens, continues and ends sessions.
#[derive(Clone)]
pub struct Sessions {
    redis: Connection,
    records: Records,
    revocations: Revocations,
    keyed: Keyed,
    lifetimes: Lifetimes,
}

impl Sessions {
    /// Keeps sessions in this Redis and announces their ends to `revocations`.
    #[must_use]
    pub fn new(redis: Connection, secret: &Secret, revocations: Revocations, lifetimes: Lifetimes) -> Self {
        Self {
            records: Records::new(redis.clone()),
            redis,
            revocations,
            keyed: secret.derive("refresh-tokens"),
            lifetimes,
        }
    }

    /// Opens a session of a new id for a user.
    ///
    /// # Errors
    /// When Redis does not take it, or there is a session of that id.
    pub async fn open(&self, session: Uuid, user: Uuid, device: Device) -> Result<Grant, Error> {
        let mut secret = [0; 32];
        aws_lc_rs::rand::fill(&mut secret).expect("the system's random source does not fail once the process runs");
        let now = OffsetDateTime::now_utc();
        let family = Family {
            user,
            created_at: now,
            user_agent: device.user_agent,
            address: Some(device.address),
            second_factor: false,
            generation: 0,
            current: stored(&secret),
            previous: None,
            rotated_at: now,
        };
        if !self.records.insert(&self.record(id_of(session), &family, now)).await? {
            return Err(Error::Store(session_store::Error::Backend("there is a session of this id".to_owned())));
        }
        Ok(Grant { session, user, refresh: self.token(session, &secret), second_factor: false })
    }

    /// The session of a refresh token that was issued, whether or not it goes on.
    #[must_use]
    pub fn session(&self, refresh: &str) -> Option<Uuid> {
        self.parse(refresh).map(|(session, _)| session)
    }

    /// Whose session a refresh token continues. The token is not used by that.
    ///
    /// # Errors
    /// When the token is unknown, was used before the last few seconds, or Redis fails.
    pub async fn holder(&self, refresh: &str) -> Result<Holder, Error> {
        let (session, secret) = self.parse(refresh).ok_or(Error::Unknown)?;
        let (_, family) = self.family(session).await?;
        match family.standing(&stored(&secret), OffsetDateTime::now_utc(), &self.lifetimes) {
            Standing::Due | Standing::Fresh | Standing::Replaced => {
                Ok(Holder { session, user: family.user, second_factor: family.second_factor })
            }
            Standing::Copied => Err(Error::Reused { session, user: family.user }),
        }
    }

    /// Continues the session of a refresh token: with the token's child, or, where the token is one of a moment ago, with
    /// the same token.
    ///
    /// # Errors
    /// When the token is unknown, was used before the last few seconds, or Redis fails.
    pub async fn rotate(&self, refresh: &str) -> Result<Grant, Error> {
        let (session, secret) = self.parse(refresh).ok_or(Error::Unknown)?;
        let child = self.keyed.hash(&[b"child", session.as_bytes(), &secret]);
        let used = stored(&secret);
        for _ in 0..MOST_ATTEMPTS {
            let (id, family) = self.family(session).await?;
            let now = OffsetDateTime::now_utc();
            let (user, second_factor) = (family.user, family.second_factor);
            let grant = |secret| Grant { session, user, refresh: self.token(session, secret), second_factor };
            match family.standing(&used, now, &self.lifetimes) {
                Standing::Fresh => return Ok(grant(&secret)),
                Standing::Replaced => return Ok(grant(&child)),
                Standing::Copied => return Err(Error::Reused { session, user }),
                Standing::Due => {}
            }
            let next = Family {
                generation: family.generation + 1,
                current: stored(&child),
                previous: Some(used.clone()),
                rotated_at: now,
                ..family
            };
            if self.records.replace(&self.record(id, &next, now)).await? {
                return Ok(grant(&child));
            }
        }
        Err(contended())
    }

    /// Takes note that the user has proven a second factor in a session, whose access tokens say so from now on.
    ///
    /// # Errors
    /// When the session has ended, or Redis fails.
    pub async fn raise(&self, session: Uuid) -> Result<(), Error> {
        for _ in 0..MOST_ATTEMPTS {
            let record = self.records.load(&id_of(session)).await?.ok_or(Error::Ended { session })?;
            let family = Family::of(&record)?;
            if family.second_factor {
                return Ok(());
            }
            let next = Family { generation: family.generation + 1, second_factor: true, ..family };
            if self.records.replace(&Record { data: next.data(), ..record }).await? {
                return Ok(());
            }
        }
        Err(contended())
    }

    /// Ends a session: its refresh tokens at once, its access tokens in every service within a second.
    ///
    /// # Errors
    /// When Redis fails; ending it again is harmless.
    pub async fn end(&self, session: Uuid) -> Result<(), Error> {
        Ok(self.revocations.revoke_session(&self.redis, session).await?)
    }

    /// Forgets what is known of a session: it is refreshed no more. Its access tokens go on until it is [ended](Self::end).
    ///
    /// # Errors
    /// When Redis fails; doing it again is harmless.
    pub async fn forget(&self, session: Uuid) -> Result<(), Error> {
        Ok(self.records.delete(&id_of(session)).await?)
    }

    /// Makes every access token that a user has worthless, in every service within a second. Their sessions go on, and get
    /// new ones by refreshing.
    ///
    /// # Errors
    /// When Redis fails; doing it again is harmless.
    pub async fn renew(&self, user: Uuid) -> Result<(), Error> {
        Ok(self.revocations.revoke_user(&self.redis, user).await?)
    }

    async fn family(&self, session: Uuid) -> Result<(Id, Family), Error> {
        let record = self.records.load(&id_of(session)).await?.ok_or(Error::Ended { session })?;
        Ok((record.id, Family::of(&record)?))
    }

    fn record(&self, id: Id, family: &Family, now: OffsetDateTime) -> Record {
        let expiry_date = (now + self.lifetimes.idle).min(family.created_at + self.lifetimes.absolute);
        Record { id, data: family.data(), expiry_date }
    }

    fn token(&self, session: Uuid, secret: &[u8; 32]) -> SecretString {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!("{}.{}.{}", session.simple(), encode(secret), encode(&self.seal(session, secret))).into()
    }

    fn parse(&self, token: &str) -> Option<(Uuid, [u8; 32])> {
        let mut parts = token.split('.');
        let (session, secret, seal) = (parts.next()?, parts.next()?, parts.next()?);
        let session = Uuid::try_parse(session).ok()?;
        let secret: [u8; 32] = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        let issued = verify_slices_are_equal(&seal, &self.seal(session, &secret)).is_ok();
        (issued && parts.next().is_none()).then_some((session, secret))
    }

    fn seal(&self, session: Uuid, secret: &[u8; 32]) -> [u8; SEAL_BYTES] {
        let hash = self.keyed.hash(&[b"seal", session.as_bytes(), secret]);
        *hash.first_chunk().expect("a hash has 32 bytes")
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("lifetimes", &self.lifetimes).finish_non_exhaustive()
    }
}

fn contended() -> Error {
    Error::Store(session_store::Error::Backend("the session is being changed too often".to_owned()))
}

/// A token's secret as it is stored.
fn stored(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, secret))
}
