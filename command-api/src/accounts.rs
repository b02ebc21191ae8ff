//! How an account comes to be: its claims first, each in a partition of its own, then the user.

use domain::claim::{self, Claim};
use domain::text::{Email, Username};
use domain::user::{self, User};
use domain::{Aggregate, UserId};
use event_store::{Changes, Context, Decision, Failure, Outcome, Record, Request, Stream};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};
use web::problem::Problem;

use crate::app::App;
use crate::claims::Unclaimed;
use crate::codes::field;
use crate::failure::{undecided, unread};
use crate::rules;

/// The field of a credential that holds the password's hash.
pub(crate) const PASSWORD: &str = "password";

/// Personal fields of a user, as the read models copy them.
pub(crate) mod private {
    pub(crate) const EMAIL: &str = "email";
    pub(crate) const USERNAME: &str = "username";
    pub(crate) const DISPLAY_NAME: &str = "display_name";
    pub(crate) const SHOP_NAME: &str = "shop_name";
}

/// Somebody who wants an account.
pub(crate) struct Applicant {
    pub(crate) email: Email,
    pub(crate) username: Username,
    pub(crate) password_hash: SecretString,
    /// Whoever runs the shop vouches for the address: no link has to prove it.
    pub(crate) verified: bool,
}

/// What came of an application.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Registered {
    /// There is an account, perhaps since a moment ago.
    Done,
    /// The e-mail address is somebody else's.
    Owned(UserId),
}

impl App {
    /// The id of an account to be.
    ///
    /// It is derived from the e-mail address and the moment, so that whoever repeats an application that failed half way
    /// is known to be the one who holds its claims, and goes on with them.
    pub(crate) async fn application(&self, email: &Email, username: &Username) -> Result<UserId, Problem> {
        let now = OffsetDateTime::now_utc();
        for claim in [self.email_claim(email), self.username_claim(username)] {
            let held = self.store.load::<Claim>(claim).await.map_err(unread)?;
            let Some(holder) = held.owner().filter(|_| held.until().is_some_and(|until| now < until)) else { continue };
            let theirs = holder == self.application_at(email, milliseconds_of(holder));
            if theirs && !self.store.load::<User>(holder).await.map_err(unread)?.exists() {
                return Ok(holder);
            }
        }
        let milliseconds = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).map_err(Problem::internal)?;
        Ok(self.application_at(email, milliseconds))
    }

    /// Takes a user's e-mail address for proven, on the word of whoever runs the shop.
    pub(crate) async fn verify(&self, context: Context, id: UserId) -> Result<(), Failure> {
        let request = Request::new(context, [Stream::of::<User>(id)]);
        let outcome = self.store.commit(request, move |states| {
            let events = prove(states.get::<User>(id));
            Decision::new(events.map_or_else(|_| Changes::none(), |events| Changes::none().and::<User>(id, events)), ())
        });
        outcome.await.map(|_| ())
    }

    fn application_at(&self, email: &Email, milliseconds: u64) -> UserId {
        let hash = self.applicants.hash(&[email.normalised().as_bytes(), &milliseconds.to_be_bytes()]);
        let chance = hash.first_chunk().expect("a hash has 32 bytes");
        Builder::from_unix_timestamp_millis(milliseconds, chance).into_uuid().into()
    }

    /// Opens an account, unless the e-mail address has one: that is not told.
    pub(crate) async fn register(
        &self,
        context: Context,
        id: UserId,
        applicant: Applicant,
    ) -> Result<Registered, Problem> {
        let Applicant { email, username, password_hash, verified } = applicant;
        let (email_claim, username_claim) = (self.email_claim(&email), self.username_claim(&username));
        // The name first: it is refused whatever the address, so the refusal tells nothing about the address. For the same
        // reason a name that was claimed along with a taken address stays claimed until its time is up.
        let name_until = self.claim(context.clone(), username_claim, id).await;
        let name_until = name_until.map_err(|unclaimed| unclaimed.problem("/username", field::USERNAME_TAKEN))?;
        let until = match self.claim(context.clone(), email_claim, id).await {
            Ok(until) => until.min(name_until),
            Err(Unclaimed::Taken(claim::Error::Taken { owner })) => return Ok(Registered::Owned(owner)),
            Err(Unclaimed::Undecided(failure)) => return Err(undecided(failure)),
        };
        let request = Request { not_after: Some(until), ..Request::new(context, [Stream::of::<User>(id)]) };
        let command = user::Command::Register { email: email_claim, username: username_claim };
        let outcome =
            self.store.commit(request, move |states| match begin(states.get::<User>(id), command.clone(), verified) {
                Ok(events) if events.is_empty() => Decision::new(Changes::none(), Ok(vec![])),
                Ok(events) => {
                    let private = Record::from([
                        (private::EMAIL, email.as_str().to_owned()),
                        (private::USERNAME, username.as_str().to_owned()),
                    ]);
                    let credential = Record::from([(PASSWORD, password_hash.expose_secret().to_owned())]);
                    let changes = Changes::none().and::<User>(id, events.clone());
                    Decision::new(changes.and_private::<User>(id, private).and_credential(id, credential), Ok(events))
                }
                Err(error) => Decision::rejected(Err(error)),
            });
        match outcome.await.map_err(undecided)? {
            // The same applicant was faster with another name: the address has an account.
            Outcome::Done(Err(user::Error::AlreadyRegistered)) => Ok(Registered::Done),
            Outcome::Done(Ok(events)) => {
                self.take_effect(id, &events).await;
                Ok(Registered::Done)
            }
            Outcome::Done(Err(error)) => Err(rules::of_user(error)),
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }
}

