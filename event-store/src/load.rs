//! Reading aggregates: what the cache has, brought up to date, or else a fold of the stream.
//!
//! A stream begins with version 1, or with an entry that carries everything before it forward. A fold reads backwards to
//! the last such entry, so it takes as long for an aggregate with a long past as for one with a short.

use std::{panic::AssertUnwindSafe, sync::Arc};

use domain::Aggregate;
use futures_util::FutureExt;
use redis::AsyncCommands;
use uuid::Uuid;

use crate::{
    Error, Recorded, Store, Stream, keys,
    recorded::Entry,
    state::{Loaded, Snapshot},
};

/// How many entries are read at a time.
const PAGE: usize = 1_000;
/// How many entries of a stream are read at first, from its end. Most streams have no more.
const FIRST: usize = 20;
/// How many times as many are read next, where no fold can begin at one of those: with books closed every 100 events, that is enough.
const GROWTH: usize = 5;

impl Store {
    /// An aggregate, brought up to date.
    ///
    /// # Errors
    /// When Redis does not answer or the stream cannot be folded.
    pub async fn load<A: Aggregate>(&self, id: A::Id) -> Result<Loaded<A>, Error> {
        let stream = Stream::of::<A>(id);
        loop {
            let generation = self.generation();
            let snapshot = match self.known(stream.key()) {
                Some(known) => self.catch_up(generation, &stream, known).await?,
                None => self.fold(generation, &stream).await?,
            };
            // Half of it may be what the owner before had.
            if generation == self.generation() {
                return Ok(Loaded::new(snapshot));
            }
        }
    }

    /// The events of one aggregate that its stream has, of whatever category, in order. The first is not version 1 where
    /// earlier ones were trimmed away.
    ///
    /// # Errors
    /// When Redis does not answer or the stream holds foreign entries.
    pub async fn history(&self, category: &str, id: Uuid) -> Result<Vec<Recorded>, Error> {
        self.events_from(category, id, 1).await
    }

    /// What the cache has, or else the log. The append checks whether it is still the newest.
    pub(crate) async fn snapshot(&self, generation: u64, stream: &Stream) -> Result<Arc<Snapshot>, Error> {
        match self.known(stream.key()) {
            Some(known) => Ok(known),
            None => self.fold(generation, stream).await,
        }
    }

    /// Brings what the cache has of an aggregate up to date; the next command sees why that cannot be done.
    pub(crate) async fn refresh(&self, stream: &Stream) {
        let generation = self.generation();
        let Some(known) = self.known(stream.key()) else { return };
        // A fold that panics here would take the commands along that only wait beside this one.
        let caught_up = AssertUnwindSafe(self.catch_up(generation, stream, known)).catch_unwind().await;
        if !matches!(caught_up, Ok(Ok(_))) {
            self.forget(stream.key());
        }
    }

    async fn catch_up(&self, generation: u64, stream: &Stream, known: Arc<Snapshot>) -> Result<Arc<Snapshot>, Error> {
        if known.version == 0 {
            return self.fold(generation, stream).await;
        }
        let (category, id) = stream.key();
        let events = self.events_from(category, id, known.version).await?;
        let mut next = known.copy();
        let follows = match events.split_first() {
            Some((first, [])) if first.version == known.version => return Ok(known),
            Some((first, rest)) if first.version == known.version => {
                rest.iter().try_for_each(|event| next.fold(category, event)).is_ok()
            }
            _ => false,
        };
        if follows {
            return Ok(self.keep(generation, stream.key(), next.into()));
        }
        // The log has lost its tail, or was trimmed past what is known.
        self.forget(stream.key());
        self.fold(generation, stream).await
    }

    /// Folds what the stream has.
    async fn fold(&self, generation: u64, stream: &Stream) -> Result<Arc<Snapshot>, Error> {
        match self.fold_backwards(generation, stream).await {
            // A trim, or the first event, may have come between two readings.
            Err(Error::Beginning { .. }) => self.fold_backwards(generation, stream).await,
            folded => folded,
        }
    }

    /// Reads backwards to where a fold can begin, and folds from there.
    async fn fold_backwards(&self, generation: u64, stream: &Stream) -> Result<Arc<Snapshot>, Error> {
        let (category, id) = stream.key();
        let (key, mut redis) = (keys::stream(category, id), self.redis());
        let (mut events, mut to, mut count) = (Vec::<Recorded>::new(), "+".to_owned(), FIRST);
        loop {
            let page = redis.xrevrange_count(&key, &to, "-", count).await;
            let page = Entry::all(&key, page.map_err(|error| Error::of_reading(&key, error))?)?;
            let more = page.len() == count;
            for entry in page {
                let event = Recorded::from_stream(id, entry)?;
                let begins = event.version == 1 || event.carries_forward();
                to = format!("{}-0", event.version - 1);
                events.push(event);
                if begins {
                    let mut next = stream.before(events.last().map_or(1, |event| event.version));
                    events.iter().rev().try_for_each(|event| next.fold(category, event))?;
                    return Ok(self.keep(generation, stream.key(), next.into()));
                }
            }
            if !more {
                break;
            }
            count = PAGE.min(count * GROWTH);
        }
        // A stream without any entry has none left, or never had one.
        let first = match events.last() {
            Some(event) => event.version,
            None => self.last_number(&key).await? + 1,
        };
        if first > 1 {
            return Err(Error::Beginning { category, id, found: first });
        }
        Ok(stream.before(1).into())
    }

    async fn events_from(&self, category: &str, id: Uuid, version: u64) -> Result<Vec<Recorded>, Error> {
        let (key, mut redis) = (keys::stream(category, id), self.redis());
        let (mut events, mut from) = (Vec::new(), version);
        loop {
            let page = redis.xrange_count(&key, format!("{from}-0"), "+", PAGE).await;
            let page = Entry::all(&key, page.map_err(|error| Error::of_reading(&key, error))?)?;
            let more = page.len() == PAGE;
            for entry in page {
                from = entry.number.saturating_add(1);
                events.push(Recorded::from_stream(id, entry)?);
            }
            if !more {
                return Ok(events);
            }
        }
    }
}
