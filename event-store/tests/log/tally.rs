//! An aggregate for these tests: a count that closes its books, and asks to be looked at again.

use domain::{Aggregate, Timer};
use event_store::{ExecuteError, Store};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::support::context;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    /// What makes its state as large as a test needs it.
    pub(crate) ballast: String,
    pub(crate) due: Option<i64>,
    pub(crate) finished: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Command {
    Count(u64),
    Load(usize),
    /// Look again so many seconds after 1970, or not at all.
    Remind(Option<i64>),
    Finish,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Event {
    #[serde(rename = "tally.counted")]
    Counted {},
    #[serde(rename = "tally.loaded")]
    Loaded { bytes: usize },
    #[serde(rename = "tally.reminded")]
    Reminded { due: Option<i64> },
    #[serde(rename = "tally.finished")]
    Finished {},
    #[serde(rename = "tally.carried_forward")]
    CarriedForward { count: u64, ballast: String, due: Option<i64>, finished: bool },
}

#[derive(Debug, thiserror::Error)]
#[error("it is finished")]
pub(crate) struct Error;

impl Aggregate for Tally {
    const CATEGORY: &'static str = "tally";

    type Id = Uuid;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        match command {
            _ if self.finished => Err(Error),
            Command::Count(times) => Ok((0..times).map(|_| Event::Counted {}).collect()),
            Command::Load(bytes) => Ok(vec![Event::Loaded { bytes }]),
            Command::Remind(due) if due == self.due => Ok(vec![]),
            Command::Remind(due) => Ok(vec![Event::Reminded { due }]),
            Command::Finish => Ok(vec![Event::Finished {}]),
        }
    }

    fn evolve(&mut self, event: &Event) {
        match event {
            Event::Counted {} => self.count += 1,
            Event::Loaded { bytes } => self.ballast = "x".repeat(*bytes),
            Event::Reminded { due } => self.due = *due,
            Event::Finished {} => self.finished = true,
            Event::CarriedForward { count, ballast, due, finished } => {
                *self = Self { count: *count, ballast: ballast.clone(), due: *due, finished: *finished };
            }
        }
    }

    fn carried_forward(&self) -> Option<Event> {
        let Self { count, ballast, due, finished } = self.clone();
        Some(Event::CarriedForward { count, ballast, due, finished })
    }

    fn is_finished(&self) -> bool {
        self.finished
    }

    fn timers(&self) -> Vec<Timer> {
        self.due.map(|due| Timer { kind: "remind", due: after_1970(due) }).into_iter().collect()
    }
}

pub(crate) fn after_1970(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds)
}

/// A tally in partition 9.
pub(crate) fn tally() -> Uuid {
    domain::Partition::new(9).unwrap().adopt(Uuid::now_v7())
}

pub(crate) fn stream_of(tally: Uuid) -> String {
    format!("tally:{{9}}:{tally}")
}

pub(crate) async fn put(store: &Store, tally: Uuid, command: Command) -> Result<u64, ExecuteError<Error>> {
    store.execute::<Tally>(context(), tally, command).await
}

/// Counts so many times, with 100 events in each append.
pub(crate) async fn count(store: &Store, tally: Uuid, hundreds: u64) {
    for _ in 0..hundreds {
        put(store, tally, Command::Count(100)).await.unwrap();
    }
}
