//! The Ed25519 keys that sign tokens, and how one follows another.
//!
//! A keys folder holds `<kid>.pem` (PKCS#8, mode 0600) for each key that signs, and `jwks.json`, the public halves with the
//! times from which on each signs and no longer verifies. A key's id is its RFC 7638 thumbprint. Services verify by that
//! file alone. All of a key's life is in it before it begins: a rotation is one change of the file, which every process
//! reads within a second, and what follows they do by the clock.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use time::OffsetDateTime;

mod folder;
mod public;

pub use folder::{Rotation, SigningKeys};
pub use public::PublicKeys;
pub(crate) use public::Use;

/// How often a process looks for changes of the keys.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or made.
    #[error("the key file {} cannot be used", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} is not a key", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
    /// All keys are gone.
    #[error("there is no key to sign with")]
    NoneInUse,
    /// A key that has been published is yet to sign.
    #[error("a rotation is under way: {kid} signs from {from}")]
    UnderWay {
        /// The published key.
        kid: String,
        /// When it begins to sign.
        from: OffsetDateTime,
    },
    /// A key would sign before every service knows it.
    #[error("a key must be published for twice {LOOK_EVERY:?} at least before it signs")]
    TooSoon,
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Known to those who verify; does not sign yet.
    Published,
    /// Signs.
    InUse,
    /// Signs no more; what it has signed is still valid.
    Retired,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Published => "published",
            Self::InUse => "in use",
            Self::Retired => "retired",
        })
    }
}

/// A key as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub kid: String,
    /// Where it is in its life.
    pub state: State,
    /// Since when, or from when on, it signs.
    pub signs_from: OffsetDateTime,
    /// From when on it no longer verifies access tokens, once that is known.
    pub gone_from: Option<OffsetDateTime>,
}

/// The public keys of a folder, or of a copy of its `jwks.json`, for a service that verifies alone.
///
/// # Errors
/// When there are none yet, or the file holds something else.
pub fn public(path: &Path) -> Result<PublicKeys, Error> {
    PublicKeys::open(path)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path: path.clone(), source }
}