/// Opens an account, if need be with an address that is taken for proven.
fn begin(user: &User, register: user::Command, verified: bool) -> Result<Vec<user::Event>, user::Error> {
    let mut events = user.decide(register)?;
    if verified && !events.is_empty() {
        let mut user = user.clone();
        events.iter().for_each(|event| user.evolve(event));
        events.extend(prove(&user)?);
    }
    Ok(events)
}

/// Takes the e-mail address for proven without a mail, also where no link was ever asked for.
pub(crate) fn prove(user: &User) -> Result<Vec<user::Event>, user::Error> {
    if user.is_verified() {
        return Ok(vec![]);
    }
    let asked = match user.verification() {
        0 => user.decide(user::Command::RequestVerification)?,
        _ => vec![],
    };
    let mut user = user.clone();
    asked.iter().for_each(|event| user.evolve(event));
    let proven = user.decide(user::Command::VerifyEmail { number: user.verification() })?;
    Ok([asked, proven].concat())
}

/// Reads a text that nothing may show.
pub(crate) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// Reads a text that nothing may show, where there is one.
pub(crate) fn some_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

/// When an id was made: the first 48 bits of a UUIDv7.
fn milliseconds_of(id: UserId) -> u64 {
    Uuid::from(id).as_u64_pair().0 >> 16
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clap::Parser;
    use domain::claim::APPEAR_WITHIN;
    use event_store::CommandId;
    use test_kit::TestRedis;
    use time::Duration;

    use super::*;
    use crate::call::context;
    use crate::settings::Settings;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: Settings,
    }

    async fn app() -> (Arc<App>, TestRedis, tempfile::TempDir) {
        let (redis, keys) = (test_kit::redis().await, tempfile::tempdir().unwrap());
        let (url, folder) = (redis.url(), keys.path().display().to_string());
        let Cli { settings } = Cli::parse_from(["app", "--redis-url", &url, "--keys-dir", &folder]);
        (App::open(&settings).unwrap(), redis, keys)
    }

    fn names(email: &str, username: &str) -> (Email, Username) {
        (email.to_owned().try_into().unwrap(), username.to_owned().try_into().unwrap())
    }

    async fn register(app: &App, email: &Email, username: &Username) -> Result<UserId, Problem> {
        let id = app.application(email, username).await?;
        let (email, username) = (email.clone(), username.clone());
        let applicant = Applicant { email, username, password_hash: "hash".into(), verified: false };
        app.register(context(id, CommandId::random(), String::new()), id, applicant).await.map(|_| id)
    }

    #[tokio::test]
    async fn an_application_that_failed_half_way_goes_on_where_it_stopped() {
        let (app, _redis, _keys) = app().await;
        let (email, username) = names("anna@example.org", "anna");
        let id = app.application(&email, &username).await.unwrap();
        let context = context(id, CommandId::random(), String::new());
        app.claim(context, app.username_claim(&username), id).await.unwrap();

        assert_eq!(register(&app, &email, &username).await.unwrap(), id);

        assert!(app.store.load::<User>(id).await.unwrap().exists());
    }

    #[tokio::test]
    async fn a_claim_that_was_under_way_for_too_long_is_refused() {
        let (app, _redis, _keys) = app().await;
        let (email, username) = names("anna@example.org", "anna");
        let id = app.application(&email, &username).await.unwrap();
        let mut context = context(id, CommandId::random(), String::new());
        context.at -= APPEAR_WITHIN + Duration::SECOND;
        let claimed = app.claim(context, app.username_claim(&username), id).await;
        assert!(matches!(claimed, Err(Unclaimed::Undecided(Failure::Late))), "{claimed:?}");
    }

    #[tokio::test]
    async fn nobody_goes_on_with_the_application_of_another_address() {
        let (app, _redis, _keys) = app().await;
        let (email, username) = names("anna@example.org", "anna");
        let id = app.application(&email, &username).await.unwrap();
        let context = context(id, CommandId::random(), String::new());
        app.claim(context, app.username_claim(&username), id).await.unwrap();

        let (other, _) = names("berta@example.org", "anna");
        assert!(register(&app, &other, &username).await.is_err());

        assert!(!app.store.load::<User>(id).await.unwrap().exists());
    }
}
