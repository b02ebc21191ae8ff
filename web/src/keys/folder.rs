//! The keys folder: the private halves, and the changes of it.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::public::{Entry, Set, follow};
use super::{Error, LOOK_EVERY, PublicKeys, failed};
use crate::private_files;

/// By how much the clocks of services may differ.
const SKEW: Duration = Duration::from_secs(60);

/// How a key is replaced.
#[derive(Clone, Copy, Debug)]
pub enum Rotation {
    /// So that no token is ever refused.
    Orderly {
        /// How long everybody may take to learn of the new key before it signs.
        publish_for: Duration,
        /// How long tokens live: the old key verifies so much longer than it signs, and a minute.
        access_lifetime: Duration,
    },
    /// The old keys are worth nothing from now on: every session has to refresh, and links in mails that were sent are dead.
    Emergency,
}

/// The private keys of a keys folder, as a process knows them. Clones share them.
#[derive(Clone)]
pub struct SigningKeys {
    folder: Arc<Path>,
    private: Arc<RwLock<HashMap<String, EncodingKey>>>,
    public: PublicKeys,
}

impl SigningKeys {
    /// Reads the keys of a folder, which is made, with a first key, if there is none.
    ///
    /// # Errors
    /// When a file cannot be read or made, is readable by others, or holds something else.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let _lock = private_files::lock(folder).map_err(failed(folder))?;
        let path = Set::path(folder);
        let mut set = if path.exists() { Set::read(&path)? } else { Set::default() };
        if set.keys.is_empty() {
            set.keys = left_alone(folder)?;
        }
        let now = OffsetDateTime::now_utc();
        if !set.in_use(now).is_some_and(|key| file(folder, key.kid()).exists()) {
            set.keys.push(generate(folder, now)?);
        }
        set.write(&path)?;
        let keys = Self { folder: folder.into(), private: Arc::default(), public: PublicKeys::open(&path)? };
        keys.read_private()?;
        Ok(keys)
    }

    /// Makes a key that is to sign, and says when the ones before it end.
    ///
    /// # Errors
    /// When another rotation is under way, or a file cannot be read or made.
    pub fn rotate(&self, rotation: Rotation) -> Result<(), Error> {
        let _lock = private_files::lock(&self.folder).map_err(failed(&self.folder))?;
        let (path, now) = (Set::path(&self.folder), OffsetDateTime::now_utc());
        let mut set = Set::read(&path)?;
        let mut stolen = Vec::new();
        match rotation {
            Rotation::Orderly { publish_for, .. } if publish_for < LOOK_EVERY * 2 => return Err(Error::TooSoon),
            Rotation::Orderly { publish_for, access_lifetime } => {
                if let Some(published) = set.keys.iter().find(|key| key.signs_from > now) {
                    return Err(Error::UnderWay { kid: published.kid().to_owned(), from: published.signs_from });
                }
                let signs_from = now + publish_for;
                let gone_from = signs_from + access_lifetime + SKEW;
                set.keys.retain(|key| !key.is_forgotten(now));
                for key in &mut set.keys {
                    key.gone_from.get_or_insert(gone_from);
                }
                set.keys.push(generate(&self.folder, signs_from)?);
            }
            Rotation::Emergency => stolen = std::mem::replace(&mut set.keys, vec![generate(&self.folder, now)?]),
        }
        set.write(&path)?;
        stolen.iter().try_for_each(|key| remove(&self.folder, key.kid()))?;
        self.public.hold(set);
        self.read_private()
    }

    /// The public halves.
    #[must_use]
    pub fn public(&self) -> PublicKeys {
        self.public.clone()
    }

    /// Looks for changes until the shutdown. What cannot be read changes nothing.
    pub async fn follow(self, shutdown: CancellationToken) {
        follow(shutdown, move || self.reload()).await;
    }

    /// Reads the folder again, and removes private halves that will never sign again.
    ///
    /// # Errors
    /// When a file cannot be read or holds something else; the keys stay as they were.
    pub fn reload(&self) -> Result<(), Error> {
        // A private half is there before the public one says that it will sign.
        self.public.reload()?;
        self.read_private()
    }

    /// Whether the folder has the key that is to sign now.
    ///
    /// # Errors
    /// When it does not, or the key cannot be read.
    pub fn check(&self) -> Result<(), Error> {
        let kid = self.public.in_use(OffsetDateTime::now_utc()).ok_or(Error::NoneInUse)?;
        read_pem(&file(&self.folder, &kid)).map(|_| ())
    }

    /// The key that signs now, and its id. Where it has gone from the folder, another signs whose tokens are taken.
    pub(crate) fn in_use(&self) -> (String, EncodingKey) {
        let private = self.private.read().unwrap_or_else(PoisonError::into_inner);
        let kid = self.public.best_of(OffsetDateTime::now_utc(), |kid| private.contains_key(kid));
        let known = kid.and_then(|kid| private.get_key_value(&kid));
        // Whoever copied `jwks.json` alone over a folder can only be told by tokens that nobody takes.
        let (kid, key) = known.or_else(|| private.iter().next()).expect("there is a key from the first moment on");
        (kid.clone(), key.clone())
    }

    fn read_private(&self) -> Result<(), Error> {
        let mut read = HashMap::new();
        for kid in self.public.list().into_iter().map(|key| key.kid) {
            let path = file(&self.folder, &kid);
            if path.exists() {
                let (key, ..) = read_pem(&path)?;
                read.insert(kid, key);
            }
        }
        self.public.gone().iter().try_for_each(|kid| remove(&self.folder, kid))?;
        if !read.is_empty() {
            *self.private.write().unwrap_or_else(PoisonError::into_inner) = read;
        }
        Ok(())
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKeys").field(&self.public).finish()
    }
}

