//! Passwords: what makes one acceptable, and how one is hashed and checked.
//!
//! argon2id with 19 MiB costs some 30 ms of a core, so at most half the cores do it at any time, away from the async
//! threads and behind them where the cores are busy, and a login that would wait too long in line is turned away. A user
//! who does not exist costs as much as one who does.

use std::sync::Arc;
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::demo;

mod rules;

pub use rules::Unacceptable;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A quarter of a core that others want too.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;
/// Longer than anybody waits for a login.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Why there is no answer about a password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too many are being hashed already; the caller should be told to try again.
    #[error("no password could be hashed within {LONGEST_WAIT:?}")]
    Busy,
    /// A stored hash is not one, or the hasher failed.
    #[error("the password could not be hashed")]
    Hasher(#[from] argon2::password_hash::Error),
    /// There is no thread to hash on.
    #[error("there is no thread to hash a password on")]
    Thread(#[from] std::io::Error),
    /// The thread that hashed is gone.
    #[error("hashing was interrupted")]
    Interrupted(#[from] oneshot::error::RecvError),
}

/// What came of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is another.
    Wrong,
    /// It is the one behind the hash.
    Right {
        /// The hash costs less than one would that is made now: it is to be replaced while the password is at hand.
        outdated: bool,
    },
}

/// Hashes and checks passwords. Clones share one line to wait in.
#[derive(Clone, Debug)]
pub struct Passwords {
    line: Arc<Semaphore>,
    demo: bool,
    /// Checked in the place of the hash of a user who does not exist; no password matches it.
    nobody: Arc<str>,
}

impl Passwords {
    /// Takes up to half the cores. In demo mode `demotest` is a password like any other.
    ///
    /// # Errors
    /// When the hasher fails.
    pub fn new(demo: bool) -> Result<Self, Error> {
        let cores = available_parallelism().map_or(1, std::num::NonZero::get);
        let mut unguessable = [0; 32];
        aws_lc_rs::rand::fill(&mut unguessable).map_err(|_| argon2::password_hash::Error::Crypto)?;
        let nobody = argon2id().hash_password(&unguessable)?.to_string().into();
        Ok(Self { line: Arc::new(Semaphore::new((cores / 2).max(1))), demo, nobody })
    }

    /// Whether a new password may be used by somebody who is known by these addresses and names.
    ///
    /// # Errors
    /// When it is too short or too long, one that many people use, or made of what they are called.
    pub fn check(&self, password: &SecretString, names: &[&str]) -> Result<(), Unacceptable> {
        let password = password.expose_secret();
        if self.demo && password == demo::PASSWORD { Ok(()) } else { rules::check(password, names) }
    }

    /// The hash of a password, as a PHC string with a salt of its own.
    ///
    /// # Errors
    /// When the line is too long, or the hasher fails.
    pub async fn hash(&self, password: SecretString) -> Result<SecretString, Error> {
        self.in_turn(move || {
            let hash = argon2id().hash_password(password.expose_secret().as_bytes())?;
            Ok(hash.to_string().into())
        })
        .await
    }

    /// Whether a password is the one behind a hash. Without a hash, as for a user who does not exist: wrong, as slowly.
    ///
    /// # Errors
    /// When the line is too long, or the hash is not one.
    pub async fn verify(&self, password: SecretString, hash: Option<SecretString>) -> Result<Verdict, Error> {
        // Everybody knows it: what was a shop to play with is not to be entered by it when it has become a real one.
        let public = !self.demo && password.expose_secret() == demo::PASSWORD;
        let hash = hash.filter(|_| !public).unwrap_or_else(|| SecretString::from(&*self.nobody));
        self.in_turn(move || {
            let hash = PasswordHash::new(hash.expose_secret()).map_err(argon2::password_hash::Error::from)?;
            match argon2id().verify_password(password.expose_secret().as_bytes(), &hash) {
                Ok(()) => Ok(Verdict::Right { outdated: is_outdated(&hash) }),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Waits in line, and works on a thread of its own: those of the async runtime would keep the priority that it takes.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = self.turn().await?;
        let (done, result) = oneshot::channel();
        thread::Builder::new().name("password".to_owned()).spawn(move || {
            let _turn = turn;
            step_back();
            // Whoever asked may be gone by now.
            let _ = done.send(work());
        })?;
        result.await?
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        let (started, _waiting) = (Instant::now(), Waiting::begin());
        let turn = tokio::time::timeout(LONGEST_WAIT, self.line.clone().acquire_owned()).await;
        metrics::histogram!("password_wait_seconds").record(started.elapsed().as_secs_f64());
        turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)
    }
}

/// Somebody who stands in line, until this is dropped.
struct Waiting(());

impl Waiting {
    fn begin() -> Self {
        metrics::gauge!("password_hashes_waiting").increment(1);
        Self(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::gauge!("password_hashes_waiting").decrement(1);
    }
}

/// Leaves busy cores to whatever answers requests. Only Linux has a priority for each thread.
fn step_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "passwords are hashed at the priority of everything else");
    }
}

/// Whether the parameters of a hash are below those of today.
fn is_outdated(hash: &PasswordHash) -> bool {
    let current = Params::try_from(hash)
        .is_ok_and(|params| params.m_cost() >= MEMORY_KIB && params.t_cost() >= PASSES && params.p_cost() >= LANES);
    hash.algorithm != Algorithm::Argon2id.ident() || !current
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("these are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn knows_a_password_by_its_hash() {
        let passwords = Passwords::new(false).unwrap();
        let hash = passwords.hash("correct horse battery".into()).await.unwrap();

        assert!(hash.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let verify = async |password: &str| passwords.verify(password.into(), Some(hash.clone())).await.unwrap();
        assert_eq!(verify("correct horse battery").await, Verdict::Right { outdated: false });
        assert_eq!(verify("correct horse staple").await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn the_demo_password_opens_nothing_outside_demo_mode() {
        let hash = Passwords::new(true).unwrap().hash(demo::PASSWORD.into()).await.unwrap();
        for (demo, right) in [(true, true), (false, false)] {
            let verdict =
                Passwords::new(demo).unwrap().verify(demo::PASSWORD.into(), Some(hash.clone())).await.unwrap();
            assert_eq!(verdict != Verdict::Wrong, right);
        }
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let passwords = Passwords::new(false).unwrap();
        assert_eq!(passwords.verify("correct horse battery".into(), None).await.unwrap(), Verdict::Wrong);
    }

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        assert!(Passwords::new(false).unwrap().nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[tokio::test]
    async fn turns_a_login_away_when_the_line_is_too_long() {
        let passwords = Passwords::new(false).unwrap();
        let cores = u32::try_from(passwords.line.available_permits()).unwrap();
        let _busy = passwords.line.acquire_many(cores).await.unwrap();

        assert!(matches!(passwords.hash("correct horse battery".into()).await, Err(Error::Busy)));
    }

    #[test]
    fn takes_the_demo_password_in_demo_mode_alone() {
        let verdict = |demo, password: &str| Passwords::new(demo).unwrap().check(&password.into(), &[]).is_ok();
        assert_eq!([true, false].map(|demo| verdict(demo, demo::PASSWORD)), [true, false]);
        assert!(!verdict(true, "demotes7"), "no other short one");
    }

    #[tokio::test]
    async fn a_hash_of_older_parameters_is_to_be_replaced() {
        let passwords = Passwords::new(false).unwrap();
        let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(7168, 5, 1, None).unwrap());
        let older = older.hash_password(b"correct horse battery").unwrap().to_string();
        let newer = passwords.hash("correct horse battery".into()).await.unwrap();

        let verify = async |hash| passwords.verify("correct horse battery".into(), Some(hash)).await.unwrap();

        assert_eq!(verify(older.into()).await, Verdict::Right { outdated: true });
        assert_eq!(verify(newer).await, Verdict::Right { outdated: false });
    }

    #[test]
    fn half_the_cores_hash_and_one_at_least() {
        let cores = available_parallelism().unwrap().get();
        assert_eq!(Passwords::new(false).unwrap().line.available_permits(), (cores / 2).max(1));
    }
}
