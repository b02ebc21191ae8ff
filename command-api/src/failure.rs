//! What a client is told when no decision was reached.

use event_store::{Error, Failure};
use web::problem::Problem;
use web::sessions;

use crate::passwords;

/// A command that came to no decision: 503 where a repetition may settle it.
pub(crate) fn undecided(failure: Failure) -> Problem {
    match failure {
        Failure::Store(error) if !error.is_infrastructure() => Problem::internal(error),
        Failure::Contended | Failure::Late | Failure::Full | Failure::Store(_) => Problem::unavailable(failure),
    }
}

/// A reading that failed.
pub(crate) fn unread(error: Error) -> Problem {
    undecided(error.into())
}

/// A session that could not be opened or ended.
pub(crate) fn no_session(error: sessions::Error) -> Problem {
    match error {
        sessions::Error::Unknown | sessions::Error::Ended { .. } | sessions::Error::Reused { .. } => {
            Problem::unauthenticated()
        }
        sessions::Error::Store(_) | sessions::Error::Revocation(_) => Problem::unavailable(error),
    }
}

/// A password that could not be hashed or checked.
pub(crate) fn unhashed(error: passwords::Error) -> Problem {
    match error {
        passwords::Error::Busy => Problem::unavailable(error),
        passwords::Error::Hasher(_) | passwords::Error::Thread(_) | passwords::Error::Interrupted(_) => {
            Problem::internal(error)
        }
    }
}
