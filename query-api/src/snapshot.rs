//! One moment of one generation of a read model, however many statements look at it, and however the views change.
//!
//! The views may be pointed to another generation at any time, by a transaction that locks `applied` before all others. Who
//! locks it too, before the snapshot is taken, is in front of such a switch or behind it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use sqlx::postgres::{PgDatabaseError, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres, Transaction};

use crate::app::App;
use crate::freshness::{ReadModel, each_read_model};

impl App {
    /// Begins to look at a read model, through filters.
    pub(crate) async fn snapshot(&self, read_model: ReadModel) -> sqlx::Result<Transaction<'static, Postgres>> {
        begin(&self.pool, read_model).await
    }

    /// Begins to look at one thing in a read model, and at what belongs to it.
    pub(crate) async fn snapshot_by_key(&self, read_model: ReadModel) -> sqlx::Result<Transaction<'static, Postgres>> {
        begin(&self.keyed, read_model).await
    }
}

async fn begin(pool: &PgPool, read_model: ReadModel) -> sqlx::Result<Transaction<'static, Postgres>> {
    macro_rules! begin {
            ($($read_model:ident $name:literal $applied:literal [$($category:literal),*],)+) => {
                match read_model {
                    $(ReadModel::$read_model => concat!(
                        "begin isolation level repeatable read read only; lock table ",
                        $applied,
                        " in access share mode"
                    ),)+
                }
            };
        }
    pool.begin_with(each_read_model!(begin)).await
}

/// A connection that rested for longer is asked whether it is still there before it is used. Under load none does, and nothing is asked.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// From when on connections are good: older ones have prepared statements for views that are of another shape now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape(Arc<Mutex<Option<Instant>>>);

impl Shape {
    /// Makes a pool leave older connections behind.
    pub(crate) fn watch(&self, pool: PgPoolOptions) -> PgPoolOptions {
        let shape = self.clone();
        pool.test_before_acquire(false).before_acquire(move |connection, known| {
            let is_good = shape.since().is_none_or(|since| known.age < since.elapsed());
            Box::pin(async move { Ok(is_good && (known.idle_for < TRUSTED_FOR || connection.ping().await.is_ok())) })
        })
    }

    /// Connections of before this are good for nothing.
    pub(crate) fn changed(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn since(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks an answer that failed over a statement which was prepared for views of another shape.
#[derive(Clone, Copy)]
pub(crate) struct Outdated;

impl Outdated {
    /// Whether an answer is marked.
    pub(crate) fn marks(answer: &Response) -> bool {
        answer.extensions().get::<Self>().is_some()
    }

    /// Whether that is why a statement failed.
    pub(crate) fn is(error: &sqlx::Error) -> bool {
        let error = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
        error.is_some_and(|error| error.routine() == Some("RevalidateCachedQuery"))
    }
}

/// A request, and the same once more. Requests here have no bodies.
pub(crate) fn twice(request: Request) -> (Request, Request) {
    let (parts, body) = request.into_parts();
    (Request::from_parts(parts.clone(), body), Request::from_parts(parts, Body::empty()))
}
