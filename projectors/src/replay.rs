//! Building the next generation of a read model beside the live one, and switching to it.
//!
//! The log is folded from its beginning, feed by feed, in memory, and written by `COPY`; indexes come last. Then consumers
//! catch up with what happened meanwhile, the rows are verified, and one transaction makes the views show them. What was live
//! is kept up to date, so that it can be again. A replay that was broken off goes on where it was.

mod fill;
pub(crate) mod indexes;
mod switch;

use std::{sync::Arc, time::Duration};

use event_store::Feed;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::{
    Difference, Fault, Settings,
    consumers::Process,
    feeding,
    generations::{self, Generation, State},
    log::Log,
    policies::GROUPS,
    projection::Projection,
    read_models::of_name,
    schema,
    verify::verify_generation,
};

/// How far behind a generation may be to be verified: what happens meanwhile is caught up with afterwards.
const CLOSE: u64 = 1_000;
/// How often it is looked how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How a read model is rebuilt.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many feeds are folded at a time.
    pub partitions: usize,
    /// Whether its rows are verified before they are shown.
    pub verify: bool,
    /// Whether what an earlier replay has left is done anew.
    pub from_scratch: bool,
}

/// What a replay has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many events are there to be folded.
    Reading {
        /// Those of the feeds that are not done yet.
        events: u64,
    },
    /// So many more of them were.
    Folded {
        /// Since the last time this was said.
        events: u64,
    },
    /// The indexes are being made.
    Indexing,
    /// The consumers catch up.
    CatchingUp {
        /// How many events are left.
        behind: u64,
    },
    /// The rows are being compared with a second fold.
    Verifying,
    /// The views are about to change.
    Switching,
}

/// Hears of each step.
pub type Progress = Arc<dyn Fn(Step) + Send + Sync>;

/// Why a read model was not rebuilt. What is live is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such read model.
    #[error("there is no read model {name}: it is one of {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// It is something that acts, or that keeps the log itself.
    #[error("{0} is no read model: what it did is not done again")]
    NotRebuilt(String),
    /// One at a time.
    #[error("{0} is being replayed by somebody else, or switched back")]
    Busy(&'static str),
    /// There is nothing to switch back to.
    #[error("{0} has no previous generation")]
    NoPrevious(&'static str),
    /// Events fail in the next generation that do not fail in the live one.
    #[error(
        "{generation} holds {held} aggregates that are not held in the live generation; mend what its dead letters name \
         and replay again, or begin again from scratch"
    )]
    Held {
        /// The next generation.
        generation: String,
        /// How many aggregates.
        held: u64,
    },
    /// The rows are not what a second fold makes.
    #[error("{generation} differs from a fold of the log in {} tables; begin again from scratch", differences.len())]
    Different {
        /// The next generation.
        generation: String,
        /// In what.
        differences: Vec<Difference>,
    },
    /// No moment for the switch was found.
    #[error("there was no moment to switch to {generation}: {why}")]
    NoMoment {
        /// The other generation.
        generation: String,
        /// What was in the way.
        why: &'static str,
    },
    /// A store did not answer, or refused.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// Builds the next generation of a read model, or goes on with one that was begun, and switches to it.
///
/// # Errors
/// When it cannot be built, or is not what it should be. What is live is as it was then.
pub async fn replay(
    settings: &Settings,
    read_model: &str,
    options: Options,
    progress: Progress,
) -> Result<Generation, Error> {
    let work = of_name!(read_model, P => build::<P>(settings, options, progress).await);
    work.unwrap_or_else(|| Err(unknown(read_model)))
}

/// Switches back to the generation that was live before. A second time switches forth again.
///
/// # Errors
/// When there is none, or the switch fails.
pub async fn roll_back(settings: &Settings, read_model: &str, progress: Progress) -> Result<Generation, Error> {
    let work = of_name!(read_model, P => {
        let mut connection = alone::<P>(settings).await?;
        generations::clear::<P>(&mut connection, &settings.store).await?;
        let previous = of_state(&mut connection, P::NAME, State::Previous).await?.ok_or(Error::NoPrevious(P::NAME))?;
        let fed = Fed::start::<P>(settings, &previous);
        catch_up::<P>(settings, &mut connection, &previous, &progress).await?;
        progress(Step::Switching);
        let live = generations::live(&mut connection, P::NAME).await?;
        switch::switch(&mut connection, &live, &previous).await?;
        fed.stop().await;
        Ok(Generation { state: State::Live, ..previous })
    });
    work.unwrap_or_else(|| Err(unknown(read_model)))
}

/// Ends the generation that was live before.
///
/// # Errors
/// When there is none, or a store does not answer.
pub async fn drop_previous(settings: &Settings, read_model: &str) -> Result<Generation, Error> {
    let work = of_name!(read_model, P => {
        let mut connection = alone::<P>(settings).await?;
        generations::clear::<P>(&mut connection, &settings.store).await?;
        let previous = of_state(&mut connection, P::NAME, State::Previous).await?.ok_or(Error::NoPrevious(P::NAME))?;
        generations::drop::<P>(&mut connection, &settings.store, &previous).await?;
        Ok(previous)
    });
    work.unwrap_or_else(|| Err(unknown(read_model)))
}

