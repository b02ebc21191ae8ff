//! Read your own writes: a request waits until the read models it is served from have applied what its caller wrote.
//!
//! Projectors notify `millrace` with the read model's name after each transaction; one task listens for all requests.
//! Where a notification goes missing, a waiting request looks again by itself.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use futures_util::future::try_join_all;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, OpenApi, RefOr, Required, Type};
use uuid::Uuid;
use web::consistency::{CONSISTENCY, Token};

use crate::app::App;
use crate::error::Error;

const CHANNEL: &str = "millrace";
/// After how long a waiting request looks without having been told to.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LONGEST_RETRY: Duration = Duration::from_secs(1);

/// Hands everything that queries read to a macro of the caller's: each with its name, the table that says how far it is, and
/// the categories that it folds (none: all). Who adds a read model enters it here.
macro_rules! each_read_model {
    ($name:ident) => {
        $name! {
            Users "users" "users.applied" ["user"],
            Products "products" "products.applied" ["product", "inventory", "user"],
            Inventory "inventory" "inventory.applied" ["inventory"],
            Orders "orders" "orders.applied" ["order", "message"],
            Subscriptions "subscriptions" "subscriptions.applied" ["webhook"],
            // The archive, which has the events themselves.
            Archive "archive" "archive.aggregates" [],
        }
    };
}
pub(crate) use each_read_model;

macro_rules! read_models {
    ($($read_model:ident $name:literal $applied:literal [$($category:literal),*],)+) => {
        /// What queries read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum ReadModel {
            $($read_model,)+
        }

        impl ReadModel {
            const ALL: [Self; [$($name),+].len()] = [$(Self::$read_model),+];

            /// As notifications name it.
            const fn name(self) -> &'static str {
                match self {
                    $(Self::$read_model => $name,)+
                }
            }

            /// Whether it is made of aggregates of this category.
            fn folds(self, category: &str) -> bool {
                let folded: &[&str] = match self {
                    $(Self::$read_model => &[$($category),*],)+
                };
                folded.is_empty() || folded.contains(&category)
            }
        }
    };
}
each_read_model!(read_models);

/// Knows when read models change. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Freshness(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    patience: Duration,
    changes: [watch::Sender<()>; ReadModel::ALL.len()],
}

/// The writes of a caller that a read model is to apply.
struct Awaited {
    categories: Vec<String>,
    ids: Vec<Uuid>,
    versions: Vec<i64>,
}

impl Freshness {
    /// Lets a request wait for `patience` at most.
    pub(crate) fn new(pool: PgPool, patience: Duration) -> Self {
        Self(Arc::new(Shared { pool, patience, changes: ReadModel::ALL.map(|_| watch::Sender::new(())) }))
    }

    /// Tells when a read model may have changed.
    pub(crate) fn changes(&self, read_model: ReadModel) -> watch::Receiver<()> {
        self.0.changes[read_model as usize].subscribe()
    }

    /// Listens for changes, for ever; while Postgres is down, keeps trying.
    pub(crate) async fn follow(&self) {
        let mut retry = FIRST_RETRY;
        loop {
            let Err(error) = self.listen(&mut retry).await;
            tracing::warn!(%error, "changes of the read models are not being followed; trying again");
            sleep(retry).await;
            retry = (retry * 2).min(LONGEST_RETRY);
        }
    }

    async fn listen(&self, retry: &mut Duration) -> sqlx::Result<std::convert::Infallible> {
        let mut listener = PgListener::connect_with(&self.0.pool).await?;
        listener.listen(CHANNEL).await?;
        *retry = FIRST_RETRY;
        loop {
            let heard = listener.try_recv().await?;
            for read_model in ReadModel::ALL {
                // Without a notification the connection was lost, and nobody knows what was missed.
                if heard.as_ref().is_none_or(|heard| heard.payload() == read_model.name()) {
                    self.0.changes[read_model as usize].send_replace(());
                }
            }
        }
    }

    /// Waits until the read models have applied the writes that they fold; `false` when that takes too long.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn settle(&self, read_models: &[ReadModel], token: &Token) -> sqlx::Result<bool> {
        let applied = try_join_all(read_models.iter().map(|read_model| self.wait_for(*read_model, token)));
        match timeout(self.0.patience, applied).await {
            Ok(applied) => applied.map(|_| true),
            Err(_) => Ok(false),
        }
    }

    async fn wait_for(&self, read_model: ReadModel, token: &Token) -> sqlx::Result<()> {
        let awaited = Awaited::of(read_model, token);
        let mut changes = self.0.changes[read_model as usize].subscribe();
        while !awaited.applied(read_model, &self.0.pool).await? {
            // Whether told or not, the next look tells.
            let _ = timeout(POLL_INTERVAL, changes.changed()).await;
        }
        Ok(())
    }
}

impl Awaited {
    fn of(read_model: ReadModel, token: &Token) -> Self {
        let mut awaited = Self { categories: Vec::new(), ids: Vec::new(), versions: Vec::new() };
        for write in token.writes().iter().filter(|write| read_model.folds(&write.category)) {
            awaited.categories.push(write.category.clone());
            awaited.ids.push(write.id);
            awaited.versions.push(i64::try_from(write.version).unwrap_or(i64::MAX));
        }
        awaited
    }

    /// Whether a read model has got as far.
    async fn applied(&self, read_model: ReadModel, pool: &PgPool) -> sqlx::Result<bool> {
        macro_rules! count {
            ($applied:literal) => {
                sqlx::query_scalar!(
                    r#"select count(*) as "count!" from "#
                        + $applied
                        + " a join unnest($1::text[], $2::uuid[], $3::bigint[]) as w (category, id, version)
                           on a.category = w.category and a.id = w.id and a.version >= w.version",
                    &self.categories,
                    &self.ids,
                    &self.versions
                )
                .fetch_one(pool)
            };
        }
        if self.ids.is_empty() {
            return Ok(true);
        }
        macro_rules! count_of {
            ($($read_model:ident $name:literal $applied:literal [$($category:literal),*],)+) => {
                match read_model {
                    $(ReadModel::$read_model => count!($applied).await?,)+
                }
            };
        }
        let applied = each_read_model!(count_of);
        Ok(usize::try_from(applied) == Ok(self.ids.len()))
    }
}

/// Documents the token that every operation of these takes.
pub(crate) fn document_token(document: &mut OpenApi) {
    let token = ParameterBuilder::new()
        .name("Consistency-Token")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "What a command answered: waits for its writes, then says `Consistency: fresh`, or `stale` without them. \
             The cookie `consistency`, which commands set, does the same.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    for operation in document.paths.paths.values_mut().filter_map(|item| item.get.as_mut()) {
        operation.parameters.get_or_insert_default().push(RefOr::T(token.clone()));
    }
}

/// Lets a request that names its caller's writes wait for them, and says whether the answer has them.
pub(crate) async fn settle_first(
    app: &App,
    read_models: &[ReadModel],
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let token = Token::of(request.headers());
    if token.writes().is_empty() {
        return next(request).await;
    }
    let fresh = match app.freshness.settle(read_models, &token).await {
        Ok(fresh) => fresh,
        Err(error) => return Error::from(error).into_response(),
    };
    let mut response = next(request).await;
    let consistency = HeaderValue::from_static(if fresh { "fresh" } else { "stale" });
    response.headers_mut().insert(CONSISTENCY, consistency);
    response
}
