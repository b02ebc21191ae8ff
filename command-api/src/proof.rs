//! Passwords as proof of who somebody is.

use domain::UserId;
use domain::user::User;
use event_store::Loaded;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use web::problem::Problem;

use crate::accounts::PASSWORD;
use crate::app::App;
use crate::audit;
use crate::call::Call;
use crate::failure::{unhashed, unread};
use crate::passwords::Verdict;

/// How often a proof is brought up to date because others change the account at the same moment.
pub(crate) const MOST_ATTEMPTS: usize = 10;

/// What came of checking a password, and the version of the account at which that holds.
pub(crate) struct Proof {
    pub(crate) user: Loaded<User>,
    pub(crate) verdict: Verdict,
    hash: Option<SecretString>,
}

impl App {
    /// Checks a password, or does as much work where nobody is meant: always one verification.
    pub(crate) async fn prove(&self, id: Option<UserId>, password: &SecretString) -> Result<Proof, Problem> {
        let (user, hash) = self.proven_by(id).await?;
        let verdict = self.passwords.verify(password.clone(), hash.clone()).await.map_err(unhashed)?;
        Ok(Proof { user, verdict, hash })
    }

    /// The same at a later version of the account. Checks again only what has changed.
    pub(crate) async fn prove_again(
        &self,
        id: UserId,
        password: &SecretString,
        before: Proof,
    ) -> Result<Proof, Problem> {
        let (user, hash) = self.proven_by(Some(id)).await?;
        let text = |hash: &Option<SecretString>| hash.as_ref().map(|hash| hash.expose_secret().to_owned());
        let verdict = match text(&hash) == text(&before.hash) {
            true => before.verdict,
            false => self.passwords.verify(password.clone(), hash.clone()).await.map_err(unhashed)?,
        };
        Ok(Proof { user, verdict, hash })
    }

    /// Demands that the caller knows their own password; too many attempts have to wait.
    pub(crate) async fn prove_caller(&self, call: &Call, password: &SecretString) -> Result<Proof, Problem> {
        let attempt = self.limits.prove(call.caller.user).await?;
        match self.prove(Some(call.user()), password).await {
            Ok(proof) if proof.verdict != Verdict::Wrong => {
                attempt.succeeded().await;
                Ok(proof)
            }
            Ok(_) => {
                audit::password_not_known(call.user(), call.session());
                Err(Problem::wrong_password())
            }
            Err(problem) => {
                attempt.undecided().await;
                Err(problem)
            }
        }
    }

    /// The user first: whatever changes the credential afterwards also moves the version.
    async fn proven_by(&self, id: Option<UserId>) -> Result<(Loaded<User>, Option<SecretString>), Problem> {
        // Nobody has the nil id.
        let id = id.unwrap_or(Uuid::nil().into());
        let user = self.store.load::<User>(id).await.map_err(unread)?;
        let credential = self.store.credential(id).await.map_err(unread)?;
        Ok((user, credential.get(PASSWORD).map(SecretString::from)))
    }
}
