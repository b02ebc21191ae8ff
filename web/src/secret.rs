//! The server's own secret, and the keyed hashes and seals derived from it.
//!
//! One random key in `<keys>/secret.key` stands behind every id and token that must be repeatable for the service and
//! unguessable for anybody else. Each purpose has a key of its own, so that one cannot be passed off as another.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
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
        Keyed(hmac::Key::new(hmac::HMAC_SHA256, self.key(purpose).as_ref()))
    }

    /// The seal of one purpose.
    #[must_use]
    pub fn seal(&self, purpose: &str) -> Seal {
        // A purpose has one key: a seal never shares that of a keyed hash.
        let key = self.key(&format!("seal:{purpose}"));
        Seal(Arc::new(RandomizedNonceKey::new(&AES_256_GCM, key.as_ref()).expect("AES-256 has keys of 32 bytes")))
    }

    fn key(&self, purpose: &str) -> hmac::Tag {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes())
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

/// A seal: AES-256-GCM with the key of one purpose. What is under it can be read with the server's secret alone.
#[derive(Clone)]
pub struct Seal(Arc<RandomizedNonceKey>);

impl Seal {
    /// Puts bytes under the seal, as text. They are bound to `owner`, and cannot be passed off as somebody else's.
    #[must_use]
    pub fn close(&self, owner: &[u8], bytes: &[u8]) -> String {
        let mut sealed = bytes.to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(owner), &mut sealed);
        let nonce = nonce.expect("the system's random source does not fail once the process runs");
        STANDARD.encode([nonce.as_ref().as_slice(), &sealed].concat())
    }

    /// What is under a seal; nothing when it is somebody else's, was broken, or was made with another secret.
    #[must_use]
    pub fn open(&self, owner: &[u8], text: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let opened = self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(owner), &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(..)")
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
    fn what_is_sealed_is_read_by_its_owner_alone() {
        let (seal, other) = (Secret([7; 32]).seal("totp"), Secret([8; 32]).seal("totp"));
        let sealed = seal.close(b"anna", b"a secret");

        assert_eq!(seal.open(b"anna", &sealed).as_deref(), Some(&b"a secret"[..]));
        assert_eq!((seal.open(b"berta", &sealed), other.open(b"anna", &sealed)), (None, None));
        let broken = sealed.replace(&sealed[20..21], if &sealed[20..21] == "A" { "B" } else { "A" });
        assert_eq!((seal.open(b"anna", &broken), seal.open(b"anna", "")), (None, None));
        assert_ne!(sealed, seal.close(b"anna", b"a secret"), "no two seals are alike");
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
        assert_eq!(
            format!("{secret:?} {:?} {:?}", secret.derive("claims"), secret.seal("totp")),
            "Secret(..) Keyed(..) Seal(..)"
        );
    }
}
