//! Claims on what only one user may have.
//!
//! A claim's id is a keyed hash of its kind and its normalised text, so the log names nobody, and nobody without the
//! server's secret can find out what was claimed.

use domain::claim::{self, APPEAR_WITHIN, Claim};
use domain::text::{Email, ShopName, Username};
use domain::user::User;
use domain::{Aggregate, ClaimId, UserId};
use event_store::{Changes, Context, Decision, Failure, Outcome, Request, Store, Stream};
use time::OffsetDateTime;
use web::problem::Problem;
use web::secret::Keyed;

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

/// The key of claims.
pub(crate) const KEYED: &str = "claims";

/// The claim on an e-mail address.
pub(crate) fn email_claim(keyed: &Keyed, email: &Email) -> ClaimId {
    claim_id(keyed, "email", &email.normalised())
}

fn claim_id(keyed: &Keyed, kind: &str, normalised: &str) -> ClaimId {
    let hash = keyed.hash(&[kind.as_bytes(), normalised.as_bytes()]);
    let half = *hash.first_chunk().expect("a hash has 32 bytes");
    uuid::Builder::from_custom_bytes(half).into_uuid().into()
}

/// Whose account an e-mail address belongs to, also when they are erased.
pub(crate) async fn owner(store: &Store, claim: ClaimId) -> Result<Option<UserId>, event_store::Error> {
    let Some(owner) = store.load::<Claim>(claim).await?.owner() else { return Ok(None) };
    Ok(store.load::<User>(owner).await?.exists().then_some(owner))
}

impl App {
    /// The claim on an e-mail address.
    pub(crate) fn email_claim(&self, email: &Email) -> ClaimId {
        email_claim(&self.claims, email)
    }

    /// Whose account an e-mail address belongs to, also when they are erased.
    pub(crate) async fn owner(&self, email: &Email) -> Result<Option<UserId>, event_store::Error> {
        owner(&self.store, self.email_claim(email)).await
    }

    /// The claim on a user name.
    pub(crate) fn username_claim(&self, username: &Username) -> ClaimId {
        self.claim_id("username", &username.normalised())
    }

    /// The claim on a shop's name.
    pub(crate) fn shop_claim(&self, name: &ShopName) -> ClaimId {
        self.claim_id("shop", &name.normalised())
    }

    /// What an e-mail address is called in the security log, also what is none.
    pub(crate) fn account(&self, normalised: &str) -> ClaimId {
        self.claim_id("email", normalised)
    }

    fn claim_id(&self, kind: &str, normalised: &str) -> ClaimId {
        claim_id(&self.claims, kind, normalised)
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
            (Some(holder), _) => self.store.load::<User>(holder).await.map_err(unread)?.has_account(),
            (None, _) => false,
        };
        let command = claim::Command::Claim { owner, at: context.at, holder_appeared };
        // Later, it could be taken back at once on what was found out about the holder of before.
        let not_after = Some(context.at + APPEAR_WITHIN);
        let request = Request { not_after, ..Request::new(context, [Stream::of::<Claim>(claim)]) };
        let outcome =
            self.store.commit(request, move |states| match states.get::<Claim>(claim).decide(command.clone()) {
                Ok(events) => Decision::new(Changes::none().and::<Claim>(claim, events), Ok(until)),
                Err(error) => Decision::rejected(Err(Unclaimed::Taken(error))),
            });
        match outcome.await.map_err(Unclaimed::Undecided)? {
            Outcome::Done(claimed) => claimed,
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }
}
