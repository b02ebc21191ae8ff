//! What whoever runs the shop does by hand, past every route: the first admin is nobody's to appoint but theirs.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use connections::Connection;
use domain::text::Email;
use domain::user::{Command, Role, User};
use domain::{Aggregate, UserId};
use event_store::{Changes, CommandId, Context, Decision, Loaded, Outcome, Request, Store, Stream};
use secrecy::SecretString;
use time::OffsetDateTime;
use traces::Trace;
use web::connection;
use web::revocations::Revocations;
use web::secret::{Keyed, Secret};

use crate::accounts::prove;
use crate::claims;

/// A shop in the hands of whoever runs it.
pub struct Operator {
    store: Store,
    claims: Keyed,
    redis: Connection,
    revocations: Revocations,
}

impl Operator {
    /// Works on a store, with the keys of its shop.
    ///
    /// # Errors
    /// When the folder has no secret of a shop, or the address of Redis is none.
    pub fn open(
        store: Store,
        redis_url: &SecretString,
        keys: &Path,
        access_lifetime: Duration,
    ) -> anyhow::Result<Self> {
        ensure!(keys.is_dir(), "there are no keys in {}: name their folder with --keys-dir", keys.display());
        let claims = Secret::open(keys)?.derive(claims::KEYED);
        let redis = connection::open(redis_url)?;
        Ok(Self { store, claims, redis, revocations: Revocations::new(access_lifetime) })
    }

    /// The user whose address this is.
    ///
    /// # Errors
    /// When it is none, nobody has an account on it, or the store fails.
    pub async fn user(&self, email: &str) -> anyhow::Result<(UserId, Loaded<User>)> {
        let email = Email::try_from(email.to_owned())?;
        let claim = claims::email_claim(&self.claims, &email);
        let id = claims::owner(&self.store, claim).await?.context("nobody has an account on this address")?;
        let user = self.store.load::<User>(id).await?;
        ensure!(user.has_account(), "nobody has an account on this address any more");
        Ok((id, user))
    }

    /// Lets a user act as something more, at once. Takes their address for proven.
    ///
    /// # Errors
    /// When nobody has an account on this address, the role cannot be granted, or the store fails.
    pub async fn grant(&self, email: &str, role: Role) -> anyhow::Result<UserId> {
        let (id, _) = self.user(email).await?;
        let (command, at) = (CommandId::random(), OffsetDateTime::now_utc());
        let context = Context { actor: "operator".to_owned(), command, at, trace: Trace::start().to_string() };
        let outcome = self.store.commit(Request::new(context, [Stream::of::<User>(id)]), move |states| {
            let user = states.get::<User>(id);
            let events = prove(user).and_then(|proof| Ok([proof, user.decide(Command::GrantRole { role })?].concat()));
            match events {
                Ok(events) => Decision::new(Changes::none().and::<User>(id, events), Ok(())),
                Err(error) => Decision::rejected(Err(error)),
            }
        });
        match outcome.await? {
            Outcome::Done(granted) => granted?,
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
        // Their sessions refresh, and have it.
        self.revocations.revoke_user(&self.redis, id.into()).await?;
        Ok(id)
    }
}
