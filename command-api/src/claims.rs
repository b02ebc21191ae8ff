//! Claims on what only one user may have.
//!
//! A claim's id is a keyed hash of its kind and its normalised text, so the log names nobody, and nobody without the
//! server's secret can find out what was claimed.

use domain::claim::{self, APPEAR_WITHIN, Claim};
use domain::text::{Email, ShopName, Username};
use domain::user::User;
use domain::{ClaimId, UserId};
use event_store::{Context, ExecuteError, Failure};
use time::OffsetDateTime;
use web::problem::Problem;

use crate::app::App;
use crate::failure::undecided;
use crate::rules;

/// Why something is not the user's.
#[derive(Debug)]
pub(crate) enum Unclaimed {
    /// Another user has it.
    Taken(claim::Error),
    /// There was no decision.
    Undecided(Failure),
}

impl Unclaimed {
    /// What the client is told, who wrote the name at `pointer`.
    pub(crate) fn problem(self, pointer: &str, code: &str) -> Problem {
        match self {
            Self::Taken(error) => rules::of_claim(error, pointer, code),
            Self::Undecided(failure) => undecided(failure),
        }
    }
}

impl App {
    /// The claim on an e-mail address.
    pub(crate) fn email_claim(&self, email: &Email) -> ClaimId {
        self.claim_id("email", &email.normalised())
    }

    /// The claim on a user name.
    pub(crate) fn username_claim(&self, username: &Username) -> ClaimId {
        self.claim_id("username", &username.normalised())
    }

    /// The claim on a shop's name.
    pub(crate) fn shop_claim(&self, name: &ShopName) -> ClaimId {
        self.claim_id("shop", &name.normalised())
    }

    fn claim_id(&self, kind: &str, normalised: &str) -> ClaimId {
        let hash = self.claims.hash(&[kind.as_bytes(), normalised.as_bytes()]);
        let half = *hash.first_chunk().expect("a hash has 32 bytes");
        uuid::Builder::from_custom_bytes(half).into_uuid().into()
    }

    /// Claims something for a user, and returns until when they may register on it.
    pub(crate) async fn claim(
        &self,
        context: Context,
        claim: ClaimId,
        owner: UserId,
    ) -> Result<OffsetDateTime, Unclaimed> {
        let unread = |error: event_store::Error| Unclaimed::Undecided(error.into());
        let held = self.store.load::<Claim>(claim).await.map_err(unread)?;
        let mut until = context.at + APPEAR_WITHIN;
        // A holder who is not there now cannot appear later: the claim is taken over only when their time is up.
        let holder_appeared = match (held.owner(), held.until()) {
            (Some(holder), Some(earlier)) if holder == owner => {
                until = until.max(earlier);
                true
            }
            (Some(holder), _) => self.store.load::<User>(holder).await.map_err(unread)?.exists(),
            (None, _) => false,
        };
        let command = claim::Command::Claim { owner, at: context.at, holder_appeared };
        match self.store.execute::<Claim>(context, claim, command).await {
            Ok(_) => Ok(until),
            Err(ExecuteError::Rejected(error)) => Err(Unclaimed::Taken(error)),
            Err(ExecuteError::Failed(failure)) => Err(Unclaimed::Undecided(failure)),
        }
    }
}
