//! The Ed25519 keys that sign access tokens, as files, and their public halves as a JWK set.
//!
//! A keys folder holds `<kid>.pem` (PKCS#8, mode 0600) for each key and `jwks.json`, the public halves, for services
//! that verify and never sign. A key's id is its RFC 7638 thumbprint.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};

use crate::private_files;

const PUBLIC_FILE: &str = "jwks.json";

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
}

/// The private keys of a keys folder: the newest signs, all of them verify.
#[derive(Clone)]
pub struct SigningKeys {
    pub(crate) kid: String,
    pub(crate) key: EncodingKey,
    public: JwkSet,
}

impl SigningKeys {
    /// Reads the keys of a folder, which is made, with a first key, if there is none; rewrites `jwks.json`.
    ///
    /// # Errors
    /// When a file cannot be read or made, is readable by others, or holds something else.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let _lock = private_files::lock(folder).map_err(failed(folder))?;
        let mut found = private_keys(folder)?;
        if found.is_empty() {
            generate(folder)?;
            found = private_keys(folder)?;
        }
        found.sort_by(|a, b| (a.written, &a.kid).cmp(&(b.written, &b.kid)));
        let public = JwkSet { keys: found.iter().map(|key| key.public.clone()).collect() };
        let newest = found.pop().expect("one was made if there was none");
        let path = folder.join(PUBLIC_FILE);
        let text = serde_json::to_string_pretty(&public).expect("a JWK set has string keys alone");
        private_files::write(&path, &text).map_err(failed(&path))?;
        Ok(Self { kid: newest.kid, key: newest.key, public })
    }

    /// The public halves, to be served as `/.well-known/jwks.json`.
    #[must_use]
    pub fn public(&self) -> &JwkSet {
        &self.public
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The public keys of a folder, for a service that verifies alone.
///
/// # Errors
/// When there are none yet, or the file holds something else.
pub fn public(folder: &Path) -> Result<JwkSet, Error> {
    let path = folder.join(PUBLIC_FILE);
    let text = fs::read_to_string(&path).map_err(failed(&path))?;
    serde_json::from_str(&text).map_err(|_| Error::Malformed { path })
}

struct PrivateKey {
    kid: String,
    key: EncodingKey,
    public: Jwk,
    written: SystemTime,
}

fn private_keys(folder: &Path) -> Result<Vec<PrivateKey>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            let pem = private_files::read(&path).map_err(failed(&path))?;
            let written = fs::metadata(&path).and_then(|file| file.modified()).map_err(failed(&path))?;
            let (key, public, kid) = parse(&pem).map_err(|_| Error::Malformed { path })?;
            found.push(PrivateKey { kid, key, public, written });
        }
    }
    Ok(found)
}

fn parse(pem: &str) -> Result<(EncodingKey, Jwk, String), jsonwebtoken::errors::Error> {
    let key = EncodingKey::from_ed_pem(pem.as_bytes())?;
    let mut public = Jwk::from_encoding_key(&key, Algorithm::EdDSA)?;
    let kid = public.thumbprint(ThumbprintHash::SHA256)?;
    public.common.key_id = Some(kid.clone());
    public.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok((key, public, kid))
}

fn generate(folder: &Path) -> Result<(), Error> {
    let no_randomness = |_| failed(folder)(io::Error::other("no key could be made"));
    let pair = Ed25519KeyPair::generate().map_err(no_randomness)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(no_randomness)?;
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    let (.., kid) = parse(&pem).expect("it has just been made");
    let path = folder.join(format!("{kid}.pem"));
    private_files::write(&path, &pem).map_err(failed(&path))
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keeps_its_first_key_across_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let first = SigningKeys::open(folder.path()).unwrap();
        let again = SigningKeys::open(folder.path()).unwrap();

        assert_eq!(first.kid, again.kid);
        let file = folder.path().join(format!("{}.pem", first.kid));
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn publishes_public_halves_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keys = SigningKeys::open(folder.path()).unwrap();

        let published = serde_json::to_value(public(folder.path()).unwrap()).unwrap();

        assert_eq!(published, serde_json::to_value(keys.public()).unwrap());
        let key = &published["keys"][0];
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&"OKP".into(), &"Ed25519".into(), &"EdDSA".into()));
        assert_eq!(key["kid"], keys.kid);
        assert!(key.get("d").is_none());
    }

    #[test]
    fn a_new_key_signs_and_the_old_one_still_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let first = SigningKeys::open(folder.path()).unwrap();
        generate(folder.path()).unwrap();

        let rotated = SigningKeys::open(folder.path()).unwrap();

        assert_ne!(rotated.kid, first.kid);
        assert!(rotated.public().find(&first.kid).is_some());
    }

    #[test]
    fn refuses_a_file_that_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        private_files::write(&folder.path().join("a.pem"), "junk").unwrap();

        assert!(matches!(SigningKeys::open(folder.path()), Err(Error::Malformed { .. })));
    }
}
