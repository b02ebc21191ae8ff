//! Everything that the routes share.

use std::sync::Arc;
use std::time::Duration;

use connections::Connection;
use domain::user::{self, User};
use domain::{SessionId, UserId};
use event_store::{Loaded, Store, Unsafe};
use secrecy::{ExposeSecret, SecretString};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use web::caller::Gate;
use web::connection;
use web::cookies::SetCookies;
use web::devices::Devices;
use web::keys::{self, PublicKeys, SigningKeys};
use web::limits::Limits;
use web::problem::Problem;
use web::revocations::Revocations;
use web::secret::{self, Keyed, Seal, Secret};
use web::sessions::Sessions;
use web::settings::{self, Switch};
use web::tokens::{Moment, Signer, Verifier, mail};
use web::webhooks::{self, Reach};

use crate::call::Call;
use crate::claims;
use crate::codes;
use crate::command::InFlight;
use crate::demo;
use crate::failure::unread;
use crate::measures;
use crate::passwords::{self, Passwords};
use crate::paying::Paying;
use crate::rules;
use crate::settings::{Contradiction, Settings};

/// Why the write side cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of Redis is none.
    #[error("the address of Redis cannot be used")]
    Redis(#[from] redis::RedisError),
    /// The event store cannot be used.
    #[error("the event store cannot be used")]
    Store(#[from] event_store::Error),
    /// There is no key to sign with.
    #[error(transparent)]
    Keys(#[from] keys::Error),
    /// There is no secret to derive ids from.
    #[error(transparent)]
    Secret(#[from] secret::Error),
    /// No password can be hashed.
    #[error(transparent)]
    Passwords(#[from] passwords::Error),
    /// Limits are off where the public may be.
    #[error("MILLRACE_RATE_LIMITS=off needs MILLRACE_DEMO=true: a shop of its own is never without limits")]
    WithoutLimits,
    /// Two settings cannot both be meant.
    #[error(transparent)]
    Settings(#[from] Contradiction),
    /// What signs callbacks is no secret.
    #[error("MILLRACE_CALLBACK_SECRET {0}")]
    CallbackSecret(#[from] payments::webhooks::NoSecret),
    /// Accounts that everybody knows are left where the public may be.
    #[error("this was a shop to play with, and {} can still be entered: have them suspended in demo mode, or begin with an empty Redis", .0.join(", "))]
    DemoAccounts(Vec<&'static str>),
    /// Redis may lose what was acknowledged.
    #[error("this Redis may lose acknowledged commands: {}", list(.0))]
    Unsafe(Vec<Unsafe>),
}

impl Error {
    /// Whether waiting alone can mend it.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Redis(_) => true,
            Self::Store(error) => error.is_infrastructure(),
            Self::Keys(_)
            | Self::Secret(_)
            | Self::Passwords(_)
            | Self::WithoutLimits
            | Self::Settings(_)
            | Self::CallbackSecret(_)
            | Self::DemoAccounts(_)
            | Self::Unsafe(_) => false,
        }
    }
}

fn list(settings: &[Unsafe]) -> String {
    settings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The write side: the log, the sessions, and what is derived from the server's secret.
pub struct App {
    pub(crate) store: Store,
    pub(crate) sessions: Sessions,
    pub(crate) signer: Signer,
    pub(crate) passwords: Passwords,
    pub(crate) limits: Limits,
    pub(crate) claims: Keyed,
    pub(crate) applicants: Keyed,
    pub(crate) commands: Keyed,
    pub(crate) receipts: Keyed,
    pub(crate) recovery: Keyed,
    pub(crate) seal: Seal,
    pub(crate) webhook_secrets: webhooks::Secrets,
    pub(crate) webhook_most: u16,
    pub(crate) reach: Reach,
    pub(crate) in_flight: InFlight,
    pub(crate) receipt_lifetime: Duration,
    pub(crate) lifetimes: settings::Sessions,
    pub(crate) reset_lifetime: Duration,
    pub(crate) public_keys: PublicKeys,
    pub(crate) links: mail::Verifier,
    pub(crate) revocations: Revocations,
    pub(crate) demo: bool,
    pub(crate) paying: Paying,
    keys: SigningKeys,
    redis: Connection,
    gate: Gate,
}

impl App {
    /// Opens the keys, which are made where there are none; connects to Redis when it is first needed.
    ///
    /// # Errors
    /// When a key cannot be read or made, the address of Redis is none, or limits are off outside demo mode.
    pub fn open(settings: &Settings) -> Result<Arc<Self>, Error> {
        if settings.limits.rate_limits == Switch::Off && !settings.demo.demo {
            return Err(Error::WithoutLimits);
        }
        measures::describe();
        let secret = Secret::open(&settings.keys.keys_dir)?;
        let keys = SigningKeys::open(&settings.keys.keys_dir)?;
        let url = &settings.redis.redis_url;
        let revocations = Revocations::new(settings.access.access_lifetime);
        let lifetimes = settings.sessions.into();
        let redis = connection::open(url)?;
        let devices = Devices::new(redis.clone(), settings.access.seen_every);
        Ok(Arc::new(Self {
            store: Store::open(url.expose_secret(), &settings.log.settings()?)?,
            limits: Limits::new(redis.clone(), &secret, settings.limits),
            sessions: Sessions::new(redis.clone(), &secret, revocations.clone(), lifetimes),
            redis,
            passwords: Passwords::new(settings.demo.demo)?,
            claims: secret.derive(claims::KEYED),
            applicants: secret.derive("applicants"),
            commands: secret.derive("commands"),
            receipts: secret.derive("receipts"),
            recovery: secret.derive("recovery"),
            seal: secret.seal("second-factor"),
            webhook_secrets: webhooks::Secrets::new(&secret),
            webhook_most: settings.subscriptions.webhook_most,
            reach: settings.webhooks.reach(settings.demo.demo),
            in_flight: InFlight::default(),
            receipt_lifetime: settings.receipts.receipt_lifetime,
            lifetimes: settings.sessions,
            reset_lifetime: settings.links.reset_lifetime,
            public_keys: keys.public(),
            links: mail::Verifier::new(keys.public()),
            keys: keys.clone(),
            gate: Gate::new(Verifier::new(keys.public()), revocations.clone())
                .noting(devices)
                .demanding(settings.access.admin_second_factor),
            signer: Signer::new(keys, settings.access.access_lifetime),
            paying: Paying::open(settings, &secret)?,
            revocations,
            demo: settings.demo.demo,
        }))
    }

    /// The log.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Redis beside the log.
    pub(crate) const fn redis(&self) -> &Connection {
        &self.redis
    }

    /// What tells a live session from a dead one, for the edge around the routes.
    #[must_use]
    pub fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// The keys that sign, to check on.
    #[must_use]
    pub fn keys(&self) -> SigningKeys {
        self.keys.clone()
    }

    /// What access tokens count for nothing, for others in the same process.
    #[must_use]
    pub fn revocations(&self) -> Revocations {
        self.revocations.clone()
    }

    /// Learns of sessions that end elsewhere and of changes of the keys, and shows operators how the log is, until the shutdown.
    pub async fn follow(&self, shutdown: CancellationToken) {
        let revocations = self.revocations.clone().follow(self.redis.clone(), shutdown.clone());
        let measures = measures::follow(self.store.clone(), shutdown.clone());
        tokio::join!(revocations, measures, self.keys.clone().follow(shutdown));
    }

    /// Resolves once every session that had ended before the start is known.
    pub async fn caught_up(&self) {
        self.revocations.caught_up().await;
    }

    /// Loads the append function, and refuses a Redis that may lose what was acknowledged; in demo mode that is only said. Outside
    /// of it, refuses a shop that the demo's people can enter.
    ///
    /// # Errors
    /// When Redis does not answer, holds a store of another format, is not safe, or was a shop to play with.
    pub async fn prepare(&self) -> Result<(), Error> {
        self.store.prepare().await?;
        if !self.demo {
            let left = demo::left(self).await?;
            if !left.is_empty() {
                return Err(Error::DemoAccounts(left));
            }
        }
        let found = self.store.unsafe_settings().await?;
        match (found.is_empty(), self.demo) {
            (true, _) => Ok(()),
            (false, true) => {
                tracing::warn!(settings = %list(&found), "this Redis may lose acknowledged commands");
                Ok(())
            }
            (false, false) => Err(Error::Unsafe(found)),
        }
    }

    /// The caller as the log has them: what a token says is good for reading, not for deciding.
    pub(crate) async fn user(&self, call: &Call) -> Result<Loaded<User>, Problem> {
        self.live(call.user(), call.session()).await?.ok_or_else(Problem::unauthenticated)
    }

    /// The user of a session, if it goes on by what the log says.
    pub(crate) async fn live(&self, user: UserId, session: SessionId) -> Result<Option<Loaded<User>>, Problem> {
        let user = self.store.load::<User>(user).await.map_err(unread)?;
        Ok(user.is_live(session, OffsetDateTime::now_utc()).then_some(user))
    }

    /// The caller, who must run the marketplace, in a session that will do for it.
    pub(crate) async fn admin(&self, call: &Call) -> Result<Loaded<User>, Problem> {
        let user = self.user(call).await?;
        match user.is_admin() {
            true if call.caller.staff => Ok(user),
            true => Err(Problem::second_factor_required()),
            false => Err(Problem::forbidden(web::codes::ROLE_REQUIRED, "this needs the role admin")),
        }
    }

    /// The access token of a session, with the roles of this moment. Whether the user has proven a second factor in it counts
    /// as long as they have one.
    pub(crate) fn access(
        &self,
        as_of: Moment,
        user: UserId,
        session: Uuid,
        state: &User,
        second_factor: bool,
    ) -> SetCookies {
        let roles = state.roles().map(|role| role.as_str().to_owned()).collect();
        let token: SecretString = match second_factor && state.second_factor() {
            true => self.signer.sign_with_second_factor(as_of, user.into(), session, roles),
            false => self.signer.sign(as_of, user.into(), session, roles),
        };
        SetCookies::access(&token, self.signer.lifetime())
    }

    /// The access token of a session whose user has just changed something about themselves. Where it cannot be had there is
    /// none: what was carried out is not answered as if it had failed, and a refresh brings one.
    pub(crate) async fn access_anew(&self, user: UserId, session: SessionId, second_factor: bool) -> SetCookies {
        let as_of = Moment::now();
        match self.live(user, session).await {
            Ok(Some(state)) => self.access(as_of, user, session.into(), &state, second_factor),
            Ok(None) | Err(_) => SetCookies::default(),
        }
    }
}

/// Demands that a user sells.
pub(crate) fn require_seller(user: &User) -> Result<(), Problem> {
    match user.is_seller() {
        true => Ok(()),
        false => Err(Problem::forbidden(codes::NOT_A_SELLER, "only sellers may do this")),
    }
}

/// Demands that a user has proven their e-mail address.
pub(crate) fn require_verified(user: &User) -> Result<(), Problem> {
    match user.is_verified() {
        true => Ok(()),
        false => Err(rules::of_user(user::Error::Unverified)),
    }
}
