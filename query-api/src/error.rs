//! What may go wrong in a handler, and what the client is told of it.

use axum::Extension;
use axum::response::{IntoResponse, Response};
use web::problem::Problem;

use crate::snapshot::Outdated;

/// Why a query has no answer.
#[derive(Debug)]
pub(crate) enum Error {
    /// The client is told as it stands.
    Problem(Problem),
    /// Postgres did not answer as it should.
    Postgres(sqlx::Error),
}

/// What handlers return.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Postgres(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Postgres(error) if Outdated::is(&error) => {
                (Extension(Outdated), Problem::unavailable(error)).into_response()
            }
            Self::Postgres(error) if is_passing(&error) => Problem::unavailable(error).into_response(),
            Self::Postgres(error) => Problem::internal(error).into_response(),
        }
    }
}

/// Whether Postgres, or the way to it, is what failed, rather than the statement.
fn is_passing(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(error) = error {
        return error.code().is_some_and(|code| is_passing_code(&code));
    }
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}

/// SQLSTATE classes: connection, resources, operator intervention (also the statement timeout), system; and transactions
/// that had to give way. <https://www.postgresql.org/docs/15/errcodes-appendix.html>
fn is_passing_code(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
}