/// Removes a private half that will never sign again, unless another process was faster.
fn remove(folder: &Path, kid: &str) -> Result<(), Error> {
    let path = file(folder, kid);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn file(folder: &Path, kid: &str) -> PathBuf {
    folder.join(format!("{kid}.pem"))
}

/// The private keys of a folder that has lost its `jwks.json`, or was filled by hand; the newest signs.
fn left_alone(folder: &Path) -> Result<Vec<Entry>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            let written = fs::metadata(&path).and_then(|file| file.modified()).map_err(failed(&path))?;
            let (_, jwk, _) = read_pem(&path)?;
            found.push(Entry { jwk, signs_from: written.into(), gone_from: None });
        }
    }
    found.sort_by(|a, b| (a.signs_from, a.kid()).cmp(&(b.signs_from, b.kid())));
    Ok(found)
}

fn read_pem(path: &Path) -> Result<(EncodingKey, Jwk, String), Error> {
    let pem = private_files::read(path).map_err(failed(path))?;
    parse(&pem).map_err(|_| Error::Malformed { path: path.to_owned() })
}

fn parse(pem: &str) -> Result<(EncodingKey, Jwk, String), jsonwebtoken::errors::Error> {
    let key = EncodingKey::from_ed_pem(pem.as_bytes())?;
    let mut public = Jwk::from_encoding_key(&key, Algorithm::EdDSA)?;
    let kid = public.thumbprint(ThumbprintHash::SHA256)?;
    public.common.key_id = Some(kid.clone());
    public.common.public_key_use = Some(PublicKeyUse::Signature);
    Ok((key, public, kid))
}

