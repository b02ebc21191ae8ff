//! What the tests have in common: a Redis, the sessions in it, and the keys of a shop.

use std::sync::Arc;
use std::time::Duration;

use connections::Connection;
use secrecy::ExposeSecret;
use test_kit::TestRedis;
use uuid::Uuid;
use web::caller::Gate;
use web::connection;
use web::keys::SigningKeys;
use web::revocations::Revocations;
use web::secret::Secret;
use web::sessions::{Lifetimes, Sessions};
use web::tokens::{Claims, Moment, Signer, Verifier};

pub(crate) const ACCESS: Duration = Duration::from_secs(600);
pub(crate) const LIFETIMES: Lifetimes = Lifetimes {
    idle: Duration::from_secs(7 * 24 * 3600),
    absolute: Duration::from_secs(30 * 24 * 3600),
    replay_grace: Duration::from_secs(10),
};

/// A Redis and the sessions in it.
pub(crate) struct Shop {
    pub(crate) redis: TestRedis,
    pub(crate) connection: Connection,
    pub(crate) revocations: Revocations,
    pub(crate) sessions: Sessions,
}

pub(crate) async fn shop(lifetimes: Lifetimes) -> Shop {
    let redis = test_kit::redis().await;
    let connection = connection::open(&redis.url().into()).unwrap();
    let revocations = Revocations::new(ACCESS);
    let folder = tempfile::tempdir().unwrap();
    let secret = Secret::open(folder.path()).unwrap();
    let sessions = Sessions::new(connection.clone(), &secret, revocations.clone(), lifetimes);
    Shop { redis, connection, revocations, sessions }
}

/// A signer, and the gate that lets its tokens in.
pub(crate) fn gate(revocations: Revocations) -> (Signer, Gate) {
    let folder = tempfile::tempdir().unwrap();
    let keys = SigningKeys::open(folder.path()).unwrap();
    let gate = Gate::new(Verifier::new(keys.public()), revocations);
    (Signer::new(keys, ACCESS), gate)
}

/// What an access token of a session says.
pub(crate) fn claims(session: Uuid) -> Claims {
    claims_of(Uuid::now_v7(), session)
}

/// What an access token of a user's session says.
pub(crate) fn claims_of(user: Uuid, session: Uuid) -> Claims {
    let folder = tempfile::tempdir().unwrap();
    let keys = SigningKeys::open(folder.path()).unwrap();
    let token = Signer::new(keys.clone(), ACCESS).sign(Moment::now(), user, session, vec![]);
    Arc::unwrap_or_clone(Verifier::new(keys.public()).verify(token.expose_secret()).unwrap())
}
