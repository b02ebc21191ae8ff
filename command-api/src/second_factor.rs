//! The second factor: codes that change every 30 seconds (RFC 6238), and recovery codes for whoever has lost the device.
//!
//! Its secret is in the credential record under a [seal](web::secret::Seal), and of the recovery codes there are keyed hashes
//! alone. A code is good once: it is used up in Redis before it counts, so that of two logins with one code at most one
//! gets in.

use std::time::Duration;

use domain::UserId;
use domain::text::Username;
use domain::user::{self, User};
use event_store::{Changes, Context, Decision, Loaded, Outcome, Record, Request, Stream};
use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;
use totp_rs::{Builder, Totp};
use uuid::Uuid;
use web::fields::refused;
use web::problem::Problem;

use crate::app::App;
use crate::call::Call;
use crate::changes::{Change, Unchanged};
use crate::codes::{self, field};
use crate::failure::{no_session, undecided, unread};
use crate::rules;

/// Fields of a credential.
const SECRET: &str = "totp";
const UNCONFIRMED: &str = "totp_unconfirmed";
const RECOVERY: [&str; 10] = [
    "recovery_0",
    "recovery_1",
    "recovery_2",
    "recovery_3",
    "recovery_4",
    "recovery_5",
    "recovery_6",
    "recovery_7",
    "recovery_8",
    "recovery_9",
];

/// What an authenticator shows beside the user's name.
const ISSUER: &str = "Millrace";
/// As RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// Nobody guesses one of ten such codes at five a minute.
const RECOVERY_BYTES: usize = 10;
/// A code is accepted for a step of 30 s before and after its own.
const CODE_LASTS: Duration = Duration::from_secs(120);
/// By then a recovery code that was used is gone from the record.
const RECOVERY_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// A secret that is yet to be confirmed, as an authenticator takes it.
pub(crate) struct Enrolment {
    pub(crate) secret: SecretString,
    pub(crate) uri: SecretString,
}

/// What came of asking for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// The account has no second factor.
    NoneAsked,
    /// It was right.
    Proven,
    /// It was not, or was used before.
    Wrong,
}

