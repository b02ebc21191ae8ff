//! The server's own secret, and the keyed hashes derived from it.
//!
//! One random key in `<keys>/secret.key` stands behind every id and token that must be repeatable for the service and
//! unguessable for anybody else. Each purpose has a key of its own, so that one cannot be passed off as another.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::private_files;

const FILE: &str = "secret.key";

/// Why the secret could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read or made.
    #[error("the secret {} cannot be used", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("the secret {} is not 32 bytes in base64", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

/// 256 random bits that all processes of one shop share.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Reads the secret of a keys folder, which is made, secret included, if it is not there.
    ///
    /// # Errors
    /// When the file cannot be read or made, is readable by others, or holds something else.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let failed = |source| Error::File { path: path.clone(), source };
        let _lock = private_files::lock(folder).map_err(failed)?;
        if !path.exists() {
            let mut fresh = [0; 32];
            aws_lc_rs::rand::fill(&mut fresh).map_err(|_| failed(io::Error::other("no randomness")))?;
            private_files::write(&path, &STANDARD.encode(fresh)).map_err(failed)?;
        }
        let text = private_files::read(&path).map_err(failed)?;
        let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(Error::Malformed { path })
    }

    /// The keyed hash of one purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Keyed {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes());
        Keyed(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A keyed hash: HMAC-SHA-256 with the key of one purpose.
#[derive(Clone)]
pub struct Keyed(hmac::Key);

impl Keyed {
    /// Hashes a sequence of parts; where one ends and the next begins matters.
    #[must_use]
    pub fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().expect("SHA-256 has 32 bytes")
    }
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn stays_the_same_secret_for_every_process() {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let hash = || Secret::open(&keys).unwrap().derive("claims").hash(&[b"a"]);

        assert_eq!(hash(), hash());
        assert_eq!(fs::metadata(keys.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn purposes_and_parts_are_told_apart() {
        let secret = Secret([7; 32]);
        let claims = secret.derive("claims");

        assert_ne!(claims.hash(&[b"ab", b"c"]), claims.hash(&[b"a", b"bc"]));
        assert_ne!(claims.hash(&[b"a"]), secret.derive("commands").hash(&[b"a"]));
    }

    #[test]
    fn refuses_a_secret_that_others_may_read() {
        let folder = tempfile::tempdir().unwrap();
        Secret::open(folder.path()).unwrap();
        fs::set_permissions(folder.path().join(FILE), Permissions::from_mode(0o644)).unwrap();

        assert!(matches!(Secret::open(folder.path()), Err(Error::File { .. })));
    }

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret([7; 32]);
        assert_eq!(format!("{secret:?} {:?}", secret.derive("claims")), "Secret(..) Keyed(..)");
    }
}
