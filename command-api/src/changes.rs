//! Changes of one account by whoever may have no session: on a password, on a link, or on nobody's word.

use std::collections::BTreeMap;

use domain::user::{self, User};
use domain::webhook::{self, Webhooks};
use domain::{Aggregate, UserId};
use event_store::{Changes, Context, Decision, Failure, Outcome, Record, Request, Stream};
use secrecy::{ExposeSecret, SecretString};
use web::problem::Problem;

use crate::accounts::PASSWORD;
use crate::app::App;
use crate::failure::undecided;
use crate::rules;

/// What is to be changed.
#[derive(Clone)]
pub(crate) struct Change {
    command: user::Command,
    credential: Record,
    version: Option<u64>,
}

/// What was changed, and the version that it led to.
pub(crate) struct Changed {
    pub(crate) events: Vec<user::Event>,
    pub(crate) version: u64,
}

/// Why nothing was.
#[derive(Debug)]
pub(crate) enum Unchanged {
    /// It breaks a rule.
    Refused(user::Error),
    /// The account has moved on from the version that it was to be changed at.
    MovedOn,
    /// There was no decision.
    Undecided(Failure),
}

impl Change {
    pub(crate) const fn new(command: user::Command) -> Self {
        Self { command, credential: Record(BTreeMap::new()), version: None }
    }

    /// Sets the password in the same append, if anything is appended.
    #[expect(clippy::needless_pass_by_value, reason = "a hash that is handed over is handed over")]
    pub(crate) fn with_password(self, hash: SecretString) -> Self {
        self.with_credential(Record::from([(PASSWORD, hash.expose_secret().to_owned())]))
    }

    /// Sets fields of the credential in the same append, if anything is appended.
    pub(crate) fn with_credential(mut self, fields: Record) -> Self {
        self.credential.0.extend(fields.0);
        self
    }

    /// Changes the account at this version alone, for what was found out about it beside the log.
    pub(crate) fn at(self, version: u64) -> Self {
        Self { version: Some(version), ..self }
    }
}

impl Unchanged {
    /// What the client is told.
    pub(crate) fn problem(self) -> Problem {
        match self {
            Self::Refused(error) => rules::of_user(error),
            Self::MovedOn => undecided(Failure::Contended),
            Self::Undecided(failure) => undecided(failure),
        }
    }
}

impl App {
    /// Changes one account, and makes it count wherever tokens are looked at.
    pub(crate) async fn change(&self, context: Context, id: UserId, change: Change) -> Result<Changed, Unchanged> {
        let mut streams = vec![Stream::of::<User>(id)];
        if change.command == user::Command::Erase {
            streams.push(Stream::of::<Webhooks>(id));
        }
        let request = Request::new(context, streams);
        let outcome = self.store.commit(request, move |states| {
            let (user, version) = (states.get::<User>(id), states.version::<User>(id));
            if change.version.is_some_and(|known| known != version) {
                return Decision::rejected(Err(Unchanged::MovedOn));
            }
            let events = match user.decide(change.command.clone()) {
                Ok(events) => events,
                Err(error) => return Decision::rejected(Err(Unchanged::Refused(error))),
            };
            let changed = Changed { version: version + events.len() as u64, events: events.clone() };
            let mut changes = Changes::none();
            if events.iter().any(|event| matches!(event, user::Event::Erased { .. })) {
                // Whoever is erased leaves no record.
                // No rule keeps anybody from that.
                let unsubscribed = states.get::<Webhooks>(id).decide(webhook::Command::RemoveAll).unwrap_or_default();
                changes = changes.and_private::<User>(id, Record::default()).and_credential(id, Record::default());
                changes = changes.and_private::<Webhooks>(id, Record::default()).and::<Webhooks>(id, unsubscribed);
            } else if !events.is_empty() && !change.credential.0.is_empty() {
                changes = changes.and_credential(id, change.credential.clone());
            }
            Decision::new(changes.and::<User>(id, events), Ok(changed))
        });
        match outcome.await.map_err(Unchanged::Undecided)? {
            Outcome::Done(changed) => {
                let changed = changed?;
                self.take_effect(id, &changed.events).await;
                Ok(changed)
            }
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }
}
