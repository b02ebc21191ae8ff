//! Commands that are appended together: their states in memory, and the one call that writes what they decided.

use std::{any::Any, collections::HashMap, sync::Arc, time::Duration};

use domain::Partition;
use redis::{Cmd, FromRedisValue, Value};

use crate::{
    CommandId, Error, Request,
    decision::Changes,
    keys,
    records::RecordWrite,
    state::{Key, Snapshot, Stream},
};

/// The most events of one append.
pub(crate) const MOST_EVENTS: usize = 1_000;
/// The most bytes of one event.
const MOST_BYTES: usize = 256 * 1024;

/// Commands of one partition, decided one after the other in memory.
#[derive(Default)]
pub(crate) struct Batch {
    states: HashMap<Key, Working>,
    /// The aggregates of the commands that are taken: theirs alone are checked and written.
    order: Vec<Key>,
    not_after: u64,
    receipts: Vec<(CommandId, String, Duration)>,
    records: Vec<RecordWrite>,
    count: usize,
}

/// One aggregate while the batch is decided.
struct Working {
    base: Arc<Snapshot>,
    taken: bool,
    next: Option<Snapshot>,
    events: Vec<[String; 7]>,
}

/// What the append function said.
pub(crate) enum Answer {
    /// Everything is written.
    Written,
    /// These commands (by their place among the receipts) were answered before.
    Answered(Vec<(usize, String)>),
    /// It is later than a command allowed; this is the time, in ms since 1970.
    Late(u64),
    /// These streams are at another version than was decided on.
    Conflict(Vec<Key>),
}

impl Batch {
    /// An aggregate as the decisions so far have left it.
    pub(crate) fn current(&self, key: &Key) -> Option<&Snapshot> {
        self.states.get(key).map(|working| working.next.as_ref().unwrap_or(&working.base))
    }

    /// Puts an aggregate under the decisions to come.
    pub(crate) fn base(&mut self, stream: &Stream, snapshot: Arc<Snapshot>) {
        let working = Working { base: snapshot, taken: false, next: None, events: Vec::new() };
        self.states.insert(stream.key(), working);
    }

    /// Whether another command still fits.
    pub(crate) const fn is_full(&self) -> bool {
        self.count >= MOST_EVENTS / 2
    }

    /// Takes what a command decided, or says what is too large about it and changes nothing.
    pub(crate) fn take(&mut self, request: &Request, changes: Changes) -> Result<(), Error> {
        if changes.events.len() > MOST_EVENTS / 2 {
            return Err(Error::TooLarge { what: "events", actual: changes.events.len(), most: MOST_EVENTS / 2 });
        }
        if let Some(bytes) =
            changes.events.iter().map(|change| change.stored.data.len()).find(|bytes| *bytes > MOST_BYTES)
        {
            return Err(Error::TooLarge { what: "bytes in one event", actual: bytes, most: MOST_BYTES });
        }
        for stream in &request.streams {
            let working = self.states.get_mut(&stream.key()).expect("every stream of a command is loaded before");
            if !std::mem::replace(&mut working.taken, true) {
                self.order.push(stream.key());
            }
        }
        let context = &request.context;
        let (at, command) = (context.written_at(), context.command.to_string());
        self.count += changes.events.len();
        self.records.extend(changes.records);
        for change in changes.events {
            let working = self.states.get_mut(&change.stream).expect("a command changes only what it named");
            working.evolve(&*change.event);
            let stored = change.stored;
            let (actor, trace) = (context.actor.clone(), context.trace.clone());
            let fields =
                [stored.kind, stored.schema.to_string(), at.clone(), actor, command.clone(), trace, stored.data];
            working.events.push(fields);
        }
        Ok(())
    }

    /// Whether a repetition of this command is already here.
    pub(crate) fn answers(&self, command: CommandId) -> bool {
        self.receipts.iter().any(|(known, ..)| *known == command)
    }

    /// Remembers the answer of a command for its repetitions, and returns the place that the append function will call
    /// it by. An empty answer is not kept, but an earlier one is still found.
    pub(crate) fn take_receipt(&mut self, command: CommandId, body: String, lifetime: Duration) -> usize {
        self.receipts.push((command, body, lifetime));
        self.receipts.len() - 1
    }

