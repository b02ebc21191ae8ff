//! The public halves: the file that says which keys there are, and what every process holds of it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::{Error, LOOK_EVERY, Listed, State, failed};
use crate::private_files;

const FILE: &str = "jwks.json";
/// The longest life of a link in a mail: so long a key that is gone still verifies those.
const MAIL_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60 + 60);

/// One key of `jwks.json`: a JWK with two members that others ignore.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    #[serde(flatten)]
    pub(super) jwk: Jwk,
    /// From when on it signs.
    #[serde(default = "long_ago", with = "time::serde::rfc3339")]
    pub(super) signs_from: OffsetDateTime,
    /// From when on it does not verify access tokens.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub(super) gone_from: Option<OffsetDateTime>,
}

impl Entry {
    pub(super) fn kid(&self) -> &str {
        self.jwk.common.key_id.as_deref().unwrap_or_default()
    }

    pub(super) fn is_gone(&self, now: OffsetDateTime) -> bool {
        self.gone_from.is_some_and(|gone_from| gone_from <= now)
    }

    /// Nothing that it has signed is valid any more.
    pub(super) fn is_forgotten(&self, now: OffsetDateTime) -> bool {
        self.gone_from.is_some_and(|gone_from| gone_from + MAIL_LIFETIME <= now)
    }
}

fn long_ago() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

/// All of `jwks.json`, in the sequence in which the keys sign.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Set {
    pub(super) keys: Vec<Entry>,
}

impl Set {
    pub(super) fn path(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(failed(path))?;
        serde_json::from_str(&text).map_err(|_| Error::Malformed { path: path.to_owned() })
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).expect("a JWK set has string keys alone");
        private_files::publish(path, &text).map_err(failed(path))
    }

    /// The key that signs now.
    pub(super) fn in_use(&self, now: OffsetDateTime) -> Option<&Entry> {
        let begun = self.keys.iter().filter(|key| key.signs_from <= now && !key.is_gone(now));
        begun.max_by_key(|key| key.signs_from)
    }

    /// The key that is to sign now if only some are held: where the one in use is not, the next best whose tokens are taken.
    fn best_of(&self, now: OffsetDateTime, held: impl Fn(&str) -> bool) -> Option<&Entry> {
        let taken = self.keys.iter().filter(|key| !key.is_gone(now) && held(key.kid()));
        taken.max_by_key(|key| (key.signs_from <= now, key.signs_from))
    }

    pub(super) fn listed(&self, now: OffsetDateTime) -> Vec<Listed> {
        let in_use = self.in_use(now).map(Entry::kid);
        let state = |key: &Entry| match key.signs_from <= now {
            false => State::Published,
            true if in_use == Some(key.kid()) => State::InUse,
            true => State::Retired,
        };
        let listed = |key: &Entry| Listed {
            kid: key.kid().to_owned(),
            state: state(key),
            signs_from: key.signs_from,
            gone_from: key.gone_from,
        };
        self.keys.iter().filter(|key| !key.is_gone(now)).map(listed).collect()
    }
}

/// What a key has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Access,
    Mail,
}

/// The public keys as a process knows them. Clones share them.
#[derive(Clone)]
pub struct PublicKeys(Arc<Shared>);

struct Shared {
    path: PathBuf,
    held: RwLock<Arc<Held>>,
}

struct Held {
    set: Set,
    decoding: Vec<(String, DecodingKey)>,
}

impl PublicKeys {
    /// Reads a keys folder's `jwks.json`, or a copy of it anywhere else.
    ///
    /// # Errors
    /// When the file is not there or holds something else.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let path = if path.is_dir() { Set::path(path) } else { path.to_owned() };
        let set = Set::read(&path)?;
        Ok(Self(Arc::new(Shared { path, held: RwLock::new(Arc::new(Held::new(set))) })))
    }

    /// The keys that verify access tokens now, and those that soon will, to be served as `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> JwkSet {
        let now = OffsetDateTime::now_utc();
        let held = self.held();
        JwkSet { keys: held.set.keys.iter().filter(|key| !key.is_gone(now)).map(|key| key.jwk.clone()).collect() }
    }

    /// The keys, and where each is in its life.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        self.held().set.listed(OffsetDateTime::now_utc())
    }

    /// Looks for changes until the shutdown. What cannot be read changes nothing.
    pub async fn follow(self, shutdown: CancellationToken) {
        follow(shutdown, move || self.reload()).await;
    }

    /// Reads the file again.
    ///
    /// # Errors
    /// When it cannot be read or holds something else; the keys stay as they were.
    pub fn reload(&self) -> Result<(), Error> {
        self.hold(Set::read(&self.0.path)?);
        Ok(())
    }

    pub(super) fn hold(&self, set: Set) {
        *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Held::new(set));
    }

    pub(super) fn gone(&self) -> Vec<String> {
        let now = OffsetDateTime::now_utc();
        let held = self.held();
        held.set.keys.iter().filter(|key| key.is_gone(now)).map(|key| key.kid().to_owned()).collect()
    }

    pub(super) fn in_use(&self, now: OffsetDateTime) -> Option<String> {
        self.held().set.in_use(now).map(|key| key.kid().to_owned())
    }

    /// The key that signs now, or the next best of those that are held.
    pub(super) fn best_of(&self, now: OffsetDateTime, held: impl Fn(&str) -> bool) -> Option<String> {
        self.held().set.best_of(now, held).map(|key| key.kid().to_owned())
    }

    /// Hands over the key of an id, as long as it verifies tokens for a use.
    pub(crate) fn with<T>(&self, kid: &str, used_for: Use, verify: impl FnOnce(&DecodingKey) -> T) -> Option<T> {
        let (now, held) = (OffsetDateTime::now_utc(), self.held());
        let entry = held.set.keys.iter().find(|key| key.kid() == kid)?;
        let over = match used_for {
            Use::Access => entry.is_gone(now),
            Use::Mail => entry.is_forgotten(now),
        };
        let (_, key) = held.decoding.iter().find(|(known, _)| known == kid)?;
        (!over).then(|| verify(key))
    }

    fn held(&self) -> Arc<Held> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.held();
        f.debug_list().entries(held.set.keys.iter().map(Entry::kid)).finish()
    }
}

impl Held {
    fn new(set: Set) -> Self {
        let usable = |key: &Entry| Some((key.jwk.common.key_id.clone()?, DecodingKey::from_jwk(&key.jwk).ok()?));
        Self { decoding: set.keys.iter().filter_map(usable).collect(), set }
    }
}

/// Does something every second, away from the async threads; a fault is told once.
pub(super) async fn follow(shutdown: CancellationToken, look: impl Fn() -> Result<(), Error> + Clone + Send + 'static) {
    let mut interval = tokio::time::interval(LOOK_EVERY);
    let mut well = true;
    while shutdown.run_until_cancelled(interval.tick()).await.is_some() {
        let looked = tokio::task::spawn_blocking(look.clone()).await;
        match looked {
            Ok(Ok(())) => well = true,
            Ok(Err(error)) if well => {
                tracing::error!(%error, "the keys could not be read again; those that are known go on");
                well = false;
            }
            Ok(Err(_)) | Err(_) => {}
        }
    }
}