/// Makes a key and writes its private half.
fn generate(folder: &Path, signs_from: OffsetDateTime) -> Result<Entry, Error> {
    let no_randomness = |_| failed(folder)(io::Error::other("no key could be made"));
    let pair = Ed25519KeyPair::generate().map_err(no_randomness)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(no_randomness)?;
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    let (_, jwk, kid) = parse(&pem).expect("it has just been made");
    let path = file(folder, &kid);
    private_files::write(&path, &pem).map_err(failed(&path))?;
    Ok(Entry { jwk, signs_from, gone_from: None })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::super::{Listed, State};
    use super::*;

    const ORDERLY: Rotation =
        Rotation::Orderly { publish_for: Duration::from_secs(3600), access_lifetime: Duration::from_secs(600) };

    fn keys() -> (SigningKeys, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (SigningKeys::open(folder.path()).unwrap(), folder)
    }

    fn states(listed: &[Listed]) -> Vec<State> {
        listed.iter().map(|key| key.state).collect()
    }

    fn set(folder: &TempDir) -> Set {
        Set::read(&Set::path(folder.path())).unwrap()
    }

    #[test]
    fn keeps_its_first_key_across_restarts() {
        let (first, folder) = keys();
        let again = SigningKeys::open(folder.path()).unwrap();

        assert_eq!(first.in_use().0, again.in_use().0);
        let file = file(folder.path(), &first.in_use().0);
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn publishes_public_halves_alone() {
        let (keys, folder) = keys();

        let published = serde_json::to_value(super::super::public(folder.path()).unwrap().jwks()).unwrap();

        assert_eq!(published, serde_json::to_value(keys.public().jwks()).unwrap());
        let key = &published["keys"][0];
        assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&"OKP".into(), &"Ed25519".into(), &"EdDSA".into()));
        assert_eq!(key["kid"], keys.in_use().0);
        let file = fs::read_to_string(folder.path().join("jwks.json")).unwrap();
        assert!(key.get("d").is_none() && !file.contains("\"d\""), "{file}");
    }

    #[test]
    fn a_new_key_is_published_then_signs_and_then_the_old_one_is_gone() {
        let (keys, folder) = keys();
        let (old, _) = keys.in_use();
        keys.rotate(ORDERLY).unwrap();
        let now = OffsetDateTime::now_utc();
        let at = |seconds| set(&folder).listed(now + Duration::from_secs(seconds));

        assert_eq!(keys.in_use().0, old);
        assert_eq!(states(&keys.public().list()), [State::InUse, State::Published]);
        assert_eq!(keys.public().jwks().keys.len(), 2);
        assert_eq!(states(&at(3601)), [State::Retired, State::InUse]);
        assert_eq!(states(&at(3600 + 600)), [State::Retired, State::InUse], "its last token has just expired");
        let last = at(3600 + 600 + 61);
        assert_eq!(states(&last), [State::InUse]);
        assert_ne!(last[0].kid, old);
    }

    #[test]
    fn a_key_that_is_gone_leaves_no_private_half() {
        let (keys, folder) = keys();
        let (old, _) = keys.in_use();
        keys.rotate(ORDERLY).unwrap();
        let mut later = set(&folder);
        later.keys[0].gone_from = Some(OffsetDateTime::now_utc());
        later.keys[1].signs_from = OffsetDateTime::now_utc();
        later.write(&Set::path(folder.path())).unwrap();

        keys.reload().unwrap();

        assert_ne!(keys.in_use().0, old);
        assert!(!file(folder.path(), &old).exists() && file(folder.path(), &keys.in_use().0).exists());
        assert_eq!(keys.public().jwks().keys.len(), 1);
    }

    #[test]
    fn where_the_key_in_use_has_gone_another_signs_and_a_fault_is_shown() {
        let (keys, folder) = keys();
        let now = OffsetDateTime::now_utc();
        // Beside the one in use: many that verify still, and one that does not.
        let mut all = set(&folder);
        for (age, left) in (300..320).map(|age| (age, 600)).chain([(200, 0)]) {
            let entry = generate(folder.path(), now - Duration::from_secs(age)).unwrap();
            all.keys.push(Entry { gone_from: Some(now + Duration::from_secs(left)), ..entry });
        }
        all.write(&Set::path(folder.path())).unwrap();
        keys.reload().unwrap();
        let newest = keys.in_use().0;
        assert!(newest == all.keys[0].kid() && keys.check().is_ok());

        fs::remove_file(file(folder.path(), &newest)).unwrap();
        keys.reload().unwrap();

        assert_eq!(keys.in_use().0, all.keys[1].kid());
        assert!(matches!(keys.check(), Err(Error::File { .. })));
    }

    #[test]
    fn every_process_learns_of_a_rotation() {
        let (keys, folder) = keys();
        let (signer, verifier) = (SigningKeys::open(folder.path()).unwrap(), PublicKeys::open(folder.path()).unwrap());
        keys.rotate(ORDERLY).unwrap();

        signer.reload().unwrap();
        verifier.reload().unwrap();

        assert_eq!(signer.public().list(), keys.public().list());
        assert_eq!(verifier.list(), keys.public().list());
    }

    #[test]
    fn one_rotation_at_a_time() {
        let (keys, _folder) = keys();
        keys.rotate(ORDERLY).unwrap();
        assert!(matches!(keys.rotate(ORDERLY), Err(Error::UnderWay { .. })));
    }

    #[test]
    fn no_key_signs_before_it_can_be_known() {
        let (keys, _folder) = keys();
        let hasty = Rotation::Orderly { publish_for: LOOK_EVERY, access_lifetime: Duration::from_secs(600) };
        assert!(matches!(keys.rotate(hasty), Err(Error::TooSoon)));
    }

    #[test]
    fn in_an_emergency_the_old_keys_are_worth_nothing_at_once() {
        let (keys, folder) = keys();
        let (old, _) = keys.in_use();
        keys.rotate(ORDERLY).unwrap();

        keys.rotate(Rotation::Emergency).unwrap();

        let left = keys.public().list();
        assert_eq!(states(&left), [State::InUse]);
        assert_ne!(left[0].kid, old);
        assert_eq!(keys.in_use().0, left[0].kid);
        let pems = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        assert_eq!(pems.filter(|path| path.extension().is_some_and(|end| end == "pem")).count(), 1);
    }

    #[test]
    fn a_folder_with_private_halves_alone_is_taken_as_it_is() {
        let (keys, folder) = keys();
        fs::remove_file(Set::path(folder.path())).unwrap();

        assert_eq!(SigningKeys::open(folder.path()).unwrap().in_use().0, keys.in_use().0);
    }

    #[test]
    fn refuses_a_file_that_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        private_files::write(&folder.path().join("a.pem"), "junk").unwrap();

        assert!(matches!(SigningKeys::open(folder.path()), Err(Error::Malformed { .. })));
    }
}