    /// Refuses the whole batch after this time, in ms since 1970.
    pub(crate) fn not_after(&mut self, time: u64) {
        self.not_after = if self.not_after == 0 { time } else { self.not_after.min(time) };
    }

    /// The states as they are after everything here has been written.
    pub(crate) fn into_states(self) -> impl Iterator<Item = (Key, Arc<Snapshot>)> {
        let taken = self.states.into_iter().filter(|(_, working)| working.taken);
        taken.map(|(key, working)| (key, working.next.map_or(working.base, Arc::new)))
    }

    /// The call that writes it all.
    pub(crate) fn command(&self, partition: Partition) -> Cmd {
        let mut feeds: Vec<&str> = Vec::new();
        let mut streams = Vec::with_capacity(self.order.len());
        for key in &self.order {
            let feed = feeds.iter().position(|feed| *feed == key.0).unwrap_or_else(|| {
                feeds.push(key.0);
                feeds.len() - 1
            });
            streams.push((key, feed + 1, &self.states[key]));
        }
        let mut cmd = redis::cmd("FCALL");
        cmd.arg(crate::library::APPEND);
        cmd.arg(streams.len() + feeds.len() + self.receipts.len() + self.records.len());
        for ((category, id), ..) in &streams {
            cmd.arg(keys::stream(category, *id));
        }
        for category in &feeds {
            cmd.arg(keys::feed(category, partition));
        }
        for (command, ..) in &self.receipts {
            cmd.arg(keys::receipt(partition, command.uuid()));
        }
        for record in &self.records {
            cmd.arg(&record.key);
        }
        cmd.arg(self.not_after).arg(streams.len()).arg(feeds.len()).arg(self.receipts.len()).arg(self.records.len());
        for ((_, id), feed, working) in &streams {
            cmd.arg(id.to_string()).arg(working.base.version).arg(feed).arg(working.events.len());
            for fields in &working.events {
                cmd.arg(fields);
            }
        }
        for (_, body, lifetime) in &self.receipts {
            cmd.arg(body).arg(lifetime.as_millis().max(1) as u64);
        }
        for record in &self.records {
            cmd.arg(record.fields.0.len());
            for (field, value) in &record.fields.0 {
                cmd.arg(field).arg(value);
            }
        }
        cmd
    }

    /// Reads what the append function said.
    pub(crate) fn answer(&self, value: &Value) -> Result<Answer, Error> {
        let unknown = || Error::Answer(format!("{value:?}"));
        let parts = Vec::<Value>::from_redis_value_ref(value).map_err(|_| unknown())?;
        let (head, rest) = parts.split_first().ok_or_else(unknown)?;
        // Places count from 1 over there.
        let place = |value| usize::from_redis_value_ref(value).ok()?.checked_sub(1);
        let pairs = || rest.chunks_exact(2).map(|pair| (place(&pair[0]), &pair[1]));
        match String::from_redis_value_ref(head).map_err(|_| unknown())?.as_str() {
            "ok" => Ok(Answer::Written),
            "late" => {
                let now = rest.first().and_then(|now| u64::from_redis_value_ref(now).ok());
                now.map(Answer::Late).ok_or_else(unknown)
            }
            "receipt" => pairs()
                .map(|(place, body)| place.zip(String::from_redis_value_ref(body).ok()))
                .collect::<Option<_>>()
                .map(Answer::Answered)
                .ok_or_else(unknown),
            "conflict" => pairs()
                .map(|(place, _)| self.order.get(place?).copied())
                .collect::<Option<_>>()
                .map(Answer::Conflict)
                .ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }
}

impl Working {
    /// Folds an event of this batch. What the cache shares stays as it was, in case the append is refused.
    fn evolve(&mut self, event: &dyn Any) {
        let next =
            self.next.get_or_insert_with(|| Snapshot { version: self.base.version, state: self.base.state.copy() });
        next.state.evolve(event);
        next.version += 1;
    }
}