async fn build<P: Projection>(settings: &Settings, options: Options, progress: Progress) -> Result<Generation, Error> {
    schema::migrate(&settings.database).await?;
    let mut connection = alone::<P>(settings).await?;
    let next = begin_or_go_on::<P>(settings, &mut connection, options.from_scratch).await?;
    if next.state == State::Building {
        fill::<P>(settings, &next, options, &progress).await?;
        generations::mark(&mut connection, &next, State::Next).await?;
    }
    let fed = Fed::start::<P>(settings, &next);
    catch_up::<P>(settings, &mut connection, &next, &progress).await?;
    let live = generations::live(&mut connection, P::NAME).await?;
    nothing_else_is_held(&mut connection, &live, &next).await?;
    if options.verify {
        progress(Step::Verifying);
        let verified = verify_generation::<P>(&settings.store, &settings.database, &next).await?;
        if !verified.differences.is_empty() {
            return Err(Error::Different { generation: next.schema(), differences: verified.differences });
        }
        catch_up::<P>(settings, &mut connection, &next, &progress).await?;
    }
    progress(Step::Switching);
    switch::switch(&mut connection, &live, &next).await?;
    fed.stop().await;
    Ok(Generation { state: State::Live, ..next })
}

/// A generation to go on with, or else a new one. A new one takes the place of the previous.
async fn begin_or_go_on<P: Projection>(
    settings: &Settings,
    connection: &mut PgConnection,
    from_scratch: bool,
) -> Result<Generation, Error> {
    generations::clear::<P>(connection, &settings.store).await?;
    for generation in generations::all(connection, P::NAME).await? {
        match generation.state {
            State::Building | State::Next if !from_scratch => return Ok(generation),
            State::Building | State::Next => generations::drop::<P>(connection, &settings.store, &generation).await?,
            State::Previous | State::Live => {}
        }
    }
    if let Some(previous) = of_state(connection, P::NAME, State::Previous).await? {
        generations::drop::<P>(connection, &settings.store, &previous).await?;
    }
    Ok(generations::begin::<P>(connection, &settings.store).await?)
}

async fn fill<P: Projection>(
    settings: &Settings,
    next: &Generation,
    options: Options,
    progress: &Progress,
) -> Result<(), Error> {
    let connections = u32::try_from(options.partitions).unwrap_or(u32::MAX).saturating_add(1);
    let pool = schema::pool_of(&settings.database, next, connections);
    let filling = fill::Filling {
        store: settings.store.clone(),
        log: Log::new(settings.store.clone(), &settings.database),
        pool: pool.clone(),
        group: next.schema(),
        retry_after: settings.timing.retry_after,
        progress: progress.clone(),
    };
    Arc::new(filling).fill::<P>(options.partitions.max(1)).await?;
    progress(Step::Indexing);
    indexes::put_back(&pool, &next.schema(), options.partitions.max(1)).await?;
    Ok(())
}

/// Waits until a generation is close to the heads of its feeds.
async fn catch_up<P: Projection>(
    settings: &Settings,
    connection: &mut PgConnection,
    generation: &Generation,
    progress: &Progress,
) -> Result<(), Error> {
    let positions = format!("select category, partition, position from {}.positions", generation.schema());
    loop {
        let rows: Vec<(String, i16, i64)> =
            sqlx::query_as(AssertSqlSafe(positions.as_str())).fetch_all(&mut *connection).await?;
        let mut behind = 0;
        for feed in P::CATEGORIES.iter().flat_map(|category| Feed::all(category)) {
            let of_feed = |(category, partition, _): &&(String, i16, i64)| {
                *category == feed.category && *partition == i16::from(feed.partition.number())
            };
            let position = rows.iter().find(of_feed).map_or(0, |(.., position)| position.unsigned_abs());
            behind += settings.store.head(feed).await.map_err(Fault::from)?.saturating_sub(position);
        }
        progress(Step::CatchingUp { behind });
        if behind <= CLOSE {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A worker of this process for one generation, so that nobody else has to be there.
struct Fed {
    process: Process,
    stop: CancellationToken,
}

impl Fed {
    fn start<P: Projection>(settings: &Settings, generation: &Generation) -> Self {
        let (process, stop) = (Process::new(settings.clone()), CancellationToken::new());
        feeding::start::<P>(&process, generation, stop.clone());
        process.tasks.close();
        Self { process, stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.process.stopped().await;
    }
}

impl Drop for Fed {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A generation whose rows lack what the live ones have is not to be shown.
async fn nothing_else_is_held(
    connection: &mut PgConnection,
    live: &Generation,
    next: &Generation,
) -> Result<(), Error> {
    let (live, next) = (live.schema(), next.schema());
    let count = format!(
        "select count(*) from {next}.held n
         where not exists (select from {live}.held l where l.category = n.category and l.id = n.id)"
    );
    let held: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(connection).await?;
    if held == 0 { Ok(()) } else { Err(Error::Held { generation: next, held: held.unsigned_abs() }) }
}

/// A connection that nobody else has for this read model at the same time.
async fn alone<P: Projection>(settings: &Settings) -> Result<PgConnection, Error> {
    let mut connection = PgConnection::connect_with(&settings.database).await?;
    let alone = sqlx::query_scalar!(
        r#"select pg_try_advisory_lock(hashtext('millrace replay'), hashtext($1)) as "alone!""#,
        P::NAME
    )
    .fetch_one(&mut connection)
    .await?;
    if alone { Ok(connection) } else { Err(Error::Busy(P::NAME)) }
}

async fn of_state(
    connection: &mut PgConnection,
    read_model: &'static str,
    state: State,
) -> sqlx::Result<Option<Generation>> {
    let all = generations::all(connection, read_model).await?;
    Ok(all.into_iter().find(|generation| generation.state == state))
}

fn unknown(name: &str) -> Error {
    if GROUPS.contains(&name) || ["policies", "mailer", "webhooks", "privacy", "archive"].contains(&name) {
        return Error::NotRebuilt(name.to_owned());
    }
    let known = schema::READ_MODELS.iter().map(|definition| definition.name).collect::<Vec<_>>().join(", ");
    Error::Unknown { name: name.to_owned(), known }
}