impl App {
    /// Makes a secret for the caller. It asks for nothing before a code of it confirms that they have it.
    pub(crate) async fn enrol(&self, call: &Call, user: &User, username: &Username) -> Result<Enrolment, Problem> {
        refuse_when_on(user)?;
        let id = call.user();
        let totp = totp(&random::<SECRET_BYTES>(), username.as_str());
        let uri = totp.to_url().map_err(Problem::internal)?;
        let secret = totp.secret().to_base32();
        let sealed = Record::from([(UNCONFIRMED, self.seal.close(Uuid::from(id).as_bytes(), totp.secret().as_ref()))]);
        let request = Request::new(call.context(event_store::CommandId::random()), [Stream::of::<User>(id)]);
        let outcome = self.store.commit(request, move |states| match refuse_when_on(states.get::<User>(id)) {
            Ok(()) => Decision::new(Changes::none().and_credential(id, sealed.clone()), Ok(())),
            Err(problem) => Decision::rejected(Err(problem)),
        });
        match outcome.await.map_err(undecided)? {
            Outcome::Done(enrolled) => enrolled.map(|()| Enrolment { secret: secret.into(), uri: uri.into() }),
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }

    /// Switches the second factor on, now that the caller has shown a code. Answers the recovery codes, this one time.
    pub(crate) async fn confirm(&self, call: &Call, code: &SecretString) -> Result<Vec<String>, Problem> {
        let id = call.user();
        let (user, credential) = self.factor_of(id).await?;
        refuse_when_on(&user)?;
        let secret = self.unsealed(id, &credential, UNCONFIRMED).ok_or_else(|| {
            Problem::conflict(codes::NOT_ENROLLED, "there is no secret to confirm: ask for one first")
        })?;
        let attempt = self.limits.prove(call.caller.user).await?;
        match self.is_current(id, &secret, code).await {
            Ok(true) => attempt.succeeded().await,
            Ok(false) => {
                let refusal = "this is not the code of the moment, or it was used before";
                return Err(refused("/code", field::WRONG_CODE, refusal));
            }
            Err(problem) => {
                attempt.undecided().await;
                return Err(problem);
            }
        }
        let recovery_codes = RECOVERY.map(|_| recovery_code());
        let hashes = recovery_codes.iter().map(|code| self.recovery_hash(id, code));
        let mut fields =
            Record::from([(SECRET, self.seal.close(Uuid::from(id).as_bytes(), &secret)), (UNCONFIRMED, String::new())]);
        fields.0.extend(RECOVERY.iter().map(|field| (*field).to_owned()).zip(hashes));
        // At the version that was read: nobody else has switched it on meanwhile.
        let change = Change::new(user::Command::EnableSecondFactor).with_credential(fields).at(user.version());
        let context = call.context(event_store::CommandId::random());
        self.change(context, id, change).await.map_err(Unchanged::problem)?;
        self.sessions.raise(call.caller.session).await.map_err(no_session)?;
        Ok(recovery_codes.into())
    }

    /// What switches the second factor off, and forgets its secret and codes.
    pub(crate) fn disable() -> Change {
        let fields = RECOVERY.iter().chain([&SECRET, &UNCONFIRMED]).map(|field| ((*field).to_owned(), String::new()));
        Change::new(user::Command::DisableSecondFactor).with_credential(Record(fields.collect()))
    }

    /// Demands a code, or a recovery code, of whoever has shown the right password of an account with a second factor.
    pub(crate) async fn pass_second_factor(
        &self,
        context: Context,
        id: UserId,
        user: &User,
        code: Option<&SecretString>,
    ) -> Result<Passed, Problem> {
        if !user.second_factor() {
            return Ok(Passed::NoneAsked);
        }
        let code = code.ok_or_else(Problem::totp_required)?;
        let attempt = self.limits.try_code(id.into()).await?;
        match self.has_code(context, id, code).await {
            Ok(true) => {
                attempt.succeeded().await;
                Ok(Passed::Proven)
            }
            Ok(false) => Ok(Passed::Wrong),
            Err(problem) => {
                attempt.undecided().await;
                Err(problem)
            }
        }
    }

    async fn has_code(&self, context: Context, id: UserId, code: &SecretString) -> Result<bool, Problem> {
        let credential = self.store.credential(id).await.map_err(unread)?;
        if let Some(secret) = self.unsealed(id, &credential, SECRET)
            && self.is_current(id, &secret, code).await?
        {
            return Ok(true);
        }
        self.use_recovery_code(context, id, &credential, code).await
    }

    async fn use_recovery_code(
        &self,
        context: Context,
        id: UserId,
        credential: &Record,
        code: &SecretString,
    ) -> Result<bool, Problem> {
        let hash = self.recovery_hash(id, code.expose_secret());
        // Both are keyed hashes: how long a comparison takes tells nobody anything about a code.
        let Some(field) = RECOVERY.into_iter().find(|field| credential.get(field) == Some(hash.as_str())) else {
            return Ok(false);
        };
        if !self.limits.use_up(id.into(), hash.as_bytes(), RECOVERY_LASTS).await? {
            return Ok(false);
        }
        let request = Request::new(context, [Stream::of::<User>(id)]);
        let used = Record::from([(field, String::new())]);
        let outcome = self.store.commit(request, move |states| match states.get::<User>(id).has_account() {
            true => Decision::new(Changes::none().and_credential(id, used.clone()), true),
            // Whoever was erased meanwhile gets no record back.
            false => Decision::new(Changes::none(), false),
        });
        match outcome.await.map_err(undecided)? {
            Outcome::Done(used) => Ok(used),
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }

    /// The user first: whatever changes the credential afterwards also moves the version.
    async fn factor_of(&self, id: UserId) -> Result<(Loaded<User>, Record), Problem> {
        let user = self.store.load::<User>(id).await.map_err(unread)?;
        Ok((user, self.store.credential(id).await.map_err(unread)?))
    }

    fn unsealed(&self, id: UserId, credential: &Record, field: &str) -> Option<Vec<u8>> {
        let sealed = credential.get(field).filter(|sealed| !sealed.is_empty())?;
        self.seal.open(Uuid::from(id).as_bytes(), sealed)
    }

    /// Whether a code is one of the moment, and is used for the first time.
    async fn is_current(&self, id: UserId, secret: &[u8], code: &SecretString) -> Result<bool, Problem> {
        let now = u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).map_err(Problem::internal)?;
        let digits: String = code.expose_secret().chars().filter(|c| !c.is_whitespace()).collect();
        match totp(secret, "").check(&digits, now) {
            Some(step) => self.limits.use_up(id.into(), &step.to_be_bytes(), CODE_LASTS).await,
            None => Ok(false),
        }
    }

    /// A recovery code as it is kept; how it was written does not matter.
    fn recovery_hash(&self, id: UserId, code: &str) -> String {
        let letters = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
        let code: String = letters.collect();
        let hash = self.recovery.hash(&[Uuid::from(id).as_bytes(), code.as_bytes()]);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn refuse_when_on(user: &User) -> Result<(), Problem> {
    match (user.has_account(), user.second_factor()) {
        (false, _) => Err(rules::of_user(user::Error::Unknown)),
        (true, true) => Err(Problem::conflict(codes::SECOND_FACTOR_ON, "the second factor is on already")),
        (true, false) => Ok(()),
    }
}

/// Six digits, steps of 30 s, one step either way, SHA-1: what every authenticator knows.
fn totp(secret: &[u8], account: &str) -> Totp {
    let totp = Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name(account);
    totp.build_noncompliant()
}

fn recovery_code() -> String {
    let text = totp_rs::Secret::from(random::<RECOVERY_BYTES>()).to_base32().to_ascii_lowercase();
    let quarters: Vec<_> = text.as_bytes().chunks(4).map(|quarter| String::from_utf8_lossy(quarter)).collect();
    quarters.join("-")
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random source does not fail once the process runs");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, of which six digits are used here.
        let totp = totp(b"12345678901234567890", "");
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp.check(code, at), Some(at / 30), "{code}");
        }
    }

    #[test]
    fn a_code_counts_for_one_step_either_way() {
        let totp = totp(b"12345678901234567890", "");
        let verdict = |at| totp.check("287082", at).is_some();
        assert_eq!([0, 29, 30, 59, 89, 90].map(verdict), [true, true, true, true, true, false]);
        assert!(
            totp.check("287083", 59).is_none() && totp.check("", 59).is_none() && totp.check("28708", 59).is_none()
        );
    }

    #[test]
    fn recovery_codes_are_long_enough_and_all_different() {
        let codes: std::collections::BTreeSet<_> = RECOVERY.map(|_| recovery_code()).into();
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19 && code.split('-').all(|part| part.len() == 4)), "{codes:?}");
    }
}
